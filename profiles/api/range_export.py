"""A range of the timeline as a file, made while it is sent."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from profiles.api.parameters import END_NS, START_NS, TRACKS, range_of, tracks_of
from profiles.api.unreadable import TablesView
from profiles.models import Profile
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import timeline_of

BINARY = "application/octet-stream"
FORMATS = ("csv", "parquet", "perfetto")
Export = Callable[[ReadableRun, str, int, int, Sequence[str] | None], Any]


class _AnyFormat(DefaultContentNegotiation):
    """Leaves `format` to the view: it names a file here, not how an answer is rendered."""

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        """The first one, for errors."""
        first = next(iter(renderers))
        return first, first.media_type


class RangeExportView(TablesView):
    """The rows of a range."""

    content_negotiation_class = _AnyFormat

    @extend_schema(
        summary="Download a range of the timeline",
        parameters=[
            START_NS,
            END_NS,
            TRACKS,
            OpenApiParameter("format", str, description="csv, parquet or perfetto; csv if absent."),
        ],
        responses={(200, BINARY): bytes},
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> StreamingHttpResponse:
        """Every row that touches the range, exact; `X-Row-Count` says how many there are."""
        opened = run_opened(profile_id, run)
        kind = request.query_params.get("format", FORMATS[0])
        if kind not in FORMATS:
            raise ValidationError({"format": [f"One of {', '.join(FORMATS)} is expected."]})
        document = timeline_of(opened).document
        start, end = range_of(request, int(document["duration_ns"]))
        tracks = tracks_of(request, document["tracks"])
        keys = None if tracks is None else [track["key"] for track in tracks]
        # The pages know no format of a trace: the site says who writes it.
        exported: Export = import_string(settings.RANGE_WRITER)
        too_many: type[Exception] = import_string(settings.RANGE_TOO_LARGE)
        try:
            export = exported(opened, kind, start, end, keys)
        except too_many as error:
            raise Refused("export.too_large", str(error)) from error
        except ValueError as error:
            raise ValidationError({"tracks": [str(error)]}) from error
        pieces = (
            [] if request.method == "HEAD" else chain([next(export.pieces, b"")], export.pieces)
        )
        response = StreamingHttpResponse(pieces, content_type=export.media)
        name = Profile.objects.values_list("name", flat=True).get(pk=profile_id)
        response["Content-Disposition"] = (
            content_disposition_header(
                as_attachment=True, filename=f"{name}_{start}-{end}ns.{export.ending}"
            )
            or "attachment"
        )
        response["X-Row-Count"] = str(export.row_count)
        response["X-Complete"] = "true"
        response["Cache-Control"] = "private, no-cache"
        return response
