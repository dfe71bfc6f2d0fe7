"""What a system trace must say, asked of the real trace processor and of the tables."""

import json
from collections import Counter
from typing import Any

from ingest_worker.exports.perfetto.system import ARGUMENTS
from ingest_worker.exports.perfetto.trace import shift_ns
from profiles.storage.tables import ReadableRun
from tests.exports.device_traces import rows_of
from tests.exports.trace_processor import TraceProcessor


def _as_said(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def check_events(run: ReadableRun, processor: TraceProcessor) -> int:
    """Every event is one slice with its time, length, name and all its arguments."""
    shown = processor.arguments("t.name is not null")
    rows = rows_of(run, "SystemProfileEvents")
    links = {link["event_row"]: link["device_profile_name"] for link in links_of(run)}
    shift = shift_ns(run)

    def key(name: str, facts: dict[str, Any]) -> tuple[Any, ...]:
        columns = ("id", "timestamp", "duration", "instance_id", "process_id", "thread_id")
        return (name, *(facts.get(column) for column in columns))

    found = {key(s["name"], s["arguments"]): s for s in shown}
    assert len(shown) == len(rows) == len(found)
    for number, row in enumerate(rows):
        facts = {**row, "timestamp": row["start_ts"], "duration": row["duration_ns"]}
        slice_ = found[key(row["name"], facts)]
        assert (slice_["ts"] - shift, slice_["dur"]) == (row["start_ts"], row["duration_ns"])
        said = slice_["arguments"]
        for name, column in ARGUMENTS.items():
            assert (said.get(name) or None) == (row[column] or None), (name, row)
        extra = json.loads(row["extra_attributes_json"] or "{}")
        for name, value in extra.items():
            assert str(said.get(name, "")) == str(_as_said(value)), (name, row)
        assert said.get("device_profile") == links.get(number)
    return len(rows)


def links_of(run: ReadableRun) -> list[dict[str, Any]]:
    """The first link of each event; later ones are candidates."""
    found: dict[int, dict[str, Any]] = {}
    for link in rows_of(run, "DeviceProfileLink"):
        found.setdefault(link["event_row"], link)
    return list(found.values())


def check_memory(run: ReadableRun, processor: TraceProcessor) -> int:
    """Every sample of device memory is one of a counter, by device and memory."""
    rows = rows_of(run, "SystemProfileHbmUsage")
    expected = Counter(
        (f"Device:{r['device_idx']}/HBM:{r['hbm_idx']}/hbm_usage", r["timestamp"], r["total_bytes"])
        for r in rows
    )
    shift = shift_ns(run)
    shown = processor.rows(
        "select t.name track, c.ts ts, c.value value from counter c "
        "join counter_track t on c.track_id = t.id where t.name like '%hbm_usage'"
    )
    assert Counter((r["track"], r["ts"] - shift, int(r["value"])) for r in shown) == expected
    return len(rows)
