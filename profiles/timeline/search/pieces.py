"""The hits of one track in one row group: which rows, and what else is known of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profiles.timeline.search.chunk import Longs, Mask
from profiles.timeline.search.tracks import DrawnTable, TrackRows

HEAD_STRETCHES = 64


@dataclass(frozen=True)
class Union:
    """Time that is covered: its length, and its first stretches, in order."""

    length_ns: int
    start_ns: Longs
    end_ns: Longs
    count: int

    def behind(self, at_ns: int) -> int | None:
        """The length of what lies behind an instant; None where the stretches kept do not say."""
        if len(self.start_ns) < self.count and at_ns > self.end_ns[-1]:
            return None
        before = np.minimum(self.end_ns, at_ns) - self.start_ns
        return self.length_ns - int(np.maximum(before, 0).sum())


def union_of(start_ns: Longs, end_ns: Longs) -> Union:
    """What slices sorted by start cover together."""
    if not len(start_ns):
        none = np.zeros(0, np.int64)
        return Union(0, none, none, 0)
    reach = np.maximum.accumulate(end_ns)
    first = np.flatnonzero(np.append(True, start_ns[1:] > reach[:-1]))
    last = np.append(first[1:], len(start_ns)) - 1
    start, end = start_ns[first], reach[last]
    length = int((end - start).sum())
    kept = slice(0, HEAD_STRETCHES)
    return Union(length, start[kept].copy(), end[kept].copy(), len(start))


@dataclass(frozen=True)
class Hit:
    """One hit; the order of all is that of `key`."""

    table: DrawnTable
    track: TrackRows
    index: int
    row: int
    start_ns: int
    end_ns: int

    @property
    def key(self) -> tuple[int, int, int]:
        """Earlier first; of equals by table, then by row."""
        return self.start_ns, self.table.order, self.row


@dataclass(frozen=True)
class Piece:
    """Hits of `track` among the slices [first, last] of it that one row group holds.

    `bits` has a bit a slice from `index` (or all where None); where the track's slices do not
    follow each other there, `places` lists them.
    """

    table: DrawnTable
    track: TrackRows
    places: Longs | tuple[int, int]
    bits: npt.NDArray[np.uint8] | None
    count: int
    sum_ns: int
    first: Hit
    last: Hit
    last_end_ns: int
    union: Union

    @property
    def size_bytes(self) -> int:
        """What it keeps in memory, without its fixed parts."""
        bits = 0 if self.bits is None else self.bits.nbytes
        places = 0 if isinstance(self.places, tuple) else self.places.nbytes
        return bits + places + self.union.start_ns.nbytes * 2

    def index(self) -> Longs:
        """The hits' indices among the slices of the track."""
        if isinstance(self.places, tuple):
            every = np.arange(*self.places, dtype=np.int64)
        else:
            every = self.places
        if self.bits is None:
            return every
        chosen: Longs = every[np.unpackbits(self.bits, count=len(every)).astype(bool)]
        return chosen


def piece_of(
    table: DrawnTable, track: TrackRows, index: Longs, mask: Mask, start_ns: Longs, end_ns: Longs
) -> Piece | None:
    """The hits among slices of a track, by their indices, times and whether each matches."""
    chosen = np.flatnonzero(mask)
    if not len(chosen):
        return None
    start, end = start_ns[chosen], end_ns[chosen]
    hit = index[chosen]
    if not bool((start[1:] >= start[:-1]).all()):
        order = np.argsort(start, kind="stable")
        start, end, hit = start[order], end[order], hit[order]
    rows = track.rows(hit[[0, -1]]) if len(hit) else hit
    is_range = int(index[-1]) - int(index[0]) == len(index) - 1
    # Of equal instants the last row counts as the last hit.
    ends = [
        Hit(table, track, int(hit[n]), int(row), int(start[n]), int(end[n]))
        for n, row in zip((0, -1), rows.tolist(), strict=True)
    ]
    return Piece(
        table=table,
        track=track,
        places=(int(index[0]), int(index[-1]) + 1) if is_range else index,
        bits=None if len(chosen) == len(mask) else np.packbits(mask),
        count=len(chosen),
        sum_ns=int((end - start).sum()),
        first=ends[0],
        last=ends[1],
        last_end_ns=int(end.max()),
        union=union_of(start, end),
    )
