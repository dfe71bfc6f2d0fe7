"""`view` and `upload` with real servers: what they say is what the server answers."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer_site import upload
from explorer_site.serve.ports import answers
from tests.make.session.serving import small_session
from tests.make.session.write import write_session
from tests.processes.server import RunningServer

pytestmark = pytest.mark.processes

NewServer = Callable[..., RunningServer]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A written capture directory."""
    return write_session(tmp_path / "neuron_profiles", small_session())


def said(server: RunningServer, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in the server's workspace."""
    return subprocess.run(
        server.command(*map(str, arguments)),
        cwd=server.root,
        env=server.settings(),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def serving(server: RunningServer, *arguments: object) -> str:
    """Start a command that goes on to serve; the line it prints."""
    server.process = server.popen(*map(str, arguments))
    assert server.process.stdout is not None
    line = server.process.stdout.readline()
    assert line, server.errors()
    return line


def devices_of(server: RunningServer, profile_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.api.ask("GET", f"api/v1/profiles/{profile_id}/devices/")[
        "devices"
    ]
    return found


def test_a_directory_that_is_viewed_is_served(new_server: NewServer, directory: Path) -> None:
    server = new_server()
    line = serving(server, "view", "-d", directory, "--display-name", "a run")
    assert line == f"View a list of profiles at http://localhost:{server.ports[0]}/\n"
    (profile,) = server.api.ask("GET", "api/v1/profiles/?parent=none")["results"]
    whole = server.final(profile["id"])
    assert (whole["name"], whole["status"], whole["kind"]) == ("a run", "PROCESSED", "system")
    assert answers(server.ports[0], whole["links"]["page"])
    devices = devices_of(server, profile["id"])
    assert devices
    assert {server.final(one["id"])["status"] for one in devices} == {"PROCESSED"}
    assert not [path for path in (server.data_dir / "sources").rglob("*") if path.is_file()]


def test_without_pages_the_api_answers_on_its_port_alone(
    new_server: NewServer, directory: Path
) -> None:
    server = new_server()
    line = serving(server, "view", "-d", directory, "--disable-ui")
    assert line == f"The API answers at http://localhost:{server.ports[1]}/api/v1/\n"
    api = upload.Server(f"http://127.0.0.1:{server.ports[1]}")
    assert len(api.ask("GET", "api/v1/profiles/?parent=none")["results"]) == 1
    assert not answers(server.ports[1], "/profiles/")
    assert not answers(server.ports[0], "/healthz")
    done = said(server, "view", "-d", directory, "--ingest-only", "--json", "--disable-ui")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told[0]["page"].startswith(f"http://localhost:{server.ports[1]}/api/v1/profiles/")


def test_ingesting_prints_every_profile_for_programs_served_or_not(
    new_server: NewServer, directory: Path
) -> None:
    server = new_server()
    call = ("view", "-d", directory, "--ingest-only", "--json", "--nki-source-root", directory)
    alone = said(server, *call, "--display-name", "alone")
    server.start()
    served = said(server, *call, "--display-name", "served")
    for name, done in (("alone", alone), ("served", served)):
        assert done.returncode == 0, done.stderr
        system, *devices = json.loads(done.stdout)
        assert (system["name"], system["kind"]) == (name, "system")
        assert len(devices) == system["devices"]["total"] > 0
        assert {one["parent"] for one in devices} == {system["id"]}
        for one in (system, *devices):
            assert one["status"] == server.profile(one["id"])["status"] == "PROCESSED"
            assert one["source_roots"] == {"nki": str(directory)}
            assert answers(server.ports[0], f"/profiles/{one['id']}/")
    assert not [path for path in (server.data_dir / "sources").rglob("*") if path.is_file()]


def test_a_directory_is_uploaded_to_a_running_server(
    server: RunningServer, directory: Path
) -> None:
    call = ("upload", "-d", directory, "--endpoint", server.endpoint, "--name", "sent", "--wait")
    done = said(server, *call)
    assert done.returncode == 0, done.stderr
    (profile,) = server.api.ask("GET", "api/v1/profiles/?parent=none")["results"]
    assert done.stdout == f"{server.endpoint}/profiles/{profile['id']}/\n"
    assert (profile["name"], profile["status"]) == ("sent", "PROCESSED")
    devices = devices_of(server, profile["id"])
    assert devices
    assert {server.final(one["id"])["status"] for one in devices} == {"PROCESSED"}


def test_a_directory_without_a_trace_fails_with_its_code(
    server: RunningServer, tmp_path: Path
) -> None:
    directory = tmp_path / "notes"
    directory.mkdir()
    (directory / "notes.txt").write_text("nothing that anybody knows")
    call = ("upload", "-d", directory, "--endpoint", server.endpoint, "--wait")
    done = said(server, *call)
    (profile,) = server.api.ask("GET", "api/v1/profiles/?parent=none")["results"]
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert profile["status"] == "FAILED"
    assert f"{profile['failure']['code']}: " in done.stderr.splitlines()[-1]
