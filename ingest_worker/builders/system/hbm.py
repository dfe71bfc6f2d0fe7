"""Device memory over time, from allocations and releases: which counter each belongs to.

The runtime keeps totals for each physical core, which an event does not name. Of each memory the
event belongs to the counter whose last value and the event's bytes make its total (notes on the
capture session, "HBM").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable, Columns, repeated, table_of
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.spans import Spans
from ingest_worker.builders.system.values import NONE, FrameValues, Longs

ALLOCATE, RELEASE = "nrt_dma_mem_alloc", "nrt_dma_mem_dealloc"
COLUMNS: Mapping[str, str] = {
    "generic": "generic_bytes",
    "pe": "tensor_instructions_bytes",
    "act": "scalar_instructions_bytes",
    "pool": "gpsimd_instructions_bytes",
    "io": "io_bytes",
    "spill": "dram_spill_bytes",
    "weight": "weights_bytes",
    "profiler buffers": "profiler_buffers_bytes",
    "act table": "scalar_table_bytes",
    "dve": "vector_instructions_bytes",
    "sp": "sync_instructions_bytes",
    "shared scratchpad": "shared_scratchpad_bytes",
    "tensor": "tensors_bytes",
    "ucode": "ucode_lib_bytes",
    "pool stdio": "gpsimd_stdio_bytes",
    "collectives": "collectives_bytes",
    "scratchpad": "scratchpad_bytes",
    "dma rings runtime": "dma_rings_runtime_bytes",
    "dma rings spill": "dma_rings_spill_bytes",
    "dma rings io": "dma_rings_io_bytes",
    "dma rings collectives": "dma_rings_collectives_bytes",
}
"""Usage as the runtime names it to the column; all others are of unknown use."""

KINDS = (*COLUMNS.values(), "unknown_bytes")
UNKNOWN = len(KINDS) - 1
_PLACE = {column: place for place, column in enumerate(KINDS)}

Memory = tuple[str, int, int]
"""Instance, device, memory."""


@dataclass
class Counter:
    """What one physical core holds; `first` is what it and each kind held before the trace."""

    total: int
    first: int
    kinds: dict[int, int] = field(default_factory=dict)
    first_kinds: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """An allocation or a release: bytes with their sign, and the totals it leaves."""

    time_ns: int
    memory: Memory
    kind: int
    size: int
    total: int
    of_kind: int


@dataclass
class HbmUsage:
    """Values of each memory after each change; `values` has a row of all kinds and their total."""

    time_ns: Longs
    memory: Longs
    values: npt.NDArray[np.int64]
    memories: Sequence[Memory]
    fitting: int
    unfitting: int


def changes_of(trace: ProcessTrace, spans: Spans) -> list[Change]:
    """The changes of a process's device memory in order of their ends; host memory is left out."""
    frames = trace.frames
    if frames is None:
        return []
    kinds = np.unique(frames.kind)
    names = [trace.info.type_name(int(kind)) for kind in kinds]
    wanted = [int(k) for k, name in zip(kinds, names, strict=True) if name in (ALLOCATE, RELEASE)]
    freeing = [int(k) for k, name in zip(kinds, names, strict=True) if name == RELEASE]
    row = np.flatnonzero(np.isin(frames.kind[spans.start_frame], wanted))
    row = row[spans.stop_frame[row] != NONE]
    start, stop = spans.start_frame[row], spans.stop_frame[row]
    values = FrameValues(frames)
    usage, texts = values.texts("usage_type", start)
    kind = np.array([*(_PLACE.get(COLUMNS.get(t, ""), UNKNOWN) for t in texts), UNKNOWN], np.int64)
    is_release = np.isin(frames.kind[start], freeing)
    size = np.where(
        is_release, values.numbers("freed_bytes", stop), values.numbers("allocated_bytes", stop)
    )
    columns = (
        spans.end_ns[row],
        values.numbers("mla_idx", start),
        values.numbers("hbm_idx", start),
        kind[usage],
        np.where(is_release, -size, size),
        values.numbers("total_bytes", stop),
        values.numbers("usage_type_total_bytes", stop),
    )
    on_device = values.numbers("is_nc_hbm", start) != 0
    good = np.flatnonzero(on_device & (size != NONE) & (columns[5] != NONE) & (columns[6] != NONE))
    order = good[np.argsort(columns[0][good], kind="stable")]
    return [
        Change(time, (trace.instance_id, device, hbm), own, change, total, of_kind)
        for time, device, hbm, own, change, total, of_kind in zip(
            *(column[order].tolist() for column in columns), strict=True
        )
    ]


