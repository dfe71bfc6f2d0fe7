"""kill -9 while a directory is unpacked and unfolded: each profile is there once, processed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from profiles.services import sample_files
from tests.processes.server import RunningServer
from tests.processes.test_kills import kill, let_go, pause_in
from tests.serve.patience import until

pytestmark = pytest.mark.processes

CASES = (
    ("decoder", "unpack"),
    ("pool child", "unpack"),
    ("pool child", "unfold"),
    ("pool child", "unfolded"),
    ("supervisor", "unfolded"),
)
FINAL_WITHIN_S = 120.0


def directory() -> list[tuple[str, Path]]:
    """The sample of a serving run, as the form sends it."""
    [(_, archive)] = sample_files("serving")
    return [("directory", archive)]


def devices_of(server: RunningServer, profile: str) -> list[dict[str, object]]:
    answer = server.api.ask("GET", f"api/v1/profiles/?parent={profile}&page_size=100")
    found: list[dict[str, object]] = answer["results"]
    return found


def judge(server: RunningServer, profile: str, name: str) -> None:
    """One system profile, each device profile once, no archive, and nothing half unpacked."""
    final = server.final(profile, within_s=FINAL_WITHIN_S)
    assert (final["status"], final["kind"]) == ("PROCESSED", "system"), server.errors()
    for device in devices_of(server, profile):
        assert server.final(str(device["id"]))["status"] == "PROCESSED"
    names = [str(device["name"]) for device in devices_of(server, profile)]
    assert len(names) == len(set(names)) == 16
    whole = server.api.ask("GET", "api/v1/profiles/?parent=none&page_size=100")["results"]
    assert [one["id"] for one in whole if one["name"] == name] == [profile]
    folder = server.data_dir / "sources" / profile
    kept = {path.name for path in folder.iterdir()}
    assert "archive-0" not in kept
    assert len(kept) == sum(1 for _ in folder.glob("unpacked-*"))
    assert until(lambda: not server.leftovers(), within_s=60), server.leftovers()


def test_a_directory_is_unfolded_once_whoever_is_killed(
    new_server: Callable[..., RunningServer],
) -> None:
    server = new_server().start()
    for victim, place in CASES:
        name = f"{victim} at {place}"
        profile = pause_in(server, place, directory(), name)
        kill(server, victim, place)
        let_go(server, place)
        if victim == "supervisor":
            server.start()
        judge(server, profile, name)


def test_a_directory_deleted_while_it_is_unpacked_leaves_nothing(server: RunningServer) -> None:
    profile = pause_in(server, "unpack", directory(), "deleted")
    server.api.ask("DELETE", f"api/v1/profiles/{profile}/")
    let_go(server, "unpack")
    assert until(lambda: server.decoder() == 0, within_s=30)
    assert server.profiles() == []
    assert until(lambda: not (server.data_dir / "sources" / profile).exists(), within_s=30)
