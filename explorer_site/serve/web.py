"""The web server of one port: granian in WSGI mode, tied to the process that started it."""

import argparse
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from explorer_site.serve.ports import LOOPBACK
from ingest_worker.tether import die_with_parent, watch_parent

TARGET = "explorer_site.wsgi:application"
CONTAINER_SETTING = "EXPLORER_BIND_IN_CONTAINER"
STOP_WITHIN_S = 4
THREADS = 32
"""Requests answered at once; an upload holds one for as long as it lasts. Idle threads end."""


def bind_address() -> str:
    """Loopback, except in a container whose port is published on the host's loopback.

    The container setting is the only way to another address, and says so in its name.
    """
    in_container = os.environ.get(CONTAINER_SETTING, "").strip().lower() in {"1", "true", "yes"}
    return "0.0.0.0" if in_container else LOOPBACK


def load_application(_target: str) -> Callable[..., Any]:
    """Import the application inside granian's child, which must not outlive granian."""
    die_with_parent(signal.SIGKILL)
    from explorer_site.wsgi import application

    return application


def serve(port: int) -> None:
    """Answer on `port` until SIGTERM."""
    Granian(
        target=TARGET,
        address=bind_address(),
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=4 * THREADS,
        workers_kill_timeout=STOP_WITHIN_S,
        websockets=False,
    ).serve(target_loader=load_application)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve one port: `python -m explorer_site.serve.web --port 3001`."""
    parser = argparse.ArgumentParser(prog="explorer_site.serve.web", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tied", action="store_true", help="end with the parent process")
    options = parser.parse_args(arguments)
    if options.tied:
        watch_parent(grace_s=STOP_WITHIN_S + 2)
    serve(options.port)


if __name__ == "__main__":
    main()
