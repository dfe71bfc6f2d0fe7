"""The table `Flow`: which instruction had to be done before which (decoding notes, 6.4 and 12).

One row an edge, by the later instruction's place in `Instruction`, then in the compiler's order.
The notes know programs whose instructions ran once. Where one ran more often, as in a loop, the
edge leads from its last run that began before the later instruction, within the same execution;
before the first round there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable, Columns, joined, repeated, table_of
from ingest_worker.builders.ids import instruction_ids
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.formats.runs import is_ascending, pieces, stable_order
from ingest_worker.formats.spill import Column, column_of, full, set_aside

CHUNK_ROWS = 65_536
KIND_TEXTS = (None, "ORDERED", "ANTI_DEPENDENCE", "OUTPUT_DEPENDENCE", "FLOW_DEPENDENCE")
NONE = -1

Rows = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """Edges between rows of one core's instructions: earlier row, later row, kind."""

    before: Rows
    after: Rows
    kind: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Runs:
    """The runs of each slot within one execution, in time order.

    `rows` are rows of the table; those of slot s are `by_slot[first[s]:first[s + 1]]`, places in
    `rows`, and `run` says the how-manieth of its slot a row is.
    """

    rows: Numbers
    slot: Rows
    start_ps: Numbers
    by_slot: Rows
    first: Numbers
    run: Rows


def flow_table(part: Part) -> BuiltTable:
    """All cores, one behind the other."""
    return joined("Flow", [_core_table(part, core) for core in part.cores])


def _core_table(part: Part, core: CorePart) -> BuiltTable:
    edges = edges_of(core)
    rows = core.rows
    ids = _ids(core) if len(edges.kind) else None

    def columns(start: int, stop: int) -> Columns:
        before, after = edges.before[start:stop], edges.after[start:stop]
        kind = np.minimum(edges.kind[start:stop], len(KIND_TEXTS)).astype(np.int32)
        kind[kind == len(KIND_TEXTS)] = 0
        assert ids is not None
        return {
            "in_id": ids[before],
            "out_id": ids[after],
            "in_table": "Instruction",
            "out_table": "Instruction",
            "dependency_type": repeated(KIND_TEXTS, kind),
            "gap_time": part.ns(rows.start_ps[after]) - part.ns(rows.end_ps[before]),
        }

    return table_of("Flow", len(edges.kind), columns)


def edges_of(core: CorePart) -> Edges:
    """Every edge between executed instructions of a core."""
    if not len(core.edges.kind):
        nothing = np.zeros(0, np.int32)
        return Edges(nothing, nothing, nothing.astype(np.uint8))
    before, after, kind = Column(np.int32), Column(np.int32), Column(np.uint8)
    for runs in _executions(core):
        for edges in _edges(core, runs):
            before.append(edges.before)
            after.append(edges.after)
            kind.append(edges.kind)
    found = Edges(before.done(), after.done(), kind.done())
    if is_ascending(found.after):
        return found
    order = stable_order(found.after)
    return Edges(*(_taken(values, order) for values in (found.before, found.after, found.kind)))


def _taken(values: npt.NDArray[Any], order: Numbers) -> npt.NDArray[Any]:
    return column_of((values[order[own]] for own in pieces(len(order))), values.dtype)


def _ids(core: CorePart) -> Numbers:
    """The id of every instruction of a core."""
    parts = (
        instruction_ids(
            core.rows.start_ps[own], core.slots.compiler_pc[core.slot[own]], core.rows.engine[own]
        )
        for own in pieces(len(core.slot))
    )
    return column_of(parts, np.int64)


def _executions(core: CorePart) -> Iterator[_Runs]:
    """The rows of one execution after the other: dependencies do not reach across."""
    execution = core.rows.execution
    by_execution = stable_order(execution)
    bounds = [0, *np.cumsum(np.bincount(execution)).tolist()]
    for start, stop in pairwise(bounds):
        if stop > start:
            yield _runs(core, by_execution[start:stop])


