"""Measures the summary of a device profile: how long an answer takes, whole and of ranges.

Run by hand; captures that are missing are made and processed first:

    python -m tests.bench.metrics --instructions 1000000 --records 10000000
    python -m tests.bench.metrics --run /tmp/bench-ingest/10000000/tables --profile bench

Every profile is measured in a process of its own. `open_ms` is what opening it takes, `cold` the
first answer about a range there, `dependencies` those of instructions drawn at random, `whole` the
full range (what the page asks first is kept with the profile and not measured here), `ranges` are
drawn at random, from a thousandth of the profile to all of it. Times are those of the answers in
this process, without HTTP, by the clock (`wall`) and of the processor (`cpu`), which is what counts
where other work shares the machine. `peak_mb` is the process's high-water mark with all of that,
`kept_share` what is kept for ranges against the tables. With `--tables` the tables are read instead
of what was kept beside them; with `--parts` every part is timed on its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from profiles.metrics import (
    bounds,
    critical_path,
    part_collectives,
    part_compute,
    part_movement,
    part_notices,
    roofline,
)
from profiles.metrics.dependencies import dependencies
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights import rules
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS, answer
from profiles.metrics.shelf import device_run
from profiles.metrics.stored import COLUMNS
from profiles.storage.tables import ReadableRun, TableStore
from tests.bench.ingest import memory_mb
from tests.make.big import write_big

FLOOR_MS = 200
"""The most an answer may take at a million instructions."""

RECORDS_OF_INSTRUCTION = 15.8644
"""How many records of a capture as `tests/make/big.py` writes it hold one instruction."""

PARTS: dict[str, Callable[[Region], object]] = {
    "metrics": lambda region: [one.compute(region) for one in METRICS.values() if one.compute],
    "roofline": roofline.roofline,
    "tensor_flops": part_compute.tensor_flops,
    "busy": part_compute.busy,
    "hbm": part_movement.hbm,
    "opcodes": part_compute.opcodes,
    "dma": part_movement.dma,
    "collectives": part_collectives.collectives,
    "nki": part_compute.nki_share,
    "bounds": bounds.bounds,
    "critical_path": critical_path.critical_path,
    "notices": part_notices.notices,
}


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


def drawn(run: DeviceRun, count: int, seed: int = 1) -> list[tuple[int, int]]:
    """Ranges of all widths, drawn evenly over their logarithm."""
    generator = np.random.default_rng(seed)
    first, last = run.span_ns
    widths = np.exp(generator.uniform(np.log(1e-3), 0, count)) * (last - first)
    starts = first + generator.uniform(0, 1, count) * (last - first - widths)
    pairs = zip(starts.tolist(), (starts + widths).tolist(), strict=True)
    return [(int(start), int(end) + 1) for start, end in pairs]


def spread(figures: list[tuple[float, float]]) -> dict[str, float]:
    """Median, 95th percentile and largest."""
    wall, cpu = (np.array([figure[n] for figure in figures]) for n in (0, 1))
    return {
        "p50_wall_ms": round(float(np.median(wall)), 1),
        "p95_wall_ms": round(float(np.quantile(wall, 0.95)), 1),
        "max_wall_ms": round(float(wall.max()), 1),
        "p50_cpu_ms": round(float(np.median(cpu)), 1),
        "max_cpu_ms": round(float(cpu.max()), 1),
    }


def ranged(run: DeviceRun, start_ns: int, end_ns: int) -> object:
    """The answer about a range."""
    return answer(Region(run.between(start_ns, end_ns), start_ns, end_ns), Thresholds())


def opened(run: ReadableRun, *, from_tables: bool) -> DeviceRun:
    """The run as a request opens it, or out of its tables."""
    return DeviceRun(run, 0) if from_tables else device_run(run, 0)


def measure(found: ReadableRun, count: int, *, from_tables: bool = False) -> dict[str, Any]:
    """Figures of one run, opened anew."""
    begun = time.perf_counter()
    run = opened(found, from_tables=from_tables)
    pairs = drawn(run, count)
    open_ms = (time.perf_counter() - begun) * 1000
    cold = timed(partial(ranged, run, *pairs[0]))
    rows = np.random.default_rng(2).integers(0, len(run.instructions.tally), count).tolist()
    asked = [timed(partial(dependencies, run, row)) for row in rows]
    ranges = [timed(partial(ranged, run, *pair)) for pair in pairs]
    whole = [timed(partial(ranged, run, *run.span_ns)) for _ in range(5)]
    kept = found.path / "parts" / "0" / COLUMNS
    kept_bytes = kept.stat().st_size if kept.exists() else 0
    return {
        "instructions": len(run.instructions.tally),
        "packets": len(run.packets.tally),
        "kinds": len(run.instructions.kinds),
        "floor_ms": FLOOR_MS,
        "open_ms": round(open_ms, 1),
        "cold_ms": round(cold[0], 1),
        "cold_cpu_ms": round(cold[1], 1),
        "dependencies_first_ms": round(asked[0][0], 1),
        "dependencies": spread(asked),
        "whole": spread(whole),
        "ranges": spread(ranges),
        "peak_mb": round(memory_mb("VmHWM:")),
        "kept_share": round(kept_bytes / found.manifest.size_bytes, 3),
    }


def by_part(run: DeviceRun) -> dict[str, float]:
    """Milliseconds of the processor of each part of the whole, the columns being there."""
    found = {name: timed(partial(part, Region(run)))[1] for name, part in PARTS.items()}
    for rule in rules.RULES:
        found[f"finding {rule.__name__}"] = timed(partial(rule, Region(run), Thresholds()))[1]
    return {name: round(value, 1) for name, value in found.items()}


def made(folder: Path, records: int) -> Path:
    """The tables of a capture of so many records, made and processed if they are not there."""
    own = folder / str(records)
    own.mkdir(parents=True, exist_ok=True)
    if not (own / "big.ntff").exists():
        write_big(own, records)
    if not (own / "tables" / "bench" / "1" / "parts" / "0" / COLUMNS).exists():
        pair = [str(own / name) for name in ("big.neff", "big.ntff", "tables")]
        command = [sys.executable, "-m", "tests.bench.ingest", "--once", *pair]
        subprocess.run(command, check=True, stdout=sys.stderr)
    return own / "tables"


def measure_once(chosen: argparse.Namespace) -> None:
    """Measures one folder of tables in this process, and prints the figures."""
    found = TableStore(chosen.run).open_run(chosen.profile, chosen.number)
    print(json.dumps(measure(found, chosen.ranges, from_tables=chosen.tables), indent=1))
    if chosen.parts:
        print(json.dumps(by_part(opened(found, from_tables=chosen.tables)), indent=1))


def main() -> None:
    """Reads the command line and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instructions", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--records", type=int, nargs="*", default=[10_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench-ingest")
    parser.add_argument("--run", type=Path, help="a folder of tables that is there already")
    parser.add_argument("--profile", default="bench")
    parser.add_argument("--number", type=int, default=1)
    parser.add_argument("--ranges", type=int, default=40)
    parser.add_argument("--tables", action="store_true", help="read the tables themselves")
    parser.add_argument("--parts", action="store_true")
    chosen = parser.parse_args()
    if chosen.run:
        measure_once(chosen)
        return
    sizes = [round(count * RECORDS_OF_INSTRUCTION) for count in chosen.instructions]
    more = [*(["--tables"] if chosen.tables else []), *(["--parts"] if chosen.parts else [])]
    for records in (*sizes, *chosen.records):
        command = [sys.executable, "-m", "tests.bench.metrics"]
        command += ["--run", str(made(chosen.folder, records)), "--ranges", str(chosen.ranges)]
        subprocess.run([*command, *more], check=True)


if __name__ == "__main__":
    main()
