"""Serving a data folder: everything between the command and the supervisor."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from explorer_site.serve import broker, data_folder, ports, preparation, takeover
from explorer_site.serve.address import Address
from explorer_site.serve.child import Child, Service
from explorer_site.serve.supervisor import Supervisor

HEARTBEAT_FILE = "worker.heartbeat"
READY_PATH = "/readyz"
WEB_NAMES = ("web", "api")
STOP_WITH_PARENT_SETTING = "EXPLORER_STOP_WITH_PARENT"


def serve(address: Address, *, version: str, after_ready: Callable[[], None] | None = None) -> int:
    """Serve until a signal; returns the exit code.

    Raises Refusal, with nothing started, if the folder or a port cannot be had.
    """
    data_folder.prepare(address.data_dir, version=version)
    lock = data_folder.ServerLock(address.data_dir)
    lock.take(port=address.main_port, api_port=address.api_port)
    try:
        leftovers = address.data_dir / "run" / "children.json"
        takeover.end_leftovers(leftovers)
        ports.require_free(address.ports)
        preparation.bring_up_to_date(address.data_dir)
        return _supervise(address, leftovers, after_ready)
    finally:
        lock.release()


def _supervise(address: Address, leftovers: Path, after_ready: Callable[[], None] | None) -> int:
    logs = address.data_dir / "logs"
    embedded = None if address.redis_url else broker.place(address.data_dir)
    url = embedded.url if embedded else address.redis_url
    first = [Child(_broker_service(embedded), logs)] if embedded else []
    services = _services(address, environment_for_children(address, url))
    return Supervisor(
        [Child(service, logs) for service in services],
        first=first,
        announce=partial(_announce, address, after_ready),
        changed=partial(_write_down, leftovers),
        is_abandoned=_parent_watch(),
    ).run()


def environment_for_children(address: Address, broker_url: str) -> dict[str, str]:
    """The settings that make every child serve the same folder and ports."""
    return {
        "DJANGO_SETTINGS_MODULE": "explorer_site.settings",
        "DATA_DIR": str(address.data_dir),
        "PORT": str(address.port),
        "API_PORT": str(address.api_port),
        "DISABLE_UI": "no" if address.has_pages else "yes",
        "REDIS_URL": broker_url,
        "PYTHONUNBUFFERED": "1",
    }


def _broker_service(embedded: broker.Broker) -> Service:
    return Service(
        name="broker",
        command=tuple(embedded.command()),
        mark=str(embedded.socket_path or embedded.port),
        is_ready=embedded.is_ready,
        before_start=embedded.clear_socket,
        # It ends by itself when its file cannot be read. The database knows what waits.
        after_error=embedded.forget,
    )


def _services(address: Address, environment: dict[str, str]) -> list[Service]:
    heartbeat = address.data_dir / "run" / HEARTBEAT_FILE
    python = (sys.executable, "-m")
    worker = (*python, "explorer_site.serve.worker", "--tied")
    return [
        *(
            Service(
                name=name,
                command=(*python, "explorer_site.serve.web", "--tied", "--port", str(port)),
                mark=f"explorer_site.serve.web --tied --port {port}",
                is_ready=partial(ports.answers, port, READY_PATH),
                environment=environment,
            )
            for name, (_, port) in zip(WEB_NAMES[-len(address.ports) :], address.ports, strict=True)
        ),
        Service(
            name="worker",
            command=worker,
            mark="explorer_site.serve.worker",
            is_ready=heartbeat.exists,
            environment=environment,
            before_start=partial(heartbeat.unlink, missing_ok=True),
        ),
        Service(
            name="beat",
            command=(*worker, "--beat"),
            mark="explorer_site.serve.worker",
            is_ready=_always,
            environment=environment,
        ),
    ]


def _always() -> bool:
    return True


def _announce(address: Address, after_ready: Callable[[], None] | None) -> None:
    told = "View a list of profiles at " if address.has_pages else "The API answers at "
    below = "" if address.has_pages else "api/v1/"
    sys.stdout.write(f"{told}http://localhost:{address.main_port}/{below}\n")
    sys.stdout.flush()
    if after_ready:
        after_ready()


def _write_down(path: Path, children: Sequence[Child]) -> None:
    started = (
        takeover.Started(child.name, child.pid, child.service.mark)
        for child in children
        if child.pid is not None
    )
    takeover.record(path, started)


def _parent_watch() -> Callable[[], bool]:
    """Whether the process that wanted this server is gone; asked only when started by one.

    `make run` sets the variable, so that killing make does not leave a server without a terminal.
    """
    if not os.environ.get(STOP_WITH_PARENT_SETTING):
        return _never
    parent = os.getppid()
    return lambda: os.getppid() != parent


def _never() -> bool:
    return False
