"""A run as a Perfetto trace, made from its tables while it is sent."""

from collections.abc import Callable, Iterator
from itertools import chain
from uuid import UUID

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from profiles.api.parameters import whole
from profiles.api.unreadable import TablesView
from profiles.models import Profile
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import ReadableRun

BINARY = "application/octet-stream"
Pieces = Callable[[ReadableRun, int | None, int | None, bool], Iterator[bytes]]


class TraceView(TablesView):
    """The trace of a run, for Perfetto."""

    @extend_schema(
        summary="Download a run as a Perfetto trace",
        parameters=[
            OpenApiParameter("start_ns", int, description="From here; from the first if absent."),
            OpenApiParameter("end_ns", int, description="Up to here; to the last if absent."),
            OpenApiParameter("flows", bool, description="With arrows between dependent events."),
        ],
        responses={(200, BINARY): bytes},
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> StreamingHttpResponse:
        """Every event that touches the range, with all its arguments; a stream without length."""
        opened = run_opened(profile_id, run)
        bounds = whole(request, "start_ns"), whole(request, "end_ns")
        flows = request.query_params.get("flows", "") in ("1", "true", "yes")
        # The pages know no format of a trace: the site says who writes it.
        pieces_of: Pieces = import_string(settings.TRACE_WRITER)
        pieces = pieces_of(opened, *bounds, flows)
        try:
            first = next(pieces, b"")
        except OSError as error:
            raise Refused("tile.unreadable", f"{error}.") from error
        response = StreamingHttpResponse(chain([first], pieces), content_type=BINARY)
        name = Profile.objects.values_list("name", flat=True).get(pk=profile_id)
        part = "" if bounds == (None, None) else "_range"
        response["Content-Disposition"] = (
            content_disposition_header(as_attachment=True, filename=f"{name}{part}.pftrace")
            or "attachment"
        )
        response["Cache-Control"] = "private, no-cache"
        return response
