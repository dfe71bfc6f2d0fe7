"""What an instruction waited for, and what waited for it."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.parameters import PART, whole
from profiles.api.unreadable import TablesView
from profiles.metrics.dependencies import NoSuchRowError, dependencies
from profiles.metrics.shelf import device_run
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import RunMissingError


class DependencyPlace(serializers.Serializer[object]):
    """An instruction: its row in `Instruction`, its row on the timeline and its times."""

    row = serializers.IntegerField()
    opcode = serializers.CharField()
    track = serializers.CharField()
    core = serializers.IntegerField()
    start_ns = serializers.IntegerField()
    end_ns = serializers.IntegerField()


class DependencyEdge(DependencyPlace):
    """The other end of an edge that the compiler names."""

    kind = serializers.CharField()
    gap_ns = serializers.IntegerField()


class DependencyStart(serializers.Serializer[object]):
    """What let the instruction start."""

    reason = serializers.ChoiceField(["first", "engine order", "semaphore", "transfer"])
    by = DependencyPlace(allow_null=True)
    queue = serializers.CharField(allow_null=True)
    released_ns = serializers.IntegerField(allow_null=True)
    ready_ns = serializers.IntegerField()
    engine_free_ns = serializers.IntegerField(allow_null=True)
    waited_ns = serializers.IntegerField(allow_null=True)


class Dependencies(serializers.Serializer[object]):
    """An instruction's neighbours; lists are cut, totals are not."""

    row = serializers.IntegerField()
    has_edges = serializers.BooleanField()
    start = DependencyStart()
    waits_for = DependencyEdge(many=True)
    waits_for_total = serializers.IntegerField()
    waited_for_by = DependencyEdge(many=True)
    waited_for_by_total = serializers.IntegerField()
    released = DependencyPlace(many=True)
    released_total = serializers.IntegerField()


class DependenciesView(TablesView):
    """Dependencies of one instruction."""

    @extend_schema(
        summary="Read what an instruction waited for",
        parameters=[
            OpenApiParameter("row", int, required=True, description="Row of `Instruction`."),
            PART,
        ],
        responses=Dependencies,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Why it started when it did, the edges the compiler names, and whom it released."""
        row, part = whole(request, "row"), whole(request, "part") or 0
        opened = run_opened(profile_id, run)
        try:
            return Response(dependencies(device_run(opened, part), -1 if row is None else row))
        except (NoSuchRowError, RunMissingError) as error:
            raise Refused("table.missing", f"{error}.") from error
