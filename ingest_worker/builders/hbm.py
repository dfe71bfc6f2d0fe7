"""The table `HbmUsage`: what moved through device memory, where transfers tell it.

A packet belongs to a transfer, and the instruction that started the transfer tells how many bytes
were read from and written to device memory; its packets carry them in equal shares of their
sizes. Packets whose transfer is not known are left out, and the table where none is.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.moments import moments
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.rate import rate_bytes_per_s
from ingest_worker.builders.usage import Throughput, sampled
from ingest_worker.formats.ntff.transfers import SEMAPHORE_BYTES

COLUMNS = ("hbm_read_bytes", "hbm_write_bytes")

Rates = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


def hbm_throughput(part: Part) -> list[Throughput]:
    """Samples like those of `DmaUsage`, of bytes of device memory only."""
    return [_of_core(part, core) for core in part.cores]


def _of_core(part: Part, core: CorePart) -> Throughput:
    packets = core.movement.packets
    of_transfer = np.append(_share_of_transfers(core), 0.0)

    def share(rows: Rows) -> Shares:
        """Bytes of device memory for each byte of packets: 0, 1, or 2 within the memory."""
        known = of_transfer[core.movement.owner[rows]]
        result: Shares = np.where(packets.size[rows] == SEMAPHORE_BYTES, 0.0, known)
        return result

    def moved(rows: Rows) -> tuple[Rows, Rates]:
        size = np.rint(packets.size[rows] * share(rows)).astype(np.int64)
        return size, rate_bytes_per_s(size, packets.end_ps[rows] - packets.start_ps[rows])

    steps = moments(packets.start_ps, packets.end_ps, lambda rows: share(rows) > 0)
    return sampled(part, core.core.index, steps, moved)


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
