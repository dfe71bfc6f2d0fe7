"""A run in the output formats of the official tool, made from its tables while it is sent."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from profiles.api.parameters import whole
from profiles.models import Profile
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import ReadableRun

BINARY = "application/octet-stream"
Pieces = Callable[[ReadableRun, str, int], tuple[Any, Iterator[bytes]]]


class OutputView(APIView):
    """What the official tool would have written of a run."""

    @extend_schema(
        summary="Download a run in a format of the official tool",
        parameters=[
            OpenApiParameter(
                "part", int, description="Which trace of the profile, for json; 0 is the first."
            )
        ],
        responses={(200, BINARY): bytes},
    )
    def get(self, request: Request, profile_id: UUID, run: int, kind: str) -> StreamingHttpResponse:
        """`json`, `summary-json`, `summary-text`, or `parquet` as a tar of the tables."""
        opened = run_opened(profile_id, run)
        part = whole(request, "part") or 0
        # The pages know no format of another tool: the site says who writes it.
        pieces_of: Pieces = import_string(settings.OUTPUT_WRITER)
        known: Mapping[str, Any] = import_string(settings.OUTPUT_FORMATS)
        if kind not in known:
            raise Refused("output.unknown", f"There is no format {kind}.")
        if part and all(one.part != part for one in opened.manifest.parts):
            raise Refused("table.missing", f"There is no part {part}.")
        output, pieces = pieces_of(opened, kind, part)
        try:
            first = next(pieces, b"")
        except OSError as error:
            raise Refused("tile.unreadable", f"{error}.") from error
        response = StreamingHttpResponse(chain([first], pieces), content_type=output.media)
        name = Profile.objects.values_list("name", flat=True).get(pk=profile_id)
        suffix = f"_part_{part}" if part else ""
        response["Content-Disposition"] = (
            content_disposition_header(
                as_attachment=True, filename=f"{name}{suffix}.{output.ending}"
            )
            or "attachment"
        )
        response["Cache-Control"] = "private, no-cache"
        return response
