"""The timeline of a system from the rows of its events, whoever wrote them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest_worker.builders.slices import LabelBook
from ingest_worker.builders.system.events import RUNTIME, SOURCES, Events
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.slices import SystemTracks, system_tracks
from ingest_worker.builders.system.values import NONE
from ingest_worker.formats.errors import LimitExceeded
from ingest_worker.formats.system.trace_info import TraceInfo
from ingest_worker.imports.parquet_folder import OpenTable
from profiles.storage.layout import table_file

EVENTS = "SystemProfileEvents"
MOST_PROCESSES = 20_000
MOST_PLACES = 60_000
UNIX_FROM_NS = 1_000_000_000_000_000
"""Times from here on are Unix times, 1970-01-12 and later; smaller ones count from a zero."""

COLUMNS = (
    *("name", "start_ts", "end_ts", "trace_event_source", "instance_id", "process_id"),
    *("thread_id", "nc_idx", "pcore_idx", "worker_gid", "framework_stream_id"),
)
TEXTS = ("name", "trace_event_source", "instance_id", "framework_stream_id")
Longs = npt.NDArray[np.int64]


def zero_of(events: OpenTable) -> int:
    """The Unix time of the first event; 0 where times count from the zero already."""
    least = [pc.min(batch.column(0)).as_py() for batch in events.batches(["start_ts"])]
    first = min((moment for moment in least if isinstance(moment, int)), default=0)
    return first if first >= UNIX_FROM_NS else 0


def system_timeline(folder: Path, labels: LabelBook) -> SystemTracks:
    """Groups and tracks of the events written to a part's folder."""
    path = folder / table_file(EVENTS)
    if not path.is_file():
        return SystemTracks()
    rows = pq.read_table(path, columns=list(COLUMNS), memory_map=True, read_dictionary=list(TEXTS))
    events, processes = _events(rows)
    return system_tracks(events, processes, labels)


def _events(rows: pa.Table) -> tuple[Events, Mapping[int, ProcessTrace]]:
    names, name = _codes(rows, "name")
    streams, stream = _codes(rows, "framework_stream_id")
    hosts, host = _codes(rows, "instance_id")
    known, source = _codes(rows, "trace_event_source")
    kinds = np.array([SOURCES.index(k) if k in SOURCES else RUNTIME for k in known], np.uint8)
    number = _numbers(rows, "process_id")
    pairs, process = np.unique(np.stack((host, number), axis=1), axis=0, return_inverse=True)
    process = process.reshape(-1)
    _check(len(pairs), MOST_PROCESSES, "processes")
    start = _numbers(rows, "start_ts")
    nothing = np.full(rows.num_rows, NONE, np.int64)
    no_stream = np.array([text == "" for text in streams])
    events = Events(
        id=nothing,
        name=name,
        start_ns=start,
        end_ns=np.maximum(_numbers(rows, "end_ts"), start),
        source=kinds[source] if len(kinds) else np.zeros(0, np.uint8),
        process=process.astype(np.int64),
        thread=_numbers(rows, "thread_id"),
        nc=_numbers(rows, "nc_idx"),
        pcore=_numbers(rows, "pcore_idx"),
        worker=_numbers(rows, "worker_gid"),
        stream=np.where(no_stream[stream], NONE, stream) if len(streams) else nothing,
        exec_id=nothing,
        model_id=nothing,
        device_start_ns=nothing,
        device_end_ns=nothing,
        size=nothing,
        extra=pa.nulls(rows.num_rows, pa.string()),
        names=names,
        streams=streams,
    )
    places = np.stack(
        (events.process, events.source.astype(np.int64), events.nc, events.thread, events.stream),
        axis=1,
    )
    _check(len(np.unique(places, axis=0)), MOST_PLACES, "threads and cores")
    traces = {
        place: ProcessTrace(place, "", hosts[pair[0]], pair[1], TraceInfo())
        for place, pair in enumerate(pairs.tolist())
    }
    return events, traces


def _check(count: int, most: int, what: str) -> None:
    if count > most:
        text = f"There are {count:,} {what}, {most:,} can be shown."
        raise LimitExceeded("limit.records", text, file=EVENTS)


def _codes(rows: pa.Table, name: str) -> tuple[list[str], Longs]:
    column: Any = rows.column(name)
    packed: Any = pc.dictionary_encode(column.fill_null("")).combine_chunks()
    found = packed.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return [str(text) for text in packed.dictionary.to_pylist()], found


def _numbers(rows: pa.Table, name: str) -> Longs:
    column: Any = rows.column(name)
    found: Longs = column.fill_null(NONE).to_numpy().astype(np.int64)
    return found
