"""A profile that is waiting, being processed or failed: how far, why, and what can be done."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from profiles.lifecycle import MOST_ATTEMPTS
from profiles.models import STAGES, IngestRun, Profile, SourceFile, Status
from profiles.reading import SourceHead, source_head
from profiles.selectors import last_run, profiles_visible
from profiles.stores import source_path
from profiles.templatetags.units import THIN
from profiles.views import run_log
from profiles.views.remedies import remedies
from profiles.views.rows import row_of, source_link

BADGES: dict[str, str] = {Status.PROCESSING: "info", Status.PROCESSED: "ok", Status.FAILED: "err"}
READ_AS = {
    "trace_info": "description of a process",
    "ntrace": "events of the runtime",
    "cpu_util": "samples of the processors",
    "host_mem": "samples of host memory",
    "framework": "trace of the framework",
    "parquet": "table of the official tool",
    "official": "JSON of the official tool",
    "archive": "archive of a directory, not unpacked yet",
}
MOST_IGNORED = 100
OPTIONS = {
    "event_types": "Events of type",
    "instance_ids": "Events of instance",
    "neuron_cores": "Events of core",
    "ignore_device_profile": "Device profiles left out",
    "ignore_system_profile": "System profile left out",
}


def state_page(request: HttpRequest, profile: Profile) -> HttpResponse:
    """The whole page."""
    return render(request, "profiles/state.html", state_of(profile))


@require_safe
def profile_status(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    """The state as a fragment. Once it is final, the page is told to load anew."""
    profile: Profile = get_object_or_404(profiles_visible(), pk=profile_id)
    response = render(request, "profiles/_state.html", state_of(profile))
    response["Cache-Control"] = "no-store"
    response["X-Profile-Status"] = profile.status
    if profile.status in (Status.PROCESSED, Status.FAILED):
        response["HX-Refresh"] = "true"
    return response


@require_safe
def run_log_file(request: HttpRequest, profile_id: UUID, run: int) -> HttpResponse:  # noqa: ARG001
    """The whole log of a run, to download."""
    found = get_object_or_404(IngestRun, profile_id=profile_id, number=run)
    response = HttpResponse(found.log, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="run-{found.number}.log"'
    return response


def state_of(profile: Profile) -> dict[str, Any]:
    """Everything the page shows."""
    run = last_run(profile)
    row = row_of(profile)
    failure = row["failure"]
    files = files_of(profile, row)
    lines = run_log.log_lines(run) if run else []
    return {
        "profile": row,
        "badge": BADGES.get(profile.status, "plain"),
        "run": run,
        "most_attempts": MOST_ATTEMPTS,
        "took": _took(run),
        "files": _marked(files) if failure else files,
        "stages": _stages(profile, run, row["stage"]),
        "remedies": remedies(profile, failure) if failure else [],
        "lines": run_log.around_stop(lines),
        "report": _report(profile, run, failure, files) if run and failure else "",
    }


def files_of(profile: Profile, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The uploaded files, each with what its head says of itself."""
    return [_file(source, row) for source in profile.sources.all()]


def _file(source: SourceFile, row: dict[str, Any]) -> dict[str, Any]:
    folder, _, base = source.name.rpartition("/")
    known = READ_AS.get(source.role)
    head = SourceHead(known, ()) if known else source_head(source_path(source))
    return {
        **source_link(source, row),
        "role": source.role,
        "base": base,
        "folder": folder,
        "sha256": source.sha256,
        "read_as": head.read_as,
        "ids": head.ids,
        "is_odd": False,
    }


def capture_of(profile: Profile) -> dict[str, Any]:
    """What the page shows of a capture directory: its processes, and the files left out."""
    capture = profile.capture
    processes = capture.get("processes", ())
    ignored = capture.get("ignored", ())
    return {
        "processes": [{"instance": i, "pid": p, "folder": f} for i, p, f in processes],
        "ignored": [{"name": name, "size_bytes": size} for name, size in ignored[:MOST_IGNORED]],
        "ignored_count": capture.get("ignored_count", 0),
        "options": options_of(profile),
        "evidence": capture.get("device", {}).get("evidence", ""),
    }


def options_of(profile: Profile) -> list[dict[str, Any]]:
    """What was chosen when the profile was sent or processed again, in words."""
    found = []
    for name, title in OPTIONS.items():
        value = profile.options.get(name)
        if value:
            found.append({"title": title, "values": ["yes"] if value is True else value})
    return found


def _marked(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files, those marked whose ids differ from another's."""
    every = {one for file in files for one in file["ids"]}
    return [{**file, "is_odd": bool(file["ids"]) and len(every) > 1} for file in files]


def _took(run: IngestRun | None) -> str:
    if run is None or run.finished_at is None:
        return ""
    return run_log.took_text((run.finished_at - run.started_at).total_seconds())


def _report(
    profile: Profile, run: IngestRun, failure: dict[str, Any], files: list[dict[str, Any]]
) -> str:
    read_as = [str(file["read_as"]) for file in files]
    sources = profile.sources.all()
    return run_log.report(run, failure, sources, read_as, settings.EXPLORER_VERSION)


def _stages(
    profile: Profile, run: IngestRun | None, stage: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """The seven stages: done, now, failed or later, each with what is known of it."""
    seconds = run_log.stage_seconds(run) if run else {}
    name = (run.stage if run else "") or STAGES[0]
    current = STAGES.index(name) if name in STAGES else 0
    found = []
    for place, title in enumerate(STAGES):
        state = _stage_state(profile, place, current)
        took = run_log.took_text(seconds[title]) if title in seconds else ""
        texts = {
            "done": took or "done",
            "failed": f"failed after {took}" if took else "failed",
            "now": _share(stage),
            "later": "not started" if place == current + 1 else "",
        }
        found.append({"title": title.capitalize(), "state": state, "text": texts[state]})
    return found


def _stage_state(profile: Profile, place: int, current: int) -> str:
    if profile.status == Status.PENDING or place > current:
        return "later"
    if place < current:
        return "done"
    return "failed" if profile.status == Status.FAILED else "now"


def _share(stage: dict[str, Any] | None) -> str:
    if stage is None or not stage["total"]:
        return "now"
    return f"{min(100, 100 * stage['done'] // stage['total'])}{THIN}%"
