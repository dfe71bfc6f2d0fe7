"""What the timeline can be coloured by: the names of a mode, and the colours of a tile's items."""

from typing import Any
from uuid import UUID

import numpy.typing as npt
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.packing import encoding_for, packed
from profiles.api.timeline import COMPRESSED_FROM_BYTES, IMMUTABLE
from profiles.api.unreadable import TablesView
from profiles.metrics.colour_codes import MODES, ColourCodes, colour_codes
from profiles.metrics.events import Longs
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import NoSuchTileError, timeline_of

BINARY = "application/octet-stream"


class ColourName(serializers.Serializer[object]):
    """A name by its code: its place in the list; `sum_ns` counts overlaps again."""

    name = serializers.CharField()
    sum_ns = serializers.IntegerField()
    count = serializers.IntegerField()


class ColourMode(serializers.Serializer[object]):
    """A mode and its names, those with most time first; times in their order."""

    mode = serializers.CharField()
    has_order = serializers.BooleanField()
    names = ColourName(many=True)


class ColoursView(TablesView):
    """The names of a colour mode."""

    @extend_schema(summary="List the names of a colour mode", responses=ColourMode)
    def get(self, request: Request, profile_id: UUID, run: int, mode: str) -> Response:  # noqa: ARG002
        """`mode` is opcode, operator, layer, queue, line, duration or wait."""
        found = _codes(run_opened(profile_id, run), mode)
        names = [{"name": n.name, "sum_ns": n.sum_ns, "count": n.count} for n in found.names]
        answer = Response({"mode": mode, "has_order": MODES[mode].has_order, "names": names})
        answer["Cache-Control"] = IMMUTABLE
        return answer


class TileColoursView(TablesView):
    """The colours of a tile in a mode."""

    @extend_schema(
        operation_id="profiles_runs_colours_tile_retrieve",
        summary="Read the colours of a tile",
        responses={(200, BINARY): bytes},
    )
    def get(
        self,
        request: Request,
        profile_id: UUID,
        run: int,
        mode: str,
        group: str,
        level: int,
        index: int,
    ) -> HttpResponse:
        """u32 items, u32 complete, then `row` u32, `track`, `bucket`, `code` u16, `lane` u8."""
        opened = run_opened(profile_id, run)
        found = _codes(opened, mode)

        def codes_of(track: dict[str, Any], rows: Longs) -> npt.NDArray[Any]:
            return found.of(int(track["part"]), track["table"], rows)

        try:
            colours = timeline_of(opened).colours(group, level, index, codes_of)
        except NoSuchTileError as error:
            raise Refused("tile.outside", f"{error}.") from error
        return _packed(request, colours.encoded())


def _packed(request: Request, body: bytes) -> HttpResponse:
    """The body, compressed where the client takes it; it never changes."""
    encoding = encoding_for(request.headers.get("Accept-Encoding", ""))
    if len(body) < COMPRESSED_FROM_BYTES:
        encoding = ""
    response = HttpResponse(b"".join(packed([body], encoding)), content_type=BINARY)
    if encoding:
        response["Content-Encoding"] = encoding
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = IMMUTABLE
    return response


def _codes(run: ReadableRun, mode: str) -> ColourCodes:
    if mode not in MODES:
        raise Refused("colour.unknown", f"There is no colour mode {mode[:40]}.")
    return colour_codes(run, mode)
