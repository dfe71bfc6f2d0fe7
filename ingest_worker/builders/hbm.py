"""The table `HbmUsage`: what moved through device memory, where transfers tell it.

A packet belongs to a transfer, and the instruction that started the transfer tells how many bytes
were read from and written to device memory; its packets carry them in equal shares of their
sizes. Packets whose transfer is not known are left out, and the table where none is.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.rate import rate_bytes_per_s
from ingest_worker.builders.usage import Throughput, usage_samples
from ingest_worker.formats.ntff.transfers import SEMAPHORE_BYTES

COLUMNS = ("hbm_read_bytes", "hbm_write_bytes")

Shares = npt.NDArray[np.float64]


def hbm_throughput(part: Part) -> list[Throughput]:
    """Samples like those of `DmaUsage`, of bytes of device memory only."""
    found = []
    for core in part.cores:
        share = _share_of_packets(core)
        own = core.movement.packets.take(np.flatnonzero(share > 0))
        size = np.rint(own.size * share[share > 0]).astype(np.int64)
        rate = rate_bytes_per_s(size, own.end_ps - own.start_ps)
        moments, level, total = usage_samples(own.start_ps, own.end_ps, size, rate)
        found.append(Throughput(core.core.index, part.ns(moments), level, total))
    return found


def _share_of_packets(core: CorePart) -> Shares:
    """Bytes of device memory for each byte of every packet: 0, 1, or 2 within the memory."""
    share = np.append(_share_of_transfers(core), 0.0)[core.movement.owner]
    result: Shares = np.where(core.movement.packets.size == SEMAPHORE_BYTES, 0.0, share)
    return result


def _share_of_transfers(core: CorePart) -> Shares:
    """The same of every transfer; 0 where the instruction that started it tells nothing."""
    transfers = core.movement.transfers
    each = np.zeros(len(core.slots.opcode), np.float64)
    for name in COLUMNS:
        values = core.slots.columns.get(name)
        if values is not None:
            each += values.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    by_row = np.append(each[core.slot], 0.0)[transfers.row]
    result: Shares = np.where(transfers.size > 0, by_row / np.maximum(transfers.size, 1), 0.0)
    return result
