"""One profile: its timeline, its facts, or how far it is and why it failed."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from profiles.error_codes import error_code
from profiles.models import STAGES, IngestRun, Profile, Status
from profiles.presentation import profile_document
from profiles.selectors import current_run_opened, last_run, profiles_visible
from profiles.storage.tables import RunMissingError
from profiles.viewers import VIEWERS

LOG_LINES = 40


@require_safe
def profile_page(request: HttpRequest, profile_id: UUID, viewer: str = "timeline") -> HttpResponse:
    """The viewer asked for; the state page while there is nothing to view."""
    profile: Profile = get_object_or_404(profiles_visible(), pk=profile_id)
    try:
        run = current_run_opened(profile)
    except RunMissingError:
        return _state_page(request, profile)
    if profile.status == Status.FAILED and "run" not in request.GET:
        return _state_page(request, profile)
    tables = {entry.name for entry in run.manifest.tables if entry.part == 0}
    tabs = [
        {"slug": v.slug, "title": v.title, "reason": "" if v.table in tables else v.reason}
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


@require_safe
def profile_status(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    """The state of a profile as a fragment; the page reloads when it says processed."""
    profile: Profile = get_object_or_404(profiles_visible(), pk=profile_id)
    response = render(request, "profiles/_state.html", _state(profile))
    response["Cache-Control"] = "no-store"
    response["X-Profile-Status"] = profile.status
    return response


def _state_page(request: HttpRequest, profile: Profile) -> HttpResponse:
    return render(request, "profiles/state.html", _state(profile))


def _state(profile: Profile) -> dict[str, Any]:
    run = last_run(profile)
    document = profile_document(profile)
    stage = (run.stage if run else "") or STAGES[0]
    index = STAGES.index(stage) if stage in STAGES else 0
    return {
        "profile": document,
        "run": run,
        "sources": list(profile.sources.all()),
        "stages": [
            {"name": name, "state": _stage_state(profile, place, index)}
            for place, name in enumerate(STAGES)
        ],
        "remedies": _remedies(profile, document["failure"]),
        "log": _log_lines(run),
        "entry": error_code(run.error_code) if run and run.error_code else None,
    }


def _stage_state(profile: Profile, place: int, current: int) -> str:
    if profile.status == Status.PENDING:
        return "later"
    if place < current:
        return "done"
    if place > current:
        return "later"
    return "failed" if profile.status == Status.FAILED else "now"


def _remedies(profile: Profile, failure: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Ways out, best first; each with what its button sends."""
    if failure is None:
        return []
    code = str(failure["code"])
    has_trace = any(source.role == "ntff" for source in profile.sources.all())
    ways = []
    if code == "ntff.truncated":
        ways.append(
            {
                "title": "Show the part that can be read",
                "text": "Everything up to the byte where the trace is cut.",
                "button": "Process what is there",
                "body": json.dumps({"partial": True}),
            }
        )
    if has_trace and code.startswith(("pair.", "neff.", "archive.")):
        ways.append(
            {
                "title": "Look at what the trace alone can show",
                "text": "Opcodes, operands, DMA, semaphores and clock limits; names are missing.",
                "button": "Process without NEFF",
                "body": json.dumps({"without": ["neff"]}),
            }
        )
    ways.append(
        {
            "title": "Upload the right files",
            "text": failure["hint"],
            "button": "Upload Profile",
            "link": "/profiles/?upload",
        }
    )
    if code.startswith(("worker.", "store.", "limit.")):
        again = {
            "title": "Try again",
            "text": "The uploaded files are kept; nothing has to be sent again.",
            "button": "Process again",
            "body": "{}",
        }
        ways.insert(0, again)
    return ways


def _log_lines(run: IngestRun | None) -> list[dict[str, str]]:
    """The log's lines as time, stage and text; what is no JSON is shown as it is."""
    lines = []
    for text in (run.log if run else "").splitlines()[-LOG_LINES:]:
        try:
            facts = json.loads(text)
        except ValueError:
            facts = {"message": text}
        if not isinstance(facts, dict):
            facts = {"message": text}
        time = str(facts.pop("at", ""))[11:23]
        message = str(facts.pop("message", ""))
        rest = "  ".join(f"{name} {value}" for name, value in facts.items())
        lines.append({"time": time, "text": f"{message}  {rest}".strip()})
    return lines
