"""The sums of a whole part, in picoseconds: what the headline numbers are made of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.meta import last_timestamp_ns
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.queue import HARDWARE, SOFTWARE
from ingest_worker.builders.stretches import instructions_in_time, rows_of_cores
from ingest_worker.builders.unions import Owned, RunningUnion
from ingest_worker.builders.usage import EVENT_SEMAPHORE
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from ingest_worker.formats.runs import slabs
from ingest_worker.formats.spill import Column
from profiles.metrics import formulas
from profiles.metrics.formulas import (
    DMA_KINDS,
    MOVED,
    SETUP,
    Moves,
    Number,
    Totals,
    Value,
    Work,
)

ACTIVATIONS = (0x21, 0x22)
MATMUL = 0x02

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Busy = tuple[Ints, Ints]
"""Starts and ends of intervals that do not overlap, in order."""
Choice = Callable[[Part, CorePart], Flags | None]


def every_packet(part: Part, core: CorePart) -> None:
    """The choice that leaves nothing out."""


@dataclass(frozen=True)
class Packets:
    """Packets of all cores: time within the window and bytes of each kind, by `DMA_KINDS`.

    `whole_ps` is the time in which any moved, `dynamic_ps` any of those built at run time; `busy`
    are the intervals of the former.
    """

    moves: tuple[Moves, ...]
    whole_ps: int
    dynamic_ps: int
    busy: Busy

    @property
    def whole(self) -> Moves:
        """The sums of all kinds."""
        return Moves(
            sum(own.count for own in self.moves),
            sum(own.size_bytes for own in self.moves),
            sum(own.sum_ps for own in self.moves),
            self.whole_ps,
        )


class PartSums:
    """The sums of a part; what follows from its instructions alone is computed once."""

    def __init__(self, part: Part, neff: Neff | None) -> None:
        self.part = part
        self.neff = neff

    @cached_property
    def _worked(self) -> tuple[dict[str, Work], Busy]:
        """What each engine did, all cores together, and when any of them worked."""
        return _engines(self.part)

    @cached_property
    def _instructions(self) -> Totals:
        """Everything but packets."""
        part, neff = self.part, self.neff
        sizes = tensor_bytes(neff)
        return Totals(
            time_ps=time_ps(part),
            core_count=len(part.cores),
            engines=self._worked[0],
            activations=_of_opcodes(part, ACTIVATIONS),
            matmul_count=_of_opcodes(part, (MATMUL,)).count,
            hardware_flops=slot_sum(part, "raw_flops"),
            transpose_flops=slot_sum(part, "flops_transpose") if neff else None,
            adjusted_hardware_flops=slot_sum(part, "adjusted_flops"),
            adjusted_transpose_flops=slot_sum(part, "adjusted_flops_transpose"),
            model_flops=2 * neff.hlo_macs if neff and neff.hlo_macs else None,
            moved=_moved(part, neff),
            psum_read_sbuf_write_count=_count_of(part, "psum_read_sbuf_write_bytes"),
            weight_bytes=sizes.get("WEIGHT"),
            input_bytes=sizes.get("IN"),
            output_bytes=sizes.get("OUT"),
            transfers=_transfers(part),
            exec_ps=_exec_ps(part),
            dma_queue_count=queue_count(part),
            event_count=sum(core.event_count for core in part.cores),
        )

    def totals(self, choice: Choice = every_packet) -> Totals:
        """Everything the part holds; `choice` may leave packets out.

        Durations of packets that cross the edge of the window count as far as they lie within.
        """
        packets = _packets(self.part, choice)
        _, busy = self._worked
        return replace(
            self._instructions,
            packets=dict(zip(DMA_KINDS, packets.moves, strict=True)),
            all_packets=packets.whole,
            dynamic_active_ps=packets.dynamic_ps,
            total_active_ps=_covered((busy, packets.busy)),
            trace_count=_trace_count(self.part, packets.whole.count),
        )


def time_ps(part: Part) -> int:
    """From the start to the end notification: the longest of the programs (section 9.1).

    A trace that does not store it lasts until its last record.
    """
    facts = [part.capture.graph_facts(core.core) for core in part.cores]
    stored = max((own.duration_ps for own in facts if own), default=0)
    return stored or last_timestamp_ns(part) * 1000


def _covered(parts: tuple[Busy, ...]) -> int:
    """The length of what any of them covers."""
    union = RunningUnion(1)
    for slab in slabs([start for start, _ in parts]):
        places = zip(parts, slab.places, strict=True)
        own = [(start[place], end[place]) for (start, end), place in places]
        begin, stop = (np.concatenate(columns) for columns in zip(*own, strict=True))
        union.add(np.zeros(len(begin), np.int64), begin, stop)
    return int(union.lengths[0])


def _engines(part: Part) -> tuple[dict[str, Work], Busy]:
    count = len(ENGINE_NAMES)
    executed, length = np.zeros(count, np.int64), np.zeros(count, np.int64)
    union, whole = RunningUnion(count), RunningUnion(1)
    starts, ends = Column(np.int64), Column(np.int64)
    is_work = [core.slots.opcode != EVENT_SEMAPHORE for core in part.cores]
    for stretch in instructions_in_time(part):
        executed += np.bincount(stretch.engine, minlength=count)
        chosen = np.concatenate(
            [
                np.zeros(0, bool),
                *(own[slot] for own, slot in zip(is_work, stretch.slots, strict=True)),
            ]
        )
        owner = stretch.engine[chosen].astype(np.int64)
        start, end = stretch.start_ps[chosen], stretch.end_ps[chosen]
        np.add.at(length, owner, end - start)
        _whole(whole, union.add(owner, start, end), starts, ends)
    works = {
        name.lower(): Work(int(executed[n]), int(length[n]), int(union.lengths[n]))
        for n, name in enumerate(ENGINE_NAMES)
    }
    return works, (starts.done(), ends.done())


def _whole(whole: RunningUnion, new: Owned, starts: Column, ends: Column) -> None:
    """What is new in unions of several owners, as one union behind what is there already."""
    found = whole.add(np.zeros(len(new.start), np.int64), new.start, new.end)
    starts.append(found.start)
    ends.append(found.end)


def _of_opcodes(part: Part, opcodes: tuple[int, ...]) -> Work:
    count = length = 0
    for core in part.cores:
        chosen = np.isin(core.slots.opcode, opcodes)[core.slot]
        count += int(np.count_nonzero(chosen))
        length += int((core.rows.end_ps[chosen] - core.rows.start_ps[chosen]).sum())
    return Work(count, length)


def _executions(core: CorePart) -> Ints:
    """How often each slot ran."""
    return np.bincount(core.slot, minlength=len(core.slots.opcode))


def slot_sum(part: Part, name: str) -> int | None:
    """The sum of a column of `Instruction` over all rows; None where no row has a value."""
    total, is_known = 0, False
    for core in part.cores:
        values = core.slots.columns.get(name)
        if values is None or values.null_count == len(values):
            continue
        is_known = True
        each = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        total += int((each * _executions(core)).sum())
    return total if is_known else None


def _count_of(part: Part, name: str) -> int:
    """Rows of `Instruction` with a value."""
    total = 0
    for core in part.cores:
        values = core.slots.columns.get(name)
        if values is not None:
            is_valid = values.is_valid().to_numpy(zero_copy_only=False)
            total += int(_executions(core)[is_valid].sum())
    return total


def _moved(part: Part, neff: Neff | None) -> dict[str, Number]:
    """Bytes by column; with a NEFF a column without values is 0, without one it is not known."""
    found = {name: slot_sum(part, name) for name in MOVED}
    if neff is not None:
        return {name: value or 0 for name, value in found.items()}
    return {name: value for name, value in found.items() if value is not None}


def tensor_bytes(neff: Neff | None) -> Mapping[str, int]:
    """Bytes of all inputs, outputs and weights by `TensorInfo.type`; empty without a NEFF."""
    if neff is None:
        return {}
    sizes = dict.fromkeys(("IN", "OUT", "WEIGHT"), 0)
    for tensor in neff.tensors:
        sizes[tensor.type] = sizes.get(tensor.type, 0) + (tensor.size_bytes or 0)
    return sizes


def _packets(part: Part, choice: Choice) -> Packets:
    count = len(DMA_KINDS)
    dynamic = [DMA_KINDS.index(kind) for kind in (formulas.SOFTWARE, formulas.HARDWARE)]
    sums = np.zeros((3, count), np.int64)
    union, moving, some = RunningUnion(count), RunningUnion(1), RunningUnion(1)
    starts, ends, unused = Column(np.int64), Column(np.int64), Column(np.int64)
    for kind, start, end, size in _packets_in_time(part, choice):
        sums[0] += np.bincount(kind, minlength=count)
        np.add.at(sums[1], kind, size)
        np.add.at(sums[2], kind, end - start)
        new = union.add(kind, start, end)
        _whole(moving, new, starts, ends)
        is_dynamic = np.isin(new.owner, dynamic)
        own = Owned(new.owner[is_dynamic], new.start[is_dynamic], new.end[is_dynamic])
        _whole(some, own, unused, unused)
    amounts = zip(*sums.tolist(), union.lengths.tolist(), strict=True)
    moves = (Moves(number, size, length, busy) for number, size, length, busy in amounts)
    busy = starts.done(), ends.done()
    return Packets(tuple(moves), int(moving.lengths[0]), int(some.lengths[0]), busy)


def _packets_in_time(part: Part, choice: Choice) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """Kind, start, end and bytes of the chosen packets within the window, in stretches of time."""
    windows = part.capture.windows
    last = windows[-1].end_ps if windows else None
    kinds = [
        np.array([_kind(track.queue_type) for track in core.movement.tracks] or [0], np.int64)
        for core in part.cores
    ]
    chosen = [choice(part, core) for core in part.cores]
    rows = [core.movement.packets for core in part.cores]
    for places in rows_of_cores([own.start_ps for own in rows]):
        found = []
        for number, every in enumerate(places):
            flags = chosen[number]
            own = every if flags is None else every[flags[every]]
            packets = rows[number].take(own)
            kind = kinds[number][part.cores[number].movement.track[own]]
            end = packets.end_ps if last is None else np.minimum(packets.end_ps, last)
            start = np.maximum(packets.start_ps, part.origin_ps)
            end = np.maximum(end, part.origin_ps)
            start = start if last is None else np.minimum(start, last)
            found.append((kind, start, np.maximum(end, start), packets.size.astype(np.int64)))
        if found:
            kind, start, end, size = (
                np.concatenate(columns) for columns in zip(*found, strict=True)
            )
            yield kind, start, end, size


def _kind(queue_type: str) -> int:
    """A class of queues as a number of `DMA_KINDS`."""
    kinds = {SOFTWARE: formulas.SOFTWARE, HARDWARE: formulas.HARDWARE}
    return DMA_KINDS.index(kinds.get(queue_type, formulas.STATIC))


def _transfers(part: Part) -> Moves:
    own = [core.movement.transfers for core in part.cores]
    length = sum(int((moves.end_ps - moves.start_ps).sum()) for moves in own)
    return Moves(sum(map(len, own)), sum(int(moves.size.sum()) for moves in own), length)


def _exec_ps(part: Part) -> Value:
    """From the first to the last instruction that is not set-up or clean-up."""
    first, last = [], []
    for core in part.cores:
        names = core.slots.columns.get("opcode")
        if names is None or not len(core.rows):
            continue
        is_setup = np.array([name in SETUP for name in names.to_pylist()], bool)
        chosen = ~is_setup[core.slot]
        if chosen.any():
            first.append(int(core.rows.start_ps[chosen].min()))
            last.append(int(core.rows.end_ps[chosen].max()))
    return max(last) - min(first) if first else None


def queue_count(part: Part) -> int:
    """Entries of queues in the trace, before those of one name are merged."""
    facts = [part.capture.graph_facts(core.core) for core in part.cores]
    return sum(len(own.queues) for own in facts if own)


def _trace_count(part: Part, packet_count: Number) -> Number:
    """Event records, instructions, packets and transfers together."""
    rows = sum(
        core.event_count + len(core.rows) + len(core.movement.transfers) for core in part.cores
    )
    return rows + packet_count
