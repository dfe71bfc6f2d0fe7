"""Whole chains of dependencies, back or forward from an event."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.dependencies import DependencyPlace
from profiles.api.parameters import PART, whole
from profiles.api.unreadable import TablesView
from profiles.metrics.compiled_edges import INSTRUCTION
from profiles.metrics.dependencies import NoSuchRowError
from profiles.metrics.dependency_chain import (
    MOST_DEPTH,
    MOST_EVENTS,
    USUAL_DEPTH,
    USUAL_EVENTS,
    Way,
    dependency_chain,
)
from profiles.metrics.dependency_edges import KIND_NAMES, USUAL, EdgeKind
from profiles.metrics.shelf import device_run
from profiles.metrics.transfer_ends import PACKET
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import RunMissingError

WAYS: tuple[Way, ...] = ("back", "forward")
TABLES = (INSTRUCTION, PACKET)


class ChainEvent(DependencyPlace):
    """An instruction of the chain, how far it is, and how long its engine had been free."""

    depth = serializers.IntegerField()
    waited_ns = serializers.IntegerField(allow_null=True)


class ChainEdge(serializers.Serializer[object]):
    """An edge between two of `events`, by their places in the list."""

    before = serializers.IntegerField()
    after = serializers.IntegerField()
    kind = serializers.ChoiceField(KIND_NAMES)
    gap_ns = serializers.IntegerField()
    queue = serializers.CharField(allow_null=True)


class DependencyChain(serializers.Serializer[object]):
    """A chain; `cut` says why it goes no further, `beyond` how many events lie a step beyond."""

    row = serializers.IntegerField()
    table = serializers.ChoiceField(TABLES)
    way = serializers.ChoiceField(WAYS)
    depth = serializers.IntegerField()
    has_edges = serializers.BooleanField()
    events = ChainEvent(many=True)
    edges = ChainEdge(many=True)
    waited_ns = serializers.IntegerField()
    cut = serializers.ChoiceField(["depth", "events", "time"], allow_null=True)
    beyond = serializers.IntegerField()
    edges_left_out = serializers.IntegerField()


class DependencyChainView(TablesView):
    """The chain of one event."""

    @extend_schema(
        summary="Follow the dependencies of an event back or forward",
        parameters=[
            OpenApiParameter("row", int, required=True, description="Row of the table."),
            OpenApiParameter("table", str, enum=TABLES, description=f"{INSTRUCTION} if absent."),
            OpenApiParameter("way", str, enum=WAYS, description="back if absent."),
            OpenApiParameter(
                "depth",
                int,
                description=f"So many edges, {USUAL_DEPTH} if absent, to {MOST_DEPTH}.",
            ),
            OpenApiParameter(
                "limit",
                int,
                description=f"So many events, {USUAL_EVENTS} if absent, to {MOST_EVENTS}.",
            ),
            OpenApiParameter(
                "kinds",
                str,
                description=f"Of {', '.join(KIND_NAMES)}, by commas; all but engine if absent.",
            ),
            PART,
        ],
        responses=DependencyChain,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Events by distance, the edges among them, and how long their engines were idle.

        Edges are the compiler's, and hand-overs by a semaphore or a transfer that let an event go
        on. No event is told twice, so that a circle ends. The gap is from the end of the earlier
        until the later could go on. `waited_ns` sums the idle time before each of the events.
        """
        row, part = whole(request, "row"), whole(request, "part") or 0
        opened = run_opened(profile_id, run)
        try:
            found = dependency_chain(
                device_run(opened, part),
                -1 if row is None else row,
                "forward" if _one_of(request, "way", WAYS) == "forward" else "back",
                _within(request, "depth", USUAL_DEPTH, MOST_DEPTH),
                table=_one_of(request, "table", TABLES),
                kinds=_kinds(request),
                most=_within(request, "limit", USUAL_EVENTS, MOST_EVENTS),
            )
        except (NoSuchRowError, RunMissingError) as error:
            raise Refused("table.missing", f"{error}.") from error
        return Response(found)


def _one_of(request: Request, name: str, known: tuple[str, ...]) -> str:
    text = request.query_params.get(name, "") or known[0]
    if text not in known:
        raise ValidationError({name: [f"One of {', '.join(known)} is expected."]})
    return text


def _within(request: Request, name: str, usual: int, most: int) -> int:
    value = whole(request, name)
    if value is None:
        return usual
    if not 1 <= value <= most:
        raise ValidationError({name: [f"A number from 1 to {most} is expected."]})
    return value


def _kinds(request: Request) -> frozenset[EdgeKind]:
    text = request.query_params.get("kinds", "")
    if not text:
        return USUAL
    names = text.split(",")
    if not set(names) <= set(KIND_NAMES):
        raise ValidationError({"kinds": [f"Some of {', '.join(KIND_NAMES)} are expected."]})
    return frozenset(EdgeKind(KIND_NAMES.index(name)) for name in names)
