"""What the worker's main process does beside tasks: a heartbeat, and word of its stopping."""

from pathlib import Path
from typing import Any

from celery import bootsteps
from celery.signals import worker_init, worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings

from ingest_worker.stopping import StopNote

HEARTBEAT_FILE = "worker.heartbeat"
HEARTBEAT_EVERY_S = 2.0


def run_folder() -> Path:
    """Where processes leave notes for each other."""
    folder: Path = settings.DATA_DIR / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Heartbeat(bootsteps.StartStopStep):
    """Touches a file every two seconds, from the loop that also takes messages.

    A worker that hangs, or has lost its broker, stops touching it; the readiness check looks at
    the file's age.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._path = run_folder() / HEARTBEAT_FILE
        self._timer: Any = None

    def start(self, parent: Any) -> None:
        """Begin with the first turn of the worker's loop."""
        self._timer = parent.timer.call_repeatedly(HEARTBEAT_EVERY_S, self._path.touch)

    def stop(self, _parent: Any) -> None:
        """End, and leave no old heartbeat behind."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._path.unlink(missing_ok=True)


@worker_init.connect
def forget_old_note(**_: Any) -> None:
    """A worker with the pid of an earlier one is not stopping yet."""
    StopNote.of_this_process(run_folder()).clear()


@worker_ready.connect
def begin(sender: Any, **_: Any) -> None:
    """Beat once at once, and send what waits since before the start."""
    (run_folder() / HEARTBEAT_FILE).touch()
    sender.app.send_task("ingest_worker.requeue_stalled", queue="default")


@worker_shutting_down.connect
def tell_children(**_: Any) -> None:
    """Let the pool's children know, so that they finish or hand back."""
    StopNote.of_this_process(run_folder()).leave()


@worker_shutdown.connect
def clean_up(**_: Any) -> None:
    """Take the note back once all children are done."""
    StopNote.of_this_process(run_folder()).clear()
