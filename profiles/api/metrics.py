"""The summary of a device profile, for all of it or for a range; and what its numbers mean."""

import hashlib
import json
from functools import lru_cache
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.api import metrics_shapes
from profiles.api.parameters import END_NS, PART, START_NS, whole
from profiles.api.ranges import matches
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.instruction_kinds import TABLE
from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS, answer
from profiles.metrics.shelf import device_run
from profiles.metrics.stored import stored_answer
from profiles.models import Profile
from profiles.refusal import Refused
from profiles.selectors import current_run_opened, profiles_visible
from profiles.storage.tables import RunMissingError


class MetricsView(APIView):
    """A device profile in numbers."""

    @extend_schema(
        summary="Read the summary of a profile or of a range",
        parameters=[
            START_NS,
            END_NS,
            OpenApiParameter("core", int, description="One physical core; all if absent."),
            PART,
        ],
        responses=metrics_shapes.Summary,
    )
    def get(self, request: Request, profile_id: UUID) -> HttpResponse:
        """Metrics, findings, roofline, partitions, opcodes, DMA, bounds and notices."""
        profile = get_object_or_404(profiles_visible(), pk=profile_id)
        try:
            document = _answered(request, profile)
        except (OSError, pa.ArrowException) as error:
            raise Refused("table.unreadable", f"The tables cannot be read: {error}.") from error
        number = profile.current_run.number if profile.current_run else None
        body = json.dumps({"profile": str(profile_id), "run": number, **document}, allow_nan=False)
        return _tagged(request, body.encode())


class MetricListView(APIView):
    """What the numbers of a summary mean."""

    @extend_schema(
        summary="List the metrics", responses=metrics_shapes.MetricEntry(many=True), filters=False
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Name, unit, formula and source of every number of a summary."""
        return Response(
            [
                {
                    "id": metric.id,
                    "title": metric.title,
                    "unit": metric.unit,
                    "formula": metric.formula,
                    "source": metric.source,
                }
                for metric in METRICS.values()
            ]
        )


def _answered(request: Request, profile: Profile) -> dict[str, Any]:
    """The answer that was kept where all of a part is asked for; else it is made.

    Raises Refused, ValidationError, OSError or ArrowException.
    """
    part = whole(request, "part") or 0
    try:
        opened = current_run_opened(profile)
        opened.table_path(TABLE, part)
    except RunMissingError as error:
        raise Refused("table.missing", f"There is no table {TABLE} in part {part}.") from error
    asked = [whole(request, name) for name in ("start_ns", "end_ns", "core")]
    if asked == [None, None, None]:
        kept = stored_answer(opened, part, _thresholds())
        if kept is not None:
            return kept
    return answer(_region(device_run(opened, part).prepare(), *asked), _thresholds())


def _region(run: DeviceRun, start_ns: int | None, end_ns: int | None, core: int | None) -> Region:
    """Raises ValidationError for a range that ends before it starts, and for an unknown core."""
    first, last = run.span_ns
    if (first if start_ns is None else start_ns) >= (last if end_ns is None else end_ns):
        raise ValidationError({"end_ns": ["The range must end after its start."]})
    if core is not None and core not in run.cores:
        names = ", ".join(str(one) for one in run.cores)
        raise ValidationError({"core": [f"There is no core {core}. There are: {names}."]})
    window = run.between(
        first if start_ns is None else start_ns, last if end_ns is None else end_ns
    )
    return Region(window, start_ns, end_ns, core)


@lru_cache(maxsize=1)
def _parsed(text: str) -> Thresholds:
    return Thresholds.parse(text)


def _thresholds() -> Thresholds:
    return _parsed(settings.INSIGHT_THRESHOLDS)


def _tagged(request: Request, body: bytes) -> HttpResponse:
    tag = hashlib.sha256(body).hexdigest()[:32]
    is_known = matches(request.headers.get("If-None-Match", ""), tag)
    response = HttpResponse(b"" if is_known else body, status=304 if is_known else 200)
    response["Content-Type"] = "application/json"
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "private, no-cache"
    return response
