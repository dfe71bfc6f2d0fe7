"""How much of the time hits keep each row of the timeline busy."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from profiles.timeline.rows import RowTimes
from profiles.timeline.search.chunk import Longs
from profiles.timeline.search.pieces import Piece, union_of
from profiles.timeline.search.search import Search


@dataclass(frozen=True)
class TrackShare:
    """The hits of one track: `busy_ns` is the time that at least one of them covers."""

    track: dict[str, Any]
    count: int
    sum_ns: int
    busy_ns: int


def shares(search: Search) -> list[TrackShare]:
    """The tracks with hits, in the order of the timeline."""
    with search.lock:
        return [
            TrackShare(
                own[0].track.facts,
                sum(piece.count for piece in own),
                sum(piece.sum_ns for piece in own),
                _covered_ns(own),
            )
            for number in sorted(search.pieces)
            if (own := search.pieces[number])
        ]


def times_of(piece: Piece, index: Longs) -> tuple[Longs, Longs]:
    """Starts and ends of hits of a piece, by their indices. Raises UnreadableError."""
    return RowTimes(piece.table.path, piece.table.times).of(piece.track.rows(index))


def _covered_ns(pieces: list[Piece]) -> int:
    """The time that the hits of a track cover together.

    Row groups follow each other in time, so what a later one shares with all before it lies
    before the latest end so far: only there a stretch is cut. Where they do not, all are read.
    """
    ordered = sorted(pieces, key=lambda piece: piece.first.key)
    befores = pairwise(ordered)
    if any(one.last.start_ns > other.first.start_ns for one, other in befores):
        read = [times_of(piece, piece.index()) for piece in ordered]
        start = np.concatenate([one[0] for one in read])
        order = np.argsort(start, kind="stable")
        return union_of(start[order], np.concatenate([one[1] for one in read])[order]).length_ns
    total, reach = 0, 0
    for piece in ordered:
        own = piece.union.behind(reach)
        if own is None:
            start, end = times_of(piece, piece.index())
            own = union_of(np.maximum(start, reach), np.maximum(end, reach)).length_ns
        total += own
        reach = max(reach, piece.last_end_ns)
    return total
