"""Where engines stood idle waiting, for the rows of the timeline."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.parameters import END_NS, PART, START_NS, whole
from profiles.api.unreadable import TablesView
from profiles.metrics.compiled_edges import INSTRUCTION
from profiles.metrics.waits import waits
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import RunMissingError

MOST_WAITS = 3000
LATEST_NS = 1 << 62


class WaitingRow(serializers.Serializer[object]):
    """A row of the timeline, and when it stood idle: starts and ends by turns."""

    core = serializers.IntegerField()
    name = serializers.CharField()
    waits = serializers.ListField(child=serializers.IntegerField(), help_text="start, end, …; ns")


class WaitsInRange(serializers.Serializer[object]):
    """Waits of a range, the longest ones."""

    rows = WaitingRow(many=True)
    left_out = serializers.IntegerField(help_text="Waits that are long enough but too many.")


class WaitsView(TablesView):
    """Idle stretches of a part's engines."""

    @extend_schema(
        summary="Read where engines waited",
        parameters=[
            START_NS,
            END_NS,
            OpenApiParameter("least_ns", int, description="Leave out shorter ones; 1 if absent."),
            PART,
        ],
        responses=WaitsInRange,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """The smaller of the reported wait and of the gap on the engine, before an instruction."""
        opened = run_opened(profile_id, run)
        try:
            path = opened.table_path(INSTRUCTION, whole(request, "part") or 0)
            found = waits(path)
        except (RunMissingError, FileNotFoundError) as error:
            raise Refused("table.missing", f"{error}.") from error
        end_ns = whole(request, "end_ns")
        chosen, left_out = found.within(
            whole(request, "start_ns") or 0,
            LATEST_NS if end_ns is None else end_ns,
            whole(request, "least_ns") or 1,
            MOST_WAITS,
        )
        rows: dict[int, list[int]] = {}
        for one in chosen[found.start_ns[chosen].argsort(kind="stable")].tolist():
            start = int(found.start_ns[one])
            ends = (start, start + int(found.length_ns[one]))
            rows.setdefault(int(found.place[one]), []).extend(ends)
        return Response(
            {
                "rows": [
                    {"core": core, "name": name, "waits": rows[place]}
                    for place, (core, name) in enumerate(found.places)
                    if place in rows
                ],
                "left_out": left_out,
            }
        )
