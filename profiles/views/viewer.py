"""One profile: its timeline, its facts, or how far it is and why it failed."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from profiles.models import Profile, Status
from profiles.presentation import profile_document
from profiles.selectors import current_run_opened, profiles_visible
from profiles.storage.tables import ReadableRun, RunMissingError
from profiles.viewers import SYSTEM_TABLE, viewers_for
from profiles.views.run_log import log_lines
from profiles.views.state import BADGES, capture_of, files_of, state_page

MOST_NUMBERS = 1000


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
    is_system = SYSTEM_TABLE in tables
    if is_system:
        tables.add("TimelineTrack")  # what a timeline needs, under another name
    tabs = [
        {"slug": v.slug, "title": v.title, "reason": "" if v.is_served_by(tables) else v.reason}
        for v in viewers_for(tables)
    ]
    if viewer not in {tab["slug"] for tab in tabs if not tab["reason"]}:
        viewer = "info"
    context = {
        "profile": profile_document(profile),
        "badge": BADGES.get(profile.status, "plain"),
        "tabs": tabs,
        "viewer": viewer,
        "is_system": is_system,
        "manifest": run.manifest,
        "parts": sorted({e.part for e in run.manifest.tables if e.name == "Instruction"}),
        **(_facts(profile, run) if viewer == "info" else {}),
    }
    return render(request, f"profiles/{viewer}.html", context)


def _facts(profile: Profile, run: ReadableRun) -> dict[str, Any]:
    """What the Info page shows beyond the manifest: NEFF header, files, log."""
    has_neff = run.manifest.table("NeffHeader", 0) is not None
    header = (run.row("NeffHeader", 0, 0) if has_neff else None) or {}
    known = {name: value for name, value in header.items() if value not in (None, "")}
    current = profile.current_run
    return {
        "neff": {name.replace("_", " ").capitalize(): value for name, value in known.items()},
        "capture": capture_of(profile),
        "files": files_of(profile, profile_document(profile)),
        "run": current,
        "lines": log_lines(current) if current else [],
        "numbers": _numbers(run),
    }


def _numbers(run: ReadableRun) -> dict[str, Any]:
    """The numbers of a summary that came without its events: there is nothing else to show."""
    if run.manifest.table("Instruction") or not run.manifest.table("LegacySummary"):
        return {}
    rows = run.rows("LegacySummary", 0, offset=0, limit=MOST_NUMBERS).to_pylist()
    kinds = ("whole", "number", "text")
    return {
        row["key"]: next((row[kind] for kind in kinds if row[kind] is not None), "–")
        for row in rows
    }
