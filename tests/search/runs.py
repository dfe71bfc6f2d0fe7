"""Runs to search in: the sample, two traces with errors, and a session; in small row groups."""

from pathlib import Path

import profiles
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.session.sample import sample_session
from tests.pipeline.capture_files import trace_bytes, trace_source
from tests.search.brute_force import small_row_groups
from tests.system.runs import written

SAMPLE = Path(profiles.__path__[0]) / "sample"
ROWS = 300


def run_of(kind: str, folder: Path) -> ReadableRun:
    """One of sample, traces and session."""
    if kind == "session":
        run = written(sample_session(), folder)
    else:
        if kind == "sample":
            paths = (SAMPLE / "attention.neff", SAMPLE / "attention.ntff")
            sources = [SourceRef(path.suffix[1:], path.name, path) for path in paths]
        else:
            sources = [trace_source(folder, f"{n}.ntff", trace_bytes(6, 2)) for n in range(2)]
        store = TableStore(folder / "tables")
        process(sources, store.new_run("p", 1), Options(), silent)
        run = store.open_run("p", 1)
    small_row_groups(run, ROWS)
    return run
