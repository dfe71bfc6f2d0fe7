"""A device profile as a trace: engines, DMA engines and queues as threads, levels as counters."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.exports.perfetto.lanes import lanes
from ingest_worker.exports.perfetto.packets import Events, Process, TraceWriter
from ingest_worker.exports.perfetto.window import Source, Window, numbers
from ingest_worker.exports.perfetto.wire import Column, Numbers, filled
from profiles.storage.tables import ReadableRun

Values = npt.NDArray[np.float64]
Kept = Mapping[tuple[str, int], npt.NDArray[np.bool_]]

INSTRUCTION_ARGUMENTS = MappingProxyType(
    {
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "opcode": "opcode",
        "operands": "operands",
        "pc": "pc",
        "id": "id",
        "label": "timeline_track",
        "subgroup": "engine",
        "elements": "tensor_elements",
        "layer": "layer",
        "hlo_name": "hlo_name",
        "hlo_attrs": "hlo_attrs",
        "nki_source_location": "nki_source_location",
        "bir_debug_info_source_location": "bir_debug_info_source_location",
        "bir_instruction_name": "bir_instruction_name",
        "compiler_pc": "compiler_pc",
        "evt_wait_time": "evt_wait_time_ns",
        "pcore_idx": "pcore_idx",
    }
)
PACKET_ARGUMENTS = MappingProxyType(
    {
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "id": "id",
        "packet_idx": "packet_idx",
        "packet_aggregation_id": "packet_aggregation_id",
        "dma_engine": "engine_idx",
        "dma_queue": "queue_idx",
        "subgroup": "queue_name",
        "queue_type": "queue_type",
        "transfer_size": "transfer_bytes",
        "transfer_rate": "throughput",
        "variable": "variable",
        "pcore_idx": "pcore_idx",
    }
)
TRANSFER_ARGUMENTS = MappingProxyType(
    {
        "timestamp": "start_ts",
        "duration": "duration_ns",
        "id": "id",
        "dma_queue": "queue_idx",
        "subgroup": "queue_name",
        "queue_type": "queue_type",
        "transfer_size": "transfer_bytes",
        "transfer_rate": "throughput",
        "variable": "variable",
        "op": "op",
        "source": "source",
        "dest": "dest",
        "semaphore_id": "semaphore_id",
        "trigger": "trigger",
        "pcore_idx": "pcore_idx",
    }
)
SEMAPHORE_ARGUMENTS = MappingProxyType(
    {
        "timestamp": "timestamp",
        "value": "value",
        "update_source": "update_source",
        "update_operation_type": "update_operation_type",
        "pcore_idx": "pcore_idx",
    }
)
ERROR_ARGUMENTS = MappingProxyType(
    {"timestamp": "timestamp", "type": "type", "metadata": "metadata", "pcore_idx": "pcore_idx"}
)


@dataclass(frozen=True)
class SliceKind:
    """How rows of a table become slices: a thread for each value of `by` and row of overlaps."""

    table: str
    by: str
    thread: str
    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class InstantKind:
    """How rows of a table become instants: a track for each value of `by` under a common one."""

    table: str
    title: str
    by: str
    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class CounterKind:
    """How rows of a table become a counter."""

    table: str
    name: str
    columns: tuple[str, ...]
    value: Callable[[pa.RecordBatch], Values]
    unit: str = ""


SLICES = (
    SliceKind("Instruction", "engine", "{} Engine", "opcode", INSTRUCTION_ARGUMENTS),
    SliceKind("DmaPacket", "engine_idx", "DMA Engine {}", "queue_name", PACKET_ARGUMENTS),
    SliceKind("DmaPacketAggregated", "queue_name", "{}", "variable", TRANSFER_ARGUMENTS),
)
FLOWS = MappingProxyType(
    {
        "Instruction": ("start_ts", "dma_trigger_start_ts"),
        "DmaPacketAggregated": ("trigger", "start_ts"),
    }
)
"""Columns of the start of what triggered a transfer, and of the transfer's own."""
INSTANTS = (
    InstantKind("SemaphoreUpdate", "Semaphores", "id", "id", SEMAPHORE_ARGUMENTS),
    InstantKind("Error", "Errors", "type", "description", ERROR_ARGUMENTS),
)


