"""Time in which a process's devices were idle between executions, and what its host did then."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from profiles.metrics.events import Events, Longs, Mask
from profiles.metrics.intervals import Stretches, innermost, union
from profiles.metrics.steps import EXECUTE

RUNNING = "nc_exec_running"
HARDWARE = "neuron_hw"
MOST_GAPS = 20
NOTHING = ""
SAME_GAP = 0.8
"""Gaps of two processes that share so much of their time are one, told of the first."""


@dataclass(frozen=True)
class Process:
    """A process of a host."""

    instance_id: str
    process_id: int


@dataclass(frozen=True)
class Activity:
    """What the host did: an event's name and who reported it; without a name nothing is known."""

    name: str
    source: str
    ns: int


@dataclass(frozen=True)
class Gap:
    """An idle stretch of a process's devices. `activities` add up to it, the longest first.

    `also` counts further processes that were idle at the same time.
    """

    process: Process
    start_ns: int
    end_ns: int
    activities: list[Activity]
    also: int


@dataclass(frozen=True)
class Devices:
    """The devices of one process: when any core ran, and the gaps between."""

    process: Process
    first_ns: int
    last_ns: int
    cores: int
    running: Stretches
    runtime_only: bool


def processes_of(events: Events) -> list[tuple[Process, Mask]]:
    """The processes of a run, each with its rows."""
    code, cores = events.cores
    rows: dict[Process, list[int]] = defaultdict(list)
    for place, core in enumerate(cores):
        rows[Process(core.instance_id, core.process_id)].append(place)
    found = [(process, np.isin(code, np.array(places))) for process, places in rows.items()]
    return sorted(found, key=lambda one: (one[0].instance_id, one[0].process_id))


def devices_of(events: Events, process: Process, own: Mask) -> Devices:
    """When the devices of a process ran; without hardware events, when it executed."""
    name, code = events.coded("name"), events.cores[0]
    start, end = events.numbers("start_ts"), events.numbers("end_ts")
    ran = own & name.where(RUNNING)
    is_runtime = not ran.any()
    if is_runtime:
        ran = own & name.where(EXECUTE)
    return Devices(
        process,
        int(start[own].min()),
        int(end[own].max()),
        len(np.unique(code[ran])),
        union(start[ran], end[ran]),
        is_runtime,
    )


def gaps_of(events: Events, devices: list[Devices], rows: dict[Process, Mask]) -> list[Gap]:
    """The longest gaps of all processes; one that several share is told once."""
    candidates = sorted(
        (
            (start, end, number)
            for number, one in enumerate(devices)
            for start, end in _longest(one.running.between)
        ),
        key=lambda gap: (gap[0] - gap[1], gap[2], gap[0]),
    )
    chosen: list[list[int]] = []
    for start, end, number in candidates:
        same = next((one for one in chosen if _is_same(one, start, end)), None)
        if same is not None:
            same[3] += 1
        elif len(chosen) < MOST_GAPS:
            chosen.append([start, end, number, 0])
    return [
        Gap(
            devices[number].process,
            start,
            end,
            activities_of(events, rows[devices[number].process], start, end),
            also,
        )
        for start, end, number, also in chosen
    ]


def _longest(gaps: Stretches) -> list[tuple[int, int]]:
    length = gaps.end_ns - gaps.start_ns
    places = np.argsort(-length, kind="stable")[:MOST_GAPS]
    return [(int(gaps.start_ns[n]), int(gaps.end_ns[n])) for n in places.tolist()]


def _is_same(one: list[int], start: int, end: int) -> bool:
    shared = min(one[1], end) - max(one[0], start)
    return shared >= SAME_GAP * max(one[1] - one[0], end - start)


def activities_of(events: Events, own: Mask, start_ns: int, end_ns: int) -> list[Activity]:
    """What the host did in a stretch: at every instant the event that began last counts."""
    source, name = events.coded("trace_event_source"), events.coded("name")
    starts, ends = events.numbers("start_ts"), events.numbers("end_ts")
    inside = own & (starts < end_ns) & (ends > start_ns) & ~source.where(HARDWARE)
    rows: Longs = np.flatnonzero(inside)
    spent: dict[tuple[str, str], int] = defaultdict(int)
    for place, length in innermost(starts[rows].tolist(), ends[rows].tolist(), start_ns, end_ns):
        row = int(rows[place]) if place >= 0 else -1
        key = (NOTHING, NOTHING)
        if row >= 0:
            key = (
                str(name.values[int(name.codes[row])]),
                str(source.values[int(source.codes[row])]),
            )
        spent[key] += length
    found = [Activity(what, told_by, ns) for (what, told_by), ns in spent.items()]
    return sorted(found, key=lambda one: (-one.ns, one.name))
