"""kill -9 of every process at every step: afterwards one result, and nothing stuck or left over."""

import http.client
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from explorer_site import upload
from tests.processes.files import large_pair, small_pair
from tests.processes.server import RunningServer, manifest_of, parent_of, processes_with
from tests.serve.patience import is_alive, until

pytestmark = pytest.mark.processes

VICTIMS = ("web", "worker", "pool child", "decoder", "broker", "supervisor")
PLACES = ("receive", "decode", "build", "publish", "commit")
SERVERS_AT_ONCE = 3
FINAL_WITHIN_S = 90.0

RunServer = Callable[[str], RunningServer]


@dataclass
class Case:
    """One kill and what came of it."""

    victim: str
    place: str
    verdict: str = ""
    seconds: float = 0.0
    runs: int = 0

    @property
    def name(self) -> str:
        return f"{self.victim} at {self.place}"


class HalfUpload:
    """An upload that stops in the middle of its body."""

    def __init__(self, server: RunningServer, files: list[tuple[str, Path]], name: str) -> None:
        contents = [(role, upload.FileContent(path)) for role, path in files]
        self.form = upload.Form([("name", name)], contents)
        self.key = name
        self._server = server
        self._pieces = self.form.pieces()
        self._connection = http.client.HTTPConnection("127.0.0.1", server.ports[0], timeout=30)
        self._connection.putrequest("POST", "/api/v1/profiles/")
        kind = f"multipart/form-data; boundary={self.form.boundary}"
        self._connection.putheader("Content-Type", kind)
        self._connection.putheader("Content-Length", str(self.form.size_bytes))
        self._connection.putheader("Idempotency-Key", self.key)
        self._connection.endheaders()

    def send_half(self) -> None:
        """Send until half of the body is on its way and the server has begun a file."""
        sent = 0
        while sent < self.form.size_bytes // 2:
            piece = next(self._pieces)
            self._connection.send(piece)
            sent += len(piece)
        incoming = self._server.data_dir / "incoming"
        assert until(lambda: list(incoming.glob("*.part")))

    def finish(self) -> str | None:
        """Send the rest; the profile's id, or None if the connection is gone."""
        try:
            for piece in self._pieces:
                self._connection.send(piece)
            response = self._connection.getresponse()
            return str(json.loads(response.read())["id"])
        except (OSError, http.client.HTTPException):
            return None
        finally:
            self._connection.close()


def victim_pid(server: RunningServer, victim: str, place: str) -> int:
    """The process to kill: of decoders and pool children the one that stands at `place`."""
    if victim == "supervisor":
        assert server.process is not None
        return server.process.pid
    if victim not in ("decoder", "pool child"):
        return server.pid(victim)
    reached = server.pauses / f"{place}.reached"
    if not reached.exists():
        return server.pool_children()[0]
    standing = int(reached.read_text())
    is_decoder = standing == server.decoder()
    return parent_of(standing) if is_decoder and victim == "pool child" else standing


def kill(server: RunningServer, victim: str, place: str) -> None:
    """kill -9; of a server whose supervisor is killed nothing stays."""
    pid = victim_pid(server, victim, place)
    assert pid > 1, f"no {victim} to kill"
    os.kill(pid, signal.SIGKILL)
    if victim in ("worker", "pool child", "decoder"):
        assert until(lambda: not is_alive(pid))
        assert until(lambda: not stands(server, place)), "what the victim started lives on"
    if victim == "supervisor":
        assert server.process is not None
        server.process.wait()
        assert until(lambda: not processes_with(server.data_dir), within_s=15), "orphan processes"


def stands(server: RunningServer, place: str) -> bool:
    """Whether a process still stands at `place`."""
    reached = server.pauses / f"{place}.reached"
    return reached.exists() and is_alive(int(reached.read_text()))


def send_again(server: RunningServer, files: list[tuple[str, Path]], name: str) -> str:
    """What a client does whose connection broke: the same again, with the same key."""
    found: list[str] = []

    def try_once() -> bool:
        try:
            found.append(server.send(files, name=name))
        except (OSError, http.client.HTTPException, upload.UploadError):
            return False
        return True

    assert until(try_once, within_s=60, every_s=0.3), server.errors()
    return found[0]


def kill_while_receiving(server: RunningServer, case: Case, files: list[tuple[str, Path]]) -> str:
    large = large_pair(server.data_dir.parent / f"{server.data_dir.name}-large")
    half = HalfUpload(server, large, case.name)
    half.send_half()
    if case.victim == "decoder":
        # Nothing is decoded yet of this profile; another one's decoder is killed meanwhile.
        other = pause_in(server, "decode", files, f"beside {case.name}")
        kill(server, case.victim, "decode")
        let_go(server, "decode")
        assert server.final(other)["status"] == "PROCESSED"
    else:
        kill(server, case.victim, case.place)
    if case.victim == "supervisor":
        server.start()
    return half.finish() or send_again(server, large, case.name)


