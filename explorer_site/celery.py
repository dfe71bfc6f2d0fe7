"""The Celery app: two queues, JSON only, nothing acknowledged before it is done."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "explorer_site.settings")

VISIBILITY_MARGIN_S = 3600
SWEEP_TASK = "ingest_worker.requeue_stalled"
CLEAN_TASK = "ingest_worker.drop_old_runs"
CLEAN_EVERY_S = 600


def broker_url() -> str:
    """The configured broker, else the embedded one's usual socket."""
    return settings.REDIS_URL or f"redis+socket://{settings.DATA_DIR}/run/broker.sock"


app = Celery("explorer")
app.conf.update(
    broker_url=broker_url(),
    imports=("ingest_worker.tasks",),
    # Messages carry a profile's id and nothing that could be executed when read.
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    # The database holds every result; nobody asks the broker.
    task_ignore_result=True,
    # A worker that dies in a task has not acknowledged it, and the broker gives it out again.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # One message a free child: the default of four would wait behind a long ingest.
    worker_prefetch_multiplier=1,
    # Declared queues only: a typing error in a queue's name fails instead of filling a new queue.
    task_queues=tuple(Queue(name, routing_key=name) for name in ("ingest", "default")),
    task_default_queue="default",
    task_create_missing_queues=False,
    task_routes={"ingest_worker.process_profile": {"queue": "ingest"}},
    # The runner ends a slow ingest at its own, lower limit and records why; this is the safety net.
    task_time_limit=settings.INGEST_HARD_LIMIT_S,
    broker_transport_options={
        # Redis gives a message out again when it is unacknowledged for this long (3600 s if not
        # set), so it lies above the longest task; `claim` makes a second delivery harmless.
        "visibility_timeout": settings.INGEST_HARD_LIMIT_S + VISIBILITY_MARGIN_S,
        # What a killed worker had taken comes back in seconds instead of minutes.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A request that cannot reach the broker must not wait for it: the sweeper sends later.
    task_publish_retry=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    timezone="UTC",
    # In memory: every entry is due within minutes of a start anyway.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=5,
    beat_schedule={
        "requeue stalled": {
            "task": SWEEP_TASK,
            "schedule": settings.SWEEP_INTERVAL_S,
            "options": {"queue": "default", "expires": max(5, 2 * settings.SWEEP_INTERVAL_S)},
        },
        "drop old runs": {
            "task": CLEAN_TASK,
            "schedule": CLEAN_EVERY_S,
            "options": {"queue": "default", "expires": CLEAN_EVERY_S},
        },
    },
)


@setup_logging.connect
def use_project_logging(**_: Any) -> None:
    """Log as the rest of the project does, instead of in Celery's own form."""
    logging.config.dictConfig(settings.LOGGING)
    # The sweep comes every few seconds; what a run does is told by ingest_worker.run.
    for name in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)
