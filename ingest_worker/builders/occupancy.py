"""How many bytes of on-chip memory hold a value that is still wanted, at every instant.

A write opens a value of every byte it covers. The value lives from the start of the write to the
later of its own end and the latest end of the reads before the next write of that byte; lives that
overlap count once (decoding notes, section 10). Bytes that the same accesses cover behave alike,
so they are followed as segments, some segments at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.spill import set_aside

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

PAIRS_AT_ONCE = 4_000_000
MOST_SEGMENTS_AT_ONCE = 65_536
"""So that a segment's number within a block fits 16 bits, which sort in linear time."""


@dataclass(frozen=True)
class Touches:
    """Accesses to one memory in order of start, reads before writes that start with them.

    `start` and `end` are places in a sorted list of instants, `first` and `last` the bytes.
    """

    is_write: Flags
    start: Places
    end: Places
    first: Places
    last: Places

    def __len__(self) -> int:
        return len(self.start)

    def take(self, chosen: "Flags | npt.NDArray[np.intp]") -> "Touches":
        """The chosen accesses, in the chosen order."""
        return Touches(
            self.is_write[chosen],
            self.start[chosen],
            self.end[chosen],
            self.first[chosen],
            self.last[chosen],
        )

    def set_aside(self) -> "Touches":
        """The same accesses, kept outside of memory if there are many."""
        return Touches(
            set_aside(self.is_write),
            set_aside(self.start),
            set_aside(self.end),
            set_aside(self.first),
            set_aside(self.last),
        )


@dataclass(frozen=True)
class Segments:
    """Byte ranges between neighbouring `edges`; an access covers segments [begin, stop)."""

    edges: Ints
    begin: Places
    stop: Places

    @classmethod
    def of(cls, touches: Touches, more_edges: Ints) -> "Segments":
        edges = np.unique(np.concatenate((touches.first, touches.last, more_edges)))
        begin = np.searchsorted(edges, touches.first).astype(np.int32)
        stop = np.searchsorted(edges, touches.last).astype(np.int32)
        return cls(edges.astype(np.int64), begin, stop)

    @property
    def sizes(self) -> Ints:
        """Bytes of each segment."""
        return np.diff(self.edges)

    @property
    def pairs(self) -> Ints:
        """How many accesses cover each segment."""
        length = len(self.edges)
        change = np.bincount(self.begin, minlength=length) - np.bincount(
            self.stop, minlength=length
        )
        result: Ints = np.cumsum(change)[:-1]
        return result

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Runs of segments [first, last) of about `PAIRS_AT_ONCE` pairs each."""
        total = np.cumsum(self.pairs)
        first, count = 0, len(total)
        while first < count:
            before = int(total[first - 1]) if first else 0
            last = int(np.searchsorted(total, before + PAIRS_AT_ONCE, "right"))
            last = min(max(last, first + 1), first + MOST_SEGMENTS_AT_ONCE, count)
            yield first, last
            first = last


def live_changes(
    touches: Touches, instants: int, edges: Ints, value_end: Places
) -> Iterator[tuple[int, Ints]]:
    """What the number of live bytes changes by at each instant.

    `edges` part the memory, in order; for each part its number and the changes, int64 (instants,),
    are given once. Parts without accesses have none. `value_end`, one place an access, is raised
    to the end of what each write wrote, the latest of its bytes.
    """
    segments = Segments.of(touches, edges)
    part = np.searchsorted(edges, segments.edges[:-1], "right") - 1
    change = np.zeros(instants, np.int64)
    current = -1
    for first, last in segments.blocks():
        start, end, segment = _lives(touches, segments, (first, last), value_end)
        size, own = segments.sizes[segment], part[segment]
        for number in np.unique(own).tolist():
            if number != current:
                if current >= 0:
                    yield current, change
                change, current = np.zeros(instants, np.int64), number
            chosen = own == number
            np.add.at(change, start[chosen], size[chosen])
            np.subtract.at(change, end[chosen], size[chosen])
    if current >= 0:
        yield current, change


def _lives(
    touches: Touches, segments: Segments, block: tuple[int, int], value_end: Places
) -> tuple[Ints, Ints, npt.NDArray[np.intp]]:
    """The stretches in which the bytes of some segments live: start, end and segment."""
    row, segment = _pairs(segments, *block)
    is_write = touches.is_write[row]
    writes = np.cumsum(is_write)
    is_new = np.ones(len(row), bool)
    is_new[1:] = segment[1:] != segment[:-1]
    before: Ints = (writes - is_write)[is_new]
    has_value = writes > np.repeat(before, np.diff(np.append(np.flatnonzero(is_new), len(row))))
    row, segment, is_write = row[has_value], segment[has_value], is_write[has_value]
    opened = np.flatnonzero(is_write)
    if not len(opened):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    owner = segment[opened].astype(np.int64)
    start = touches.start[row[opened]].astype(np.int64)
    latest = np.maximum.reduceat(touches.end[row], opened)
    np.maximum.at(value_end, row[opened], latest)
    return _merged(start, latest.astype(np.int64), owner, block[0])


def _pairs(
    segments: Segments, first: int, last: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint16]]:
    """Every (access, segment) of a block, by segment and then in order of accesses."""
    chosen = np.flatnonzero((segments.begin < last) & (segments.stop > first))
    begin = np.maximum(segments.begin[chosen], first) - first
    count = np.minimum(segments.stop[chosen], last) - first - begin
    row = np.repeat(chosen, count)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    segment = (np.repeat(begin, count) + offset).astype(np.uint16)
    order = np.argsort(segment, kind="stable")
    return row[order], segment[order]


def _merged(
    start: Ints, end: Ints, owner: Ints, first: int
) -> tuple[Ints, Ints, npt.NDArray[np.intp]]:
    """Lives of one segment that overlap or touch become one; `start` ascends within a segment."""
    span = int(end.max()) + 1
    reach = np.maximum.accumulate(owner * span + end)
    begins = np.ones(len(start), bool)
    begins[1:] = owner[1:] * span + start[1:] > reach[:-1]
    opened = np.flatnonzero(begins)
    closed = np.append(opened[1:], len(start)) - 1
    return start[opened], reach[closed] - owner[closed] * span, (owner[opened] + first)
