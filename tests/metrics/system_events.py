"""Events of a system run, written by hand."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from profiles.storage.parquet import ROW_GROUP_ROWS, write_parquet
from profiles.tables.registry import arrow_schema

HARDWARE = "neuron_hw"
RUNTIME = "neuron_rt"


def event(
    name: str,
    start: int,
    end: int,
    *,
    nc: int | None = 0,
    pcore: int | None = None,
    process: int = 100,
    instance: str = "i-1",
    thread: int = 1,
    source: str = RUNTIME,
    worker: int | None = None,
    **attributes: Any,
) -> dict[str, Any]:
    """A row of SystemProfileEvents."""
    return {
        "id": (start * 1000 + end) % (1 << 62),
        "name": name,
        "start_ts": start,
        "end_ts": end,
        "duration_ns": end - start,
        "trace_event_source": source,
        "instance_id": instance,
        "process_id": process,
        "thread_id": thread,
        "nc_idx": nc,
        "pcore_idx": pcore,
        "worker_gid": worker,
        "flow_id": None,
        "framework_stream_id": None,
        "extra_attributes_json": json.dumps(attributes) if attributes else None,
    }


def running(start: int, end: int, *, nc: int = 0, pcore: int = 0, **more: Any) -> dict[str, Any]:
    """An execution on a physical core."""
    return event("nc_exec_running", start, end, nc=nc, pcore=pcore, source=HARDWARE, **more)


def write_rows(
    path: Path, table: str, rows: Iterable[Mapping[str, Any]], group: int = ROW_GROUP_ROWS
) -> Path:
    """Write rows as a table of the published schema; so many to a row group."""
    whole = pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(table))
    write_parquet(path, whole.schema, iter(whole.combine_chunks().to_batches(max_chunksize=group)))
    return path
