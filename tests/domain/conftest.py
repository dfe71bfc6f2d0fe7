"""Profiles with files, without HTTP and without a worker."""

from collections.abc import Callable
from pathlib import Path

import pytest

from profiles.models import Profile
from profiles.services import profile_submit
from profiles.storage.manifest import Manifest
from profiles.storage.sources import ReceivedFile
from profiles.stores import source_store, table_store

Submit = Callable[..., Profile]


def received(role: str, name: str, data: bytes) -> ReceivedFile:
    """A file as the door hands it over."""
    with source_store().receive() as incoming:
        incoming.append(data)
        return ReceivedFile(role, name, incoming.finish())


@pytest.fixture
def submit(db: None, data_dir: Path, sent: list[str]) -> Submit:
    """Make a PENDING profile: `submit("run 1", ntff=b"...")`."""

    def make(name: str | None = "run 1", *, key: str = "", **files: bytes) -> Profile:
        chosen = files or {"ntff": b"trace"}
        found = [received(role, f"file.{role}", data) for role, data in chosen.items()]
        profile, _ = profile_submit(name=name, files=found, idempotency_key=key)
        return profile

    return make


def write_run(profile: Profile, number: int, *, duration_ns: int = 54_276) -> Manifest:
    """A finished run folder with nothing in it but its manifest."""
    manifest = Manifest("7.4.0", "test", duration_ns=duration_ns, core_count=2)
    table_store().new_run(str(profile.pk), number).publish(manifest)
    return manifest