def _plain(name: str) -> Callable[[pa.RecordBatch], Values]:
    """A column as it is; 0 where there is none."""

    def values(batch: pa.RecordBatch) -> Values:
        return filled(batch.column(name), 0).astype(np.float64)

    return values


def _withheld(batch: pa.RecordBatch) -> Values:
    """The share of cycles a limit takes away, in percent."""
    k, n = numbers(batch, "k"), np.maximum(numbers(batch, "n"), 1)
    return np.asarray(100.0 * (n - k) / n)


COUNTERS = (
    CounterKind(
        "DmaUsage", "DMA Throughput", ("current_throughput",), _plain("current_throughput"), "B/s"
    ),
    CounterKind("PendingDma", "Pending DMA Count", ("value",), _plain("value")),
    CounterKind("SbufUsage", "Sb Usage", ("avg_util_percent",), _plain("avg_util_percent"), "%"),
    CounterKind("Throttle", "Throttling", ("k", "n"), _withheld, "%"),
)


def earliest_ns(run: ReadableRun) -> int:
    """The first instant of all that a trace of the run shows; 0 if nothing is before zero."""
    sources = [
        Source(run, table, part.part, *times)
        for part in run.manifest.parts
        for table, times in (
            *((kind.table, ("start_ts", "end_ts")) for kind in SLICES),
            *((kind.table, ()) for kind in INSTANTS),
            *((kind.table, ()) for kind in COUNTERS),
        )
    ]
    return min((source.earliest_ns() for source in sources if source.names), default=0)


