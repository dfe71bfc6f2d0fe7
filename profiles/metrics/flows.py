"""What belongs to an event: the execution it is a part of, and what other cores did meanwhile."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from profiles.metrics.events import NONE, Events, Longs, Mask
from profiles.metrics.steps import EXECUTE

EXECUTION_ID = "execution id"
NESTING = "inside the call"
TIME = "time"
FRAMEWORK = "framework"
SYNC = "timestamp_sync_point"

REACH_NS = 10_000_000
"""Events of one execution are looked for so far before its call and after it; ids come again."""

MOST_NEAR = 5000
MOST_CALLS = 24


@dataclass(frozen=True)
class Related:
    """An event of an execution. `reason` says how it is known, `cause` the row it follows from."""

    row: int
    reason: str
    cause: int | None


@dataclass(frozen=True)
class Beside:
    """An event on another core at the same time; `shared_ns` of it lie within the event's own."""

    row: int
    shared_ns: int
    has_same_name: bool


def flow_of(events: Events, row: int) -> list[Related]:
    """Events of the execution that an event is a part of, in order of time, itself among them.

    A host call and its events on devices carry the same execution id, on one logical core of one
    process; what a call does on its thread for its model lies inside it; the framework's event is
    the innermost one of the process that holds the call. Nothing for an event without a call.
    """
    if events.coded("trace_event_source").values and _source(events, row) == FRAMEWORK:
        return _calls_within(events, row)
    near = _near(events, row)
    attributes = dict(zip(near.tolist(), events.attributes(near), strict=True))
    call = _call_of(events, row, attributes)
    if call is None:
        return []
    outer = _framework_around(events, call)
    found = [Related(call, EXECUTION_ID, outer)]
    if outer is not None:
        found.append(Related(outer, TIME, None))
    for other, own in attributes.items():
        reason = _reason(events, other, own, call, attributes[call])
        if reason and other != call:
            found.append(Related(other, reason, call))
    starts = events.numbers("start_ts")
    return sorted(found, key=lambda one: (int(starts[one.row]), one.row))


def beside(events: Events, row: int) -> list[Beside]:
    """Of every other core, or of every other process for an event without one, the event of the
    same source that shares most time with this one; one of the same name before all others.
    """
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    start, end = int(starts[row]), int(ends[row])
    core, _ = events.cores
    source = events.coded("trace_event_source").codes
    alike = (source == source[row]) & (core != core[row]) & (starts < end) & (ends > start)
    if events.numbers("nc_idx")[row] == NONE:
        alike &= ~_of_process(events, row)
    else:
        alike &= events.numbers("nc_idx") != NONE
    rows = np.flatnonzero(alike)
    shared = np.minimum(ends[rows], end) - np.maximum(starts[rows], start)
    name = events.coded("name").codes
    is_same = name[rows] == name[row]
    order = np.lexsort((rows, -shared, ~is_same, core[rows]))
    _, first = np.unique(core[rows][order], return_index=True)
    best = order[first]
    return [Beside(int(rows[at]), int(shared[at]), bool(is_same[at])) for at in best]


def _source(events: Events, row: int) -> Any:
    source = events.coded("trace_event_source")
    return source.values[int(source.codes[row])]


def _of_process(events: Events, row: int) -> Mask:
    process, instance = events.coded("process_id").codes, events.coded("instance_id").codes
    found: Mask = (process == process[row]) & (instance == instance[row])
    return found


def _near(events: Events, row: int) -> Longs:
    """Rows of the same logical core around an event; of very many those that start nearest."""
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    nc_idx = events.numbers("nc_idx")
    start, end = int(starts[row]), int(ends[row])
    rows = np.flatnonzero(
        _of_process(events, row)
        & (nc_idx == nc_idx[row])
        & (starts < end + REACH_NS)
        & (ends > start - REACH_NS)
        & ~events.coded("name").where(SYNC)
    )
    if len(rows) > MOST_NEAR:
        rows = rows[np.argsort(np.abs(starts[rows] - start), kind="stable")[:MOST_NEAR]]
    found: Longs = np.unique(np.append(rows, row))
    return found


def _call_of(events: Events, row: int, attributes: dict[int, dict[str, Any]]) -> int | None:
    """The nrt_execute of an event: that of its execution id, else the one around it."""
    name = events.coded("name")
    is_call = name.where(EXECUTE)
    if is_call[row]:
        return row
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    thread = events.numbers("thread_id")
    own = attributes[row]
    calls = [other for other in attributes if is_call[other]]
    if "exec_id" in own:
        same = [other for other in calls if _is_same(own, attributes[other])]
        return min(same, key=lambda other: abs(int(starts[other] - starts[row])), default=None)
    around = [
        other
        for other in calls
        if thread[other] == thread[row]
        and starts[other] <= starts[row]
        and ends[other] >= ends[row]
    ]
    return around[-1] if around and "model_id" in own else None


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two events are of one execution: its id, and the model where both tell it."""
    models = {found["model_id"] for found in (one, other) if "model_id" in found}
    return len(models) < 2 and one.get("exec_id") == other.get("exec_id") is not None


def _reason(
    events: Events, row: int, own: dict[str, Any], call: int, of_call: dict[str, Any]
) -> str:
    """How an event is known to belong to a call; empty where it does not."""
    if "exec_id" in own:
        return EXECUTION_ID if _is_same(own, of_call) else ""
    if own.get("model_id") is None or own["model_id"] != of_call.get("model_id"):
        return ""
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    thread = events.numbers("thread_id")
    is_inside = starts[row] >= starts[call] and ends[row] <= ends[call]
    return NESTING if is_inside and thread[row] == thread[call] else ""


def _framework_around(events: Events, call: int) -> int | None:
    """The innermost event of the framework that holds a call."""
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    rows = np.flatnonzero(
        events.coded("trace_event_source").where(FRAMEWORK)
        & _of_process(events, call)
        & (starts <= starts[call])
        & (ends >= ends[call])
    )
    if not len(rows):
        return None
    return int(rows[np.lexsort((-ends[rows], starts[rows]))[-1]])


def _calls_within(events: Events, row: int) -> list[Related]:
    """The calls of which an event of the framework is the innermost one around; the first ones."""
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    rows = np.flatnonzero(
        events.coded("name").where(EXECUTE)
        & _of_process(events, row)
        & (starts >= starts[row])
        & (ends <= ends[row])
    )
    found = [int(call) for call in rows if _framework_around(events, int(call)) == row][:MOST_CALLS]
    return (
        [Related(row, TIME, None), *(Related(call, TIME, row) for call in found)] if found else []
    )
