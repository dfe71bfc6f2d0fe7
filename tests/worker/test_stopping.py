"""A pool child sees that its own worker stops, and only its own."""

import os
from pathlib import Path

from ingest_worker.stopping import StopNote


def test_a_note_is_seen_until_it_is_cleared(tmp_path: Path) -> None:
    note = StopNote.of_this_process(tmp_path)
    assert not note.is_left()
    note.leave()
    note.leave()
    assert note.is_left()
    note.clear()
    note.clear()
    assert not note.is_left()


def test_a_child_reads_the_note_of_its_parent(tmp_path: Path) -> None:
    StopNote.of_this_process(tmp_path).leave()
    pid = os.fork()
    if pid == 0:
        os._exit(0 if StopNote.of_my_worker(tmp_path).is_left() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_another_workers_note_is_not_mine(tmp_path: Path) -> None:
    StopNote(tmp_path, os.getpid() + 1).leave()
    assert not StopNote.of_this_process(tmp_path).is_left()
