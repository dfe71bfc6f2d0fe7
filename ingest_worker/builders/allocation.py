"""The table `SbufAllocation`: which bytes of SBUF held a value, from when to when, and whose."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.buffers import Levels
from ingest_worker.builders.built import BuiltTable, Columns, joined, repeated, table_of
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.texts import Texts
from ingest_worker.builders.transfer import details_of
from ingest_worker.formats.isa.vocabulary import queue_display_name

INSTRUCTION, DMA = "instruction", "dma"


def allocation_table(part: Part, found: Sequence[Levels]) -> BuiltTable:
    """One row a write, by core and start: its bytes, and the time until its last reader ended."""
    own = zip(part.cores, found, strict=False)
    return joined("SbufAllocation", [_allocations(part, core, levels) for core, levels in own])


def _allocations(part: Part, core: CorePart, found: Levels) -> BuiltTable:
    ran = found.executed
    writes = np.flatnonzero(ran.touches.is_write)
    instants = part.ns(ran.instants_ps)
    texts = {
        name: Texts.of(values)
        for name, values in core.slots.columns.items()
        if name in {"opcode", "operands", "hlo_name"}
    }

    def columns(start: int, stop: int) -> Columns:
        own = writes[start:stop]
        owner = ran.owner[own].astype(np.int64)
        return {
            "start_ts": instants[ran.touches.start[own]],
            "end_ts": instants[found.value_end[own]],
            "start_address": ran.touches.first[own],
            "end_address": ran.touches.last[own],
            "partition": ran.known.partition[ran.entry[own]],
            "pcore_idx": core.core.index,
            **_writers(core, owner, texts),
        }

    return table_of("SbufAllocation", len(writes), columns)


def _writers(core: CorePart, owner: npt.NDArray[np.int64], texts: Mapping[str, Texts]) -> Columns:
    """What is known of the instruction or transfer behind each write."""
    is_dma = owner >= len(core.rows)
    slot = np.append(core.slot, -1)[np.where(is_dma, len(core.rows), owner)]
    return {
        "op_source_type": repeated([INSTRUCTION, DMA], is_dma.astype(np.int32)),
        **{name: own.at(slot) for name, own in texts.items()},
        **_transfers(core, np.where(is_dma, owner - len(core.rows), -1)),
    }


def _transfers(core: CorePart, transfer: npt.NDArray[np.int64]) -> Columns:
    """Queue, block and tensor of the transfers, null for rows of instructions."""
    moves, (details, codes) = core.movement.transfers, details_of(core)
    queues = [queue_display_name(queue.name) for queue in core.movement.queues]
    queue = np.append(moves.queue, -1)[transfer]
    block = np.append(moves.block_id, 0)[transfer]
    code = np.append(codes, -1)[transfer]
    tensors = [detail.variable or None for detail in details]
    return {
        "queue_name": Texts.of(queues).at(queue),
        "block_id": block,
        "tensor_name": Texts.of(tensors).at(code),
    }
