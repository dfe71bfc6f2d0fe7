"""When groups of rows were at work: unions of their times, and what was done within each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import (
    BATCH_ROWS,
    Array,
    BuiltTable,
    Columns,
    compute,
    make_batch,
)
from ingest_worker.formats.runs import pieces, stable_order
from ingest_worker.formats.spill import Column

Numbers = npt.NDArray[np.int64]
LARGEST = 1 << 62
MOST_INTERVALS, BATCH_INTERVALS = 1_000_000, 1_000_000


@dataclass(frozen=True)
class Pieces:
    """Times to be merged: the group each belongs to, and amounts that are added up."""

    group: Numbers
    start_ps: Numbers
    end_ps: Numbers
    amounts: tuple[Numbers, ...]

    def take(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> "Pieces":
        """The chosen pieces."""
        return Pieces(
            self.group[chosen],
            self.start_ps[chosen],
            self.end_ps[chosen],
            tuple(amount[chosen] for amount in self.amounts),
        )


class PieceColumns:
    """Pieces put one behind the other."""

    def __init__(self, amounts: int) -> None:
        self._columns = [Column(np.int64) for _ in range(3 + amounts)]

    def append(self, found: Pieces) -> None:
        """Adds pieces behind the others."""
        values = (found.group, found.start_ps, found.end_ps, *found.amounts)
        for column, own in zip(self._columns, values, strict=True):
            column.append(own)

    def done(self) -> Pieces:
        """All of them."""
        group, start_ps, end_ps, *amounts = (column.done() for column in self._columns)
        return Pieces(group, start_ps, end_ps, tuple(amounts))


def _added(amount: Numbers, at: Numbers) -> Numbers:
    return np.add.reduceat(amount, at) if len(at) else amount[:0]


@dataclass(frozen=True)
class Intervals:
    """The unions: those of group g are `first[g]` to `first[g + 1]`, in time order."""

    first: Numbers
    pieces: Pieces

    def __len__(self) -> int:
        return len(self.first) - 1

    def sums(self, values: Numbers) -> Numbers:
        """The sum of each group's intervals, of one value an interval."""
        result = np.zeros(len(self), np.int64)
        for own in pieces(len(values)):
            np.add.at(result, self.pieces.group[own], values[own])
        return result

    def durations(self) -> Numbers:
        """How long each group was at work, in ps."""
        return self.sums(self.pieces.end_ps - self.pieces.start_ps)

    def lists(self, values: Array, start: int, stop: int) -> Array:
        """One list a group, of groups [start, stop), from one value an interval."""
        first = self.first[start : stop + 1]
        offsets = pa.array((first - first[0]).astype(np.int32))
        own = values.slice(int(first[0]), int(first[-1] - first[0]))
        made: Array = pa.ListArray.from_arrays(offsets, own)
        return made

    def texts(self, values: Array, start: int, stop: int) -> Array:
        """The same lists as JSON; a null is `null`."""
        lists: Any = self.lists(values, start, stop)
        words = compute.fill_null(lists.values.cast(pa.string()), "null")
        return _bracketed(pa.ListArray.from_arrays(lists.offsets, words))

    def pair_texts(self, starts: Numbers, ends: Numbers, start: int, stop: int) -> Array:
        """`[[start, end], ...]` of each group, from the times of every interval."""
        lists: list[Any] = [self.lists(pa.array(times), start, stop) for times in (starts, ends)]
        words = [times.values.cast(pa.string()) for times in lists]
        pairs = compute.binary_join_element_wise("[", words[0], ", ", words[1], "]", "")
        return _bracketed(pa.ListArray.from_arrays(lists[0].offsets, pairs))

    def coarse(self) -> "Intervals":
        """The same with at most `MOST_INTERVALS` a group: neighbours joined, gaps and all.

        A cell of a table is no place for millions of numbers, and cannot hold two billion bytes.
        """
        counts = np.diff(self.first)
        if int(counts.max(initial=0)) <= MOST_INTERVALS:
            return self
        step = -(-counts // MOST_INTERVALS)
        columns = PieceColumns(len(self.pieces.amounts))
        for group in range(len(self)):
            begin, stop = self.first[group : group + 2].tolist()
            own = self.pieces.take(slice(begin, stop))
            at = np.arange(0, stop - begin, max(int(step[group]), 1))
            last = np.append(at[1:], stop - begin)[: len(at)] - 1
            columns.append(
                Pieces(
                    own.group[at],
                    own.start_ps[at],
                    own.end_ps[last],
                    tuple(_added(amount, at) for amount in own.amounts),
                )
            )
        joined = columns.done()
        return Intervals(np.searchsorted(joined.group, np.arange(len(self.first))), joined)

    def table(self, name: str, columns: Callable[[int, int], Columns]) -> BuiltTable:
        """A table of one row a group, in batches of not too many groups nor intervals."""
        count = len(self)

        def make(schema: pa.Schema, room: int) -> Iterator[pa.RecordBatch]:
            start = 0
            while start < count:
                full = np.searchsorted(self.first, self.first[start] + BATCH_INTERVALS, "right") - 1
                stop = min(max(int(full), start + 1), start + room, count)
                yield make_batch(schema, columns(start, stop), stop - start)
                start, room = stop, BATCH_ROWS

        return BuiltTable(name, count, make)


def _bracketed(lists: Array) -> Array:
    inner = compute.binary_join(lists, ", ")
    made: Array = compute.binary_join_element_wise("[", inner, "]", "")
    return made


def merged(found: Pieces, group_count: int) -> Intervals:
    """The union of each group's pieces, touching ones joined, amounts added up."""
    sorted_ = found.take(_by_group(found, group_count))
    groups = np.arange(group_count + 1)
    if not len(sorted_.group):
        return Intervals(np.zeros(group_count + 1, np.int64), sorted_)
    reach = _reach(sorted_)
    is_new = np.ones(len(reach), bool)
    is_new[1:] = (np.diff(sorted_.group) != 0) | (sorted_.start_ps[1:] > reach[:-1])
    at = np.flatnonzero(is_new)
    last = np.append(at[1:], len(reach)) - 1
    joined = Pieces(
        sorted_.group[at],
        sorted_.start_ps[at],
        reach[last],
        tuple(np.add.reduceat(amount, at) for amount in sorted_.amounts),
    )
    return Intervals(np.searchsorted(joined.group, groups), joined)


def merged_in_time(stretches: Iterable[Pieces], group_count: int) -> Intervals:
    """As `merged`, of pieces that come in stretches of ascending start.

    The last interval of each group waits for what may touch it; those before it are final.
    """
    columns: PieceColumns | None = None
    waiting: Pieces | None = None
    for found in stretches:
        every = found if waiting is None else both(waiting, found)
        columns = columns or PieceColumns(len(found.amounts))
        joined = merged(every, group_count).pieces
        is_last = np.append(joined.group[1:] != joined.group[:-1], True)[: len(joined.group)]
        columns.append(joined.take(~is_last))
        waiting = joined.take(is_last)
    if columns is None or waiting is None:
        none = np.zeros(0, np.int64)
        return Intervals(np.zeros(group_count + 1, np.int64), Pieces(none, none, none, ()))
    columns.append(waiting)
    return _grouped(columns.done(), group_count)


def _grouped(found: Pieces, group_count: int) -> Intervals:
    """Final intervals, in order of time within each group, group by group."""
    order = stable_order(found.group)
    columns = PieceColumns(len(found.amounts))
    for own in pieces(len(order)):
        columns.append(found.take(order[own]))
    sorted_ = columns.done()
    return Intervals(np.searchsorted(sorted_.group, np.arange(group_count + 1)), sorted_)


def both(one: Pieces, other: Pieces) -> Pieces:
    """All pieces of the two."""
    return Pieces(
        np.concatenate((one.group, other.group)),
        np.concatenate((one.start_ps, other.start_ps)),
        np.concatenate((one.end_ps, other.end_ps)),
        tuple(np.concatenate(pair) for pair in zip(one.amounts, other.amounts, strict=True)),
    )


def _by_group(found: Pieces, group_count: int) -> npt.NDArray[np.intp]:
    """The order by group, then start. Few groups are sorted by counting, which is faster."""
    group = found.group.astype(np.uint16) if group_count <= 1 << 16 else found.group
    if (np.diff(found.start_ps) >= 0).all():
        return np.argsort(group, kind="stable")
    return np.lexsort((found.start_ps, group))


def _reach(found: Pieces) -> Numbers:
    """The latest end so far within the group, for pieces sorted by group and start.

    A running maximum over all groups at once: each group is moved behind the one before it, as
    many groups at a time as 62 bits have room for.
    """
    base = found.start_ps.min()
    span = int(found.end_ps.max() - base) + 1
    at_once = min(max(1, LARGEST // span), int(found.group[-1]) + 1)
    result = np.empty_like(found.end_ps)
    limits = np.arange(int(found.group[0]), int(found.group[-1]) + at_once + 1, at_once)
    bounds = np.searchsorted(found.group, limits)
    for limit, begin, stop in zip(limits, bounds[:-1], bounds[1:], strict=False):
        shift = (found.group[begin:stop] - limit) * span - base
        result[begin:stop] = np.maximum.accumulate(found.end_ps[begin:stop] + shift) - shift
    return result
