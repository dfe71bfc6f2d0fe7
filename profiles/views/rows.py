"""A profile as a row of the Profile Manager: what each cell says."""

import json
from typing import Any

from profiles.capture_names import RESULTS
from profiles.lifecycle import MOST_ATTEMPTS
from profiles.models import Profile, SourceFile, Status
from profiles.presentation import profile_document
from profiles.selectors import last_run
from profiles.templatetags.units import file_size

STAGE_TEXTS = {
    "identify": "Identifying files",
    "decode": "Decoding",
    "resolve": "Resolving names",
    "build": "Building tables",
    "summarise": "Summarising",
    "timeline": "Building the timeline",
    "publish": "Publishing",
}
SYSTEM = "system"
MOST_LINKS = 8
SEGMENT_STEP = 27.5
SEGMENT_WIDTH = 25


def row_of(profile: Profile) -> dict[str, Any]:
    """The API's document of a profile, and beside it what the page shows of it."""
    document = profile_document(profile)
    stage = document["stage"]
    note, kind = _status_note(profile, document)
    return {
        **document,
        "second_line": _second_line(profile, document),
        "status_note": note,
        "status_note_kind": kind,
        "stage_text": STAGE_TEXTS.get(stage["name"], stage["name"]) if stage else "",
        "segments": segments(stage) if stage else [],
        "activity": _activity(profile),
        "is_system": profile.kind == SYSTEM,
        "devices_text": devices_text(document["devices"]),
        "can_reprocess": profile.status in (Status.PROCESSED, Status.FAILED),
        "sources": _few_sources(profile, document),
        "goes": json.dumps(_goes(profile)),
    }


def devices_text(devices: dict[str, int]) -> str:
    """How many device profiles of a capture are ready; empty without any."""
    total, ready, failed = devices["total"], devices["ready"], devices["failed"]
    if not total:
        return ""
    text = f"{ready} of {total} device profile{'' if total == 1 else 's'} ready"
    return f"{text}, {failed} failed" if failed else text


def _few_sources(profile: Profile, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Links to the files for the row's menu; many of them are on the Info page only."""
    sources = list(profile.sources.all())
    return [source_link(one, document) for one in sources] if len(sources) <= MOST_LINKS else []


def source_link(source: SourceFile, document: dict[str, Any]) -> dict[str, Any]:
    """Name, size and download address of an uploaded file."""
    href = f"{document['links']['sources']}{source.pk}/file"
    return {"name": source.name, "size_bytes": source.size_bytes, "href": href}


def segments(stage: dict[str, Any]) -> list[dict[str, float]]:
    """The seven segments of the progress bar: where each begins and how far it is filled."""
    found = []
    for place in range(len(STAGE_TEXTS)):
        share = 1.0 if place < stage["index"] else 0.0
        if place == stage["index"]:
            share = min(1.0, stage["done"] / stage["total"]) if stage["total"] else 0.5
        width = round(SEGMENT_WIDTH * share, 2)
        found.append({"x": place * SEGMENT_STEP, "width": width})
    return found


def _second_line(profile: Profile, document: dict[str, Any]) -> str:
    parts = [profile.kind.capitalize()]
    if document["run"] is None:
        parts += [_files_text(profile), file_size(profile.size_bytes)]
        return " · ".join(part for part in parts if part)
    processes = len(profile.capture.get("processes", ()))
    if profile.kind == SYSTEM and processes:
        parts.append(f"{processes} process{'' if processes == 1 else 'es'}")
    cores = document["cores"]
    if cores:
        parts.append(f"{cores} core{'' if cores == 1 else 's'}")
    if document["ntff_version"]:
        parts.append(f"NTFF v{document['ntff_version']}")
    elif profile.kind != SYSTEM:
        parts.append("Summary alone" if _is_result(profile) else "NEFF alone")
    parts.append(document["instance_type"])
    return " · ".join(part for part in parts if part)


def _is_result(profile: Profile) -> bool:
    return any(source.role in RESULTS for source in profile.sources.all())


def _files_text(profile: Profile) -> str:
    roles = [source.role for source in profile.sources.all()]
    if set(roles) & RESULTS:
        return "Result of the official tool"
    if "archive" in roles or profile.kind == SYSTEM:
        return "Capture directory"
    traces = roles.count("ntff")
    words = ["NEFF"] if "neff" in roles else []
    if traces:
        words.append("NTFF" if traces == 1 else f"{traces} NTFFs")
    return " and ".join(words)


def _status_note(profile: Profile, document: dict[str, Any]) -> tuple[str, str]:
    if document["stage"]:
        return f"stage {document['stage']['index'] + 1} of {len(STAGE_TEXTS)}", ""
    if profile.status == Status.PROCESSED and document["notices"]:
        number = document["notices"]
        return f"{number} data notice{'' if number == 1 else 's'}", "warn"
    if profile.status == Status.PENDING and profile.attempts:
        return f"attempt {profile.attempts + 1} of {MOST_ATTEMPTS}", ""
    run = last_run(profile) if profile.status == Status.FAILED else None
    # Bad files are tried once, machine trouble three times: the attempt that failed was the last.
    return (f"attempt {run.attempt} of {run.attempt}", "") if run else ("", "")


def _activity(profile: Profile) -> str:
    """The address of the activity picture; none without a trace."""
    run = profile.current_run
    if profile.status != Status.PROCESSED or run is None or run.ntff_version is None:
        return ""
    return f"/profiles/{profile.pk}/runs/{run.number}/activity/"


def _goes(profile: Profile) -> list[str]:
    """What goes when the profile is deleted, in words."""
    files = list(profile.sources.all())
    number = len(files)
    words = [
        f"{number} uploaded file{'' if number == 1 else 's'} ({file_size(profile.size_bytes)})"
    ]
    devices = getattr(profile, "device_total", 0)
    if devices:
        words.append(f"its {devices} device profile{'' if devices == 1 else 's'}")
    tables = profile.current_run.table_bytes if profile.current_run else 0
    if tables:
        words.append(f"the tables and the timeline made from them ({file_size(tables)})")
    marks = getattr(profile, "annotation_total", 0)
    if marks:
        named = "marker or region" if marks == 1 else "markers and regions"
        words.append(f"{marks} {named}, and the saved sets of them")
    words.append("its folder for other tools and every link to it")
    return words
