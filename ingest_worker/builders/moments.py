"""Starts and ends of many intervals in one order of time, some at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.runs import pieces, slabs

Times = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Moments:
    """Sorted times, the row that each belongs to, and whether it is the row's end.

    Of one instant the starts come first, each kind in order of rows; no instant is parted.
    """

    times: Times
    row: Rows
    is_end: Flags


def ascending_runs(times: Times) -> list[slice]:
    """The stretches in which times ascend: for rows by track, then start, not more than tracks."""
    edges = [0]
    for own in pieces(len(times)):
        begin = max(own.start - 1, 0)
        falls = np.flatnonzero(times[begin + 1 : own.stop] < times[begin : own.stop - 1])
        edges += (falls + begin + 1).tolist()
    return [
        slice(begin, stop)
        for begin, stop in zip(edges, [*edges[1:], len(times)], strict=True)
        if stop > begin
    ]


def rows_in_time(start_ps: Times) -> Iterator[tuple[Rows, int | None]]:
    """Rows in stretches of time, ascending in each, and when the next stretch begins."""
    runs = ascending_runs(start_ps)
    for slab in slabs([start_ps[run] for run in runs]):
        found = [
            np.arange(run.start + own.start, run.start + own.stop)
            for run, own in zip(runs, slab.places, strict=True)
        ]
        yield np.concatenate([np.zeros(0, np.int64), *found]), slab.until


def moments(
    start_ps: Times, end_ps: Times, chosen: Callable[[Rows], Flags] | None = None
) -> Iterator[Moments]:
    """Every start and end of the chosen rows."""
    waiting = np.zeros(0, np.int64)
    for every, until in rows_in_time(start_ps):
        rows = every if chosen is None else every[chosen(every)]
        open_rows = np.sort(np.concatenate((waiting, rows)), kind="stable")
        ends = end_ps[open_rows]
        closes = np.ones(len(ends), bool) if until is None else ends < until
        waiting, closing = open_rows[~closes], open_rows[closes]
        times = np.concatenate((start_ps[rows], ends[closes]))
        order = np.argsort(times, kind="stable")
        both = np.concatenate((rows, closing))
        yield Moments(times[order], both[order], order >= len(rows))


def last_of_each(times: Times) -> Flags:
    """Which of sorted times have no equal behind them."""
    is_last = np.ones(len(times), bool)
    is_last[:-1] = times[1:] != times[:-1]
    return is_last
