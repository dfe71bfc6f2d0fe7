"""What a server consists of, and what each part is told."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from explorer_site.serve import run as serving
from explorer_site.serve.address import Address, configured_address
from explorer_site.serve.child import Child
from explorer_site.serve.takeover import recorded
from explorer_site.serve.web import bind_address
from explorer_site.serve.worker import beat_arguments, worker_arguments
from tests.house.test_sizes import ROOT


@pytest.fixture
def address(tmp_path: Path) -> Address:
    return Address(data_dir=tmp_path, port=4001, api_port=4002)


def test_every_part_serves_the_same_folder_ports_and_broker(address: Address) -> None:
    environment = serving.environment_for_children(address, "redis+socket:///x.sock")
    assert environment["DATA_DIR"] == str(address.data_dir)
    assert (environment["PORT"], environment["API_PORT"]) == ("4001", "4002")
    assert environment["REDIS_URL"] == "redis+socket:///x.sock"
    for service in serving._services(address, environment):
        assert service.environment == environment
        assert "--tied" in service.command


def test_two_web_servers_a_worker_and_a_beat_run(address: Address) -> None:
    services = serving._services(address, {})
    assert [service.name for service in services] == ["web", "api", "worker", "beat"]
    assert {service.mark for service in services} == {
        "explorer_site.serve.web --tied --port 4001",
        "explorer_site.serve.web --tied --port 4002",
        "explorer_site.serve.worker",
    }


def test_the_worker_answers_when_its_heart_beats_and_an_old_beat_does_not_count(
    address: Address,
) -> None:
    (address.data_dir / "run").mkdir()
    worker = next(s for s in serving._services(address, {}) if s.name == "worker")
    assert not worker.is_ready()
    (address.data_dir / "run" / serving.HEARTBEAT_FILE).touch()
    assert worker.is_ready()
    worker.before_start()
    assert not worker.is_ready()
    worker.before_start()


def test_running_processes_are_written_down(address: Address) -> None:
    service = serving._services(address, {})[0]
    child = Child(service, address.data_dir)
    listing = address.data_dir / "children.json"
    serving._write_down(listing, [child])
    assert recorded(listing) == []


def test_the_line_says_the_port(capsys: pytest.CaptureFixture[str]) -> None:
    called = []
    address = Address(Path(), 4001, 4002)
    serving._announce(address, lambda: called.append(1))
    assert capsys.readouterr().out == "View a list of profiles at http://localhost:4001/\n"
    assert called == [1]
    serving._announce(replace(address, has_pages=False), None)
    assert capsys.readouterr().out == "The API answers at http://localhost:4002/api/v1/\n"


def test_without_pages_only_the_port_of_the_api_is_listened_on(address: Address) -> None:
    alone = replace(address, has_pages=False)
    assert [s.name for s in serving._services(alone, {})] == ["api", "worker", "beat"]
    assert alone.ports == (("API_PORT", 4002),)
    assert alone.profile(7) == "http://localhost:4002/api/v1/profiles/7/"
    assert address.profile(7) == "http://localhost:4001/profiles/7/"
    told = [serving.environment_for_children(one, "")["DISABLE_UI"] for one in (address, alone)]
    assert told == ["no", "yes"]


def test_only_a_server_started_by_make_watches_its_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(serving.STOP_WITH_PARENT_SETTING, raising=False)
    assert serving._parent_watch() is serving._never
    monkeypatch.setenv(serving.STOP_WITH_PARENT_SETTING, "1")
    is_abandoned = serving._parent_watch()
    assert not is_abandoned()
    monkeypatch.setattr(serving.os, "getppid", lambda: 1)
    assert is_abandoned()


@pytest.mark.parametrize(
    ("value", "bound"),
    [(None, "127.0.0.1"), ("", "127.0.0.1"), ("no", "127.0.0.1"), ("yes", "0.0.0.0")],
)
def test_only_a_container_that_says_so_binds_beyond_loopback(
    monkeypatch: pytest.MonkeyPatch, value: str | None, bound: str
) -> None:
    monkeypatch.delenv("EXPLORER_BIND_IN_CONTAINER", raising=False)
    if value is not None:
        monkeypatch.setenv("EXPLORER_BIND_IN_CONTAINER", value)
    assert bind_address() == bound


def test_the_worker_takes_both_queues_with_the_asked_number_of_children() -> None:
    arguments = worker_arguments(3)
    assert arguments[arguments.index("--queues") + 1] == "ingest,default"
    assert arguments[arguments.index("--concurrency") + 1] == "3"
    assert "--beat" not in arguments
    assert beat_arguments()[0] == "beat"


def test_the_address_comes_from_the_settings(settings: object) -> None:
    settings.PORT = 4001  # type: ignore[attr-defined]
    settings.API_PORT = 4002  # type: ignore[attr-defined]
    settings.DISABLE_UI = True  # type: ignore[attr-defined]
    found = configured_address()
    assert (found.port, found.api_port, found.has_pages) == (4001, 4002, False)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("MAX_FILE_BYTES", "huge"), ("LEASE_S", "0")]
)
def test_a_setting_that_makes_no_sense_is_one_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    unset = {"DJANGO_SETTINGS_MODULE"}
    inherited = {key: text for key, text in os.environ.items() if key not in unset}
    done = subprocess.run(
        [sys.executable, "-m", "explorer_site.cli", "serve"],
        cwd=ROOT,
        env={**inherited, "DATA_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    [sentence] = done.stderr.splitlines()
    assert name in sentence
    assert list(tmp_path.iterdir()) == []
