"""Measures the timeline's tiles: how long one takes, how large it gets, whether any is cut.

Run by hand, on a run folder that `tests.bench.ingest` has left:

    python -m tests.bench.tiles --run /tmp/bench-ingest/10000000/tables --profile bench

Times are those of `Timeline.tile` and `encode_tile` in this process, without HTTP: of tiles drawn
at random over levels, groups and places (`warm`), and of the first one in a fresh process (`cold`:
the pyramid is mapped and its checksum taken); `cpu` is what counts where other work shares the
machine. With `--every` each tile there is is made, and the
largest answer reported.
"""

import argparse
import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from profiles.storage.tables import TableStore
from profiles.timeline.encode import encode_tile
from profiles.timeline.query import Timeline, timeline_of
from profiles.timeline.tiles import SLICES, bucket_ns, covering

Address = tuple[str, int, int]


def addresses(timeline: Timeline) -> Iterator[Address]:
    """Every tile of a timeline."""
    document = timeline.document
    base_ns = document["levels"][0]["bucket_ns"]
    for group in document["groups"]:
        for level in range(SLICES, len(document["levels"])):
            buckets = document["row_tile_buckets" if level == SLICES else "tile_buckets"]
            end_ns = document["duration_ns"] + 1
            for index in covering(bucket_ns(base_ns, level), buckets, 0, end_ns):
                yield group["slug"], level, index


@dataclass(frozen=True)
class Answer:
    """A tile's bytes, what they took by the clock and of the processor, whether it is whole."""

    body: bytes
    wall_ms: float
    cpu_ms: float
    is_whole: bool


def answered(timeline: Timeline, address: Address) -> Answer:
    """One tile, made and encoded."""
    begun, worked = time.perf_counter(), time.thread_time()
    tile = timeline.tile(*address)
    body = encode_tile(tile)
    wall_ms, cpu_ms = (time.perf_counter() - begun) * 1000, (time.thread_time() - worked) * 1000
    return Answer(body, wall_ms, cpu_ms, tile.is_complete)


def measure(timeline: Timeline, chosen: list[Address]) -> dict[str, object]:
    """Percentiles over tiles of cells and tiles of slices."""
    report: dict[str, object] = {}
    for name, wanted in (("cells", False), ("slices", True)):
        own = [a for a in chosen if (a[1] == SLICES) == wanted]
        found = [answered(timeline, address) for address in own]
        if not found:
            continue
        wall, cpu = (np.array([getattr(a, n) for a in found]) for n in ("wall_ms", "cpu_ms"))
        sizes = np.array([len(answer.body) for answer in found])
        report[name] = {
            "tiles": len(found),
            "p50_ms": round(float(np.percentile(wall, 50)), 2),
            "p99_ms": round(float(np.percentile(wall, 99)), 2),
            "cpu_p50_ms": round(float(np.percentile(cpu, 50)), 2),
            "cpu_p99_ms": round(float(np.percentile(cpu, 99)), 2),
            "max_bytes": int(sizes.max()),
            "mean_bytes": int(sizes.mean()),
            "mean_gzip_bytes": int(np.mean([len(gzip.compress(a.body, 1)) for a in found[:200]])),
            "cut": sum(not answer.is_whole for answer in found),
        }
    return report


def main() -> None:
    """Reads the command line and prints a document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of tables")
    parser.add_argument("--profile", default="bench")
    parser.add_argument("--tiles", type=int, default=2000)
    parser.add_argument("--every", action="store_true")
    chosen = parser.parse_args()
    begun = time.perf_counter()
    timeline = timeline_of(TableStore(chosen.run).open_run(chosen.profile, 1))
    opened_ms = (time.perf_counter() - begun) * 1000
    every = list(addresses(timeline))
    cold_ms = answered(timeline, every[0]).wall_ms
    rng = np.random.default_rng(1)
    some = [every[n] for n in rng.integers(0, len(every), chosen.tiles).tolist()]
    half = [a for a in every if a[1] == SLICES]
    some += [half[n] for n in rng.integers(0, len(half), chosen.tiles).tolist()]
    document = timeline.document
    report = {
        "base_ns": document["levels"][0]["bucket_ns"],
        "levels": len(document["levels"]),
        "tile_buckets": document["tile_buckets"],
        "row_tile_buckets": document["row_tile_buckets"],
        "document_ms": round(opened_ms, 2),
        "document_bytes": len(timeline.document_json()),
        "cold_ms": round(cold_ms, 2),
        "warm": measure(timeline, some),
    }
    if chosen.every:
        report["every"] = measure(timeline, every)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
