"""The levels of one track: cells of short slices, and the long slices kept apart.

The rule (docs/timeline-format.md): at a level with buckets of b ns a slice longer than b is *long*
and stands in the level's own list. Every other slice counts in the bucket of its start, adds the
time it covers and no earlier slice of its lane does to every bucket it covers (one or two), and may
represent its start bucket if it is the longest there. So counts and long slices together are the
rows, at every level.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.runs import pieces

RATIO_BITS = 2
"""From level to level buckets become four times as long."""

_COLOUR_BITS = 8
_LANE_BITS = 8

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slices:
    """Sorted slices of one track as the pyramid sees them; `lane` is that of the cells.

    From `own_start_ns` to the end no earlier slice covers the lane.
    """

    start_ns: Longs
    end_ns: Longs
    own_start_ns: Longs
    lane: npt.NDArray[np.uint8]
    colour: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Cells:
    """Sums of slices, in one order of keys.

    `count` slices begin here; `busy_ns` is the time they and slices from the bucket before cover;
    `longest` is the index of the representative slice, -1 where none begins; `duration_ns` its
    length; `colour` is the class with most time.
    """

    bucket: Longs
    lane: npt.NDArray[np.uint8]
    colour: npt.NDArray[np.uint8]
    count: Longs
    busy_ns: Longs
    longest: Longs
    duration_ns: Longs

    def __len__(self) -> int:
        return len(self.bucket)


def levels(slices: Slices, base_bits: int, level_count: int) -> Iterator[tuple[Cells, Longs]]:
    """For each level its cells and the indices of its long slices, finest level first.

    The base bucket is 2^`base_bits` ns.
    """
    cells = _none()
    bits = base_bits
    runs: list[Longs] = []
    for level in range(level_count):
        every = runs if level else (_range(own) for own in pieces(len(slices.start_ns)))
        fresh, left = [], []
        for chosen in every:
            is_short = slices.end_ns[chosen] - slices.start_ns[chosen] <= (1 << bits)
            # Each kind of piece by itself first: in order already, it only has to be added up.
            fresh += [_added_up([part]) for part in _pieces_of(slices, chosen[is_short], bits)]
            left.append(chosen[~is_short])
        long = np.concatenate([np.zeros(0, np.int64), *left])
        cells = _added_up([cells, *fresh])
        yield _over_colours(cells), long
        runs = [long[own] for own in pieces(len(long))]
        cells = _coarser(cells)
        bits += RATIO_BITS


def _range(own: slice) -> Longs:
    return np.arange(own.start, own.stop, dtype=np.int64)


def _none() -> Cells:
    none = np.zeros(0, np.int64)
    small = np.zeros(0, np.uint8)
    return Cells(none, small, small, none, none, none, none)


def _pieces_of(slices: Slices, chosen: Longs, bits: int) -> list[Cells]:
    """One piece for each short slice, and a second where it reaches into the next bucket."""
    if not len(chosen):
        return []
    start, end = slices.start_ns[chosen], slices.end_ns[chosen]
    own = slices.own_start_ns[chosen]
    lane, colour = slices.lane[chosen], slices.colour[chosen]
    bucket = start >> bits
    edge = (bucket + 1) << bits
    here = np.maximum(np.minimum(end, edge) - own, 0)
    home = Cells(bucket, lane, colour, np.ones_like(bucket), here, chosen, end - start)
    over = end - np.maximum(own, edge)
    spills = np.flatnonzero(over > 0)
    if not len(spills):
        return [home]
    none = np.zeros(len(spills), np.int64)
    spilled = Cells(
        bucket[spills] + 1, lane[spills], colour[spills], none, over[spills], none - 1, none - 1
    )
    return [home, spilled]


def _coarser(pieces: Cells) -> Cells:
    return Cells(
        pieces.bucket >> RATIO_BITS,
        pieces.lane,
        pieces.colour,
        pieces.count,
        pieces.busy_ns,
        pieces.longest,
        pieces.duration_ns,
    )


def _added_up(parts: list[Cells]) -> Cells:
    """Pieces of equal bucket, lane and colour as one."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return _none()
    joined = parts[0] if len(parts) == 1 else _joined(parts)
    key = joined.bucket << (_LANE_BITS + _COLOUR_BITS)
    key |= joined.lane.astype(np.int64) << _COLOUR_BITS
    key |= joined.colour
    if not bool((key[1:] >= key[:-1]).all()):
        order = np.argsort(key, kind="stable")
        key, joined = key[order], _taken(joined, order)
    first = _firsts(key)
    longest, duration = _longest(joined, first)
    return Cells(
        joined.bucket[first],
        joined.lane[first],
        joined.colour[first],
        np.add.reduceat(joined.count, first),
        np.add.reduceat(joined.busy_ns, first),
        longest,
        duration,
    )


def _joined(parts: list[Cells]) -> Cells:
    return Cells(
        np.concatenate([part.bucket for part in parts]),
        np.concatenate([part.lane for part in parts]),
        np.concatenate([part.colour for part in parts]),
        np.concatenate([part.count for part in parts]),
        np.concatenate([part.busy_ns for part in parts]),
        np.concatenate([part.longest for part in parts]),
        np.concatenate([part.duration_ns for part in parts]),
    )


def _taken(cells: Cells, order: Longs) -> Cells:
    return Cells(
        cells.bucket[order],
        cells.lane[order],
        cells.colour[order],
        cells.count[order],
        cells.busy_ns[order],
        cells.longest[order],
        cells.duration_ns[order],
    )


def _firsts(key: Longs) -> Longs:
    """Where each distinct key of a sorted array begins."""
    return np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))


def _longest(cells: Cells, first: Longs) -> tuple[Longs, Longs]:
    """Of each group the longest slice; of equals the one that is first in the track."""
    most = np.maximum.reduceat(cells.duration_ns, first)
    size = np.diff(np.append(first, len(cells)))
    is_best = cells.duration_ns == np.repeat(most, size)
    candidate = np.where(is_best, cells.longest, np.iinfo(np.int64).max)
    return np.minimum.reduceat(candidate, first), most


def _over_colours(pieces: Cells) -> Cells:
    """Pieces of all colours of a bucket and lane as one cell, coloured by most time."""
    key = (pieces.bucket << _LANE_BITS) | pieces.lane
    if not len(key) or bool((key[1:] != key[:-1]).all()):
        return pieces
    first = _firsts(key)
    size = np.diff(np.append(first, len(key)))
    most = np.repeat(np.maximum.reduceat(pieces.busy_ns, first), size)
    # Of equally busy classes the lowest number: pieces are sorted by colour within a cell.
    place = np.where(pieces.busy_ns == most, np.arange(len(key)), len(key))
    longest, duration = _longest(pieces, first)
    return Cells(
        pieces.bucket[first],
        pieces.lane[first],
        pieces.colour[np.minimum.reduceat(place, first)],
        np.add.reduceat(pieces.count, first),
        np.add.reduceat(pieces.busy_ns, first),
        longest,
        duration,
    )
