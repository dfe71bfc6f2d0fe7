"""A file as an answer: as an attachment, by range, with a strong ETag (RFC 9110)."""

import re
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from profiles.refusal import Refused

PIECE_BYTES = 1 << 18
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})\Z")


def ranged_file(
    request: HttpRequest, path: Path, name: str, content_type: str, tag: str
) -> HttpResponseBase:
    """The whole file, 206 with the range asked for, or 304 for a client that has it.

    Raises Refused for a range outside the file, Http404 when the file is gone.
    """
    if matches(request.headers.get("If-None-Match", ""), tag):
        return _tagged(HttpResponse(status=304), tag)
    try:
        size = path.stat().st_size
        first, last = _bounds(_range_of(request, tag), size)
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    file.seek(first)
    is_part = (first, last) != (0, size - 1)
    response = FileResponse(
        _pieces(file, last - first + 1), content_type=content_type, status=206 if is_part else 200
    )
    response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    response["Content-Length"] = str(last - first + 1)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    if is_part:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _tagged(response, tag)


def matches(header: str, tag: str) -> bool:
    """Whether a list of entity tags, weak or strong, names `tag`."""
    return f'"{tag}"' in header or header.strip() == "*"


def _tagged(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-cache"
    return response


def _range_of(request: HttpRequest, tag: str) -> str:
    """The range, unless the client wants it only of a file that has changed since."""
    condition = request.headers.get("If-Range")
    if condition is not None and condition != f'"{tag}"':
        return ""
    return str(request.headers.get("Range", ""))


def _bounds(text: str, size: int) -> tuple[int, int]:
    """First and last byte; whatever is not one simple range means the whole file."""
    match = _RANGE.match(text)
    if match is None or match.groups() == ("", ""):
        return 0, size - 1
    begin, end = match.groups()
    if not begin:
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(begin), min(int(end) if end else size - 1, size - 1)
    if first > last or first >= size:
        raise Refused("request.range", f"The file has {size:,} bytes.")
    return first, last


def _pieces(file: BufferedReader, left: int) -> Iterator[bytes]:
    with file:
        while left > 0 and (piece := file.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece
