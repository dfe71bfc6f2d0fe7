"""A system run in numbers: what ran, for how long, in which steps, who was late, what lay idle."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from profiles.metrics.events import Events
from profiles.metrics.host_gaps import (
    RUNNING,
    Devices,
    Gap,
    Process,
    devices_of,
    gaps_of,
    processes_of,
)
from profiles.metrics.range_statistics import Durations, durations_of
from profiles.metrics.steps import Step, calls_of, steps_of
from profiles.metrics.stragglers import Stragglers, stragglers_of


@dataclass(frozen=True)
class ProcessSummary:
    """A process: its devices, how many events it has, and figures of the gaps between runs."""

    devices: Devices
    events: int
    gaps: Durations | None

    @property
    def process(self) -> Process:
        """Which one."""
        return self.devices.process


@dataclass(frozen=True)
class GraphSteps:
    """The steps of one graph; durations from the first rank's begin to the last one's end."""

    graph: str
    role: str | None
    ranks: int
    steps: Sequence[Step]
    durations: Durations

    @property
    def slowest(self) -> Step:
        """The first of the longest."""
        return max(self.steps, key=lambda step: (step.duration_ns, -step.number))


@dataclass(frozen=True)
class SystemSummary:
    """Everything the page shows. Times in ns from the profile's zero."""

    first_ns: int
    last_ns: int
    events: int
    logical_cores: int
    physical_cores: int
    device_ns: int
    processes: Sequence[ProcessSummary]
    graphs: Sequence[GraphSteps]
    stragglers: Sequence[Stragglers]
    gaps: Sequence[Gap]

    @property
    def wall_ns(self) -> int:
        """From the first event to the last."""
        return self.last_ns - self.first_ns

    @property
    def instances(self) -> int:
        """Hosts."""
        return len({one.process.instance_id for one in self.processes})


def system_summary(events: Events) -> SystemSummary:
    """The summary of a run; a run without events has one too."""
    start, end = events.numbers("start_ts"), events.numbers("end_ts")
    rows = dict(processes_of(events))
    devices = [devices_of(events, process, own) for process, own in rows.items()]
    steps = steps_of(calls_of(events))
    cores = events.cores[1]
    ran = events.coded("name").where(RUNNING)
    return SystemSummary(
        first_ns=int(start.min()) if len(start) else 0,
        last_ns=int(end.max()) if len(end) else 0,
        events=events.row_count,
        logical_cores=len(
            {(c.instance_id, c.process_id, c.nc_idx) for c in cores if c.nc_idx is not None}
        ),
        physical_cores=sum(c.pcore_idx is not None for c in cores),
        device_ns=int(events.numbers("duration_ns")[ran].sum()),
        processes=[
            ProcessSummary(one, int(np.count_nonzero(rows[one.process])), _gaps(one))
            for one in devices
        ],
        graphs=_graphs(steps),
        stragglers=stragglers_of(events, steps),
        gaps=gaps_of(events, devices, rows),
    )


def _gaps(devices: Devices) -> Durations | None:
    between = devices.running.between
    return durations_of(between.end_ns - between.start_ns) if len(between.start_ns) else None


def _graphs(steps: Sequence[Step]) -> list[GraphSteps]:
    by_graph: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_graph[step.graph].append(step)
    found = []
    for graph, of in by_graph.items():
        calls = [call for step in of for call in step.calls.values()]
        durations = np.array([step.duration_ns for step in of], np.int64)
        found.append(
            GraphSteps(
                graph,
                calls[0].model.role,
                len({call.rank for call in calls}),
                of,
                durations_of(durations),
            )
        )
    return sorted(found, key=lambda one: (-one.durations.sum_ns, one.graph))
