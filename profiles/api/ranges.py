"""A file as an answer: as an attachment, by range, with a strong ETag."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest
from django.utils.http import content_disposition_header

from profiles.refusal import Refused

PIECE_BYTES = 1 << 18
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


def ranged_file(
    request: HttpRequest, path: Path, name: str, content_type: str, tag: str
) -> FileResponse:
    """The whole file, or 206 with the range asked for. Raises Refused for one outside the file."""
    try:
        size = path.stat().st_size
        first, last = _bounds(request.headers.get("Range", ""), size)
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    file.seek(first)
    is_part = (first, last) != (0, size - 1)
    pieces = _pieces(file, last - first + 1)
    response = FileResponse(pieces, content_type=content_type, status=206 if is_part else 200)
    response._resource_closers.append(file.close)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(last - first + 1)
    response["ETag"] = f'"{tag}"'
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    if is_part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _bounds(text: str, size: int) -> tuple[int, int]:
    """First and last byte; whatever is not one simple range means the whole file (RFC 9110)."""
    match = _RANGE.match(text)
    if match is None or match.groups() == ("", ""):
        return 0, size - 1
    begin, end = match.groups()
    if not begin:
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(begin), min(int(end) if end else size - 1, size - 1)
    if first > last or first >= size:
        raise Refused("request.range")
    return first, last


def _pieces(file: object, left: int) -> Iterator[bytes]:
    read = file.read  # type: ignore[attr-defined]
    while left > 0 and (piece := read(min(PIECE_BYTES, left))):
        left -= len(piece)
        yield piece
