"""Unions of intervals, one for each of many owners at once."""

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
Owners = npt.NDArray[np.int64]


def merged(start: Times, end: Times) -> tuple[Times, Times]:
    """The union of intervals, touching ones joined; `start` need not be sorted."""
    if not len(start):
        return start, end
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    reach = np.maximum.accumulate(end)
    begins = np.ones(len(start), bool)
    begins[1:] = start[1:] > reach[:-1]
    first = np.flatnonzero(begins)
    return start[first], reach[np.append(first[1:], len(start)) - 1]


def covered(start: Times, end: Times) -> int:
    """The length of the union."""
    begin, stop = merged(start, end)
    return int((stop - begin).sum())


def covered_by(owner: Owners, count: int, start: Times, end: Times) -> Times:
    """The length of the union of each owner's intervals, shape (count,).

    Owners are numbered from 0. One sort serves all: every owner's times are moved behind those of
    the owner before.
    """
    if not len(start):
        return np.zeros(count, np.int64)
    zero = int(start.min())
    span = int(end.max()) - zero + 2
    if span > np.iinfo(np.int64).max // (count + 1):
        lengths = [covered(start[owner == own], end[owner == own]) for own in range(count)]
        return np.array(lengths, np.int64)
    moved = owner * span - zero
    begin, stop = merged(start + moved, end + moved)
    length = (stop - begin).astype(np.int64)
    result = np.zeros(count, np.int64)
    np.add.at(result, begin // span, length)
    return result


def clipped(start: Times, end: Times, first: int, last: int) -> tuple[Times, Times]:
    """The parts of the intervals within [first, last)."""
    begin = np.clip(start, first, last)
    return begin, np.maximum(np.clip(end, first, last), begin)
