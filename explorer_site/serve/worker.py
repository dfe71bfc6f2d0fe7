"""The Celery worker and its beat as processes of the local server."""

import argparse
from collections.abc import Sequence

from django.conf import settings

from explorer_site.celery import app
from explorer_site.serve.worker_hooks import Heartbeat
from ingest_worker.tether import watch_parent

STOP_WITHIN_S = 8
CHILD_RESIDENT_KIB = 400_000
"""A pool child that a task left larger is replaced; decoding has a process of its own."""


def worker_arguments(children: int) -> list[str]:
    """Celery's command line for the one worker of the local server."""
    return [
        "worker",
        *("--hostname", "explorer@%h"),
        *("--queues", "ingest,default"),
        *("--concurrency", str(children)),
        *("--max-memory-per-child", str(CHILD_RESIDENT_KIB)),
        *("--loglevel", "INFO"),
        "--without-gossip",
        "--without-mingle",
    ]


def beat_arguments() -> list[str]:
    """Celery's command line for the beat, which keeps its schedule in memory."""
    return ["beat", "--loglevel", "WARNING", "--pidfile", ""]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the worker, or the beat: `python -m explorer_site.serve.worker [--beat]`."""
    parser = argparse.ArgumentParser(prog="explorer_site.serve.worker", description=__doc__)
    parser.add_argument("--beat", action="store_true", help="run the beat instead of the worker")
    parser.add_argument("--tied", action="store_true", help="end with the parent process")
    options = parser.parse_args(arguments)
    if options.tied:
        watch_parent(grace_s=STOP_WITHIN_S)
    if options.beat:
        # It sends tasks by their names; their code would only cost memory.
        app.conf.imports = ()
        app.start(beat_arguments())
    else:
        app.steps["worker"].add(Heartbeat)
        app.start(worker_arguments(settings.WORKER_PROCESSES))


if __name__ == "__main__":
    main()
