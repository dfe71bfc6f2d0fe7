"""Servers that are ended after each test, whatever happened in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes.server import RunningServer


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Makes servers; `new_server("name", SETTING="value")` is not started yet."""
    made: list[RunningServer] = []

    def make(name: str = "data", **environment: str) -> RunningServer:
        server = RunningServer(tmp_path / name, environment)
        made.append(server)
        return server

    yield make
    for server in made:
        server.end()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One running server for tests that leave it as they found it."""
    server = RunningServer(tmp_path_factory.mktemp("shared") / "data")
    try:
        yield server.start()
    finally:
        server.end()


@pytest.fixture
def server(new_server: Callable[..., RunningServer]) -> RunningServer:
    """A running server."""
    return new_server().start()
