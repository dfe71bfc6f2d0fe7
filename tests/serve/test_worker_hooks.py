"""The worker's main process beats while it lives, and tells its pool when it stops."""

import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from explorer_site.celery import app, use_project_logging
from explorer_site.serve import worker_hooks
from explorer_site.serve.worker_hooks import HEARTBEAT_FILE, Heartbeat
from ingest_worker.stopping import StopNote


class FakeTimer:
    """Remembers what is to be called repeatedly."""

    def __init__(self) -> None:
        self.called: Callable[[], None] | None = None
        self.every_s = 0.0

    def call_repeatedly(self, every_s: float, call: Callable[[], None]) -> "FakeTimer":
        self.every_s, self.called = every_s, call
        return self

    def cancel(self) -> None:
        self.called = None


def test_the_heart_beats_often_and_stops_with_the_worker(data_dir: Path) -> None:
    timer = FakeTimer()
    parent = SimpleNamespace(timer=timer)
    heart = Heartbeat(parent)
    heart.start(parent)
    assert 0 < timer.every_s <= 5
    assert timer.called is not None
    timer.called()
    beat = data_dir / "run" / HEARTBEAT_FILE
    assert beat.exists()
    heart.stop(parent)
    assert timer.called is None
    assert not beat.exists(), "a worker that is gone does not look alive"
    heart.stop(parent)


def test_a_ready_worker_beats_at_once_and_asks_for_a_sweep(data_dir: Path) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []
    sender = SimpleNamespace(
        app=SimpleNamespace(send_task=lambda name, **options: asked.append((name, options)))
    )
    worker_hooks.begin(sender=sender)
    assert (data_dir / "run" / HEARTBEAT_FILE).exists()
    assert asked == [("ingest_worker.requeue_stalled", {"queue": "default"})]


def test_a_stopping_worker_leaves_a_note_until_it_has_stopped(data_dir: Path) -> None:
    note = StopNote.of_this_process(data_dir / "run")
    worker_hooks.tell_children()
    assert note.is_left()
    worker_hooks.clean_up()
    assert not note.is_left()


def test_a_new_worker_forgets_the_note_of_an_old_one_with_its_pid(data_dir: Path) -> None:
    note = StopNote.of_this_process(data_dir / "run")
    note.leave()
    worker_hooks.forget_old_note()
    assert not note.is_left()


def test_the_folder_for_notes_is_made_where_a_container_has_none(
    data_dir: Path, settings: Any
) -> None:
    settings.DATA_DIR = data_dir / "fresh"
    assert worker_hooks.run_folder().is_dir()


def test_celery_logs_as_the_project_does() -> None:
    before = {name: logging.getLogger(name).level for name in ("celery.app.trace",)}
    use_project_logging()
    try:
        assert logging.getLogger("celery.app.trace").level == logging.WARNING
        assert app.main == "explorer"
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
