"""What a range of a device profile's timeline holds, on all rows or on those of a box."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import selection_shapes
from profiles.api.system import whole
from profiles.api.unreadable import TablesView
from profiles.metrics.selection import ChosenTrack, Selection
from profiles.metrics.shelf import device_run
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.timeline.query import timeline_of

Track = dict[str, Any]
OF_ENGINES = "dma_engine"


class SelectionView(TablesView):
    """A range of the timeline in sums."""

    @extend_schema(
        summary="Sum up a range of the timeline",
        parameters=[
            OpenApiParameter("start_ns", int, description="From here; from the zero if absent."),
            OpenApiParameter("end_ns", int, description="Up to here; to the end if absent."),
            OpenApiParameter("tracks", str, description="Keys with commas; all rows if absent."),
        ],
        responses=selection_shapes.SelectionAnswer,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Engines, opcodes, queues, sizes of packets, bytes and waits; exact, part by part."""
        opened = run_opened(profile_id, run)
        document = timeline_of(opened).document
        if document.get("kind") == "system":
            raise Refused("table.missing", "A system run has no engines; see range-statistics.")
        start, end = range_of(request, int(document["duration_ns"]))
        tracks = tracks_of(request, document["tracks"])
        if tracks is None:
            # Engines show the packets of the queues once more.
            tracks = [track for track in document["tracks"] if track["kind"] != OF_ENGINES]
        parts = []
        for part in sorted({int(track["part"]) for track in tracks}):
            own = [track for track in tracks if track["part"] == part]
            chosen = [ChosenTrack(t["key"], t["kind"], int(t["core"]), t["name"]) for t in own]
            answer = Selection(device_run(opened, part), start, end, chosen).answer()
            parts.append({"part": part, "rows": len(own), **answer})
        return Response(
            {"start_ns": start, "end_ns": end, "duration_ns": end - start, "parts": parts}
        )


def range_of(request: Request, duration_ns: int) -> tuple[int, int]:
    """The range asked for, ns from the zero. Raises ValidationError if it ends before it starts."""
    start, end = whole(request, "start_ns"), whole(request, "end_ns")
    first = 0 if start is None else start
    last = max(duration_ns, first + 1) if end is None else end
    if last <= first:
        raise ValidationError({"end_ns": ["The range must end after its start."]})
    return first, last


def tracks_of(request: Request, tracks: Sequence[Track]) -> list[Track] | None:
    """The tracks that were named, each once; None where none was. Raises ValidationError."""
    text = request.query_params.get("tracks")
    if text is None:
        return None
    by_key = {track["key"]: track for track in tracks}
    wanted = dict.fromkeys(key for key in text.split(",") if key)
    unknown = [key for key in wanted if key not in by_key]
    if unknown:
        raise ValidationError({"tracks": [f"There is no track {unknown[0][:80]}."]})
    return [by_key[key] for key in wanted]
