"""A new server ends what a dead one left, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

from explorer_site.serve.takeover import Started, command_line, end_leftovers, record, recorded
from tests.serve.patience import is_alive, until

SLEEP = "import time; time.sleep(60)"


def sleeper(mark: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", SLEEP, mark], start_new_session=True)
    assert until(lambda: mark in command_line(process.pid))
    return process


def test_recorded_processes_are_ended(tmp_path: Path) -> None:
    listing = tmp_path / "children.json"
    with sleeper("mark-one") as one, sleeper("mark-two") as two:
        record(listing, [Started("a", one.pid, "mark-one"), Started("b", two.pid, "mark-two")])
        # Somebody must collect the dead, which a real leftover's new parent does.
        assert set(end_leftovers_while_reaping(listing, [one, two])) == {one.pid, two.pid}
    assert not is_alive(one.pid)
    assert not is_alive(two.pid)
    assert not listing.exists()


def end_leftovers_while_reaping(
    listing: Path, processes: list[subprocess.Popen[bytes]]
) -> list[int]:
    import threading

    reapers = [threading.Thread(target=process.wait) for process in processes]
    for reaper in reapers:
        reaper.start()
    ended = end_leftovers(listing)
    for reaper in reapers:
        reaper.join()
    return ended


def test_a_pid_that_now_belongs_to_another_program_is_left_alone(tmp_path: Path) -> None:
    listing = tmp_path / "children.json"
    with sleeper("somebody-else") as other:
        record(listing, [Started("web", other.pid, "explorer_site.serve.web")])
        assert end_leftovers(listing) == []
        assert is_alive(other.pid)
        other.kill()


def test_a_process_without_a_mark_is_never_ended(tmp_path: Path) -> None:
    listing = tmp_path / "children.json"
    record(listing, [Started("me", os.getpid(), "")])
    assert end_leftovers(listing) == []


def test_a_missing_or_damaged_list_is_an_empty_one(tmp_path: Path) -> None:
    listing = tmp_path / "children.json"
    assert end_leftovers(listing) == []
    listing.write_text("[1, 2")
    assert recorded(listing) == []
    assert end_leftovers(listing) == []
    assert not listing.exists()
