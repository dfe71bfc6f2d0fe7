"""A system profile as a trace: processes of the host, threads by worker, core and thread."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from ingest_worker.exports.perfetto.grouping import GROUP_FIELDS, Grouping
from ingest_worker.exports.perfetto.lanes import lanes
from ingest_worker.exports.perfetto.packets import Events, Process, TraceWriter
from ingest_worker.exports.perfetto.window import Source, Window, numbers
from ingest_worker.exports.perfetto.wire import Column, Numbers
from profiles.storage.tables import ReadableRun

EVENTS, LINKS = "SystemProfileEvents", "DeviceProfileLink"
NO_WORKER = "nrt"
ARGUMENTS = MappingProxyType(
    {
        "id": "id",
        "name": "name",
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "trace_event_source": "trace_event_source",
        "instance_id": "instance_id",
        "process_id": "process_id",
        "thread_id": "thread_id",
        "nc_idx": "nc_idx",
        "lnc_idx": "nc_idx",
        "pcore_idx": "pcore_idx",
        "worker_gid": "worker_gid",
        "framework_stream_id": "framework_stream_id",
    }
)
MOST_INTEGER, LEAST_INTEGER = (1 << 63) - 1, -(1 << 63)


@dataclass(frozen=True)
class Counter:
    """A column of a table of samples: one counter for each value of `by`, in its host's process."""

    table: str
    by: tuple[str, ...]
    name: str
    value: str
    unit: str


HOST_COUNTERS = (
    Counter("CpuUsage", ("cpu_id",), "CPU:{}/host_cpu_util", "util_percent", "%"),
    Counter("HostMemUsage", (), "host_mem_usage", "used_bytes", "bytes"),
)
DEVICE_COUNTERS = (
    Counter(
        "SystemProfileHbmUsage",
        ("device_idx", "hbm_idx"),
        "Device:{}/HBM:{}/hbm_usage",
        "total_bytes",
        "bytes",
    ),
)


def earliest_ns(run: ReadableRun, *, with_host: bool) -> int:
    """The first instant of all that a trace of the run shows; 0 if nothing is before zero."""
    found = [Source(run, EVENTS, 0, "start_ts", "end_ts")]
    counters = [*DEVICE_COUNTERS, *(HOST_COUNTERS if with_host else ())]
    found += [Source(run, counter.table, 0) for counter in counters]
    return min((source.earliest_ns() for source in found if source.names), default=0)


class SystemRun:
    """A system run on its way into a trace."""

    def __init__(
        self,
        run: ReadableRun,
        writer: TraceWriter,
        window: Window,
        grouping: Grouping,
        *,
        flows: bool,
        with_host: bool,
    ) -> None:
        """`with_host`: all samples of the host, not only those taken while something happened."""
        self._run = run
        self._writer = writer
        self._window = window
        self._grouping = grouping
        self._flows = flows
        self._with_host = with_host
        self._hosts: dict[str, Process] = {}

    def pieces(self) -> Iterator[bytes]:
        """The run's packets, a batch at a time."""
        yield from self._events()
        span = self._window.within(0, self._run.manifest.duration_ns)
        for counter in HOST_COUNTERS:
            yield from self._counter(counter, self._window if self._with_host else span)
        for counter in DEVICE_COUNTERS:
            yield from self._counter(counter, self._window)

    def _events(self) -> Iterator[bytes]:
        source = Source(self._run, EVENTS, 0, "start_ts", "end_ts")
        if not source.names:
            return
        threads = self._threads(source)
        profiles = self._device_profiles(len(threads))
        columns = [*ARGUMENTS.values(), "extra_attributes_json"]
        for rows, batch in source.batches(
            self._window, [*columns, *(["flow_id"] if self._flows else [])]
        ):
            start = numbers(batch, "start_ts")
            arguments: dict[str, Column] = {key: batch.column(n) for key, n in ARGUMENTS.items()}
            arguments["timestamp_unit"] = pa.array(["ns"] * len(batch)).dictionary_encode()
            if profiles is not None:
                arguments["device_profile"] = profiles.take(rows)
            texts: Any = batch.column("extra_attributes_json")
            for key, values in extra_columns(texts.to_pylist()).items():
                arguments.setdefault(key, values)
            yield self._writer.events(
                Events(
                    track=threads[rows],
                    start=start,
                    end=np.maximum(numbers(batch, "end_ts"), start),
                    names=batch.column("name"),
                    arguments=arguments,
                    flows=flow_columns(batch.column("flow_id")) if self._flows else (),
                )
            )

    def _threads(self, source: Source) -> Numbers:
        """The track of every event; processes and threads in the order of their names."""
        process, process_names = _named(source, self._grouping.primary)
        fields = (*self._grouping.secondary, "trace_event_source")
        thread, thread_names = _named(source, tuple(dict.fromkeys(fields)))
        start = source.column("start_ts")
        own = process * len(thread_names) + thread
        lane = lanes(own, start, np.maximum(source.column("end_ts"), start), nested=True)
        place, back = np.unique(own * (1 << 20) + lane, return_inverse=True)
        found: list[tuple[str, str, int]] = []
        for one in place.tolist():
            group, row = one >> 20, one & ((1 << 20) - 1)
            names = (
                process_names[group // len(thread_names)],
                thread_names[group % len(thread_names)],
            )
            found.append((*names, row))
        tracks = np.zeros(len(place), np.int64)
        processes: dict[str, Process] = {}
        for index in sorted(range(len(found)), key=lambda index: found[index]):
            process_name, name, row = found[index]
            if process_name not in processes:
                processes[process_name] = self._writer.process(process_name)
            shown = f"{name} - Row {row}" if row else name
            tracks[index] = self._writer.thread(processes[process_name], shown)
        result: Numbers = tracks[back]
        return result

    def _device_profiles(self, count: int) -> "Column | None":
        """The name of the device profile of each event that has one."""
        source = Source(self._run, LINKS, 0, "event_row", "event_row")
        if not source.names:
            return None
        names: list[str] = []
        codes = np.full(count, -1, np.int32)
        for _, batch in source.batches(Window(), ["device_profile_name"]):
            events = numbers(batch, "event_row")
            first = np.arange(len(names), len(names) + len(batch), dtype=np.int32)
            names += [str(name) for name in batch.column("device_profile_name").to_pylist()]
            # Best evidence stands first in the table: a later candidate takes nothing from it.
            is_new = codes[events] < 0
            codes[events[is_new][::-1]] = first[is_new][::-1]
        indices: Any = pa.array(codes, mask=codes < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))

    def _counter(self, counter: Counter, window: Window) -> Iterator[bytes]:
        source = Source(self._run, counter.table, 0)
        if not source.names:
            return
        tracks: dict[tuple[Any, ...], int] = {}
        for _, batch in source.batches(window, ["instance_id", *counter.by, counter.value]):
            columns = [batch.column(name).to_pylist() for name in ("instance_id", *counter.by)]
            places = list(zip(*columns, strict=True))
            for place in dict.fromkeys(places):
                if place not in tracks:
                    host, *rest = place
                    tracks[place] = self._writer.counter(
                        self._host(str(host)), counter.name.format(*rest), counter.unit
                    )
            track = np.array([tracks[place] for place in places], np.int64)
            values: Any = batch.column(counter.value)
            filled = values.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
            yield self._writer.samples(track, numbers(batch, "timestamp"), filled)

    def _host(self, instance: str) -> Process:
        if instance not in self._hosts:
            self._hosts[instance] = self._writer.process(instance)
        return self._hosts[instance]


