"""The embedded broker is a real server that keeps what it was given."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from explorer_site.serve import broker
from explorer_site.serve.broker import Broker, place
from explorer_site.serve.refusal import Refusal
from tests.serve.patience import until


@contextmanager
def running(where: Broker) -> Iterator[subprocess.Popen[bytes]]:
    where.folder.mkdir(parents=True, exist_ok=True)
    where.clear_socket()
    with subprocess.Popen(where.command(), stdout=subprocess.DEVNULL) as server:
        try:
            assert until(where.is_ready)
            yield server
        finally:
            server.kill()


def say(where: Broker, command: str) -> bytes:
    with where._connect() as connection:
        login = f"AUTH {where.password}\r\n" if where.password else ""
        connection.sendall(f"{login}{command}\r\nQUIT\r\n".encode())
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
    return answer


def data_folder(root: Path) -> Path:
    (root / "run").mkdir(parents=True)
    return root


def test_the_socket_lies_in_the_data_folder_when_its_path_is_short(tmp_path: Path) -> None:
    where = place(data_folder(tmp_path / "d"))
    if len(str(tmp_path)) < 80:
        assert where.socket_path == tmp_path / "d" / "run" / "broker.sock"
    assert where.url.startswith("redis+socket://")


def test_a_deep_data_folder_gets_a_short_private_socket(tmp_path: Path) -> None:
    deep = data_folder(tmp_path / ("x" * 60) / ("y" * 60))
    where = place(deep)
    assert where.socket_path is not None
    assert len(str(where.socket_path)) <= broker.LONGEST_SOCKET_PATH
    assert where.socket_path.parent.stat().st_mode & 0o077 == 0
    assert place(deep) == where, "a restart must find the same place"
    where.socket_path.parent.rmdir()


def test_without_any_short_folder_it_listens_on_loopback_with_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "LONGEST_SOCKET_PATH", 5)
    where = place(data_folder(tmp_path / "d"))
    assert where.socket_path is None
    assert len(where.password) == 48
    with running(where):
        assert b"+PONG" in say(where, "PING")
        with socket.create_connection(("127.0.0.1", where.port)) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100).startswith(b"-NOAUTH")


def test_a_folder_that_another_could_write_is_not_used_for_the_socket(tmp_path: Path) -> None:
    shared = data_folder(tmp_path / "d")
    (shared / "run").chmod(0o777)
    where = place(shared)
    assert where.socket_path is not None
    assert where.socket_path.parent != shared / "run"
    where.socket_path.parent.rmdir()


def test_it_answers_and_its_socket_is_for_its_owner_only(tmp_path: Path) -> None:
    where = place(data_folder(tmp_path / "d"))
    assert not where.is_ready()
    with running(where):
        assert where.socket_path is not None
        assert where.socket_path.stat().st_mode & 0o077 == 0
    assert not where.is_ready()


def test_what_was_queued_a_while_ago_survives_a_kill(tmp_path: Path) -> None:
    where = place(data_folder(tmp_path / "d"))
    with running(where) as server:
        assert b":1" in say(where, "LPUSH queue task")
        aof = where.folder / "appendonlydir"
        assert until(lambda: any(b"task" in p.read_bytes() for p in aof.glob("*.incr.aof")))
        server.kill()
        server.wait()
    assert where.socket_path is not None
    assert where.socket_path.exists(), "a killed server leaves its socket behind"
    with running(where):
        assert b"task" in say(where, "LRANGE queue 0 -1")


def test_forgetting_empties_the_queue(tmp_path: Path) -> None:
    where = place(data_folder(tmp_path / "d"))
    with running(where):
        say(where, "LPUSH queue task")
    where.forget()
    with running(where):
        assert b":0" in say(where, "LLEN queue")


def test_it_never_throws_a_task_out_for_space(tmp_path: Path) -> None:
    where = place(data_folder(tmp_path / "d"))
    with running(where):
        assert b"noeviction" in say(where, "CONFIG GET maxmemory-policy")
        assert b"yes" in say(where, "CONFIG GET appendonly")


def test_a_machine_without_a_server_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_packaged_server", lambda: None)
    monkeypatch.setattr(broker.shutil, "which", lambda _name: None)
    with pytest.raises(Refusal, match="REDIS_URL") as caught:
        broker.server_binary()
    assert "\n" not in str(caught.value)


def test_a_server_on_the_path_is_taken_when_the_package_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broker, "_packaged_server", lambda: None)
    monkeypatch.setattr(broker.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert broker.server_binary() == Path("/usr/bin/valkey-server")
