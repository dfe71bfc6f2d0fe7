"""Unions of intervals, one for each of many owners at once."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Owned:
    """Unions of several owners, numbered from 0: intervals by owner, then by start."""

    owner: Owners
    start: Times
    end: Times

    def lengths(self, count: int) -> Times:
        """The length of each owner's union, shape (count,)."""
        result = np.zeros(count, np.int64)
        np.add.at(result, self.owner, self.end - self.start)
        return result

    def length(self, owners: Sequence[int]) -> int:
        """The length of the union of what some owners cover."""
        chosen = np.isin(self.owner, owners)
        return covered(self.start[chosen], self.end[chosen])


def merged_by(owner: Owners, count: int, start: Times, end: Times) -> Owned:
    """The union of each owner's intervals.

    One sort serves all: every owner's times are moved behind those of the owner before.
    """
    if not len(start):
        return Owned(owner, start, end)
    zero = int(start.min())
    span = int(end.max()) - zero + 2
    if span > np.iinfo(np.int64).max // (count + 1):
        parts = [merged(start[owner == own], end[owner == own]) for own in range(count)]
        numbers = np.repeat(np.arange(count), [len(begin) for begin, _ in parts])
        return Owned(numbers, *(np.concatenate(each) for each in zip(*parts, strict=True)))
    moved = owner * span - zero
    begin, stop = merged(start + moved, end + moved)
    place = begin // span
    back = place * span - zero
    return Owned(place, begin - back, stop - back)


def covered_by(owner: Owners, count: int, start: Times, end: Times) -> Times:
    """The length of the union of each owner's intervals, shape (count,)."""
    return merged_by(owner, count, start, end).lengths(count)


def clipped(start: Times, end: Times, first: int, last: int) -> tuple[Times, Times]:
    """The parts of the intervals within [first, last)."""
    begin = np.clip(start, first, last)
    return begin, np.maximum(np.clip(end, first, last), begin)


class RunningUnion:
    """The lengths of many unions, of intervals that come in stretches of ascending start."""

    def __init__(self, count: int) -> None:
        self.lengths = np.zeros(count, np.int64)
        self._reach = np.full(count, np.iinfo(np.int64).min)

    def add(self, owner: Owners, start: Times, end: Times) -> Owned:
        """Adds intervals that start no earlier than those before; gives what is new of each union.

        Within one call they may come in any order.
        """
        begin = np.maximum(start, self._reach[owner])
        new = np.flatnonzero(end > begin)
        found = merged_by(owner[new].astype(np.int64), len(self.lengths), begin[new], end[new])
        np.add.at(self.lengths, found.owner, found.end - found.start)
        np.maximum.at(self._reach, owner, end)
        return found
