"""The tasks, thin: one decides who may, another does the work."""

import os
import socket
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from ingest_worker import sweep
from ingest_worker.ingest import ingest
from ingest_worker.stopping import StopNote
from profiles import lifecycle
from profiles.dispatch import send_process

MOST_RETRIES = 3


@shared_task(
    name="ingest_worker.process_profile",
    autoretry_for=(OperationalError, OSError),
    max_retries=MOST_RETRIES,
    retry_backoff=2,
    retry_jitter=True,
)
def process_profile(profile_id: str) -> str:
    """Process one profile, unless somebody else does. Returns a word for the log."""
    note = StopNote.of_my_worker(settings.DATA_DIR / "run")
    worker = f"{socket.gethostname()}:{os.getpid()}"
    outcome = ingest(UUID(profile_id), worker=worker, is_stopping=note.is_left)
    return outcome.value if outcome else "not mine"


@shared_task(name="ingest_worker.requeue_stalled")
def requeue_stalled() -> int:
    """Send what waits or was left behind by a dead worker. Returns how many profiles."""
    waiting = lifecycle.requeue_stalled(timezone.now())
    for profile_id in waiting:
        send_process(profile_id)
    sweep.note_sweep()
    sweep.drop_scratch()
    sweep.repair_recent_links()
    sweep.drop_stale_uploads()
    return len(waiting)


@shared_task(name="ingest_worker.drop_old_runs")
def drop_old_runs() -> int:
    """Remove tables and sources that no profile needs any more. Returns how many."""
    return sweep.drop_old_runs() + sweep.drop_unnamed_sources()
