"""Least, most and mean value of a long series on a regular grid, so that far views read little.

A file is a NumPy array of float32, shape (buckets of all levels, 3), columns `GRID_COLUMNS`.
Level 0 comes first; its bucket is `bucket_ns` of the series' entry, each next level's is
`RATIO` times as wide. Bucket k covers [k * bucket_ns, (k + 1) * bucket_ns) from the part's zero.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from profiles.timeline.tiles import RATIO

GRID_COLUMNS = ("min", "max", "mean")
GRID_FROM_SAMPLES = 100_000
"""Shorter series are read whole."""
MOST_BUCKETS = 65_536
_VALUES_AT_ONCE = 1_000_000

Longs = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Grid = npt.NDArray[np.float32]


def grid_bucket_ns(duration_ns: int) -> int:
    """The narrowest bucket, a power of `RATIO`, that covers the duration in `MOST_BUCKETS`."""
    width = 1
    while width * MOST_BUCKETS < duration_ns:
        width *= RATIO
    return width


def grid_of(time_ns: Longs, value: Reals, bucket_ns: int) -> Grid:
    """All levels of a series whose values hold until the next one; `time_ns` is sorted.

    The mean is that over time, not that of the samples. Before the first sample the value is 0;
    after the last one it holds to the end of its bucket.
    """
    levels = [_finest(time_ns, value, bucket_ns)]
    while len(levels[-1]) > 1:
        levels.append(_coarser(levels[-1]))
    return np.concatenate(levels)


def _finest(time_ns: Longs, value: Reals, bucket_ns: int) -> Grid:
    count = max(int(time_ns[-1]) // bucket_ns + 1, 1) if len(time_ns) else 1
    edges = np.arange(count + 1, dtype=np.int64) * bucket_ns
    return buckets_of(time_ns, value, edges).astype(np.float32)


def buckets_of(time_ns: Longs, value: Reals, edges: Longs) -> Reals:
    """Least, most and mean over time of values that hold until the next, between `edges`.

    `edges` has shape (n + 1,) and rises; the answer shape (n, 3).
    """
    count = len(edges) - 1
    place = np.searchsorted(time_ns, edges, "right") - 1
    holds = np.where(place >= 0, value[np.maximum(place, 0)], 0.0) if len(value) else edges * 0.0
    found = np.empty((count, 3), np.float64)
    found[:, 0] = found[:, 1] = holds[:-1]
    first = np.searchsorted(time_ns, edges, "left")
    filled = np.flatnonzero(first[1:] > first[:-1])
    if len(filled):
        begins = first[filled]
        inside = slice(int(begins[0]), int(first[filled[-1] + 1]))
        relative = begins - begins[0]
        for column, how in ((0, np.minimum), (1, np.maximum)):
            own = how.reduceat(value[inside], relative)
            found[filled, column] = how(found[filled, column], own)
    found[:, 2] = np.diff(_integral(time_ns, value, edges, place)) / np.diff(edges)
    return found


def _integral(time_ns: Longs, value: Reals, edges: Longs, place: Longs) -> Reals:
    """The area under the steps from the first sample to each edge."""
    if not len(value):
        return np.zeros(len(edges))
    known = np.maximum(place, 0)
    area, so_far = np.zeros(len(edges)), 0.0
    for begin in range(0, len(value), _VALUES_AT_ONCE):
        times = time_ns[begin : begin + _VALUES_AT_ONCE + 1]
        own = value[begin : begin + len(times) - 1] * np.diff(times)
        sums = np.cumsum(np.append(so_far, own))
        first, last = np.searchsorted(known, (begin, begin + len(sums))).tolist()
        area[first:last] = sums[known[first:last] - begin]
        so_far = sums[-1]
    found: Reals = area + value[known] * (edges - time_ns[known])
    found[place < 0] = 0.0
    return found


def _coarser(level: Grid) -> Grid:
    count = -(-len(level) // RATIO)
    begins = np.arange(count) * RATIO
    sizes = np.diff(np.append(begins, len(level)))
    return np.stack(
        (
            np.minimum.reduceat(level[:, 0], begins),
            np.maximum.reduceat(level[:, 1], begins),
            (np.add.reduceat(level[:, 2].astype(np.float64), begins) / sizes).astype(np.float32),
        ),
        axis=1,
    )


@dataclass(frozen=True)
class GridLevel:
    """A level's buckets in a range: `start_ns` of each, and its values, shape (n, 3)."""

    start_ns: Longs
    bucket_ns: int
    values: Grid


def read_grid(
    path: Path, bucket_ns: int, start_ns: int, end_ns: int, points: int
) -> GridLevel | None:
    """The widest buckets that still give `points` over the range; None where level 0 is too wide.

    Raises OSError or ValueError for a file that cannot be read.
    """
    wanted = (end_ns - start_ns) / max(points, 1)
    if wanted < bucket_ns:
        return None
    grid = np.load(path, mmap_mode="r", allow_pickle=False)
    if grid.ndim != 2 or grid.shape[1] != len(GRID_COLUMNS) or grid.dtype != np.float32:
        raise ValueError("not a grid of values")
    first, count, width = 0, _level_size(len(grid)), bucket_ns
    while count > 1 and width * RATIO <= wanted:
        first, count, width = first + count, -(-count // RATIO), width * RATIO
    begin, stop = max(start_ns // width, 0), min(-(-end_ns // width), count)
    stop = max(begin, stop)
    return GridLevel(
        np.arange(begin, stop, dtype=np.int64) * width,
        width,
        np.array(grid[first + begin : first + stop]),
    )


def _level_size(total: int) -> int:
    """How many buckets level 0 has, from those of all levels together."""
    low, high = 1, total
    while low < high:
        middle = (low + high + 1) // 2
        if _all_levels(middle) <= total:
            low = middle
        else:
            high = middle - 1
    if _all_levels(low) != total:
        raise ValueError("a grid with a piece missing")
    return low


def _all_levels(count: int) -> int:
    total = count
    while count > 1:
        count = -(-count // RATIO)
        total += count
    return total
