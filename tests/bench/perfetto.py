"""Measures how much memory a large Perfetto trace takes to write, and how long.

Run by hand:

    python -m tests.bench.perfetto --slices 10000000

The tables of the two samples that come with the program, a device profile and a serving run, are
put one behind the other in time until there are so many slices; then each is written as a trace by
the function that the command line and the API call, in a process of its own. Or with `--run`, the
run folder of any profile. Peak memory is the process's resident high-water mark, pages of mapped
files included; `cpu_seconds` is what counts where other work shares the machine.
"""

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from explorer_site.commands.capture import device_run, open_capture, system_run
from explorer_site.commands.traces import write_trace
from explorer_site.export import source_refs
from ingest_worker.exports.perfetto.device import SLICES
from ingest_worker.exports.perfetto.system import EVENTS
from ingest_worker.exports.perfetto.trace import TraceOptions
from profiles.storage.layout import MANIFEST
from profiles.storage.manifest import Manifest
from profiles.storage.tables import ReadableRun, TableStore
from tests.bench.ingest import memory_mb
from tests.house.test_sizes import ROOT

TIMES = ("start_ts", "end_ts", "timestamp", "dma_trigger_start_ts", "trigger")
SLICE_TABLES = frozenset({EVENTS, *(kind.table for kind in SLICES)})
BATCH_ROWS = 1 << 16
SAMPLES = ROOT / "profiles" / "sample"


def slice_count(run: ReadableRun) -> int:
    """Rows that become slices."""
    return sum(t.row_count for t in run.manifest.tables if t.name in SLICE_TABLES)


def repeated(run: ReadableRun, slices: int, folder: Path) -> ReadableRun:
    """The run again and again, one behind the other, until it has so many slices."""
    times = -(-slices // slice_count(run))
    span = run.manifest.duration_ns + 1
    store = TableStore(folder)
    made = store.new_run("repeated", 1)
    for entry in run.manifest.tables:
        with run.parquet(entry.name, entry.part) as file:
            table = file.read().combine_chunks()
        made.write_table(entry.name, entry.part, table.schema, _batches(table, times, span))
    old = run.manifest
    parts, length = old.parts, span * times
    made.publish(Manifest(old.schema_version, "0", length, parts=parts, tables=tuple(made.tables)))
    return store.open_run("repeated", 1)


def _batches(table: pa.Table, times: int, span_ns: int) -> Iterator[pa.RecordBatch]:
    """The rows `times` times, their times moved on by a span each time."""
    together: list[pa.Table] = []
    for number in range(times if len(table) else 0):
        together.append(_moved(table, number * span_ns))
        if number == times - 1 or sum(map(len, together)) >= BATCH_ROWS:
            yield from pa.concat_tables(together).combine_chunks().to_batches(BATCH_ROWS)
            together = []


def _moved(table: pa.Table, by_ns: int) -> pa.Table:
    for place, field in enumerate(table.schema):
        if field.name in TIMES and pa.types.is_integer(field.type):
            moved: Any = pc.add(table.column(place), pa.scalar(by_ns, field.type))
            table = table.set_column(place, field, moved)
    return table


def samples(folder: Path) -> Iterator[tuple[str, ReadableRun]]:
    """The published tables of a device profile and of a system run."""
    pair = source_refs(SAMPLES / "attention.neff", [SAMPLES / "attention.ntff"])
    with device_run(pair, "bench") as run:
        yield "device", run
    with tarfile.open(SAMPLES / "serving.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    with system_run(open_capture(folder / "neuron_profiles"), "bench") as run:
        yield "system", run


def written(folder: Path) -> dict[str, Any]:
    """Write the trace of a run folder; figures as a JSON document."""
    manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    run = ReadableRun(folder, manifest)
    slices = slice_count(run)
    before_mb, begun = memory_mb("VmHWM:"), time.perf_counter()
    with tempfile.TemporaryDirectory() as there:
        trace = write_trace(run, Path(there) / "one.pftrace", TraceOptions(flows=True), "bench")
    return {
        "slices": slices,
        "seconds": round(time.perf_counter() - begun, 1),
        "cpu_seconds": round(time.process_time(), 1),
        "start_mb": round(before_mb),
        "peak_mb": round(memory_mb("VmHWM:")),
        "trace_mb": round(trace.size_bytes / 1e6),
    }


def apart(name: str, folder: Path) -> None:
    """Measure a run folder in a process of its own. Raises CalledProcessError."""
    print(name, flush=True)
    command = [sys.executable, "-m", "tests.bench.perfetto", "--run", str(folder)]
    subprocess.run(command, check=True)


def main() -> None:
    """Reads the command line and prints a JSON document a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=10_000_000)
    parser.add_argument("--kind", choices=("device", "system"), help="only this sample")
    parser.add_argument("--run", type=Path, help="a run folder, in place of the samples")
    chosen = parser.parse_args()
    if chosen.run:
        print(json.dumps(written(chosen.run)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-perfetto-") as folder:
        for name, run in samples(Path(folder) / "capture"):
            if chosen.kind in (None, name):
                apart(name, repeated(run, chosen.slices, Path(folder) / name).path)


if __name__ == "__main__":
    main()
