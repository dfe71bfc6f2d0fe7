"""The rules of a system run's numbers again, written slowly: one row, one nanosecond at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Place = tuple[str, int]


@dataclass(frozen=True)
class SlowStep:
    """A step: its graph, and start and end of each rank's call."""

    graph: str
    calls: dict[tuple[Any, ...], tuple[int, int]]


def rank_of(row: Row) -> tuple[Any, ...]:
    """What tells one worker from another."""
    worker = -1 if row["worker_gid"] is None else row["worker_gid"]
    nc_idx = -1 if row["nc_idx"] is None else row["nc_idx"]
    return worker, row["instance_id"], row["process_id"], nc_idx


def steps_of(rows: Sequence[Row], graph_of: Mapping[int, str]) -> list[SlowStep]:
    """Every call in order of time goes to the last step of its graph if it fits there."""
    found: list[SlowStep] = []
    calls = [n for n, row in enumerate(rows) if row["name"] == "nrt_execute"]
    for number in sorted(calls, key=lambda n: (rows[n]["start_ts"], n)):
        row, graph = rows[number], graph_of[number]
        own = [step for step in found if step.graph == graph]
        last = own[-1] if own else None
        fits = (
            last is not None
            and rank_of(row) not in last.calls
            and all(row["start_ts"] < end for _, end in last.calls.values())
        )
        if last is None or not fits:
            last = SlowStep(graph, {})
            found.append(last)
        last.calls[rank_of(row)] = (row["start_ts"], row["end_ts"])
    return found


def process_of(row: Row) -> Place:
    """The process of a row."""
    return row["instance_id"], row["process_id"]


def running_of(rows: Sequence[Row], place: Place) -> set[int]:
    """Every nanosecond at which a core of the process ran."""
    own = [row for row in rows if process_of(row) == place]
    ran = [row for row in own if row["name"] == "nc_exec_running"]
    if not ran:
        ran = [row for row in own if row["name"] == "nrt_execute"]
    return {t for row in ran for t in range(row["start_ts"], row["end_ts"])}


def gaps_of(running: set[int]) -> list[tuple[int, int]]:
    """The stretches between the first and the last of these in which none lies."""
    found, begun = [], None
    for t in range(min(running, default=0), max(running, default=0)):
        if t not in running and begun is None:
            begun = t
        if t in running and begun is not None:
            found.append((begun, t))
            begun = None
    if begun is not None:
        found.append((begun, max(running)))
    return found


def host_did(rows: Sequence[Row], place: Place, start: int, end: int) -> dict[str, int]:
    """For every nanosecond the event of the host that began last."""
    spent: dict[str, int] = defaultdict(int)
    own = [
        (n, row)
        for n, row in enumerate(rows)
        if process_of(row) == place and row["trace_event_source"] != "neuron_hw"
    ]
    for t in range(start, end):
        active = [(n, row) for n, row in own if row["start_ts"] <= t < row["end_ts"]]
        if not active:
            spent[""] += 1
            continue
        _, latest = max(active, key=lambda one: (one[1]["start_ts"], -one[1]["end_ts"], one[0]))
        spent[latest["name"]] += 1
    return dict(spent)
