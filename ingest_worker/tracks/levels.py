"""The levels of one track: cells of short slices, and the long slices kept apart.

The rule (docs/timeline-format.md): at a level with buckets of b ns a slice longer than b is *long*
and stands in the level's own list. Every other slice counts in the bucket of its start, adds its
covered time to every bucket it covers (one or two), and may represent its start bucket if it is
the longest there. So counts and long slices together are the rows, at every level.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATIO = 4
_COLOURS = 256

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slices:
    """Sorted slices of one track as the pyramid sees them; `lane` is final."""

    start_ns: Longs
    duration_ns: Longs
    lane: npt.NDArray[np.uint8]
    colour: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Cells:
    """Cells of one level of one track, sorted by (bucket, lane).

    `count` slices begin here; `busy_ns` is covered time, summed over slices; `longest` is the
    index of the representative slice, -1 where a slice only reaches in from the bucket before;
    `colour` is the class with most time.
    """

    bucket: Longs
    lane: npt.NDArray[np.uint8]
    count: Longs
    busy_ns: Longs
    longest: Longs
    colour: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.bucket)


@dataclass(frozen=True)
class _Pieces:
    """Sums by (bucket, lane, colour), from which the next coarser level follows."""

    bucket: Longs
    lane: npt.NDArray[np.uint8]
    colour: npt.NDArray[np.uint8]
    count: Longs
    busy_ns: Longs
    longest: Longs


def levels(slices: Slices, base_ns: int, level_count: int) -> Iterator[tuple[Cells, Longs]]:
    """For each level its cells and the indices of its long slices, finest level first."""
    pieces = _empty()
    bucket_ns = base_ns
    long = np.arange(len(slices.start_ns), dtype=np.int64)
    for _ in range(level_count):
        is_short = slices.duration_ns[long] <= bucket_ns
        fresh = _pieces_of(slices, long[is_short], bucket_ns)
        pieces = _merged(slices, [pieces, fresh])
        long = long[~is_short]
        yield _cells(slices, pieces), long
        pieces = _coarser(pieces)
        bucket_ns *= RATIO


def _empty() -> _Pieces:
    none = np.zeros(0, np.int64)
    small = np.zeros(0, np.uint8)
    return _Pieces(none, small, small, none, none, none)


def _pieces_of(slices: Slices, chosen: Longs, bucket_ns: int) -> _Pieces:
    """One piece for each short slice, and a second where it reaches into the next bucket."""
    start = slices.start_ns[chosen]
    end = start + slices.duration_ns[chosen]
    bucket = start // bucket_ns
    edge = (bucket + 1) * bucket_ns
    over = np.maximum(end - edge, 0)
    spills = np.flatnonzero(over)
    lane, colour = slices.lane[chosen], slices.colour[chosen]
    return _Pieces(
        np.concatenate((bucket, bucket[spills] + 1)),
        np.concatenate((lane, lane[spills])),
        np.concatenate((colour, colour[spills])),
        np.concatenate((np.ones(len(chosen), np.int64), np.zeros(len(spills), np.int64))),
        np.concatenate((end - start - over, over[spills])),
        np.concatenate((chosen, np.full(len(spills), -1, np.int64))),
    )


def _coarser(pieces: _Pieces) -> _Pieces:
    return _Pieces(
        pieces.bucket // RATIO,
        pieces.lane,
        pieces.colour,
        pieces.count,
        pieces.busy_ns,
        pieces.longest,
    )


def _merged(slices: Slices, parts: list[_Pieces]) -> _Pieces:
    """Pieces of equal (bucket, lane, colour) added up."""
    bucket = np.concatenate([p.bucket for p in parts])
    if not len(bucket):
        return _empty()
    lane = np.concatenate([p.lane for p in parts])
    colour = np.concatenate([p.colour for p in parts])
    key = (bucket * 256 + lane) * _COLOURS + colour
    order, first = _grouped(key)
    longest = np.concatenate([p.longest for p in parts])[order]
    return _Pieces(
        bucket[order][first],
        lane[order][first],
        colour[order][first],
        np.add.reduceat(np.concatenate([p.count for p in parts])[order], first),
        np.add.reduceat(np.concatenate([p.busy_ns for p in parts])[order], first),
        _longest(slices, longest, first),
    )


def _grouped(key: Longs) -> tuple[Longs, Longs]:
    """An order that sorts the keys, and where each distinct key begins in it."""
    if bool((np.diff(key) >= 0).all()):
        order = np.arange(len(key))
        ordered = key
    else:
        order = np.argsort(key, kind="stable")
        ordered = key[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return order, first


def _longest(slices: Slices, index: Longs, first: Longs) -> Longs:
    """Of each group the slice that is longest; of equals the one that is first in the track."""
    duration = np.where(index >= 0, slices.duration_ns[np.maximum(index, 0)], -1)
    most = np.maximum.reduceat(duration, first)
    size = np.diff(np.append(first, len(index)))
    is_best = (duration == np.repeat(most, size)) & (index >= 0)
    candidate = np.where(is_best, index, np.iinfo(np.int64).max)
    best = np.minimum.reduceat(candidate, first)
    best[most < 0] = -1
    return best


def _cells(slices: Slices, pieces: _Pieces) -> Cells:
    """Pieces of all colours of a (bucket, lane) as one cell."""
    key = pieces.bucket * 256 + pieces.lane
    if not len(key):
        empty = _empty()
        return Cells(
            empty.bucket, empty.lane, empty.count, empty.busy_ns, empty.longest, empty.colour
        )
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    size = np.diff(np.append(first, len(key)))
    most = np.repeat(np.maximum.reduceat(pieces.busy_ns, first), size)
    # Of equally busy classes the lowest number; pieces are sorted by colour within a cell.
    place = np.where(pieces.busy_ns == most, np.arange(len(key)), len(key))
    winner = np.minimum.reduceat(place, first)
    return Cells(
        pieces.bucket[first],
        pieces.lane[first],
        np.add.reduceat(pieces.count, first),
        np.add.reduceat(pieces.busy_ns, first),
        _longest(slices, pieces.longest, first),
        pieces.colour[winner],
    )
