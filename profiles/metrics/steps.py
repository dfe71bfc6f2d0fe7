"""Steps of a run: executions of one graph on all ranks at the same time."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from profiles.metrics.events import NONE, Events
from profiles.metrics.model_name import ModelName, model_name

EXECUTE = "nrt_execute"


@dataclass(frozen=True, order=True)
class Rank:
    """A worker: its global number where the run tells it, its host, process and logical core."""

    worker_gid: int
    instance_id: str
    process_id: int
    nc_idx: int


@dataclass(frozen=True)
class Call:
    """One nrt_execute; `row` is its row of SystemProfileEvents."""

    row: int
    rank: Rank
    start_ns: int
    end_ns: int
    model_id: int | None
    model: ModelName

    @property
    def graph(self) -> str:
        """What ranks share that run the same program: the name without the rank."""
        if self.model.graph is None:
            return self.model.name
        bucket = "" if self.model.bucket is None else f" bucket {self.model.bucket}"
        return f"{self.model.graph}{bucket}"


@dataclass
class Step:
    """Calls of one graph that overlap, at most one a rank."""

    number: int
    graph: str
    calls: dict[Rank, Call] = field(default_factory=dict)

    @property
    def start_ns(self) -> int:
        """When the first rank begins."""
        return min(call.start_ns for call in self.calls.values())

    @property
    def end_ns(self) -> int:
        """When the last rank is done."""
        return max(call.end_ns for call in self.calls.values())

    @property
    def duration_ns(self) -> int:
        """From the first rank's begin to the last one's end."""
        return self.end_ns - self.start_ns


def ranks_at(events: Events, rows: Iterable[int]) -> list[Rank]:
    """The worker of each of these rows."""
    core, cores = events.cores
    worker = events.numbers("worker_gid")
    known: dict[tuple[int, int], Rank] = {}
    found = []
    for row in rows:
        key = int(core[row]), int(worker[row])
        if key not in known:
            place = cores[key[0]]
            nc_idx = NONE if place.nc_idx is None else place.nc_idx
            known[key] = Rank(key[1], place.instance_id, place.process_id, nc_idx)
        found.append(known[key])
    return found


def calls_of(events: Events) -> list[Call]:
    """Every nrt_execute, in order of time."""
    rows = np.flatnonzero(events.coded("name").where(EXECUTE))
    start, end = events.numbers("start_ts"), events.numbers("end_ts")
    names: dict[str, ModelName] = {}
    calls = []
    for row, rank, attributes in zip(
        rows.tolist(), ranks_at(events, rows.tolist()), events.attributes(rows), strict=True
    ):
        model_id = _number(attributes.get("model_id"))
        text = attributes.get("model_name") or (f"model {model_id}" if model_id else "unknown")
        name = names.setdefault(str(text), model_name(str(text)))
        calls.append(Call(row, rank, int(start[row]), int(end[row]), model_id, name))
    return sorted(calls, key=lambda call: (call.start_ns, call.row))


def _number(value: object) -> int | None:
    """Attributes are often texts."""
    try:
        return int(str(value))
    except ValueError:
        return None


def steps_of(calls: Iterable[Call]) -> list[Step]:
    """Calls in order of time put together, numbered from 0.

    A call joins the last step of its graph while all of that step's calls still run; a rank that
    is in it already begins a new one.
    """
    steps: list[Step] = []
    last: dict[str, tuple[Step, int]] = {}
    for call in calls:
        step, until = last.get(call.graph, (None, 0))
        if step is None or call.rank in step.calls or call.start_ns >= until:
            step, until = Step(len(steps), call.graph), call.end_ns
            steps.append(step)
        step.calls[call.rank] = call
        last[call.graph] = step, min(until, call.end_ns)
    return steps
