"""What several addresses take in their query: how it is called, told and read."""

import re
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

START_NS = OpenApiParameter("start_ns", int, description="From here; from the zero if absent.")
END_NS = OpenApiParameter("end_ns", int, description="Up to here; to the end if absent.")
TRACKS = OpenApiParameter("tracks", str, description="Keys with commas; all rows if absent.")
PART = OpenApiParameter("part", int, description="Which trace of the profile; 0 if absent.")

_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")

Track = dict[str, Any]


def whole(request: Request, name: str) -> int | None:
    """A whole number of the query, which may lie before the zero; None where it is absent."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not _WHOLE.match(text):
        raise ValidationError({name: ["A whole number is expected."]})
    return int(text)


def offset_of(request: Request, name: str) -> int:
    """Where a page begins; never before the first."""
    return max(whole(request, name) or 0, 0)


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
