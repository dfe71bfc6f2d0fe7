"""Measures ingest: records a second, memory, stages, and what an event costs on disk.

Run by hand, on captures made as in `tests/make/big.py` (1, 10 and 100 million events take 0.05, 0.5
and 5 GB, and the tables of the last 3 GB more):

    python -m tests.bench.ingest --events 1000000 10000000 100000000

Each capture is processed in a process of its own by the same function the worker calls, all tables
written. A record is 16 bytes of trace; an event is a drawn row. Peak memory is the process's
resident high-water mark, pages of mapped files included; it has no child. `seconds` is from
received to published, `cpu_seconds` what it cost where other work shared the machine, and
`tables_cpu_s` what making each table cost, writing it apart. With `--check` a capture slower than
`FLOOR_RECORDS_PER_S`, larger than `MOST_MB` or of more than `MOST_BYTES` an event ends with 1.

docs/performance.md tells what was measured.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from ingest_worker.builders.built import BuiltTable
from ingest_worker.formats.limits import Limits
from ingest_worker.pipeline import build
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef
from profiles.storage.layout import PYRAMID, TIMELINE
from profiles.storage.tables import RunFolder, TableStore
from tests.make.big import records_for, write_big

FLOOR_RECORDS_PER_S, MOST_MB, MOST_BYTES = 2_000_000, 2_000, 24.0
LEAST_SHOWN_S = 0.005


class Tables:
    """Takes the place of `build._write`: adds up the processor time of making each table."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}
        self._write = build._write

    def __call__(self, folder: RunFolder, number: int, make: build.Maker) -> None:
        begun = time.thread_time()
        made: list[str] = []

        def named() -> BuiltTable | None:
            table = make()
            made.extend([table.name] if table is not None and table.row_count else [])
            return table

        self._write(folder, number, named)
        for name in made:
            self.cpu_s[name] = self.cpu_s.get(name, 0.0) + time.thread_time() - begun


class Clock:
    """A `Progress` that adds up the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stage = ""
        self._since = time.perf_counter()

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] += now - self._since
        self._stage, self._since = stage, now


def memory_mb(key: str) -> float:
    """A figure of this process's status, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) / 1000


def ingest(neff: Path, ntff: Path, out: Path) -> dict[str, object]:
    """Process one pair into `out`; figures as a JSON document."""
    store = TableStore(out)
    clock, tables = Clock(), Tables()
    build.__dict__["_write"] = tables
    before_mb = memory_mb("VmRSS:")
    begun = time.perf_counter()
    sources = [
        SourceRef("neff", neff.name, neff, 0),
        SourceRef("ntff", ntff.name, ntff, 0),
    ]
    result = process(sources, store.new_run("bench", 1), Options(Limits()), clock)
    seconds = time.perf_counter() - begun
    busy_seconds = time.process_time()
    clock("end", 0, 0)
    manifest = result.manifest
    run = store.open_run("bench", 1)
    document = json.loads((run.path / TIMELINE).read_text())
    events = sum(g["rows"] for g in document["groups"] if g["kind"] != "dma_engines")
    sizes = {table.name: table.size_bytes for table in manifest.tables}
    sizes[PYRAMID] = (run.path / "parts" / "0" / PYRAMID).stat().st_size
    return {
        "records": manifest.record_count,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(busy_seconds, 2),
        "records_per_s": round(manifest.record_count / seconds),
        "events": events,
        "peak_mb": round(memory_mb("VmHWM:")),
        "start_mb": round(before_mb),
        "tables_cpu_s": {
            name: round(value, 2)
            for name, value in sorted(tables.cpu_s.items(), key=lambda pair: -pair[1])
            if value >= LEAST_SHOWN_S
        },
        "stages_s": {name: round(value, 2) for name, value in clock.seconds.items()},
        "bytes_per_event": round(sum(sizes.values()) / max(events, 1), 1),
        "bytes_per_event_by_file": {
            name: round(size / max(events, 1), 2)
            for name, size in sorted(sizes.items(), key=lambda pair: -pair[1])
        },
    }


def meets_floor(found: dict[str, Any]) -> bool:
    """Whether a capture was fast and small enough."""
    is_fast = found["records_per_s"] >= FLOOR_RECORDS_PER_S
    return bool(is_fast and found["peak_mb"] <= MOST_MB and found["bytes_per_event"] <= MOST_BYTES)


def main() -> None:
    """Reads the command line, makes the captures that are missing, prints one document each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--events", type=int, nargs="+", help="drawn rows, instead of records")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench-ingest")
    parser.add_argument("--check", action="store_true", help="end with 1 below the floor")
    parser.add_argument("--once", type=Path, nargs=3, help="NEFF, NTFF and output folder")
    chosen = parser.parse_args()
    if chosen.once:
        found = ingest(*chosen.once)
        print(json.dumps(found, indent=1))
        if chosen.check and not meets_floor(found):
            sys.exit(1)
        return
    for count in [records_for(n) for n in chosen.events or ()] or chosen.records:
        folder = chosen.folder / str(count)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "big.ntff").exists():
            write_big(folder, count)
        pair = [str(folder / "big.neff"), str(folder / "big.ntff"), str(folder / "tables")]
        command = [sys.executable, "-m", "tests.bench.ingest", "--once", *pair]
        command += ["--check"] if chosen.check else []
        if subprocess.run(command, check=False, env=os.environ).returncode:
            sys.exit(f"{count:,} records: failed, slower than the floor or too large")


if __name__ == "__main__":
    main()