def hbm_usage(processes: Sequence[tuple[Sequence[Change], int]], start_ns: int) -> HbmUsage:
    """All processes' changes, each with how many counters a memory may have (0: any number)."""
    steps: list[tuple[int, Memory, int, int, int]] = []
    baselines: dict[Memory, npt.NDArray[np.int64]] = {}
    fitting = unfitting = 0
    for changes, most in processes:
        counters: dict[Memory, list[Counter]] = {}
        for change in changes:
            own = counters.setdefault(change.memory, [])
            counter, fits = _counter_of(own, change, most)
            fitting, unfitting = fitting + fits, unfitting + (not fits)
            before = counter.kinds.get(change.kind)
            if before is None:
                before = counter.first_kinds[change.kind] = change.of_kind - change.size
            added = change.total - counter.total
            steps.append(
                (change.time_ns, change.memory, change.kind, change.of_kind - before, added)
            )
            counter.kinds[change.kind] = change.of_kind
            counter.total = change.total
        for memory, own in counters.items():
            held = baselines.setdefault(memory, np.zeros(len(KINDS) + 1, np.int64))
            for counter in own:
                held[-1] += counter.first
                for kind, size in counter.first_kinds.items():
                    held[kind] += size
    steps.sort(key=lambda step: step[0])
    return _summed(steps, baselines, start_ns, fitting, unfitting)


def _counter_of(counters: list[Counter], change: Change, most: int) -> tuple[Counter, bool]:
    """The counter a change belongs to, and whether it fits; one that does not sets the nearest."""
    before = change.total - change.size
    fitting = [counter for counter in counters if counter.total == before]
    if fitting:
        # Of equal totals the one whose own kind fits too.
        exact = [
            c for c in fitting if c.kinds.get(change.kind, None) == change.of_kind - change.size
        ]
        return (exact or fitting)[0], True
    if not most or len(counters) < most:
        counters.append(Counter(before, before))
        return counters[-1], True
    return min(counters, key=lambda counter: abs(counter.total - before)), False


def _summed(
    steps: Sequence[tuple[int, Memory, int, int, int]],
    baselines: Mapping[Memory, npt.NDArray[np.int64]],
    start_ns: int,
    fitting: int,
    unfitting: int,
) -> HbmUsage:
    memories = sorted(baselines)
    place = {memory: number for number, memory in enumerate(memories)}
    values = np.zeros((len(memories) + len(steps), len(KINDS) + 1), np.int64)
    held = [baselines[memory].copy() for memory in memories]
    for number, start in enumerate(held):
        values[number] = start
    for row, (_, memory, kind, added, all_added) in enumerate(steps, len(memories)):
        own = held[place[memory]]
        own[kind] += added
        own[-1] += all_added
        values[row] = own
    # What no kind accounts for; kinds above the total would make it negative.
    values[:, UNKNOWN] = np.maximum(values[:, -1] - values[:, :UNKNOWN].sum(axis=1), 0)
    return HbmUsage(
        time_ns=np.array([start_ns] * len(memories) + [step[0] for step in steps], np.int64),
        memory=np.array([*range(len(memories)), *(place[step[1]] for step in steps)], np.int64),
        values=values,
        memories=memories,
        fitting=fitting,
        unfitting=unfitting,
    )


def hbm_table(usage: HbmUsage, zero_ns: int) -> BuiltTable:
    """`SystemProfileHbmUsage`: at the start what was held before, then a row a change."""
    instances = [memory[0] for memory in usage.memories]
    devices = np.array([memory[1] for memory in usage.memories], np.int64)
    numbers = np.array([memory[2] for memory in usage.memories], np.int64)

    def columns(start: int, stop: int) -> Columns:
        own = usage.memory[start:stop]
        kinds = {name: usage.values[start:stop, place] for name, place in _PLACE.items()}
        return {
            "timestamp": usage.time_ns[start:stop] - zero_ns,
            "total_bytes": usage.values[start:stop, -1],
            **kinds,
            "device_idx": devices[own],
            "hbm_idx": numbers[own],
            "instance_id": repeated(instances, own),
        }

    return table_of("SystemProfileHbmUsage", len(usage.time_ns), columns)