def pause_in(server: RunningServer, place: str, files: list[tuple[str, Path]], name: str) -> str:
    """Upload a profile and wait until its run stands still at `place`."""
    (server.pauses / place).touch()
    profile = server.send(files, name=name)
    assert until((server.pauses / f"{place}.reached").exists, within_s=40), server.errors()
    return profile


def let_go(server: RunningServer, place: str) -> None:
    (server.pauses / f"{place}.reached").unlink(missing_ok=True)


def kill_while_processing(server: RunningServer, case: Case, files: list[tuple[str, Path]]) -> str:
    profile = pause_in(server, case.place, files, case.name)
    kill(server, case.victim, case.place)
    let_go(server, case.place)
    if case.victim == "supervisor":
        server.start()
    return profile


def judge(server: RunningServer, profile: str, name: str) -> tuple[str, int]:
    """What came of it; raises AssertionError if anything is not as it must be."""
    final = server.final(profile, within_s=FINAL_WITHIN_S)
    assert final.get("status") == "PROCESSED", f"{final}\n{server.errors()}"
    named = [one for one in server.profiles() if one["name"] == name]
    assert [one["id"] for one in named] == [profile], "not exactly one profile"
    assert until(server.is_whole, within_s=60), f"not whole again\n{server.errors()}"
    assert until(lambda: len(server.run_folders(profile)) == 1, within_s=40), (
        f"run folders: {server.run_folders(profile)}"
    )
    assert until(lambda: not server.leftovers(), within_s=60), server.leftovers()
    [folder] = server.run_folders(profile)
    assert manifest_of(folder)["tables"], "a run without tables"
    link = server.data_dir / "profiles" / "global" / f"{name}@latest"
    assert until(lambda: link.resolve() == folder.resolve(), within_s=20), "a wrong link"
    assert server.decoder() == 0
    return "PROCESSED", int(final["run"])


def run_case(server: RunningServer, case: Case, files: list[tuple[str, Path]]) -> Case:
    started = time.monotonic()
    act = kill_while_receiving if case.place == "receive" else kill_while_processing
    try:
        profile = act(server, case, files)
        case.verdict, case.runs = judge(server, profile, case.name)
    except AssertionError as error:
        case.verdict = f"FAILED: {error}"
    case.seconds = time.monotonic() - started
    return case


def places_for(victim: str) -> list[str]:
    """Where a victim can be killed: at the commit the decoder has done its work and is gone."""
    return [place for place in PLACES if (victim, place) != ("decoder", "commit")]


def run_victim(server: RunningServer, victim: str, files: list[tuple[str, Path]]) -> list[Case]:
    """All places for one victim, on one server that lives through all of it."""
    server.start()
    cases = [run_case(server, Case(victim, place), files) for place in places_for(victim)]
    stopped_s = server.stop()
    if stopped_s > 10 or processes_with(server.data_dir):
        cases[-1].verdict += f" STOP: {stopped_s:.1f} s, {processes_with(server.data_dir)}"
    return cases


def matrix(cases: list[Case]) -> str:
    """The cases as a table: victims down, places across."""
    width = max(len(victim) for victim in VICTIMS) + 2
    lines = [" " * width + "".join(f"{place:<22}" for place in PLACES)]
    for victim in VICTIMS:
        cells = [
            f"{case.verdict[:9]:<9} {case.seconds:4.1f} s run {case.runs}"
            for case in cases
            if case.victim == victim
        ]
        lines.append(f"{victim:<{width}}" + "".join(f"{cell:<22}" for cell in cells))
    return "\n".join(lines)


def test_nothing_is_lost_stuck_or_left_whoever_is_killed_wherever(
    new_server: Callable[..., RunningServer], tmp_path: Path
) -> None:
    files = small_pair()
    servers = {victim: new_server(victim.replace(" ", "-")) for victim in VICTIMS}
    with ThreadPoolExecutor(SERVERS_AT_ONCE) as pool:
        futures = [pool.submit(run_victim, servers[victim], victim, files) for victim in VICTIMS]
        cases = [case for future in futures for case in future.result()]
    print(f"\nkill -9: {len(cases)} runs\n{matrix(cases)}")
    bad = [f"{case.name}: {case.verdict}" for case in cases if case.verdict != "PROCESSED"]
    assert bad == []
    assert len(cases) >= 20
    shutil.rmtree(tmp_path, ignore_errors=True)
