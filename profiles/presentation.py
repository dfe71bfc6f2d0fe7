"""A profile as plain data, the same for API and pages."""

from typing import Any

from profiles.error_codes import error_code
from profiles.models import STAGES, IngestRun, Profile, Status
from profiles.selectors import last_run, queue_position

API = "/api/v1/profiles"


def profile_links(profile: Profile) -> dict[str, str]:
    """Addresses of everything about a profile."""
    here = f"{API}/{profile.pk}"
    return {
        "self": f"{here}/",
        "page": f"/profiles/{profile.pk}/",
        "timeline": f"/profiles/{profile.pk}/timeline/",
        "runs": f"{here}/runs/",
        "sources": f"{here}/sources/",
        "tables": f"{here}/tables/",
    }


def stage_document(run: IngestRun | None) -> dict[str, Any] | None:
    """How far a run is; None when nothing runs."""
    if run is None or run.finished_at is not None:
        return None
    name = run.stage or STAGES[0]
    return {
        "name": name,
        "index": STAGES.index(name) if name in STAGES else 0,
        "done": run.done,
        "total": run.total,
        "started_at": run.started_at.isoformat(),
    }


def failure_document(profile: Profile, run: IngestRun | None) -> dict[str, Any] | None:
    """Why the profile failed; None when it has not."""
    if profile.status != Status.FAILED or run is None:
        return None
    entry = error_code(run.error_code)
    return {
        "code": run.error_code,
        "title": entry.title,
        "message": run.error_message,
        "hint": run.error_hint or entry.hint,
        "offset": run.error_offset,
        "file": run.error_file,
        "stage": run.stage or STAGES[0],
    }


def profile_document(profile: Profile) -> dict[str, Any]:
    """Everything a row of the list shows."""
    run = last_run(profile)
    current = profile.current_run
    return {
        "id": str(profile.pk),
        "name": profile.name,
        "status": profile.status,
        "kind": profile.kind,
        "cores": current.core_count if current else None,
        "duration_ns": current.duration_ns if current else None,
        "instance_type": current.instance_type if current else "",
        "ntff_version": current.ntff_version if current else None,
        "size_bytes": profile.size_bytes,
        "created_at": profile.created_at.isoformat(),
        "processed_at": profile.processed_at.isoformat() if profile.processed_at else None,
        "notices": current.notice_count if current else 0,
        "stage": stage_document(profile.active_run),
        "failure": failure_document(profile, run),
        "run": current.number if current else None,
        "queue_position": queue_position(profile),
        "links": profile_links(profile),
    }


def run_document(run: IngestRun) -> dict[str, Any]:
    """One attempt to process a profile."""
    return {
        "number": run.number,
        "attempt": run.attempt,
        "outcome": run.outcome or "running",
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "stage": run.stage,
        "error": {
            "code": run.error_code,
            "message": run.error_message,
            "hint": run.error_hint,
            "offset": run.error_offset,
            "file": run.error_file,
        }
        if run.error_code
        else None,
        "log": run.log,
    }
