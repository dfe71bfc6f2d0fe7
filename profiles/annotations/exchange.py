"""Markers and regions as files: JSON and CSV, written and read back the same."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from profiles.annotations.draft import MOST_ANNOTATIONS, Draft, at_entry, draft_in
from profiles.refusal import Refused

FORMAT = "neuron-explorer-annotations"
FORMAT_VERSION = 1
MOST_BYTES = 8 << 20
COLUMNS = ("kind", "name", "start_ns", "end_ns", "colour", "note", "part", "row")
"""The columns of a CSV in the order in which they are written; others in one count for nothing."""
NEEDED = ("name", "start_ns")

_NUMBERS = ("start_ns", "end_ns", "part")
_WHOLE = re.compile(r"[0-9]{1,16}\Z")
_FORMULA = ("=", "+", "-", "@")


def json_text(profile: Mapping[str, str], drafts: Iterable[Draft]) -> str:
    """The file of JSON: which profile they are of, and each with its fields."""
    document = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "profile": dict(profile),
        "annotations": [draft.document() for draft in drafts],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def csv_text(drafts: Iterable[Draft]) -> str:
    """The file of CSV (RFC 4180), one line each under a head.

    Spreadsheets run text that begins like a formula; such text gets a single quote before it.
    """
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for draft in drafts:
        document = draft.document()
        rows.writerow(_cell(document[name]) for name in COLUMNS)
    return out.getvalue()


def drafts_in(data: bytes) -> list[Draft]:
    """What a file holds, JSON or CSV, whichever it is. Raises Refused, naming the entry."""
    if len(data) > MOST_BYTES:
        raise _unreadable(f"It has more than {MOST_BYTES >> 20} MiB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(f"Byte {error.start} is not UTF-8 text.") from error
    is_json = text.lstrip()[:1] in ("{", "[")
    return drafts_of(_json_entries(text) if is_json else _csv_entries(text))


def drafts_of(entries: Sequence[Any]) -> list[Draft]:
    """Entries as drafts, all or none. Raises Refused."""
    if len(entries) > MOST_ANNOTATIONS:
        raise _unreadable(f"It holds more than {MOST_ANNOTATIONS} markers and regions.")
    drafts = []
    for place, entry in enumerate(entries, 1):
        try:
            drafts.append(draft_in(entry))
        except Refused as refusal:
            raise at_entry(refusal, place) from refusal
    return drafts


def _json_entries(text: str) -> Sequence[Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"It is not well-formed JSON: {str(error)[:200]}.") from error
    entries = document.get("annotations") if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise _unreadable("A list is expected under annotations.")
    version = document.get("version", 1) if isinstance(document, dict) else 1
    if version != FORMAT_VERSION:
        raise _unreadable(f"Its version is {str(version)[:20]}; {FORMAT_VERSION} is known here.")
    return entries


def _csv_entries(text: str) -> Sequence[Any]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip() for name in next(rows, [])]
        missing = [name for name in NEEDED if name not in head]
        if missing:
            raise _unreadable(f"Its head has no column {' and no column '.join(missing)}.")
        entries = []
        for row in rows:
            if any(cell.strip() for cell in row):
                entries.append(_entry(dict(zip(head, row, strict=False))))
            if len(entries) > MOST_ANNOTATIONS:
                break  # drafts_of says so
    except csv.Error as error:
        raise _unreadable(f"Line {rows.line_num}: {error}.") from error
    return entries


def _entry(row: Mapping[str, str]) -> dict[str, Any]:
    """A line as JSON would hold it; empty cells are as if they were not there."""
    entry: dict[str, Any] = {}
    for name in COLUMNS:
        text = row.get(name, "")
        if not text.strip():
            continue
        if name in _NUMBERS:
            number = text.strip()
            entry[name] = int(number) if _WHOLE.match(number) else number
        else:
            entry[name] = text[1:] if text[0] == "'" and text[1:2] in ("'", *_FORMULA) else text
    return entry


def _cell(value: str | int | None) -> str | int:
    if value is None:
        return ""
    is_formula = isinstance(value, str) and value[:1] in ("'", *_FORMULA)
    return f"'{value}" if is_formula else value


def _unreadable(detail: str) -> Refused:
    return Refused("annotation.file", detail)
