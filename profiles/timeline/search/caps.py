"""Where hits are drawn: stretches of a view, track by track, never more than can be told apart."""

from dataclasses import dataclass

import numpy as np

from profiles.timeline.search.grid import Row
from profiles.timeline.search.search import Search
from profiles.timeline.search.shares import times_of

MOST_RUNS = 20_000


@dataclass(frozen=True)
class Run:
    """Neighbouring buckets [first, until) with hits in the same lanes, a bit each.

    `count` hits begin there; None on a DMA engine, whose hits are counted on its queues.
    """

    track: int
    first: int
    until: int
    lanes: int
    count: int | None


@dataclass(frozen=True)
class Caps:
    """Runs in buckets of `bucket_ns`, which count from the zero."""

    bucket_ns: int
    runs: list[Run]


def caps(search: Search, start_ns: int, end_ns: int, most_buckets: int) -> Caps:
    """Where hits lie in [start, end), in at most so many buckets. Raises UnreadableError."""
    start_ns, end_ns = max(start_ns, 0), max(end_ns, start_ns + 1, 1)
    bits = 0
    while ((end_ns - 1) >> bits) - (start_ns >> bits) + 1 > most_buckets:
        bits += 1
    with search.lock:
        while True:
            first, last = start_ns >> bits, ((end_ns - 1) >> bits) + 1
            rows = _coarse(search, bits, first, last)
            if bits < search.bits:
                rows = _fine(search, bits, first, last)
            runs = _runs(search, rows, first)
            if len(runs) <= MOST_RUNS or last - first <= 1:
                return Caps(1 << bits, runs)
            bits += 1


def _coarse(search: Search, bits: int, first: int, last: int) -> dict[int, Row]:
    """Out of what was counted while searching."""
    if bits < search.bits:
        return {}
    ratio = 1 << (bits - search.bits)
    return {
        number: row.coarser(first * ratio, last * ratio, ratio)
        for number, row in search.grid.items()
    }


def _fine(search: Search, bits: int, first: int, last: int) -> dict[int, Row]:
    """Out of the row groups that hold hits there."""
    from_ns, to_ns = first << bits, last << bits
    found: dict[int, Row] = {}
    for number, pieces in search.pieces.items():
        for piece in pieces:
            if piece.first.start_ns >= to_ns or piece.last_end_ns < from_ns:
                continue
            index = piece.index()
            start, end = times_of(piece, index)
            touches = np.flatnonzero((start < to_ns) & (np.maximum(end, start + 1) > from_ns))
            row = found.setdefault(number, Row.empty(last - first))
            lane = piece.track.lanes(index[touches])
            row.add(start[touches] - from_ns, end[touches] - from_ns, lane, bits)
    return found


def _runs(search: Search, rows: dict[int, Row], first: int) -> list[Run]:
    found = [run for number in sorted(rows) for run in _of_row(number, rows[number], first)]
    for engine in search.engines:
        own = [rows[queue].lanes for queue in engine.queues if queue in rows]
        if own:
            here = np.bitwise_or.reduce(own) >> np.uint16(engine.lane) & np.uint16(1)
            row = Row(np.zeros(len(here), np.uint32), here.astype(np.uint16))
            found += [
                Run(run.track, run.first, run.until, run.lanes, None)
                for run in _of_row(engine.number, row, first)
            ]
    return found


def _of_row(number: int, row: Row, first: int) -> list[Run]:
    lanes = row.lanes
    edges = np.flatnonzero(np.append(True, lanes[1:] != lanes[:-1]))
    ends = np.append(edges[1:], len(lanes))
    counts = np.concatenate(([0], np.cumsum(row.starts, dtype=np.int64)))
    return [
        Run(number, first + begin, first + end, int(lanes[begin]), int(counts[end] - counts[begin]))
        for begin, end in zip(edges.tolist(), ends.tolist(), strict=True)
        if lanes[begin]
    ]
