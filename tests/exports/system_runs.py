"""System runs written row by row, for tests of what is made from their tables."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from profiles.storage.manifest import Manifest, PartEntry
from profiles.storage.tables import ReadableRun, TableStore
from profiles.tables.registry import arrow_schema

LINK_SCHEMA = pa.schema(
    [
        ("event_row", pa.int64()),
        ("device_profile_name", pa.string()),
        ("relation", pa.string()),
    ]
)


def event(name: str, start: int, end: int, number: int = 0, **facts: Any) -> dict[str, Any]:
    """A row of `SystemProfileEvents`; what the table has no column for goes to the attributes."""
    columns = {"thread_id", "nc_idx", "pcore_idx", "worker_gid", "process_id", "instance_id"}
    columns |= {"trace_event_source", "flow_id", "framework_stream_id"}
    own = {key: value for key, value in facts.items() if key in columns}
    more = {key: value for key, value in facts.items() if key not in columns}
    return {
        "id": number,
        "name": name,
        "start_ts": start,
        "end_ts": end,
        "duration_ns": end - start,
        "trace_event_source": "neuron_rt",
        "instance_id": "i-1",
        "process_id": 71,
        "thread_id": 9,
        "extra_attributes_json": json.dumps(more) if more else None,
        **own,
    }


def write_run(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> ReadableRun:
    """A published run with these rows."""
    store = TableStore(folder)
    run = store.new_run("system", 1)
    for name, rows in tables.items():
        schema = LINK_SCHEMA if name == "DeviceProfileLink" else arrow_schema(name)
        batch = pa.Table.from_pylist(rows, schema=schema).to_batches()
        run.write_table(name, 0, schema, iter(batch))
    end = max(row["end_ts"] for row in tables["SystemProfileEvents"])
    run.publish(
        Manifest("7.4.0", "0", end, parts=(PartEntry(0, "system"),), tables=tuple(run.tables))
    )
    return store.open_run("system", 1)
