"""The hit after and before an instant, and a hit's place among all."""

from collections.abc import Iterator

import numpy as np

from profiles.timeline.search.chunk import Longs, Mask
from profiles.timeline.search.pieces import Hit, Piece
from profiles.timeline.search.search import Search
from profiles.timeline.search.shares import times_of

Key = tuple[int, int, int]


def next_hit(search: Search, after: Key) -> Hit | None:
    """The first hit behind a key in the order of `Hit.key`."""
    best: Hit | None = None
    with search.lock:
        for bound, number in sorted(_bounds(search, after[0], 1)):
            if best is not None and bound > best.start_ns:
                break
            for piece in sorted(search.pieces[number], key=lambda piece: piece.first.key):
                if best is not None and piece.first.key >= best.key:
                    break
                if piece.last.key > after:
                    found = _first_after(piece, after)
                    best = found if best is None or found.key < best.key else best
    return best


def previous_hit(search: Search, before: Key) -> Hit | None:
    """The last hit in front of a key in the order of `Hit.key`."""
    best: Hit | None = None
    with search.lock:
        for bound, number in sorted(_bounds(search, before[0], -1), reverse=True):
            if best is not None and bound < best.start_ns:
                break
            latest = sorted(search.pieces[number], key=lambda p: p.last.key, reverse=True)
            for piece in latest:
                if best is not None and piece.last.key <= best.key:
                    break
                if piece.first.key < before:
                    found = _last_before(piece, before)
                    best = found if best is None or found.key > best.key else best
    return best


def place_of(search: Search, hit: Hit) -> int:
    """How many hits there are up to this one, itself among them."""
    bucket = hit.start_ns >> search.bits
    count = 0
    with search.lock:
        for number, pieces in _primary(search):
            starts = search.grid[number].starts
            count += int(starts[:bucket].sum(dtype=np.int64))
            if bucket >= len(starts) or not starts[bucket]:
                continue
            for piece in pieces:
                if piece.first.key <= hit.key and piece.last.start_ns >> search.bits >= bucket:
                    start, rows = _in_order(piece)
                    inside = start >= bucket << search.bits
                    count += int(np.count_nonzero(inside & _is_upto(piece, start, rows, hit.key)))
    return count


def _primary(search: Search) -> Iterator[tuple[int, list[Piece]]]:
    for number, pieces in search.pieces.items():
        if pieces[0].track.is_primary:
            yield number, pieces


def _bounds(search: Search, at_ns: int, way: int) -> Iterator[tuple[int, int]]:
    """For each track with hits on this side of an instant: the nearest that one can be."""
    for number, _ in _primary(search):
        filled = np.flatnonzero(search.grid[number].starts)
        bucket = max(at_ns, 0) >> search.bits
        if way > 0:
            place = int(np.searchsorted(filled, bucket))
            if place < len(filled):
                yield max(int(filled[place]) << search.bits, at_ns), number
        elif at_ns >= 0:
            place = int(np.searchsorted(filled, bucket, "right")) - 1
            if place >= 0:
                yield min((int(filled[place]) + 1 << search.bits) - 1, at_ns), number


def _in_order(piece: Piece) -> tuple[Longs, Longs]:
    """Starts and rows of a piece's hits, in the order of `Hit.key`."""
    index = piece.index()
    start, _ = times_of(piece, index)
    rows = piece.track.rows(index)
    order = np.lexsort((rows, start))
    return start[order], rows[order]


def _is_upto(piece: Piece, start: Longs, rows: Longs, key: Key) -> Mask:
    own = piece.table.order
    at_instant = (start == key[0]) & ((own < key[1]) | ((own == key[1]) & (rows <= key[2])))
    found: Mask = (start < key[0]) | at_instant
    return found


def _first_after(piece: Piece, after: Key) -> Hit:
    if piece.first.key > after:
        return piece.first
    start, rows = _in_order(piece)
    return _hit(piece, int(np.count_nonzero(_is_upto(piece, start, rows, after))))


def _last_before(piece: Piece, before: Key) -> Hit:
    if piece.last.key < before:
        return piece.last
    start, rows = _in_order(piece)
    upto = _is_upto(piece, start, rows, (before[0], before[1], before[2] - 1))
    return _hit(piece, int(np.count_nonzero(upto)) - 1)


def _hit(piece: Piece, place: int) -> Hit:
    """The hit of a piece at this place in the order of `Hit.key`."""
    index = piece.index()
    start, end = times_of(piece, index)
    rows = piece.track.rows(index)
    chosen = int(np.lexsort((rows, start))[place])
    return Hit(
        piece.table,
        piece.track,
        int(index[chosen]),
        int(rows[chosen]),
        int(start[chosen]),
        int(end[chosen]),
    )
