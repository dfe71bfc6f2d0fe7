"""Which row of a thread a slice lies on: Perfetto takes ends by their order, not by their slice.

On one thread every end closes the slice that was opened last. Slices that overlap without one lying
within the other would get each other's ends, without an error; they are put on further rows.
"""

import numpy as np
import numpy.typing as npt

from ingest_worker.exports.perfetto.wire import Numbers

Lanes = npt.NDArray[np.int32]


def lanes(group: Numbers, start: Numbers, end: Numbers, *, nested: bool) -> Lanes:
    """The row of each slice within its group, from 0.

    `nested`: a slice may lie within another one of its row; else rows hold one slice at a time.
    Holds for slices written in the order given, whatever that order is.
    """
    lane = np.zeros(len(start), np.int32)
    order = np.lexsort((np.arange(len(start)), -end, start, group))
    if not len(order):
        return lane
    own, begin, finish = group[order], start[order], end[order]
    is_new = np.append([True], own[1:] != own[:-1])
    first = np.flatnonzero(is_new)
    place = _nested if nested else _single
    for low, high in zip(first.tolist(), [*first[1:].tolist(), len(order)], strict=True):
        rows = order[low:high]
        for left, right in _busy(rows, begin[low:high], finish[low:high]):
            chosen = slice(low + left, low + right)
            times = (order[chosen].tolist(), begin[chosen].tolist(), finish[chosen].tolist())
            lane[order[chosen]] = place(*times)
    return lane


def _busy(rows: npt.NDArray[np.int64], start: Numbers, end: Numbers) -> list[tuple[int, int]]:
    """Where there is something to decide: runs of slices with no moment in which all are over."""
    ended = np.maximum.accumulate(end)[:-1]
    written = np.maximum.accumulate(rows)[:-1]
    apart = (ended < start[1:]) | ((ended == start[1:]) & (written < _first_written(rows, start)))
    edges = np.concatenate(([0], np.flatnonzero(apart) + 1, [len(rows)]))
    long = np.flatnonzero(np.diff(edges) > 1)
    return list(zip(edges[long].tolist(), edges[long + 1].tolist(), strict=True))


def _first_written(rows: npt.NDArray[np.int64], start: Numbers) -> npt.NDArray[np.int64]:
    """For every slice but the first: who is written first of those that start with it or after."""
    if len(rows) < 2:
        return rows[1:]
    backwards, begin = rows[:0:-1], start[:0:-1]
    # Each earlier start is set off below all later ones, so that the least is that of one start.
    offset = np.append([0], np.cumsum(begin[1:] != begin[:-1])) * (int(rows.max()) + 1)
    found: npt.NDArray[np.int64] = np.minimum.accumulate(backwards - offset) + offset
    return found[::-1]


def _single(rows: list[int], start: list[int], end: list[int]) -> list[int]:
    """First row that is free. At one instant an end must be written before the next begin."""
    free: list[tuple[int, int]] = []
    found = []
    for row, begin, finish in zip(rows, start, end, strict=True):
        for lane, busy in enumerate(free):
            if busy < (begin, row):
                free[lane] = (finish, row)
                break
        else:
            lane = len(free)
            free.append((finish, row))
        found.append(lane)
    return found


def _nested(rows: list[int], start: list[int], end: list[int]) -> list[int]:
    """First row on which the slice lies within all that is open, or where nothing is."""
    open_slices: list[list[tuple[int, int]]] = []
    last: list[tuple[int, int]] = []
    found = []
    for row, begin, finish in zip(rows, start, end, strict=True):
        for lane, stack in enumerate(open_slices):
            depth = len(stack)
            while depth and stack[depth - 1] < (begin, row):
                depth -= 1
            # What ends now and is written later would close this slice instead.
            if last[lane] < (begin, row) and (not depth or stack[depth - 1][0] >= finish):
                del stack[depth:]
                break
        else:
            lane = len(open_slices)
            open_slices.append([])
            last.append((-(1 << 62), -1))
        open_slices[lane].append((finish, row))
        last[lane] = (begin, row)
        found.append(lane)
    return found
