"""The tiles of a view in one answer, each sent as soon as it has been read."""

import hashlib
import json
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from profiles.api.packing import encoding_for, packed
from profiles.api.ranges import matches
from profiles.api.timeline import IMMUTABLE, timeline_opened
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.timeline.encode import encode_drawing
from profiles.timeline.query import NoSuchTileError, Timeline, UnreadableError

FRAMES = "application/vnd.neuron-explorer.tiles"
FORM = "1"
"""Part of the answer's tag: another one when what a frame holds changes."""

MOST_TILES = 64
MOST_BYTES = 8_000_000
"""Of all tiles of an answer before compression; what has no room is named and asked for again."""

TILE, UNREADABLE, OUTSIDE, LEFT_OUT, END = range(5)
"""What a frame says."""

_HEAD = struct.Struct("<HHI")
_ALIGNMENT = 8
_MOST_DIGITS = 18


class Address(NamedTuple):
    """Where a tile lies."""

    group: str
    level: int
    number: int


class TileListView(APIView):
    """Several tiles of a run."""

    @extend_schema(
        operation_id="profiles_runs_tiles_list",
        summary="Read the tiles of a view",
        parameters=[
            OpenApiParameter(
                "tile",
                str,
                many=True,
                required=True,
                description=f"Each tile as GROUP/LEVEL/INDEX, {MOST_TILES} at most.",
            )
        ],
        responses={(200, FRAMES): bytes},
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> HttpResponseBase:
        """The tiles in the form for drawing, framed, in the order asked for, as they are read."""
        names = request.query_params.getlist("tile")
        timeline = timeline_opened(run_opened(profile_id, run))
        addresses = _addresses(names)
        # A run never changes, so its number and what is asked for say what the answer holds.
        asked = "\n".join((FORM, str(profile_id), str(run), *names))
        tag = hashlib.sha256(asked.encode()).hexdigest()[:32]
        response: HttpResponseBase
        if matches(request.headers.get("If-None-Match", ""), tag):
            response = HttpResponse(status=304)
        else:
            encoding = encoding_for(request.headers.get("Accept-Encoding", ""))
            body = packed(frames(timeline, addresses), encoding)
            response = StreamingHttpResponse(body, content_type=FRAMES)
            if encoding:
                response["Content-Encoding"] = encoding
        response["ETag"] = f'W/"{tag}"'
        response["Vary"] = "Accept-Encoding"
        response["Cache-Control"] = IMMUTABLE
        return response


def frames(timeline: Timeline, addresses: Sequence[Address]) -> Iterator[bytes]:
    """A frame for each tile; nothing more is read once nobody takes them any longer."""
    sent_bytes = 0
    for place, address in enumerate(addresses):
        if sent_bytes > MOST_BYTES:
            yield _frame(place, LEFT_OUT, b"")
            continue
        said, body = _answer(timeline, address)
        sent_bytes += len(body)
        yield _frame(place, said, body)
    yield _frame(len(addresses), END, b"")


def _answer(timeline: Timeline, address: Address) -> tuple[int, bytes]:
    """What is said of a tile, and its body: the tile, or JSON of what is wrong with it."""
    try:
        tile = timeline.tile(*address)
        origin_ns, _ = timeline.tile_range(address.level, address.number)
        return TILE, encode_drawing(tile, origin_ns, timeline.bucket_ns(address.level))
    except NoSuchTileError as error:
        return OUTSIDE, _wrong("tile.outside", error)
    except (UnreadableError, OSError) as error:
        return UNREADABLE, _wrong("tile.unreadable", error)


def _wrong(code: str, error: Exception) -> bytes:
    return json.dumps({"code": code, "detail": f"{error}."}).encode()


def _frame(place: int, said: int, body: bytes) -> bytes:
    return _HEAD.pack(place, said, len(body)) + body + bytes(-len(body) % _ALIGNMENT)


def _addresses(names: Sequence[str]) -> list[Address]:
    """The tiles asked for. Raises Refused for none, too many, or what is no address."""
    if not 1 <= len(names) <= MOST_TILES:
        text = f"Between 1 and {MOST_TILES} tiles are answered at a time, not {len(names)}."
        raise Refused("request.malformed", text)
    return [_address(name) for name in names]


def _address(name: str) -> Address:
    parts = name.split("/")
    numbers = parts[1:]
    if len(parts) != 3 or not all(_is_whole(number) for number in numbers):
        raise Refused("request.malformed", "A tile is asked for as GROUP/LEVEL/INDEX.")
    return Address(parts[0], int(numbers[0]), int(numbers[1]))


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
