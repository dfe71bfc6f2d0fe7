"""The timeline of a run: one document, and tiles that never change."""

import hashlib
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.refusal import Refused
from profiles.selectors import run_opened

IMMUTABLE = "private, max-age=31536000, immutable"
ARROW = "application/vnd.apache.arrow.stream"


class TimelineView(APIView):
    """What a run's timeline consists of."""

    @extend_schema(summary="Read a run's timeline", responses=dict)
    def get(self, request: Request, profile_id: UUID, run: int) -> HttpResponse:
        """Parts, groups, tracks, levels and labels, as JSON."""
        from profiles.timeline.query import timeline_of

        timeline = timeline_of(run_opened(profile_id, run))
        return _answer(request, timeline.document_json().encode(), "application/json")


class TileView(APIView):
    """A piece of the timeline."""

    @extend_schema(summary="Read a tile", responses={(200, ARROW): bytes})
    def get(
        self,
        request: Request,
        profile_id: UUID,
        run: int,
        group: str,
        level: str,
        index: int,
    ) -> HttpResponse:
        """Cells (level 0 and up) or slices (level -1) of one group of tracks, as Arrow IPC."""
        from profiles.timeline.encode import encode_tile
        from profiles.timeline.query import NoSuchTileError, UnreadableError, timeline_of

        timeline = timeline_of(run_opened(profile_id, run))
        try:
            body = encode_tile(timeline.tile(group, int(level), index))
        except NoSuchTileError as error:
            raise Refused("tile.outside", str(error)) from error
        except (UnreadableError, OSError) as error:
            raise Refused("tile.unreadable", str(error)) from error
        return _answer(request, body, ARROW)


def _answer(request: Request, body: bytes, content_type: str) -> HttpResponse:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=content_type)
    response["ETag"] = tag
    response["Cache-Control"] = IMMUTABLE
    return response


class UnknownView(APIView):
    """An address under the API that leads nowhere."""

    @extend_schema(exclude=True)
    def get(self, request: Request, **_: object) -> Response:  # noqa: ARG002
        """404 in the API's own shape."""
        raise Refused("request.not_found")

    post = put = patch = delete = get
