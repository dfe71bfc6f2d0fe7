"""What a range of a device profile's timeline holds, on all rows or on those of a box."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import selection_shapes
from profiles.api.parameters import END_NS, START_NS, TRACKS, range_of, tracks_of
from profiles.api.unreadable import TablesView
from profiles.metrics.selection import ChosenTrack, Selection
from profiles.metrics.shelf import device_run
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.timeline.query import timeline_of

OF_ENGINES = "dma_engine"


class SelectionView(TablesView):
    """A range of the timeline in sums."""

    @extend_schema(
        summary="Sum up a range of the timeline",
        parameters=[
            START_NS,
            END_NS,
            TRACKS,
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
