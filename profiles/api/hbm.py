"""Device memory of a system run over time."""

from typing import Any
from uuid import UUID

import numpy as np
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles.api import system_shapes
from profiles.api.parameters import whole
from profiles.metrics.hbm import KINDS, Usage, hbm_usage
from profiles.refusal import Refused
from profiles.selectors import run_opened
from profiles.storage.tables import ReadableRun

METADATA = "SystemProfileMetadata"
DEFAULT_POINTS, MOST_POINTS = 400, 4000


class HbmUsageView(APIView):
    """Device memory in use, by kind."""

    @extend_schema(
        summary="Read the device memory in use over time",
        parameters=[
            OpenApiParameter("memory", int, description="Place in `memories`; all if absent."),
            OpenApiParameter(
                "points", int, description=f"At most so many instants; {DEFAULT_POINTS} if absent."
            ),
        ],
        responses=system_shapes.HbmUsage,
    )
    def get(self, request: Request, profile_id: UUID, run: int) -> Response:
        """Bytes of each kind that is ever used, the largest first; each holds until the next."""
        opened = run_opened(profile_id, run)
        memory, points = whole(request, "memory"), whole(request, "points")
        most = max(1, min(DEFAULT_POINTS if points is None else points, MOST_POINTS))
        try:
            usage = hbm_usage(opened, memory, most)
        except IndexError as error:
            raise Refused("table.missing", f"There is no memory {memory} in this run.") from error
        chips = len(usage.memories) if memory is None else 1
        return Response(usage_document(usage, _capacity(opened) * chips))


def usage_document(usage: Usage, capacity_bytes: int) -> dict[str, Any]:
    """The answer; a capacity of 0 is not known."""
    most = usage.kinds.max(axis=0) if len(usage.total) else np.zeros(0, np.int64)
    used = [place for place in np.argsort(-most, kind="stable").tolist() if most[place] > 0]
    peak = usage.peak
    return {
        "memories": [vars(memory) for memory in usage.memories],
        "capacity_bytes": capacity_bytes or None,
        "time_ns": usage.time_ns.tolist(),
        "total_bytes": usage.total.tolist(),
        "peak": None if peak is None else _peak(usage, peak),
        "kinds": [
            {
                "kind": KINDS[place].removesuffix("_bytes").replace("_", " "),
                "max_bytes": int(most[place]),
                "bytes": usage.kinds[:, place].tolist(),
            }
            for place in used
        ],
    }


def _peak(usage: Usage, place: int) -> dict[str, int]:
    return {"time_ns": int(usage.time_ns[place]), "bytes": int(usage.total[place])}


def _capacity(run: ReadableRun) -> int:
    """Bytes of one memory of the chips; 0 where it is not known."""
    if run.manifest.table(METADATA) is None:
        return 0
    found = run.rows(METADATA, 0, offset=0, limit=1, columns=["hbm_capacity_bytes"])
    return int(found.column(0)[0].as_py() or 0) if found.num_rows else 0
