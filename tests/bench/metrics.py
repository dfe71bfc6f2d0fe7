"""Measures the summary of a device profile: how long an answer takes, whole and of ranges.

Run by hand, on a run folder that `tests.bench.ingest` has left:

    python -m tests.bench.metrics --run /tmp/bench-ingest/10000000/tables --profile bench

`cold` is the first answer of a fresh process, in which the columns are read; `whole` the same once
more; `ranges` are drawn at random, from a thousandth of the profile to all of it. Times are those
of `answer` in this process, without HTTP, by the clock (`wall`) and of the processor (`cpu`), which
is what counts where other work shares the machine. With `--parts` every part is timed on its own.
"""

import argparse
import json
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
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights import rules
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS, answer
from profiles.storage.tables import TableStore

FLOOR_MS = 200
"""The most an answer may take at a million instructions."""

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
    return answer(Region(run, start_ns, end_ns), Thresholds())


def measure(run: DeviceRun, count: int) -> dict[str, Any]:
    """Figures of one run, opened anew."""
    thresholds = Thresholds()
    cold = timed(lambda: answer(Region(run.prepare()), thresholds))
    whole = [timed(lambda: answer(Region(run), thresholds)) for _ in range(5)]
    ranges = [timed(partial(ranged, run, *pair)) for pair in drawn(run, count)]
    return {
        "instructions": len(run.instructions.tally),
        "packets": len(run.packets.tally),
        "kinds": len(run.instructions.kinds),
        "floor_ms": FLOOR_MS,
        "cold_ms": round(cold[0]),
        "cold_cpu_ms": round(cold[1]),
        "whole": spread(whole),
        "ranges": spread(ranges),
    }


def by_part(run: DeviceRun) -> dict[str, float]:
    """Milliseconds of the processor of each part of the whole, the columns being there."""
    found = {name: timed(partial(part, Region(run)))[1] for name, part in PARTS.items()}
    for rule in rules.RULES:
        found[f"finding {rule.__name__}"] = timed(partial(rule, Region(run), Thresholds()))[1]
    return {name: round(value, 1) for name, value in found.items()}


def main() -> None:
    """Reads the command line and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the folder of tables")
    parser.add_argument("--profile", default="bench")
    parser.add_argument("--number", type=int, default=1)
    parser.add_argument("--ranges", type=int, default=40)
    parser.add_argument("--parts", action="store_true")
    chosen = parser.parse_args()
    run = DeviceRun(TableStore(chosen.run).open_run(chosen.profile, chosen.number), 0)
    print(json.dumps(measure(run, chosen.ranges), indent=1))
    if chosen.parts:
        print(json.dumps(by_part(run), indent=1))


if __name__ == "__main__":
    main()
