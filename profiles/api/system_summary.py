"""The summary of a system run."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import system_shapes
from profiles.api.system import spread_document, system_events
from profiles.api.unreadable import TablesView
from profiles.metrics.events import NONE, Events
from profiles.metrics.host_gaps import Gap
from profiles.metrics.steps import Rank
from profiles.metrics.stragglers import Lateness, Meeting, Stragglers
from profiles.metrics.system_summary import (
    GraphSteps,
    ProcessSummary,
    SystemSummary,
    system_summary,
)
from profiles.selectors import run_opened

KEPT_SUMMARIES = 8
MOST_RANKS = 64
MOST_MEETINGS = 10
MOST_ACTIVITIES = 8


class SystemSummaryView(TablesView):
    """A system run in numbers."""

    @extend_schema(summary="Read a system run's summary", responses=system_shapes.SystemSummary)
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:  # noqa: ARG002
        """Processes, steps by graph, stragglers and host gaps."""
        events = system_events(run_opened(profile_id, run))
        return Response(_document(events.path, events.identity))


@lru_cache(maxsize=KEPT_SUMMARIES)
def _document(path: Path, _identity: tuple[int, int, int]) -> dict[str, Any]:
    """Runs never change; what is kept is the answer, not the events."""
    return summary_document(system_summary(Events(path)))


def summary_document(summary: SystemSummary) -> dict[str, Any]:
    """The answer about a run."""
    return {
        "first_ns": summary.first_ns,
        "last_ns": summary.last_ns,
        "wall_ns": summary.wall_ns,
        "events": summary.events,
        "instances": summary.instances,
        "logical_cores": summary.logical_cores,
        "physical_cores": summary.physical_cores,
        "device_ns": summary.device_ns,
        "processes": [_process(one, summary.wall_ns) for one in summary.processes],
        "steps": [_steps(one) for one in summary.graphs],
        "stragglers": [_stragglers(one, summary) for one in summary.stragglers],
        "gaps": [_gap(one) for one in summary.gaps],
    }


def _process(one: ProcessSummary, wall_ns: int) -> dict[str, Any]:
    devices = one.devices
    return {
        "instance_id": one.process.instance_id,
        "process_id": str(one.process.process_id),
        "first_ns": devices.first_ns,
        "last_ns": devices.last_ns,
        "events": one.events,
        "cores": devices.cores,
        "running_ns": devices.running.length_ns,
        "running_share": devices.running.length_ns / wall_ns if wall_ns else 0.0,
        "from_hardware": not devices.runtime_only,
        "gaps": spread_document(one.gaps) if one.gaps else None,
    }


def _steps(one: GraphSteps) -> dict[str, Any]:
    slowest = one.slowest
    return {
        "graph": one.graph,
        "role": one.role,
        "ranks": one.ranks,
        **spread_document(one.durations),
        "slowest": {
            "step": slowest.number,
            "start_ns": slowest.start_ns,
            "end_ns": slowest.end_ns,
        },
    }


def _stragglers(one: Stragglers, summary: SystemSummary) -> dict[str, Any]:
    cost_ns = sum(meeting.cost_ns for meeting in one.meetings)
    steps_ns = sum(graph.durations.sum_ns for graph in summary.graphs)
    ordered = sorted(one.meetings, key=lambda meeting: (-meeting.cost_ns, meeting.step))
    return {
        "name": one.name,
        "meetings": len(one.meetings),
        "cost_ns": cost_ns,
        "costs_most": {
            **_lateness(one.ranks[0]),
            "share_of_steps": one.ranks[0].cost_ns / steps_ns if steps_ns else 0.0,
        },
        "ranks": [_lateness(rank) for rank in one.ranks[:MOST_RANKS]],
        "rank_count": len(one.ranks),
        "worst": [_meeting(meeting) for meeting in ordered[:MOST_MEETINGS]],
    }


def _lateness(one: Lateness) -> dict[str, Any]:
    return {
        "rank": _rank(one.rank),
        "meetings": one.meetings,
        "times_last": one.times_last,
        "cost_ns": one.cost_ns,
        "median_after_first_ns": one.median_after_first_ns,
    }


def _meeting(meeting: Meeting) -> dict[str, Any]:
    first_ns = meeting.first_ns
    return {
        "step": meeting.step,
        "graph": meeting.graph,
        "first_ns": first_ns,
        "spread_ns": meeting.spread_ns,
        "cost_ns": meeting.cost_ns,
        "last": _rank(meeting.last),
        "arrivals": [
            {"rank": _rank(rank), "after_first_ns": at_ns - first_ns}
            for rank, at_ns in meeting.in_order[-MOST_RANKS:]
        ],
    }


def _rank(rank: Rank) -> dict[str, Any]:
    return {
        "worker_gid": None if rank.worker_gid == NONE else rank.worker_gid,
        "instance_id": rank.instance_id,
        "process_id": str(rank.process_id),
        "nc_idx": None if rank.nc_idx == NONE else rank.nc_idx,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    length_ns = gap.end_ns - gap.start_ns
    shown = gap.activities[:MOST_ACTIVITIES]
    return {
        "instance_id": gap.process.instance_id,
        "process_id": str(gap.process.process_id),
        "start_ns": gap.start_ns,
        "end_ns": gap.end_ns,
        "duration_ns": length_ns,
        "also": gap.also,
        "host": [
            {
                "name": one.name or None,
                "source": one.source or None,
                "ns": one.ns,
                "share": one.ns / length_ns,
            }
            for one in shown
        ],
        "host_other_ns": sum(one.ns for one in gap.activities[MOST_ACTIVITIES:]),
    }
