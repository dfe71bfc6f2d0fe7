"""The events of a process as columns, with what follows from other events joined to them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import Array, gathered
from ingest_worker.builders.system.attributes_json import Added, attributes_json
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.spans import Spans
from ingest_worker.builders.system.values import NONE, FrameValues, Longs
from ingest_worker.formats.system.ntrace import TraceFrames
from profiles.metrics.model_name import model_name

SOURCES = ("framework", "neuron_rt", "neuron_hw")
FRAMEWORK, RUNTIME, HARDWARE = range(3)
HARDWARE_TYPES = np.array((6, 7, 8, 13, 24, 25, 26))
"""Types whose times come from the device; notes on the capture session."""

EXECUTE, RUNNING, SYNC, SWITCH = (
    "nrt_execute",
    "nc_exec_running",
    "timestamp_sync_point",
    "nc_model_switch",
)
PREPARES = "kbl_exec_pre"
TELLS_MODEL = ("kbl_exec_pre", "kbl_exec_wait", "kbl_exec_post", "kbl_exec_core", SWITCH)


@dataclass(frozen=True)
class Events:
    """Events of one process or of all, shape (n,); `NONE` stands for no number.

    `name` and `stream` number `names` and `streams`; `process` is the number of the process;
    times are Unix ns; `device_*_ns` are the device's own stamps; `extra` the JSON objects.
    """

    id: Longs
    name: Longs
    start_ns: Longs
    end_ns: Longs
    source: npt.NDArray[np.uint8]
    process: Longs
    thread: Longs
    nc: Longs
    pcore: Longs
    worker: Longs
    stream: Longs
    exec_id: Longs
    model_id: Longs
    device_start_ns: Longs
    device_end_ns: Longs
    size: Longs
    extra: Array
    names: Sequence[str]
    streams: Sequence[str]

    def __len__(self) -> int:
        return len(self.start_ns)

    def named(self, *names: str) -> Longs:
        """The rows of events with one of these names."""
        codes = np.array([n for n, name in enumerate(self.names) if name in names], np.int64)
        return np.flatnonzero(np.isin(self.name, codes))

    def from_zero(self, zero_ns: int) -> "Events":
        """The same events with their times counted from the profile's zero."""
        return replace(self, start_ns=self.start_ns - zero_ns, end_ns=self.end_ns - zero_ns)

    def taken(self, row: Longs) -> "Events":
        """Some of the events, in this order."""
        columns: dict[str, Any] = {
            field.name: getattr(self, field.name)[row] for field in fields(self)[:-3]
        }
        return replace(self, **columns, extra=gathered(self.extra, row))


def runtime_events(trace: ProcessTrace, spans: Spans) -> Events:
    """What ntrace.pb tells of a process, in the order of the spans."""
    frames = trace.frames
    assert frames is not None
    values = FrameValues(frames)
    start, stop = spans.start_frame, spans.stop_frame

    def number(key: str) -> Longs:
        """A stop's value where there is one, else the start's."""
        found = values.numbers(key, stop)
        return np.where(found == NONE, values.numbers(key, start), found)

    kinds, name = np.unique(frames.kind[start], return_inverse=True)
    events = Events(
        id=frames.event_id[start],
        name=name.astype(np.int64),
        start_ns=spans.start_ns,
        end_ns=spans.end_ns,
        source=np.where(np.isin(frames.kind[start], HARDWARE_TYPES), HARDWARE, RUNTIME).astype(
            np.uint8
        ),
        process=np.full(len(spans), trace.number),
        thread=frames.thread[start],
        nc=number("nc_idx"),
        pcore=number("device_core_idx"),
        worker=number("worker_gid"),
        stream=np.full(len(spans), NONE),
        exec_id=number("exec_id"),
        model_id=number("model_id"),
        device_start_ns=values.numbers("nc_timestamp_ns", start),
        device_end_ns=values.numbers("nc_timestamp_ns", stop),
        size=number("size"),
        extra=pa.nulls(len(spans), pa.string()),
        names=[trace.info.type_name(int(kind)) for kind in kinds],
        streams=(),
    )
    return _joined(trace, frames, spans, events)


