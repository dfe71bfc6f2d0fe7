"""Long sorted runs taken some rows at a time, in one order of time, without joining them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.spill import column_of, set_aside

SLAB_ROWS = 1_000_000

Times = npt.NDArray[np.integer[Any]]
Order = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slab:
    """A stretch of time: its rows in each run, and when the next stretch begins (None: never)."""

    places: tuple[slice, ...]
    until: int | None


def slabs(runs: Sequence[Times], rows: int | None = None) -> Iterator[Slab]:
    """Stretches of about `rows` rows over runs that are each in order of time.

    Every row before a stretch's end lies in it or in one before. Of rows of one instant none are
    parted, so a stretch may be longer where very many fall together.
    """
    rows = rows or SLAB_ROWS
    total = sum(map(len, runs))
    count = len(runs)
    begins = [0] * count
    if total > rows:
        step = max(rows // (2 * count), 1)
        marks = np.sort(np.concatenate([run[step::step] for run in runs]))
        chosen = np.unique(marks[count::count]).tolist()
    else:
        chosen = []
    for until in chosen:
        ends = [int(np.searchsorted(run, until)) for run in runs]
        if ends != begins:
            yield Slab(tuple(map(slice, begins, ends)), until)
        begins = ends
    yield Slab(tuple(slice(begin, len(run)) for begin, run in zip(begins, runs, strict=True)), None)


def pieces(count: int, rows: int | None = None) -> Iterator[slice]:
    """So many rows in slices."""
    rows = rows or SLAB_ROWS
    for begin in range(0, count, rows):
        yield slice(begin, min(begin + rows, count))


def is_ascending(times: Times) -> bool:
    """Whether no time is before the one in front of it."""
    return all(
        bool((times[own.start + 1 : own.stop] >= times[own.start : own.stop - 1]).all())
        and (own.start == 0 or times[own.start] >= times[own.start - 1])
        for own in pieces(len(times))
    )


def stable_order(times: Times) -> Order:
    """What a stable argsort gives, however long: sorted pieces that are merged."""
    if len(times) <= 2 * SLAB_ROWS:
        return np.argsort(times, kind="stable")
    own = list(pieces(len(times)))
    return column_of(merged_runs([times[place] for place in own], own), np.int64)


def merged_runs(runs: Sequence[Times], places: Sequence[slice]) -> Iterator[Order]:
    """The places of all runs in order of time; of one time in order of runs, then within a run.

    A run need not be sorted, and lies at one of `places`.
    """
    orders: list[Order | None] = []
    in_order: list[Times] = []
    for run in runs:
        order = None if is_ascending(run) else np.argsort(run, kind="stable")
        orders.append(None if order is None else set_aside(order))
        in_order.append(run if order is None else set_aside(run[order]))
    for slab in slabs(in_order):
        found = []
        for order, own, place in zip(orders, slab.places, places, strict=True):
            inside = np.arange(own.start, own.stop) if order is None else order[own]
            found.append(inside + place.start)
        times = np.concatenate([run[own] for run, own in zip(in_order, slab.places, strict=True)])
        yield np.concatenate(found)[np.argsort(times, kind="stable")]
