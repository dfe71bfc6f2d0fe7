"""Pauses exist for kill tests only, and happen once each."""

import os
import threading
import time
from pathlib import Path

from ingest_worker.pause import pause_at
from tests.serve.patience import until


def test_without_a_folder_nothing_waits() -> None:
    started = time.monotonic()
    pause_at(None, "decode")
    assert time.monotonic() - started < 0.5


def test_a_place_that_was_not_asked_for_is_passed(tmp_path: Path) -> None:
    (tmp_path / "build").touch()
    pause_at(tmp_path, "decode")
    assert (tmp_path / "build").exists()


def test_a_pause_is_told_lasts_until_its_mark_is_removed_and_happens_once(tmp_path: Path) -> None:
    (tmp_path / "decode").touch()
    thread = threading.Thread(target=pause_at, args=(tmp_path, "decode"))
    thread.start()
    assert until((tmp_path / "decode.reached").exists)
    assert (tmp_path / "decode.reached").read_text() == str(os.getpid())
    time.sleep(0.1)
    assert thread.is_alive()
    (tmp_path / "decode.reached").unlink()
    thread.join(5)
    assert not thread.is_alive()
    pause_at(tmp_path, "decode")
