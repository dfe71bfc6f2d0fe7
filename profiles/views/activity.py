"""The activity picture of a run, as numbers; the page draws it in the theme's colours."""

from dataclasses import asdict
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from profiles.selectors import run_opened
from profiles.storage.tables import RunMissingError
from profiles.timeline.activity import activity_of
from profiles.timeline.query import UnreadableError, timeline_of


@require_safe
def run_activity(request: HttpRequest, profile_id: UUID, run: int) -> HttpResponse:  # noqa: ARG001
    """Six lanes of busy shares and colour classes. Never changes: the run is in the address."""
    try:
        lanes = activity_of(timeline_of(run_opened(profile_id, run)))
    except (RunMissingError, UnreadableError):
        return JsonResponse({"lanes": []}, status=404)
    response = JsonResponse({"lanes": [asdict(lane) for lane in lanes]})
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