def _joined(trace: ProcessTrace, frames: TraceFrames, spans: Spans, events: Events) -> Events:
    """The joins of the capture notes: execution, model, its name, a sync point's core."""
    exec_id = with_execution(events)
    events = replace(events, exec_id=exec_id)
    model_id = with_model(events)
    pcore = with_core(events, FrameValues(frames).numbers("cpu_timestamp_ns", spans.start_frame))
    added = [
        *_added("exec_id", events.exec_id, events.named(EXECUTE)),
        *_added("model_id", model_id, np.flatnonzero(events.model_id == NONE)),
        *_added("device_core_idx", pcore, np.flatnonzero(events.pcore == NONE)),
        *_names(trace, model_id),
    ]
    return replace(
        events, model_id=model_id, pcore=pcore, extra=attributes_json(frames, spans, added)
    )


def _added(name: str, values: Longs, rows: Longs) -> list[Added]:
    has = rows[values[rows] != NONE]
    return [Added(name, has, pa.array(values[has]).cast(pa.string()))] if len(has) else []


def _names(trace: ProcessTrace, model_id: Longs) -> list[Added]:
    """The model's name where the file's own table has it, and the bucket in it."""
    models, code = np.unique(model_id, return_inverse=True)
    texts = [trace.info.model_name(int(one)) if one != NONE else None for one in models]
    buckets = [model_name(text).bucket if text else None for text in texts]
    found = []
    for name, values in (("model_name", texts), ("bucket_id", buckets)):
        column: Any = pa.array([None if v is None else str(v) for v in values], pa.string())
        each = column.take(pa.array(code))
        rows = np.flatnonzero(each.is_valid().to_numpy(zero_copy_only=False))
        if len(rows):
            found.append(Added(name, rows, each.take(pa.array(rows))))
    return found


def with_execution(events: Events) -> Longs:
    """The execution of each event; that of `nrt_execute` is of the preparation nested in it.

    The first `kbl_exec_pre` on the same thread and core that begins and ends inside.
    """
    found = events.exec_id.copy()
    outer = events.named(EXECUTE)
    inner = events.named(PREPARES)
    outer = outer[found[outer] == NONE]
    if not len(outer) or not len(inner):
        return found
    place = np.stack((events.thread, events.nc), axis=1)
    _, code = np.unique(place[np.concatenate((outer, inner))], axis=0, return_inverse=True)
    code = code.reshape(-1)
    zero = int(events.start_ns.min())
    reach = int(events.start_ns.max()) - zero + 1
    if (int(code.max()) + 1) * reach >= 1 << 62:
        return found
    key = code * reach + events.start_ns[np.concatenate((outer, inner))] - zero
    inner_key = key[len(outer) :]
    order = np.argsort(inner_key, kind="stable")
    at = np.searchsorted(inner_key[order], key[: len(outer)], "left")
    has = np.flatnonzero(at < len(inner))
    candidate = inner[order[at[has]]]
    own = outer[has]
    fits = (
        (events.thread[candidate] == events.thread[own])
        & (events.nc[candidate] == events.nc[own])
        & (events.end_ns[candidate] <= events.end_ns[own])
    )
    found[own[fits]] = events.exec_id[candidate[fits]]
    return found


def with_model(events: Events) -> Longs:
    """The model of each event; an execution's by core and number from the events that tell it.

    A number that was used twice belongs to the model of the last event before, else the first.
    """
    found = events.model_id.copy()
    tells = events.named(*TELLS_MODEL)
    tells = tells[(found[tells] != NONE) & (events.exec_id[tells] != NONE)]
    asks = np.flatnonzero((found == NONE) & (events.exec_id != NONE) & (events.name >= 0))
    if not len(tells) or not len(asks):
        return found
    both = np.concatenate((tells, asks))
    pairs = np.stack((events.nc[both], events.exec_id[both]), axis=1)
    _, code = np.unique(pairs, axis=0, return_inverse=True)
    code = code.reshape(-1)
    order = np.lexsort((events.start_ns[tells], code[: len(tells)]))
    told_code, told_at = code[: len(tells)][order], events.start_ns[tells][order]
    first = np.searchsorted(told_code, code[len(tells) :], "left")
    last = np.searchsorted(told_code, code[len(tells) :], "right")
    for ask, begin, end in zip(asks.tolist(), first.tolist(), last.tolist(), strict=True):
        if begin == end:
            continue
        before = int(np.searchsorted(told_at[begin:end], events.start_ns[ask], "right"))
        found[ask] = found[tells[order[begin + max(before - 1, 0)]]]
    return found


