"""The official tool's JSON of a system, `system_profile.json`, row by row.

Its names are those of the product inventory, 3.5; its layout is *not verified against the
official tool*.
"""

import json
from collections.abc import Iterator
from typing import Any

from ingest_worker.exports.official_summary import EVENTS, plain
from ingest_worker.exports.official_tables import OfficialTables, plain_rows
from profiles.storage.tables import ReadableRun

PIECE_ROWS = 2_000
FRAMEWORK, FRAMEWORK_TYPE = "framework", 99999


def system_pieces(run: ReadableRun, *, indent: int | None = None) -> Iterator[bytes]:
    """The whole document in pieces; times are Unix nanoseconds where the zero is known."""
    tables = OfficialTables(run)
    zero = int(run.manifest.parts[0].origin_unix_ns or 0) if run.manifest.parts else 0
    makers = {
        "cpu_util": ("CpuUsage", _sample),
        "device_mem_usage": ("SystemProfileHbmUsage", _sample),
        "mem_usage": ("HostMemUsage", _memory),
        "trace_events": (EVENTS, _event),
    }
    yield b"{"
    for place, (name, (table, make)) in enumerate(makers.items()):
        yield (("," if place else "") + json.dumps(name) + ":[").encode()
        number = 0
        for batch in tables.batches(table):
            for rows in _pieces(plain_rows(batch)):
                texts = [_text(make(row, zero), indent) for row in rows]
                yield (("," if number else "") + ",".join(texts)).encode("utf-8", "replace")
                number += len(rows)
        yield b"]"
    yield b"}\n"


def _pieces(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), PIECE_ROWS):
        yield rows[start : start + PIECE_ROWS]


def _text(row: dict[str, Any], indent: int | None) -> str:
    separators = None if indent else (",", ":")
    return json.dumps(plain(row), indent=indent, separators=separators, ensure_ascii=False)


def _sample(row: dict[str, Any], zero: int) -> dict[str, Any]:
    found = {name: value for name, value in row.items() if value is not None}
    found["timestamp"] = row["timestamp"] + zero
    if "util_percent" in found:
        found["util"] = found.pop("util_percent")
    return found


def _memory(row: dict[str, Any], zero: int) -> dict[str, Any]:
    return {
        "timestamp": row["timestamp"] + zero,
        "usage": row["used_bytes"],
        "percent_usage": row["used_percent"],
        "instance_id": row["instance_id"],
    }


def _event(row: dict[str, Any], zero: int) -> dict[str, Any]:
    """The columns, then everything else that is known of the event."""
    found = {
        "id": row["id"],
        "name": row["name"],
        "timestamp": row["start_ts"] + zero,
        "duration": row["duration_ns"],
        "instance_id": row["instance_id"],
        "process_id": row["process_id"],
        "thread_id": row["thread_id"],
        "lnc_idx": row["nc_idx"],
        "pcore_idx": row["pcore_idx"],
        "worker_gid": row["worker_gid"],
        "framework_stream_id": row["framework_stream_id"],
        "trace_event_source": row["trace_event_source"],
    }
    if row["trace_event_source"] == FRAMEWORK:
        found["type"] = FRAMEWORK_TYPE
    more = json.loads(row["extra_attributes_json"] or "{}")
    rest = {key: value for key, value in more.items() if key not in found}
    return {key: value for key, value in {**rest, **found}.items() if value is not None}
