"""Measures the timeline's tiles: how long one takes, how large it gets, whether any is cut.

Run by hand, on a run folder that `tests.bench.ingest` has left:

    python -m tests.bench.tiles --run /tmp/bench-ingest/10000000/tables --profile bench

Times are those of `Timeline.tile` and `encode_tile` in this process, without HTTP: of tiles drawn
at random over levels, groups and places (`warm`), and of the first one in a fresh process (`cold`:
the pyramid is mapped and its checksum taken). With `--every` each tile there is is made, and the
largest answer reported.
"""

import argparse
import gzip
import json
import time
from collections.abc import Iterator
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


def timed(timeline: Timeline, address: Address) -> tuple[float, bytes, bool]:
    """Milliseconds, answer, whether it is whole."""
    begun = time.perf_counter()
    tile = timeline.tile(*address)
    body = encode_tile(tile)
    return (time.perf_counter() - begun) * 1000, body, tile.is_complete


def measure(timeline: Timeline, chosen: list[Address]) -> dict[str, object]:
    """Percentiles over tiles of cells and tiles of slices."""
    report: dict[str, object] = {}
    for name, wanted in (("cells", False), ("slices", True)):
        own = [a for a in chosen if (a[1] == SLICES) == wanted]
        found = [timed(timeline, address) for address in own]
        if not found:
            continue
        times = np.array([ms for ms, _, _ in found])
        sizes = np.array([len(body) for _, body, _ in found])
        packed = [len(gzip.compress(body, 1)) for _, body, _ in found[:200]]
        report[name] = {
            "tiles": len(found),
            "p50_ms": round(float(np.percentile(times, 50)), 2),
            "p99_ms": round(float(np.percentile(times, 99)), 2),
            "max_ms": round(float(times.max()), 2),
            "max_bytes": int(sizes.max()),
            "mean_bytes": int(sizes.mean()),
            "mean_gzip_bytes": int(np.mean(packed)),
            "cut": sum(not whole for _, _, whole in found),
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
    cold_ms, _, _ = timed(timeline, every[0])
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