def with_core(events: Events, cpu_ns: Longs) -> Longs:
    """The physical core of each event; a sync point's is that whose stamps it reproduces.

    There is one sync point a physical core, without its number. Host minus device is the same for
    it and for what that core ran in the execution.
    """
    found = events.pcore.copy()
    syncs = events.named(SYNC)
    ran = events.named(RUNNING, SWITCH)
    ran = ran[(events.device_start_ns[ran] != NONE) & (found[ran] != NONE)]
    offset = events.start_ns - events.device_start_ns
    cores: dict[tuple[int, int, int], int] = {}
    for row in ran.tolist():
        key = (int(events.nc[row]), int(events.exec_id[row]), int(offset[row]))
        cores.setdefault(key, int(found[row]))
    for row in syncs.tolist():
        if found[row] == NONE and cpu_ns[row] != NONE and events.device_start_ns[row] != NONE:
            own = int(cpu_ns[row] - events.device_start_ns[row])
            found[row] = cores.get((int(events.nc[row]), int(events.exec_id[row]), own), NONE)
    return found


def framework_events(trace: ProcessTrace) -> Events | None:
    """The spans of a process's framework traces; their times are host time already."""
    spans = [span for one in trace.framework for span in one.spans]
    if not spans:
        return None
    count = len(spans)
    names = list(dict.fromkeys(span.name for span in spans))
    streams = list(dict.fromkeys(span.stream for span in spans if span.stream is not None))
    name_of = {name: n for n, name in enumerate(names)}
    stream_of: dict[str | None, int] = {stream: n for n, stream in enumerate(streams)}
    nothing = np.full(count, NONE)
    return Events(
        id=np.arange(count, dtype=np.int64) + (trace.number << 40) + (1 << 62),
        name=np.array([name_of[span.name] for span in spans], np.int64),
        start_ns=np.array([span.start_ns for span in spans], np.int64),
        end_ns=np.array([span.end_ns for span in spans], np.int64),
        source=np.full(count, FRAMEWORK, np.uint8),
        process=np.full(count, trace.number),
        thread=np.array([span.thread for span in spans], np.int64),
        nc=nothing,
        pcore=nothing,
        worker=nothing,
        stream=np.array([stream_of.get(span.stream, NONE) for span in spans], np.int64),
        exec_id=nothing,
        model_id=nothing,
        device_start_ns=nothing,
        device_end_ns=nothing,
        size=nothing,
        extra=pa.array([span.attributes for span in spans], pa.string()),
        names=names,
        streams=streams,
    )


def merged(every: Sequence[Events]) -> Events:
    """The events of all processes by start; of equal starts the longer ones first."""
    names = list(dict.fromkeys(name for events in every for name in events.names))
    streams = list(dict.fromkeys(name for events in every for name in events.streams))
    columns: dict[str, Any] = {}
    for field in fields(Events)[:-3]:
        pieces = [getattr(events, field.name) for events in every]
        if field.name == "name":
            pieces = [_recoded(events.name, events.names, names) for events in every]
        elif field.name == "stream":
            pieces = [_recoded(events.stream, events.streams, streams) for events in every]
        columns[field.name] = np.concatenate(pieces) if pieces else np.zeros(0, np.int64)
    extra: Array = pa.concat_arrays([pa.array([], pa.string()), *(e.extra for e in every)])
    whole = Events(**columns, extra=extra, names=names, streams=streams)
    return whole.taken(np.lexsort((-whole.end_ns, whole.start_ns)))


def _recoded(codes: Longs, own: Sequence[str], names: Sequence[str]) -> Longs:
    place = {name: n for n, name in enumerate(names)}
    table = np.array([*(place[name] for name in own), NONE], np.int64)
    recoded: Longs = table[codes]
    return recoded