def _runs(core: CorePart, rows: Numbers) -> _Runs:
    """Rows of one slot are in one track, so that they are in order of time already."""
    slot, start_ps = _taken(core.slot, rows), _taken(core.rows.start_ps, rows)
    by_slot = set_aside(np.argsort(slot, kind="stable").astype(np.int32))
    counts = np.bincount(slot, minlength=len(core.slots.compiler_pc))
    first = np.concatenate(([0], np.cumsum(counts)))
    run = full(len(rows), 0, np.int32)
    for own in pieces(len(rows)):
        chosen = by_slot[own]
        run[chosen] = np.arange(own.start, own.stop) - first[slot[chosen]]
    return _Runs(set_aside(rows), slot, start_ps, by_slot, first, run)


def _edges(core: CorePart, runs: _Runs) -> Iterator[Edges]:
    """Some rows at a time, so that little more than the edges themselves is held."""
    links = core.edges
    counts = np.diff(links.starts)
    for begin in range(0, len(runs.rows), CHUNK_ROWS):
        places = np.arange(begin, min(begin + CHUNK_ROWS, len(runs.rows)))
        many = counts[runs.slot[places]]
        ends = np.cumsum(many)
        shift = links.starts[runs.slot[places]] - (ends - many)
        link = np.repeat(shift, many) + np.arange(int(ends[-1]))
        after = np.repeat(places, many)
        slot = links.before[link]
        run = last_runs(runs, slot, after)
        is_there = run != NONE
        chosen = runs.by_slot[runs.first[slot[is_there]] + run[is_there]]
        yield Edges(
            runs.rows[chosen].astype(np.int32),
            runs.rows[after[is_there]].astype(np.int32),
            links.kind[link[is_there]],
        )


def last_runs(runs: _Runs, slot: Rows, after: Numbers) -> Numbers:
    """For each pair of an earlier slot and a later row, which run of the slot it was.

    Mostly the slots take turns, and the run before has the later row's own number or one less;
    what does not fit is searched for.
    """
    first = runs.first[slot]
    count = runs.first[slot + 1] - first
    limit = runs.start_ps[after]
    is_own = slot == runs.slot[after]
    run = np.minimum(runs.run[after].astype(np.int64), count - 1)
    run[is_own] = runs.run[after][is_own] - 1
    open_ = np.flatnonzero((count > 1) & ~is_own)
    for _ in range(2):
        open_ = open_[~_fits(runs, first[open_], count[open_], run[open_], limit[open_])]
        run[open_] = np.maximum(run[open_] - 1, 0)
    run[open_] = _searched(runs, first[open_], count[open_], limit[open_])
    result: Numbers = run
    return result


def _fits(
    runs: _Runs, first: Numbers, count: Numbers, run: Numbers, limit: Numbers
) -> npt.NDArray[np.bool_]:
    """Whether a run began by the limit, and the next one did not."""
    here = runs.start_ps[runs.by_slot[first + run]] <= limit
    next_ = np.minimum(run + 1, count - 1)
    then = (run + 1 >= count) | (runs.start_ps[runs.by_slot[first + next_]] > limit)
    result: npt.NDArray[np.bool_] = here & then
    return result


def _searched(runs: _Runs, first: Numbers, count: Numbers, limit: Numbers) -> Numbers:
    """The last run that began by the limit, by halving; `NONE` before the first."""
    low, high = np.zeros(len(first), np.int64), count.copy()
    while (low < high).any():
        middle = (low + high) // 2
        place = np.minimum(first + middle, len(runs.by_slot) - 1)
        is_by = (runs.start_ps[runs.by_slot[place]] <= limit) & (low < high)
        high = np.where(is_by | (low >= high), high, middle)
        low = np.where(is_by, middle + 1, low)
    result: Numbers = low - 1
    return result
