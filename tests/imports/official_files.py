"""What the official tool writes, as files made here: JSON and tables of a small capture."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest_worker.exports.official_view import official_view
from ingest_worker.pipeline.official import process_official
from ingest_worker.pipeline.run import RunResult, process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.pair import write_pair

Document = dict[str, Any]

SUMMARY = {
    "total_time": 6.620573e-05,
    "hardware_flops": 1107296256,
    "mfu_estimated_percent": 0.07733469595456466,
    "throttle_activity_1_active_time_nc0_percent": 0.25,
    "throttle_activity_1_avg_util_limit_nc0_percent": 0.5,
    "throttle_active_nc0_time_ns": 14467,
    "instance_type": "trn2.3xlarge",
    "compiler_version": "2.23",
    "nc_idx": 9,
}


def decoded(folder: Path) -> ReadableRun:
    """A small capture, decoded here."""
    neff, ntff = write_pair(folder)
    store = TableStore(folder / "decoded")
    given = [SourceRef("neff", "a.neff", neff), SourceRef("ntff", "a.ntff", ntff)]
    process(given, store.new_run("p", 1), Options(), silent)
    return store.open_run("p", 1)


def device_document(run: ReadableRun) -> Document:
    """The JSON of a device, as the official tool lays it out."""
    view = official_view(run)
    found: Document = {**view.tables, "summary": [SUMMARY]}
    found["instruction"] = [*found["instruction"], *view.duplicates]
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def write_json(folder: Path, document: Any, name: str = "ntff.json") -> SourceRef:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return SourceRef("official", name, path)


def tables_of(folder: Path) -> list[SourceRef]:
    """Every Parquet file below a folder, by its path inside, as an upload has it."""
    paths = sorted(path for path in folder.rglob("*.parquet") if path.is_file())
    return [
        SourceRef("parquet", path.relative_to(folder).as_posix(), path, number)
        for number, path in enumerate(paths)
    ]


def write_table(folder: Path, name: str, columns: dict[str, list[Any]]) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def imported(
    folder: Path, sources: list[SourceRef], options: Options | None = None
) -> tuple[ReadableRun, RunResult]:
    """The run made of what the official tool wrote."""
    store = TableStore(folder / "imported")
    result = process_official(sources, store.new_run("p", 1), options or Options(), silent)
    return store.open_run("p", 1), result


def rows(run: ReadableRun, table: str, part: int = 0) -> list[dict[str, Any]]:
    with run.parquet(table, part) as file:
        found: list[dict[str, Any]] = file.read(use_threads=False).to_pylist()
    return found


def codes(result: RunResult) -> set[str]:
    return {notice.code for notice in result.notices}


def said(result: RunResult, code: str) -> str:
    return " ".join(notice.message for notice in result.notices if notice.code == code)
