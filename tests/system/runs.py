"""Described sessions, written to a folder and processed to a system run."""

import json
from pathlib import Path
from typing import Any

from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.capture_scan import scan_directory
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.pipeline.system import process_system
from profiles.capture_names import CPU_UTIL, FRAMEWORK, HOST_MEM, NTRACE, TRACE_INFO
from profiles.directory import plan
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.session.description import Session
from tests.make.session.write import write_session

SYSTEM = frozenset({TRACE_INFO, NTRACE, CPU_UTIL, HOST_MEM, FRAMEWORK})


def system_sources(root: Path) -> list[SourceRef]:
    """The files of a capture directory that a system run reads."""
    return [
        SourceRef(found.role, found.path, root / found.path, number)
        for number, found in enumerate(scan_directory(root))
        if found.role in SYSTEM
    ]


def device_refs(root: Path, name: str = "serving") -> list[DeviceRef]:
    """The device profiles that the directory's traces become; ids count from 0."""
    return [
        DeviceRef.of(f"device-{number}", device)
        for number, device in enumerate(plan(scan_directory(root), name).devices)
    ]


def processed(root: Path, store: Path, **options: Any) -> ReadableRun:
    """The system run of a capture directory."""
    tables = TableStore(store)
    chosen = Options(explorer_version="0.1.0", profile_name="serving", **options)
    process_system(system_sources(root), tables.new_run("s", 1), chosen, silent, device_refs(root))
    return tables.open_run("s", 1)


def written(session: Session, folder: Path, **options: Any) -> ReadableRun:
    """Writes a session and processes it."""
    return processed(write_session(folder / "capture", session), folder / "store", **options)


def rows(run: ReadableRun, table: str) -> list[dict[str, Any]]:
    """All rows of a table; none where it was not written."""
    if run.manifest.table(table) is None:
        return []
    found: list[dict[str, Any]] = run.rows(table, 0, offset=0, limit=1_000_000).to_pylist()
    return found


def attributes(row: dict[str, Any]) -> dict[str, Any]:
    """The further attributes of an event."""
    found: dict[str, Any] = json.loads(row["extra_attributes_json"] or "{}")
    return found


def codes(run: ReadableRun) -> dict[str, int]:
    """How often each notice was met."""
    found: dict[str, int] = {}
    for notice in run.manifest.notices:
        found[notice.code] = found.get(notice.code, 0) + notice.count
    return found


def document(run: ReadableRun) -> dict[str, Any]:
    """The timeline's document."""
    found: dict[str, Any] = json.loads((run.path / "timeline.json").read_text())
    return found
