"""What belongs to an event of a system run, and what happened beside it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import system_shapes
from profiles.api.parameters import whole
from profiles.api.system import system_events
from profiles.api.unreadable import TablesView
from profiles.metrics.events import NONE, Events
from profiles.metrics.flows import beside, flow_of
from profiles.refusal import Refused
from profiles.selectors import run_opened

MOST_BESIDE = 256


class FlowView(TablesView):
    """The execution an event is a part of."""

    @extend_schema(
        summary="Follow an event from host to device",
        parameters=[
            OpenApiParameter("row", int, description="Row of SystemProfileEvents.", required=True)
        ],
        responses=system_shapes.Flow,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Framework, host call and device events of one execution; what other cores did then."""
        events = system_events(run_opened(profile_id, run))
        row = whole(request, "row")
        if row is None or not 0 <= row < events.row_count:
            raise Refused("table.missing", f"There is no event in row {row}.")
        meanwhile = beside(events, row)
        return Response(
            {
                "flow": [
                    {**_event(events, one.row), "reason": one.reason, "cause_row": one.cause}
                    for one in flow_of(events, row)
                ],
                "beside": [
                    {
                        **_event(events, one.row),
                        "shared_ns": one.shared_ns,
                        "has_same_name": one.has_same_name,
                    }
                    for one in meanwhile[:MOST_BESIDE]
                ],
                "beside_count": len(meanwhile),
            }
        )


def _event(events: Events, row: int) -> dict[str, Any]:
    """What a link to an event needs: where it is, and what it is called."""

    def text(column: str) -> Any:
        coded = events.coded(column)
        return coded.values[int(coded.codes[row])]

    def number(column: str) -> int | None:
        value = int(events.numbers(column)[row])
        return None if value == NONE else value

    return {
        "row": row,
        "name": text("name"),
        "source": text("trace_event_source"),
        "instance_id": text("instance_id"),
        "process_id": str(text("process_id")),
        "thread_id": str(number("thread_id")),
        "worker_gid": number("worker_gid"),
        "nc_idx": number("nc_idx"),
        "pcore_idx": number("pcore_idx"),
        "start_ts": int(events.numbers("start_ts")[row]),
        "end_ts": int(events.numbers("end_ts")[row]),
    }