def _named(source: Source, fields: Sequence[str]) -> tuple[Numbers, list[str]]:
    """A number for each row's values of the fields, and the name that belongs to each number."""
    codes: Numbers | None = None
    names = [""]
    for field in fields:
        column, prefix = GROUP_FIELDS[field]
        own, texts = _coded(source, column)
        words = [f"{prefix}{text}" if text else "" for text in texts]
        if field == "worker_gid":
            words = [word or NO_WORKER for word in words]
        joined = own if codes is None else codes * len(words) + own
        used, codes = np.unique(joined, return_inverse=True)
        pairs = [(names[one // len(words)], words[one % len(words)]) for one in used.tolist()]
        names = ["-".join(filter(None, pair)) for pair in pairs]
    if codes is None:
        return np.zeros(len(source.column(source.start)), np.int64), ["all"]
    return codes.astype(np.int64), names


def _coded(source: Source, column: str) -> tuple[Numbers, list[str]]:
    """A column as numbers, and the text of each number; empty where there is no value."""
    if column in ("instance_id", "framework_stream_id", "trace_event_source"):
        codes, texts = source.codes(column)
        return codes, texts
    values, codes = np.unique(source.column(column), return_inverse=True)
    return codes.astype(np.int64), ["" if value < 0 else str(value) for value in values.tolist()]


def extra_columns(texts: Iterable[str | None]) -> dict[str, Column]:
    """Every key of the events' attributes as a column of its own.

    Whole numbers stay numbers where all of a column are; everything else is text as it stands.
    """
    rows: list[dict[str, Any]] = []
    for text in texts:
        found = json.loads(text) if text else {}
        rows.append(found if isinstance(found, dict) else {})
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: _column([row.get(key) for row in rows]) for key in keys}


def _column(values: list[Any]) -> Column:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int} and all(
        value is None or LEAST_INTEGER <= value <= MOST_INTEGER for value in values
    ):
        return pa.array(values, pa.int64())
    if float in kinds and kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values])
    return pa.array([_as_text(value) for value in values], pa.string())


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def flow_columns(flows: Column) -> tuple[Numbers, ...]:
    """The flow ids of each event as numbers, the first of all events, then the second, ..."""
    lists: list[list[str]] = [found or [] for found in flows.to_pylist()]
    columns = []
    for place in range(max(map(len, lists), default=0)):
        own = [_flow(found[place]) if place < len(found) else 0 for found in lists]
        columns.append(np.array(own, np.int64))
    return tuple(columns)


def _flow(text: str) -> int:
    """A number of 63 bits for an id: itself where it is one, else a mark of the text."""
    if text.isdecimal() and 0 < int(text) <= MOST_INTEGER:
        return int(text)
    mark = 0xCBF29CE484222325
    for byte in text.encode("utf-8", "replace"):
        mark = (mark ^ byte) * 0x100000001B3 & ((1 << 64) - 1)
    return mark >> 1 | 1
