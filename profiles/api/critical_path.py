"""Where the critical path of a profile lies on the timeline."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.metrics_shapes import PathSegment
from profiles.api.parameters import END_NS, PART, START_NS, whole
from profiles.api.unreadable import TablesView
from profiles.metrics.compiled_edges import INSTRUCTION
from profiles.metrics.path_window import path_window
from profiles.metrics.shelf import device_run
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import RunMissingError


class PathWindow(serializers.Serializer[object]):
    """Stretches of the path in a window, the longest ones in order of time."""

    path_ns = serializers.IntegerField()
    ns = serializers.IntegerField()
    segments = PathSegment(many=True)
    segment_count = serializers.IntegerField()


class CriticalPathView(TablesView):
    """The critical path of a whole profile."""

    @extend_schema(
        summary="Read where the critical path lies",
        parameters=[
            START_NS,
            END_NS,
            PART,
        ],
        responses=PathWindow,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Back from the profile's last instruction, always to what was waited for last."""
        part = whole(request, "part") or 0
        opened = run_opened(profile_id, run)
        try:
            opened.table_path(INSTRUCTION, part)
            device = device_run(opened, part)
        except RunMissingError as error:
            raise Refused("table.missing", f"{error}.") from error
        return Response(path_window(device, whole(request, "start_ns"), whole(request, "end_ns")))
