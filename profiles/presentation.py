"""A profile as plain data, the same for API and pages."""

import re
from typing import Any

from django.conf import settings

from profiles.error_codes import error_code
from profiles.metrics.device_links import device_calls, listed_devices
from profiles.metrics.events import events_of
from profiles.metrics.range_statistics import Durations
from profiles.models import STAGES, IngestRun, Profile, Status
from profiles.selectors import current_run_opened, device_profiles, last_run, queue_position
from profiles.storage.tables import RunMissingError

API = "/api/v1/profiles"
NO_MFU = "The use of peak FLOPs is not computed yet."


def page_address(address: str) -> str | None:
    """An address among the pages; None on a server without pages, where it would lead nowhere."""
    return None if settings.DISABLE_UI else address


def profile_links(profile: Profile) -> dict[str, Any]:
    """Addresses of everything about a profile; those of pages are None on a server without."""
    here = f"{API}/{profile.pk}"
    return {
        "self": f"{here}/",
        "page": page_address(f"/profiles/{profile.pk}/"),
        "timeline": page_address(f"/profiles/{profile.pk}/timeline/"),
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
        "parent": str(profile.parent_id) if profile.parent_id else None,
        "devices": devices_document(profile),
        "options": profile.options,
        "source_roots": profile.source_roots,
        "links": profile_links(profile),
    }


def devices_document(profile: Profile) -> dict[str, int]:
    """How many device profiles a system profile has, and how far they are."""
    return {name: getattr(profile, f"device_{name}", 0) for name in ("total", "ready", "failed")}


def device_documents(profile: Profile) -> list[dict[str, Any]]:
    """The device profiles of a system profile, with what its run says of them; by name.

    Those that the run lists and that were not made (the directory's device traces were left out)
    are in it without an id.
    """
    listed, calls = _told_of_devices(profile)
    # What the plan of the directory said is there before the run, and stays when one is renamed.
    planned = {
        child: child.capture.get("device") or listed.get(child.name, {})
        for child in device_profiles(profile.pk)
    }
    made = {row.get("name", child.name) for child, row in planned.items()}
    found = [_device(child, row, calls.get(str(child.pk))) for child, row in planned.items()]
    found += [_device(None, row, None) for name, row in listed.items() if name not in made]
    return sorted(found, key=lambda one: _as_people_count(str(one["name"])))


def _as_people_count(name: str) -> list[tuple[int, str]]:
    """Sorts core 2 before core 10."""
    pieces = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]+", name)
    return [(int(piece) if piece.isdecimal() else -1, piece) for piece in pieces]


def _told_of_devices(
    profile: Profile,
) -> tuple[dict[str, dict[str, Any]], dict[str, Durations]]:
    try:
        run = current_run_opened(profile)
        return listed_devices(run), device_calls(run, events_of(run))
    except (RunMissingError, OSError, ValueError):
        # Tables that are gone or damaged take nothing from what the database knows.
        return {}, {}


def _device(child: Profile | None, row: dict[str, Any], calls: Durations | None) -> dict[str, Any]:
    return {
        "id": str(child.pk) if child else None,
        "name": child.name if child else row.get("device_profile_name"),
        "status": child.status if child else None,
        "instance": row.get("instance_id"),
        "process": _text(row.get("process_id")),
        "nc": row.get("nc_id"),
        "model_id": _text(row.get("model_id")),
        "session": _text(row.get("session_id")),
        "duration_ns": child.current_run.duration_ns if child and child.current_run else None,
        "files": [
            {"role": source.role, "name": source.name, "size_bytes": source.size_bytes}
            for source in (child.sources.all() if child else ())
        ],
        "calls": calls.count if calls else 0,
        "total_ns": calls.sum_ns if calls else None,
        "median_ns": calls.median_ns if calls else None,
        "mfu": None,
        "reason": NO_MFU,
        "links": profile_links(child) if child else None,
    }


def _text(value: int | None) -> str | None:
    """A 64-bit number as JSON may hold it."""
    return None if value is None else str(value)


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
