"""What tests of domain, API and pages share: a data folder each, its stores, a client."""

import os
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from hypothesis import settings as hypothesis_settings

from profiles import dispatch
from profiles.storage.sources import SourceStore
from profiles.storage.tables import TableStore
from profiles.stores import source_store, table_store

# Times of single examples say more about the machine's other work than about the code.
hypothesis_settings.register_profile("explorer", deadline=None)
hypothesis_settings.load_profile("explorer")

FOLDERS = ("incoming", "sources", "tables", "profiles", "run", "logs", "broker")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample captures; tests of the ground truth skip without it."""
    folder = Path(os.environ.get("SAMPLES", "../shared/samples"))
    if not folder.is_absolute():
        folder = Path(__file__).resolve().parent.parent / folder
    if not folder.is_dir():
        pytest.skip(f"there are no sample captures in {folder}; set SAMPLES")
    return folder


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Path:
    """A data folder of the test's own."""
    folder = tmp_path / "data"
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    settings.DATA_DIR = folder
    return folder


@pytest.fixture
def sources(data_dir: Path) -> SourceStore:
    """The store of uploaded files."""
    return source_store()


@pytest.fixture
def tables(data_dir: Path) -> TableStore:
    """The store of runs."""
    return table_store()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids that were sent to the worker; nothing reaches a broker."""
    found: list[str] = []

    def send_task(name: str, arguments: list[str], **options: Any) -> None:
        assert name == dispatch.PROCESS_TASK
        assert options["queue"] == dispatch.QUEUE
        found.extend(arguments)

    monkeypatch.setattr(current_app, "send_task", send_task)
    return found


@pytest.fixture
def client() -> Client:
    """A browser or script on this machine."""
    return Client(headers={"host": "localhost:3001"})
