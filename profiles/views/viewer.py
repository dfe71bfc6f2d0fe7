"""One profile: its timeline, its facts, or how far it is and why it failed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from profiles.models import Profile, Status
from profiles.presentation import profile_document
from profiles.selectors import current_run_opened, profiles_visible
from profiles.storage.tables import RunMissingError
from profiles.viewers import VIEWERS
from profiles.views.state import state_page


@require_safe
def profile_page(request: HttpRequest, profile_id: UUID, viewer: str = "timeline") -> HttpResponse:
    """The viewer asked for; the state page while there is nothing to view."""
    profile: Profile = get_object_or_404(profiles_visible(), pk=profile_id)
    try:
        run = current_run_opened(profile)
    except RunMissingError:
        return state_page(request, profile)
    if profile.status == Status.FAILED and "run" not in request.GET:
        return state_page(request, profile)
    tables = {entry.name for entry in run.manifest.tables if entry.part == 0}
    tabs = [
        {"slug": v.slug, "title": v.title, "reason": "" if v.is_served_by(tables) else v.reason}
        for v in VIEWERS
    ]
    if viewer == "timeline" and "Metadata" not in tables:
        viewer = "info"
    context = {
        "profile": profile_document(profile),
        "tabs": tabs,
        "viewer": viewer,
        "manifest": run.manifest,
        "neff": run.row("NeffHeader", 0, 0) if "NeffHeader" in tables else None,
    }
    return render(request, f"profiles/{viewer}.html", context)
