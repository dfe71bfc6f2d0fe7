"""Tables that follow from others: `ActiveTime`, `PendingDma`, `DmaUsage` and its summary."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable, Columns, joined, table_of
from ingest_worker.builders.moments import Moments, last_of_each, moments
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.rate import rate_bytes_per_s
from ingest_worker.builders.unions import merged
from ingest_worker.formats.ntff.facts import ENGINE_NAMES, ENGINES
from ingest_worker.formats.ntff.packets import PacketRows
from ingest_worker.formats.spill import Column, set_aside

EVENT_SEMAPHORE, DMA_DIRECT = 0xA0, 0xB8
SAMPLE_DISTANCE_PS = 10_000
WALK_ROWS = 1024
MOST_BUCKETS = 1024

Times = npt.NDArray[np.int64]
Rates = npt.NDArray[np.float32]


def active_table(part: Part) -> BuiltTable:
    """Per core and engine the union of its instructions without EVENT_SEMAPHORE."""
    found = []
    for core in part.cores:
        is_counted = core.slots.opcode[core.slot] != EVENT_SEMAPHORE
        for engine in ENGINES:
            own = is_counted & (core.rows.engine == engine)
            start, end = merged(core.rows.start_ps[own], core.rows.end_ps[own])
            aside = set_aside(start), set_aside(end)
            found.append(_active(part, core, ENGINE_NAMES[engine].lower(), *aside))
    return joined("ActiveTime", found)


def _active(part: Part, core: CorePart, engine: str, start: Times, end: Times) -> BuiltTable:
    def columns(begin: int, stop: int) -> Columns:
        return {
            "start_ts": part.ns(start[begin:stop]),
            "end_ts": part.ns(end[begin:stop]),
            "duration_ns": (end[begin:stop] - start[begin:stop]) // 1000,
            "engine": engine,
            "pcore_idx": core.core.index,
        }

    return table_of("ActiveTime", len(start), columns)


def pending_table(part: Part) -> BuiltTable:
    """Started and not yet ended DMAs of each core, one row a change (decoding notes, 6.5).

    Dynamic DMAs end only where the capture holds their notifications.
    """
    return joined("PendingDma", [_pending(part, core) for core in part.cores])


def _pending(part: Part, core: CorePart) -> BuiltTable:
    opcode = core.slots.opcode[core.slot]
    is_start = (opcode == DMA_DIRECT) | core.slots.is_trigger[core.slot]
    started = core.rows.start_ps[is_start]
    ended = core.movement.transfers.end_ps[
        core.movement.transfers.is_static | (core.movement.transfers.row >= 0)
    ]
    times = np.concatenate((started, ended))
    step = np.concatenate((np.ones(len(started), np.int64), -np.ones(len(ended), np.int64)))
    order = np.argsort(times, kind="stable")
    values = np.cumsum(step[order])
    moments = part.ns(times[order])

    def columns(start: int, stop: int) -> Columns:
        return {
            "timestamp": moments[start:stop],
            "value": values[start:stop],
            "pcore_idx": core.core.index,
        }

    return table_of("PendingDma", len(moments), columns)


def usage_samples(
    start_ps: Times, end_ps: Times, size: npt.NDArray[Any], rate: npt.NDArray[np.float32]
) -> tuple[Times, npt.NDArray[np.float32], Times]:
    """Times in ps, summed rate and total bytes, sampled as the official tool does.

    At a packet's start its rate and size are added, at its end the rate is taken off; all events
    of one picosecond count together. A sample is kept if it is the first or at least 10,000 ps
    after the last kept one. Rates are float32, summed in float64 (decoding notes, 6.6).
    """
    times = np.concatenate((start_ps, end_ps))
    order = np.argsort(times, kind="stable")
    times = times[order]
    change = np.concatenate((rate, -rate)).astype(np.float64)[order]
    bytes_added = np.concatenate((size, np.zeros(len(end_ps), size.dtype))).astype(np.int64)[order]
    is_last = np.ones(len(times), bool)
    is_last[:-1] = times[1:] != times[:-1]
    moment = np.flatnonzero(is_last)
    kept = moment[spaced(times[moment], SAMPLE_DISTANCE_PS)]
    level = np.cumsum(change)[kept].astype(np.float32)
    return times[kept], level, np.cumsum(bytes_added)[kept]


def spaced(times: Times, distance: int) -> npt.NDArray[np.int64]:
    """Positions in sorted `times` so that each is at least `distance` after the one before.

    A walk from every block's first position goes on beside the others; walks that come from
    different places soon meet, so that few steps are left to join the blocks.
    """
    following = np.searchsorted(times, times + distance)
    begins = np.arange(0, len(times), WALK_ROWS)
    ends = np.minimum(begins + WALK_ROWS, len(times))
    is_kept = np.zeros(len(times), bool)
    place = begins.copy()
    inside = np.flatnonzero(place < ends)
    while len(inside):
        is_kept[place[inside]] = True
        place[inside] = following[place[inside]]
        inside = inside[place[inside] < ends[inside]]
    entry = 0
    for begin, end, left in zip(begins.tolist(), ends.tolist(), place.tolist(), strict=True):
        met = _until_met(following, is_kept, (begin, end), entry)
        entry = left if met < end else met
    return np.flatnonzero(is_kept)


def _until_met(
    following: npt.NDArray[np.intp], is_kept: npt.NDArray[np.bool_], block: tuple[int, int], at: int
) -> int:
    """Walks a block from where the walk really enters it until it meets the one guessed before.

    Returns where they meet, or the first position behind the block.
    """
    begin, end = block
    walked = []
    while at < end and not is_kept[at]:
        walked.append(at)
        at = int(following[at])
    is_kept[begin : min(at, end)] = False
    is_kept[walked] = True
    return at


@dataclass(frozen=True)
class Throughput:
    """Samples of one core: ns, bytes/s, and the bytes moved so far."""

    core: int
    time_ns: Times
    rate: npt.NDArray[np.float32]
    total: Times


def dma_throughput(part: Part) -> list[Throughput]:
    """What the packets of every core moved, over time."""
    found = []
    for core in part.cores:
        packets = core.movement.packets

        def moved(rows: Times, own: PacketRows = packets) -> tuple[Times, Rates]:
            size = own.size[rows].astype(np.int64)
            return size, rate_bytes_per_s(size, own.end_ps[rows] - own.start_ps[rows])

        steps = moments(packets.start_ps, packets.end_ps)
        found.append(sampled(part, core.core.index, steps, moved))
    return found


def sampled(
    part: Part,
    core: int,
    steps: Iterable[Moments],
    moved: Callable[[Times], tuple[Times, Rates]],
) -> Throughput:
    """As `usage_samples`, of starts and ends that come some at a time.

    `moved` tells bytes and rate of rows.
    """
    times, rates, totals = Column(np.int64), Column(np.float32), Column(np.int64)
    level, total = np.float64(0), 0
    since: int | None = None
    for step in steps:
        size, rate = moved(step.row)
        change = np.where(step.is_end, -rate, rate).astype(np.float64)
        levels = np.cumsum(np.append(level, change))[1:]
        sums = np.cumsum(np.where(step.is_end, 0, size)) + total
        if not len(levels):
            continue
        level, total = levels[-1], int(sums[-1])
        moment = np.flatnonzero(last_of_each(step.times))
        if since is not None:
            moment = moment[np.searchsorted(step.times[moment], since + SAMPLE_DISTANCE_PS) :]
        kept = moment[spaced(step.times[moment], SAMPLE_DISTANCE_PS)]
        since = int(step.times[kept[-1]]) if len(kept) else since
        times.append(part.ns(step.times[kept]))
        rates.append(levels[kept].astype(np.float32))
        totals.append(sums[kept])
    return Throughput(core, times.done(), rates.done(), totals.done())


def throughput_table(name: str, samples: Sequence[Throughput]) -> BuiltTable:
    """Throughput over time by core, as `DmaUsage` or `HbmUsage`."""
    return joined(name, [_throughput(name, own) for own in samples])


def _throughput(name: str, own: Throughput) -> BuiltTable:
    def columns(start: int, stop: int) -> Columns:
        return {
            "timestamp": own.time_ns[start:stop],
            "current_throughput": own.rate[start:stop],
            "total_transfer_bytes": own.total[start:stop],
            "pcore_idx": own.core,
        }

    return table_of(name, len(own.time_ns), columns)


def throughput_summary_table(samples: Sequence[Throughput]) -> BuiltTable:
    """The samples of `DmaUsage` in at most `MOST_BUCKETS` buckets of a power of two of ns.

    The official table is internal and its bucket length not published; rows tell their own.
    """
    ends = [int(own.time_ns[-1]) for own in samples if len(own.time_ns)]
    resolution = 1 << max(max(ends, default=0) // MOST_BUCKETS, 0).bit_length()
    return joined("DmaUsageSummary", [_buckets(own, resolution) for own in samples])


def _buckets(own: Throughput, resolution: int) -> BuiltTable:
    last = int(own.time_ns[-1]) // resolution if len(own.time_ns) else -1
    edges = np.searchsorted(own.time_ns, np.arange(last + 2) * resolution)
    bucket = np.flatnonzero(np.diff(edges))
    first, behind = edges[bucket], edges[bucket + 1]

    def added(values: npt.NDArray[Any], kind: type, start: int, stop: int) -> npt.NDArray[Any]:
        parts = zip(first[start:stop], behind[start:stop], strict=True)
        sums = [np.add.reduceat(values[a:b].astype(kind), [0]) for a, b in parts]
        return np.concatenate([np.zeros(0, kind), *sums])

    def columns(start: int, stop: int) -> Columns:
        return {
            "timestamp": bucket[start:stop] * resolution,
            "pcore_idx": own.core,
            "sum_current_throughput": added(own.rate, np.float64, start, stop),
            "sum_total_transfer_bytes": added(own.total, np.int64, start, stop),
            "max_total_transfer_bytes": own.total[behind[start:stop] - 1],
            "count": (behind - first)[start:stop],
            "bucket_resolution_ns": resolution,
        }

    return table_of("DmaUsageSummary", len(first), columns)
