"""Writes a part's pyramid: for every track its slices, and its levels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest_worker.tracks.catalogue import TrackSlices
from ingest_worker.tracks.depth import MOST_LANES, stack
from ingest_worker.tracks.levels import Cells, Longs, Slices, levels
from profiles.storage.durable import written_whole
from profiles.timeline.pyramid import PyramidWriter
from profiles.timeline.tiles import RATIO, level_count

LEAST_BASE_NS = 8
FEW_ROWS = 1 << 16
ROWS_PER_CELL = 8
BLOCK_ROWS = 1024
LONGEST_U32 = 2**32 - 1


def base_for(tracks: Sequence[TrackSlices]) -> int:
    """The base bucket, 2^k ns: at most one cell for eight rows, except in small captures."""
    rows = sum(len(track) for track in tracks)
    base_ns = LEAST_BASE_NS
    if rows <= FEW_ROWS:
        return base_ns
    while sum(_cell_count(track, base_ns) for track in tracks) * ROWS_PER_CELL > rows:
        base_ns *= 2
    return base_ns


def _cell_count(track: TrackSlices, base_ns: int) -> int:
    bucket = track.start_ns // base_ns
    return int(np.count_nonzero(np.diff(bucket)) + 1) if len(bucket) else 0


def write_pyramid(
    path: Path, tracks: Sequence[TrackSlices], base_ns: int, duration_ns: int
) -> list[dict[str, Any]]:
    """Write the pyramid of one part. Returns facts about each track, in the same order.

    Every track is sorted by start. Levels go up until one bucket covers the part.
    """
    writer = PyramidWriter()
    count = level_count(base_ns, max(duration_ns, 1), most_buckets=2)
    entries, facts = [], []
    for track in tracks:
        entry, lanes, deepest = _write_track(writer, track, base_ns, count)
        entries.append(entry)
        facts.append(
            {
                "rows": len(track),
                "lanes": lanes,
                "deepest": deepest,
                "start_ns": int(track.start_ns[0]) if len(track) else 0,
                "end_ns": int(track.end_ns.max()) if len(track) else 0,
            }
        )
    directory = {
        "base_ns": base_ns,
        "ratio": RATIO,
        "levels": count,
        "block_rows": BLOCK_ROWS,
        "tracks": entries,
    }
    with written_whole(path) as draft:
        writer.write(draft, directory)
    return facts


def _write_track(
    writer: PyramidWriter, track: TrackSlices, base_ns: int, count: int
) -> tuple[dict[str, Any], int, int]:
    duration = track.end_ns - track.start_ns
    if track.lane is None:
        lane, deepest = stack(track.start_ns, track.end_ns)
    else:
        lane, deepest = track.lane, track.capacity
    lanes = track.capacity if track.capacity > 1 else min(max(deepest, 1), MOST_LANES)
    entry: dict[str, Any] = {
        "key": track.key,
        "rows": len(track),
        "start": writer.add(track.start_ns),
        "duration": writer.add(np.minimum(duration, LONGEST_U32).astype(np.uint32)),
        "beyond_u32": {str(i): int(duration[i]) for i in np.flatnonzero(duration > LONGEST_U32)},
        "lane": writer.add(lane),
        "colour": writer.add(track.colour),
        "label": writer.add(track.label),
        "block_end": writer.add(_block_ends(track.end_ns)),
        "levels": [],
    }
    _add_row_numbers(writer, entry, track)
    # A queue's packets are one cell together: how many of its engines move data.
    cell_lane = np.zeros_like(lane) if track.capacity > 1 else lane
    slices = Slices(track.start_ns, duration, cell_lane, track.colour)
    for cells, long in levels(slices, base_ns, count):
        entry["levels"].append(_add_level(writer, cells, long))
    return entry, lanes, deepest


def _add_row_numbers(writer: PyramidWriter, entry: dict[str, Any], track: TrackSlices) -> None:
    """Where a track is one range of its table, in order, its first row says it all."""
    if len(track) and bool((np.diff(track.row) == 1).all()):
        entry["first_row"] = int(track.row[0])
    else:
        entry["row"] = writer.add(track.row.astype(np.uint32))


def _block_ends(end_ns: Longs) -> Longs:
    """The latest end in each block of rows."""
    if not len(end_ns):
        return np.zeros(0, np.int64)
    return np.maximum.reduceat(end_ns, np.arange(0, len(end_ns), BLOCK_ROWS))


def _add_level(writer: PyramidWriter, cells: Cells, long: Longs) -> dict[str, Any]:
    return {
        "bucket": writer.add(cells.bucket),
        "lane": writer.add(cells.lane),
        "count": writer.add(cells.count.astype(np.uint32)),
        "busy": writer.add(cells.busy_ns),
        "longest": writer.add(cells.longest.astype(np.int32)),
        "colour": writer.add(cells.colour),
        "long": writer.add(long.astype(np.uint32)),
    }