class DevicePart:
    """One part of a device profile, on its way into a trace."""

    def __init__(
        self,
        run: ReadableRun,
        part: int,
        writer: TraceWriter,
        window: Window,
        *,
        flows: bool,
        kept: Kept | None = None,
    ) -> None:
        self._run = run
        self._part = part
        self._writer = writer
        self._window = window
        self._flows = flows
        self._kept = kept
        self._processes: dict[int, Process] = {}
        self._titles: dict[tuple[int, str], int] = {}

    def pieces(self) -> Iterator[bytes]:
        """The part's packets, a batch at a time."""
        for kind in SLICES:
            yield from self._slices(kind)
        if self._kept is not None:
            return
        for instant in INSTANTS:
            yield from self._instants(instant)
        for counter in COUNTERS:
            yield from self._counter(counter)

    def _process(self, core: int) -> Process:
        """The process of a core; a part of several is told by its name."""
        if core not in self._processes:
            several = len(self._run.manifest.parts) > 1
            name = f"{self._run.manifest.parts[self._part].name} " if several else ""
            self._processes[core] = self._writer.process(f"{name}Instructions")
        return self._processes[core]

    def _slices(self, kind: SliceKind) -> Iterator[bytes]:
        source = Source(self._run, kind.table, self._part, "start_ts", "end_ts")
        kept = None if self._kept is None else self._kept.get((kind.table, self._part))
        if not source.names or (self._kept is not None and kept is None):
            return
        threads = self._threads(source, kind)
        used = {column for column in kind.arguments.values() if column in source.names}
        cause, effect = FLOWS.get(kind.table, ("", ""))
        is_tied = self._flows and {cause, effect} <= source.names
        wanted = [*used, kind.name, *((cause, effect) if is_tied else ())]
        for found, own in source.batches(self._window, wanted):
            rows, batch = found, own
            if kept is not None:
                rows, batch = found[kept[found]], own.filter(pa.array(kept[found]))
            start = numbers(batch, "start_ts")
            arguments = _arguments(batch, kind.arguments, used)
            if kind.table == "Instruction":
                arguments["fully_qualified_subgraph"] = _subgraphs(numbers(batch, "pcore_idx"))
            yield self._writer.events(
                Events(
                    track=threads[rows],
                    start=start,
                    end=np.maximum(numbers(batch, "end_ts"), start),
                    names=batch.column(kind.name),
                    arguments=arguments,
                    flows=(_flow(batch, cause, effect),) if is_tied else (),
                )
            )

    def _threads(self, source: Source, kind: SliceKind) -> Numbers:
        """The track of every row of a table; threads in the order of core, value and row."""
        core = source.column("pcore_idx")
        if kind.by.endswith("_idx"):
            code = source.column(kind.by)
            texts = {value: str(value) for value in np.unique(code).tolist()}
        else:
            code, found = source.codes(kind.by)
            texts = dict(enumerate(found))
        start = source.column("start_ts")
        own = (core << 32) | code
        lane = lanes(own, start, np.maximum(source.column("end_ts"), start), nested=False)
        place, back = np.unique((own << 24) | lane, return_inverse=True)
        tracks = [
            self._writer.thread(
                self._process(number >> 56),
                f"{kind.thread.format(texts[number >> 24 & 0xFFFFFFFF])} - Row {number & 0xFFFFFF}",
            )
            for number in place.tolist()
        ]
        found_tracks: Numbers = np.array(tracks, np.int64)[back]
        return found_tracks

    def _instants(self, kind: InstantKind) -> Iterator[bytes]:
        source = Source(self._run, kind.table, self._part)
        if not source.names:
            return
        lane: dict[tuple[int, str], int] = {}
        wanted = [kind.by, kind.name, *kind.arguments.values()]
        for _, batch in source.batches(self._window, wanted):
            values: Any = batch.column(kind.by).fill_null("").to_pylist()
            places = list(zip(numbers(batch, "pcore_idx").tolist(), values, strict=True))
            for place in dict.fromkeys(places):
                if place not in lane:
                    lane[place] = self._lane(kind, *place)
            yield self._writer.events(
                Events(
                    track=np.array([lane[place] for place in places], np.int64),
                    start=numbers(batch, "timestamp"),
                    names=batch.column(kind.name),
                    arguments=_arguments(batch, kind.arguments, set(kind.arguments.values())),
                )
            )

    def _lane(self, kind: InstantKind, core: int, value: str) -> int:
        """A new track of instants, under the track of its kind and core."""
        title = self._titles.get((core, kind.title))
        if title is None:
            title = self._writer.lane(self._process(core).uuid, kind.title)
            self._titles[core, kind.title] = title
        return self._writer.lane(title, value)

    def _counter(self, kind: CounterKind) -> Iterator[bytes]:
        source = Source(self._run, kind.table, self._part)
        if not source.names:
            return
        tracks: dict[int, int] = {}
        for _, batch in source.batches(self._window, [*kind.columns, "pcore_idx"]):
            core = numbers(batch, "pcore_idx")
            for one in np.unique(core).tolist():
                if one not in tracks:
                    tracks[one] = self._writer.counter(self._process(one), kind.name, kind.unit)
            track = np.array([tracks[one] for one in core.tolist()], np.int64)
            yield self._writer.samples(track, numbers(batch, "timestamp"), kind.value(batch))


def _arguments(
    batch: pa.RecordBatch, shape: Mapping[str, str], used: set[str]
) -> dict[str, Column]:
    return {key: batch.column(column) for key, column in shape.items() if column in used}


def _flow(batch: pa.RecordBatch, cause: str, effect: str) -> Numbers:
    """A number that an instruction and the transfer it triggered share; 0 without the other."""
    is_tied = np.logical_and(
        *(batch.column(name).is_valid().to_numpy(zero_copy_only=False) for name in (cause, effect))
    )
    places = numbers(batch, cause).astype(np.uint64), numbers(batch, effect).astype(np.uint64)
    mixed = places[0] * np.uint64(0x9E3779B97F4A7C15) ^ places[1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed += numbers(batch, "pcore_idx").astype(np.uint64)
    found: Numbers = np.where(is_tied, (mixed | np.uint64(1)).view(np.int64), 0)
    return found


def _subgraphs(cores: Numbers) -> Column:
    """`/sg00` for the first core: where the compiler's program of each core is called so."""
    found, back = np.unique(np.maximum(cores, 0), return_inverse=True)
    names = pa.array([f"/sg{core:02d}" for core in found.tolist()])
    return pa.DictionaryArray.from_arrays(back.astype(np.int32), names)
