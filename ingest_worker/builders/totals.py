"""The sums of a whole part, in picoseconds: what the headline numbers are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.meta import last_timestamp_ns
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.queue import HARDWARE, SOFTWARE
from ingest_worker.builders.unions import clipped, covered, covered_by
from ingest_worker.builders.usage import EVENT_SEMAPHORE
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from profiles.metrics import formulas
from profiles.metrics.formulas import DMA_KINDS, MOVED, Moves, Number, Totals, Value, Work

ACTIVATIONS = (0x21, 0x22)
MATMUL = 0x02
SETUP = frozenset(
    {
        "NOP",
        "SET_ORDERING_MODE",
        "EVENT_SEMAPHORE",
        "EVENT_SEMAPHORE_RANGE_CLEAR",
        "NOTIFY",
        "COMPARE_BRANCH",
        "DRAIN",
        "WRITE",
        "TENSOR_LOAD",
        "MODIFY_POOL_CONFIG",
    }
)
"""Operations of set-up and clean-up, which `total_exec_time` leaves out."""

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Choice = Callable[[Part, CorePart], Flags | None]


def every_packet(part: Part, core: CorePart) -> None:
    """The choice that leaves nothing out."""


@dataclass(frozen=True)
class Packets:
    """Packets of all cores: their time within the window, bytes, and kind by `DMA_KINDS`."""

    start_ps: Ints
    end_ps: Ints
    size: Ints
    kind: Ints

    def moves(self, chosen: Flags | None = None) -> Moves:
        """The sums of all packets, or of the chosen ones."""
        if chosen is None:
            chosen = np.ones(len(self.size), bool)
        start, end = self.start_ps[chosen], self.end_ps[chosen]
        return Moves(
            int(np.count_nonzero(chosen)),
            int(self.size[chosen].sum()),
            int((end - start).sum()),
            covered(start, end),
        )


def part_totals(part: Part, neff: Neff | None, choice: Choice = every_packet) -> Totals:
    """Everything a part holds; `choice` may leave packets out.

    Durations of packets that cross the edge of the window count as far as they lie within.
    """
    packets = _packets(part, choice)
    instructions = _instructions(part)
    is_dynamic = packets.kind > 0
    sizes = tensor_bytes(neff)
    return Totals(
        time_ps=time_ps(part),
        core_count=len(part.cores),
        engines=_engines(part, instructions),
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
        packets={kind: packets.moves(packets.kind == n) for n, kind in enumerate(DMA_KINDS)},
        all_packets=packets.moves(),
        dynamic_active_ps=covered(packets.start_ps[is_dynamic], packets.end_ps[is_dynamic]),
        transfers=_transfers(part),
        total_active_ps=_all_active(instructions, packets),
        exec_ps=_exec_ps(part),
        dma_queue_count=queue_count(part),
        event_count=sum(core.event_count for core in part.cores),
        trace_count=_trace_count(part, len(packets.size)),
    )


def time_ps(part: Part) -> int:
    """From the start to the end notification: the longest of the programs (section 9.1).

    A trace that does not store it lasts until its last record.
    """
    facts = [part.capture.graph_facts(core.core) for core in part.cores]
    stored = max((own.duration_ps for own in facts if own), default=0)
    return stored or last_timestamp_ns(part) * 1000


def _instructions(part: Part) -> tuple[Ints, Ints, Ints]:
    """Engine, start and end of every instruction that counts as work."""
    found = []
    for core in part.cores:
        is_work = core.slots.opcode[core.slot] != EVENT_SEMAPHORE
        rows = core.rows
        found.append((rows.engine[is_work], rows.start_ps[is_work], rows.end_ps[is_work]))
    engine, start, end = (_joined([own[n] for own in found]) for n in range(3))
    return engine, start, end


def _joined(parts: Sequence[npt.NDArray[np.generic]]) -> Ints:
    if not parts:
        return np.zeros(0, np.int64)
    return np.concatenate(parts).astype(np.int64)


def _engines(part: Part, instructions: tuple[Ints, Ints, Ints]) -> dict[str, Work]:
    engine, start, end = instructions
    count = len(ENGINE_NAMES)
    executed = sum(
        (np.bincount(core.rows.engine, minlength=count) for core in part.cores),
        np.zeros(count, np.int64),
    )
    length = np.zeros(count, np.int64)
    np.add.at(length, engine, end - start)
    active = covered_by(engine, count, start, end)
    return {
        name.lower(): Work(int(executed[n]), int(length[n]), int(active[n]))
        for n, name in enumerate(ENGINE_NAMES)
    }


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
    windows = part.capture.windows
    last = windows[-1].end_ps if windows else None
    found = []
    for core in part.cores:
        kinds = [_kind(track.queue_type) for track in core.movement.tracks]
        rows = core.movement.packets
        kind = np.array(kinds or [0], np.int64)[core.movement.track]
        chosen = choice(part, core)
        own = slice(None) if chosen is None else chosen
        found.append((rows.start_ps[own], rows.end_ps[own], rows.size[own], kind[own]))
    start, end, size, kind = (_joined([own[n] for own in found]) for n in range(4))
    if len(start):
        edge = int(end.max()) if last is None else last
        start, end = clipped(start, end, part.origin_ps, edge)
    return Packets(start, end, size, kind)


def _kind(queue_type: str) -> int:
    """A class of queues as a number of `DMA_KINDS`."""
    kinds = {SOFTWARE: formulas.SOFTWARE, HARDWARE: formulas.HARDWARE}
    return DMA_KINDS.index(kinds.get(queue_type, formulas.STATIC))


def _transfers(part: Part) -> Moves:
    own = [core.movement.transfers for core in part.cores]
    length = sum(int((moves.end_ps - moves.start_ps).sum()) for moves in own)
    return Moves(sum(map(len, own)), sum(int(moves.size.sum()) for moves in own), length)


def _all_active(instructions: tuple[Ints, Ints, Ints], packets: Packets) -> int:
    _, start, end = instructions
    begin = np.concatenate((start, packets.start_ps))
    return covered(begin, np.concatenate((end, packets.end_ps)))


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


def _trace_count(part: Part, packet_count: int) -> int:
    """Event records, instructions, packets and transfers together."""
    rows = sum(
        core.event_count + len(core.rows) + len(core.movement.transfers) for core in part.cores
    )
    return rows + packet_count
