"""A data folder of the test's own, profiles in it, and a child that does what a program says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest_worker import child_process
from profiles.models import Profile, SourceFile
from profiles.storage.manifest import Manifest
from profiles.stores import source_store
from tests.worker.fake_child import command

FINISH = """
folder = Path(job["tables"]) / job["profile_id"] / str(job["run"])
folder.mkdir(parents=True, exist_ok=True)
(folder / "manifest.json").write_text({manifest!r})
send("done", notices=[])
"""

Program = Callable[[str], None]


@pytest.fixture
def data_dir(tmp_path: Path, settings: Any) -> Path:
    """The data folder."""
    settings.DATA_DIR = tmp_path / "data"
    for name in ("run", "incoming", "sources", "tables", "profiles"):
        (settings.DATA_DIR / name).mkdir(parents=True)
    settings.LEASE_S = 30
    settings.PAUSE_FOLDER = ""
    folder: Path = settings.DATA_DIR
    return folder


@pytest.fixture
def child_does(monkeypatch: pytest.MonkeyPatch) -> Program:
    """Replace the decoding child; `FINISH` in a program ends the run as done."""
    manifest = Manifest(schema_version="7.4.0", explorer_version="test", duration_ns=54_276)
    finish = FINISH.format(manifest=manifest.to_json())

    def replace(program: str) -> None:
        text = program.replace("FINISH", finish)
        monkeypatch.setattr(child_process, "CHILD_COMMAND", command(text))

    return replace


@pytest.fixture
def profile(db: None, data_dir: Path) -> Profile:
    """A waiting profile with one trace."""
    found = Profile.objects.create(name="run-12", folder_name="run-12")
    SourceFile.objects.create(
        profile=found, role="ntff", ordinal=0, name="a.ntff", size_bytes=5, sha256="0" * 64
    )
    path = source_store().path(str(found.pk), "ntff", 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"trace")
    return found
