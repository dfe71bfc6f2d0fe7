"""The table `DmaPacketAggregated`: whole DMAs, and what is known of each."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import (
    Array,
    BuiltTable,
    Columns,
    gathered,
    joined,
    repeated,
    table_of,
)
from ingest_worker.builders.ends import end_columns
from ingest_worker.builders.ids import transfer_ids
from ingest_worker.builders.part import CorePart, Part, QueueDetail
from ingest_worker.builders.queue import queue_class
from ingest_worker.builders.rate import rate_bytes_per_s
from ingest_worker.formats.isa.vocabulary import queue_display_name

UNKNOWN = "unknown"
NO_BLOCK = -1


def queue_indices(core: CorePart) -> npt.NDArray[np.int64]:
    """The queue number of every transfer."""
    index = np.array([queue.index for queue in core.movement.queues], np.int64)
    result: npt.NDArray[np.int64] = index[core.movement.transfers.queue]
    return result


def ids_of_transfers(core: CorePart) -> npt.NDArray[np.int64]:
    """The official id of every transfer, which its packets carry too."""
    return transfer_ids(core.movement.transfers.block_id, queue_indices(core), core.name)


def details_of(core: CorePart) -> tuple[list[QueueDetail], npt.NDArray[np.intp]]:
    """What the NEFF tells of transfers: the distinct details, and which one each has."""
    transfers = core.movement.transfers
    block = np.where(transfers.is_static, transfers.block_id, NO_BLOCK)
    key = transfers.queue.astype(np.int64) << 34 | (block + 1)
    distinct, codes = np.unique(key, return_inverse=True)
    names = [queue.name for queue in core.movement.queues]
    found = [
        core.details.get((names[own >> 34], (own & 0x3_FFFF_FFFF) - 1), QueueDetail())
        for own in distinct.tolist()
    ]
    return found, codes


def variables_of(core: CorePart) -> Array | None:
    """The variable each transfer moves, null where unknown; None when none is known."""
    details, codes = details_of(core)
    names = [detail.variable or None for detail in details]
    return repeated(names, codes, pa.string()) if any(names) else None


def aggregated_table(part: Part) -> BuiltTable:
    """One row a transfer with packets, by core, queue and time (decoding notes, 6.3 and 6.4)."""
    return joined("DmaPacketAggregated", [_core_table(part, core) for core in part.cores])


def _core_table(part: Part, core: CorePart) -> BuiltTable:
    transfers = core.movement.transfers
    names = [queue_display_name(queue.name) for queue in core.movement.queues]
    kinds = [queue_class(queue) for queue in core.movement.queues]
    rank = np.argsort(np.argsort(np.array(names, "U"))) if names else np.zeros(0, np.int64)
    index = queue_indices(core)
    order = np.lexsort((transfers.start_ps, rank[transfers.queue], index))
    ids = ids_of_transfers(core)
    details, codes = details_of(core)

    def columns(start: int, stop: int) -> Columns:
        chosen = order[start:stop]
        own, code = transfers.take(chosen), codes[chosen]
        duration = own.end_ps - own.start_ps
        return {
            "start_ts": part.ns(own.start_ps),
            "end_ts": part.ns(own.end_ps),
            "duration_ns": duration // 1000,
            "id": ids[chosen],
            "pcore_idx": core.core.index,
            "block_id": own.block_id,
            "queue_idx": index[chosen],
            "queue_name": repeated(names, own.queue),
            "queue_type": repeated(kinds, own.queue),
            "op": repeated([detail.op for detail in details], code),
            "variable": repeated([detail.variable or UNKNOWN for detail in details], code),
            "read_bytes": _bytes([detail.read_bytes for detail in details], code, own.size),
            "write_bytes": _bytes([detail.write_bytes for detail in details], code, own.size),
            "transfer_bytes": own.size,
            "throughput": rate_bytes_per_s(own.size, duration),
            "source": repeated([detail.source or UNKNOWN for detail in details], code),
            "dest": repeated([detail.dest or UNKNOWN for detail in details], code),
            "semaphore_id": repeated([detail.semaphore_id for detail in details], code),
            "trigger": gathered(pa.array(part.ns(core.rows.start_ps)), own.row),
            **end_columns(details, code),
        }

    return table_of("DmaPacketAggregated", len(transfers), columns)


def _bytes(
    known: list[int | None], codes: npt.NDArray[np.intp], size: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Bytes by the descriptors, or those that moved where there are none."""
    values = np.array([NO_BLOCK if amount is None else amount for amount in known], np.int64)[codes]
    result: npt.NDArray[np.int64] = np.where(values < 0, size, values)
    return result
