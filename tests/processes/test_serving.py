"""Starting, being refused, stopping and starting again, with real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from explorer_site.serve.ports import answers
from tests.processes.files import small_pair
from tests.processes.server import RunningServer, processes_with
from tests.serve.patience import until

pytestmark = pytest.mark.processes

NewServer = Callable[..., RunningServer]


def refused(server: RunningServer, *arguments: str) -> str:
    """Start a server that must refuse; returns the one sentence it gave."""
    done = subprocess.run(
        server.command("serve", *arguments),
        env=server.settings(),
        cwd=server.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    [sentence] = done.stderr.splitlines()
    return sentence


def test_the_line_is_printed_when_everything_answers_and_says_where(shared: RunningServer) -> None:
    assert shared.line == f"View a list of profiles at http://localhost:{shared.ports[0]}/\n"
    assert all(answers(port, "/readyz") for port in shared.ports)
    assert all(answers(port, "/profiles/") for port in shared.ports[:1])
    assert shared.is_whole()


def test_it_listens_on_loopback_only(shared: RunningServer) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    hexadecimal = {f"{port:04X}" for port in shared.ports}
    addresses = {
        line.split()[1].partition(":")[0]
        for line in listening
        if line.split()[1].partition(":")[2] in hexadecimal and line.split()[3] == "0A"
    }
    assert addresses == {"0100007F"}


def test_ctrl_c_stops_everything_within_ten_seconds(server: RunningServer) -> None:
    assert server.stop() < 10
    assert server.process is not None
    assert server.process.returncode == 0
    assert processes_with(server.data_dir) == {}


def test_a_terminated_server_stops_as_well(server: RunningServer) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=12)
    assert processes_with(server.data_dir) == {}


def test_a_killed_server_leaves_no_process_and_starts_again(server: RunningServer) -> None:
    server.kill()
    assert until(lambda: not processes_with(server.data_dir), within_s=15)
    server.start()
    assert server.is_whole()


@pytest.mark.parametrize("name", ["broker", "web", "api", "worker", "beat"])
def test_a_killed_service_comes_back(shared: RunningServer, name: str) -> None:
    before = shared.pid(name)
    os.kill(before, signal.SIGKILL)
    assert until(lambda: shared.pid(name) not in (before, 0), within_s=20)
    assert until(shared.is_whole, within_s=30), shared.errors()


def test_a_second_server_on_the_folder_is_refused(shared: RunningServer) -> None:
    sentence = refused(RunningServer(shared.data_dir))
    assert "already served by another instance" in sentence
    assert f"http://localhost:{shared.ports[0]}/" in sentence
    assert shared.is_whole()


def test_a_taken_port_is_refused(shared: RunningServer, new_server: NewServer) -> None:
    other = new_server("other")
    other.ports = [shared.ports[0], other.ports[1]]
    assert f"Port {shared.ports[0]} is already in use" in refused(other)
    other.ports = [other.ports[1], shared.ports[1]]
    assert "API_PORT" in refused(other)


def test_a_folder_that_cannot_be_written_is_refused(new_server: NewServer) -> None:
    unwritable = new_server()
    unwritable.data_dir = Path("/proc/neuron-explorer")
    assert "DATA_DIR" in refused(unwritable)


def test_a_folder_of_a_newer_version_is_refused(new_server: NewServer) -> None:
    newer = new_server()
    newer.data_dir.mkdir()
    (newer.data_dir / "version.json").write_text(json.dumps({"layout": 99, "version": "9.0"}))
    assert "newer version" in refused(newer)


def test_a_database_of_a_newer_version_is_refused(server: RunningServer) -> None:
    import sqlite3

    server.stop()
    with sqlite3.connect(server.data_dir / "db.sqlite3") as database:
        database.execute(
            "insert into django_migrations (app, name, applied) "
            "values ('profiles', '9999_from_the_future', '2026-01-01')"
        )
    database.close()
    assert "newer version" in refused(server)


def test_a_setting_that_makes_no_sense_is_refused(new_server: NewServer) -> None:
    server = new_server(PORT="many")
    assert "PORT" in refused(server)


def test_folders_with_spaces_and_long_paths_work(new_server: NewServer) -> None:
    server = new_server("my data " + "x" * 90 + " é")
    server.start()
    assert server.is_whole()
    assert server.stop() < 10


def test_a_running_task_is_handed_back_at_ctrl_c_and_done_after_the_next_start(
    server: RunningServer, tmp_path: Path
) -> None:
    (server.pauses / "decode").touch()
    profile = server.send(small_pair(), name="handed back")
    assert until((server.pauses / "decode.reached").exists, within_s=30)
    assert server.stop() < 10
    assert processes_with(server.data_dir) == {}
    (server.pauses / "decode.reached").unlink()
    server.start()
    final = server.final(profile)
    assert final["status"] == "PROCESSED", final
    assert [run["attempt"] for run in server.api.ask("GET", f"api/v1/profiles/{profile}/runs/")]


def test_a_task_that_is_nearly_done_finishes_at_ctrl_c(
    server: RunningServer, tmp_path: Path
) -> None:
    (server.pauses / "build").touch()
    profile = server.send(small_pair(), name="nearly done")
    assert until((server.pauses / "build.reached").exists, within_s=30)
    assert server.process is not None
    server.process.send_signal(signal.SIGINT)
    (server.pauses / "build.reached").unlink()
    server.process.wait(timeout=12)
    server.start()
    assert server.profile(profile)["status"] in ("PROCESSED", "PROCESSING", "PENDING")
    assert server.final(profile)["status"] == "PROCESSED"


def test_losing_the_brokers_data_loses_nothing(server: RunningServer, tmp_path: Path) -> None:
    (server.pauses / "decode").touch()
    first = server.send(small_pair(), name="first")
    assert until((server.pauses / "decode.reached").exists, within_s=30)
    waiting = [server.send(small_pair(), name=f"waiting {n}") for n in range(4)]
    server.kill()
    assert until(lambda: not processes_with(server.data_dir), within_s=15)
    import shutil

    shutil.rmtree(server.data_dir / "broker")
    (server.pauses / "decode.reached").unlink()
    server.start()
    assert {server.final(profile)["status"] for profile in [first, *waiting]} == {"PROCESSED"}


def test_a_damaged_broker_file_does_not_stop_a_start(server: RunningServer) -> None:
    server.stop()
    for path in (server.data_dir / "broker").rglob("*.aof"):
        path.write_bytes(b"*3\r\n$garbage\r\n" * 100)
    server.start()
    assert server.is_whole()


def test_a_deleted_profile_stops_its_decoding(shared: RunningServer, tmp_path: Path) -> None:
    (shared.pauses / "decode").touch()
    profile = shared.send(small_pair(), name="deleted")
    assert until((shared.pauses / "decode.reached").exists, within_s=30)
    decoder = shared.decoder()
    assert decoder
    shared.api.ask("DELETE", f"api/v1/profiles/{profile}/")
    assert until(lambda: shared.decoder() == 0, within_s=10)
    assert until(lambda: not shared.run_folders(profile), within_s=10)
    assert profile not in [one["id"] for one in shared.profiles()]


def ingest_only(server: RunningServer, pair: list[tuple[str, Path]], name: str) -> str:
    flags = {"neff": "-n", "ntff": "-s"}
    files = [argument for role, path in pair for argument in (flags[role], str(path))]
    with server.popen("view", *files, "--ingest-only", "--display-name", name) as command:
        out, _ = command.communicate(timeout=90)
    assert command.returncode == 0, server.errors()
    return out


def test_ingesting_into_a_served_workspace_goes_through_the_running_server(
    shared: RunningServer, tmp_path: Path
) -> None:
    out = ingest_only(shared, small_pair(), "through the server")
    [profile] = [one for one in shared.profiles() if one["name"] == "through the server"]
    assert profile["status"] == "PROCESSED"
    assert f"/profiles/{profile['id']}/" in out


def test_ingesting_without_a_server_is_found_by_the_next_one(
    new_server: NewServer, tmp_path: Path
) -> None:
    server = new_server()
    ingest_only(server, small_pair(), "without a server")
    assert processes_with(server.data_dir) == {}
    server.start()
    [profile] = server.profiles()
    assert (profile["name"], profile["status"]) == ("without a server", "PROCESSED")


def test_a_message_that_comes_ten_times_makes_one_run(shared: RunningServer) -> None:
    (shared.pauses / "decode").touch()
    profile = shared.send(small_pair(), name="ten times")
    program = (
        "import sys\n"
        "from explorer_site.celery import app\n"
        "for _ in range(10):\n"
        "    app.send_task('ingest_worker.process_profile', [sys.argv[1]], queue='ingest')"
    )
    broker = f"redis+socket://{quote(str(shared.data_dir / 'run' / 'broker.sock'))}"
    environment = {
        **shared.settings(),
        "REDIS_URL": broker,
        "DJANGO_SETTINGS_MODULE": "explorer_site.settings",
    }
    subprocess.run(
        [sys.executable, "-c", program, profile], env=environment, cwd=shared.root, check=True
    )
    assert until((shared.pauses / "decode.reached").exists, within_s=30)
    (shared.pauses / "decode.reached").unlink()
    assert shared.final(profile)["status"] == "PROCESSED"
    runs = shared.api.ask("GET", f"api/v1/profiles/{profile}/runs/")
    assert len(runs if isinstance(runs, list) else runs["results"]) == 1
    assert len(shared.run_folders(profile)) == 1


def test_a_server_whose_parent_is_killed_stops(new_server: NewServer, tmp_path: Path) -> None:
    server = new_server(EXPLORER_STOP_WITH_PARENT="1")
    server.data_dir.mkdir()
    parent = subprocess.Popen(
        ["sh", "-c", '"$@" & wait', "sh", *server.command("serve")],
        env=server.settings(),
        cwd=server.root,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("View a list")
    parent.kill()
    parent.wait()
    assert until(lambda: not processes_with(server.data_dir), within_s=15)
    parent.stdout.close()


def test_time_to_the_line_on_a_prepared_folder_is_short(server: RunningServer) -> None:
    server.stop()
    started = time.monotonic()
    server.start()
    assert time.monotonic() - started < 30
