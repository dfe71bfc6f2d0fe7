"""The timeline of a run: one document, and tiles that never change."""

import hashlib
import json
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from profiles.api.packing import encoding_for, packed
from profiles.api.ranges import matches
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import ReadableRun
from profiles.timeline.encode import encode_tile
from profiles.timeline.query import NoSuchTileError, Timeline, UnreadableError, timeline_of

IMMUTABLE = "private, max-age=31536000, immutable"
ARROW = "application/vnd.apache.arrow.stream"
COMPRESSED_FROM_BYTES = 512


class TimelineView(APIView):
    """What a run's timeline consists of."""

    @extend_schema(summary="Read a run's timeline", responses=dict)
    def get(self, request: Request, profile_id: UUID, run: int) -> HttpResponse:
        """Parts, groups, tracks, levels and labels, as JSON."""
        opened = run_opened(profile_id, run)
        origin = next((part.origin_unix_ns for part in opened.manifest.parts), None)
        facts = {"profile": str(profile_id), "run": run, "origin_unix_ns": origin}
        document = {**facts, **timeline_opened(opened).document}
        text = json.dumps(document, separators=(",", ":"))
        return _answer(request, text.encode(), "application/json")


class TileView(APIView):
    """A piece of the timeline."""

    @extend_schema(summary="Read a tile", responses={(200, ARROW): bytes})
    def get(
        self,
        request: Request,
        profile_id: UUID,
        run: int,
        group: str,
        level: int,
        index: int,
    ) -> HttpResponse:
        """Cells (level 0 and up) or slices (level -1) of one group of tracks, as Arrow IPC."""
        timeline = timeline_opened(run_opened(profile_id, run))
        try:
            body = encode_tile(timeline.tile(group, level, index))
        except NoSuchTileError as error:
            raise Refused("tile.outside", f"{error}.") from error
        except (UnreadableError, OSError) as error:
            raise Refused("tile.unreadable", f"{error}.") from error
        return _answer(request, body, ARROW)


def timeline_opened(run: ReadableRun) -> Timeline:
    """The run's timeline. Raises Refused if its document cannot be read."""
    try:
        return timeline_of(run)
    except UnreadableError as error:
        raise Refused("tile.unreadable", f"{error}.") from error


def _answer(request: Request, body: bytes, content_type: str) -> HttpResponse:
    """The body, compressed where the client takes it; 304 for a client that has it."""
    tag = hashlib.sha256(body).hexdigest()[:32]
    if matches(request.headers.get("If-None-Match", ""), tag):
        response = HttpResponse(status=304)
    else:
        accepted = request.headers.get("Accept-Encoding", "")
        encoding = encoding_for(accepted) if len(body) >= COMPRESSED_FROM_BYTES else ""
        response = HttpResponse(b"".join(packed([body], encoding)), content_type=content_type)
        if encoding:
            response["Content-Encoding"] = encoding
    # Weak, because the same content travels in two forms.
    response["ETag"] = f'W/"{tag}"'
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = IMMUTABLE
    return response
