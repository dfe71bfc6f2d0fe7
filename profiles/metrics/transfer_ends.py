"""Where a chain begins: at an instruction, or at the ones on either side of a transfer."""

from typing import Literal

import numpy as np
import pyarrow.parquet as pq

from profiles.metrics.column_reading import TableColumns
from profiles.metrics.critical_links import TRANSFER
from profiles.metrics.dependencies import INSTRUCTION, NoSuchRowError
from profiles.metrics.dependency_edges import within
from profiles.metrics.device_run import TRANSFER_TABLE, DeviceRun
from profiles.metrics.events import Longs

PACKET = "DmaPacket"
NOBODY = np.zeros(0, np.int64)


def ends_of(device: DeviceRun, table: str, row: int, way: Literal["back", "forward"]) -> Longs:
    """Rows of `Instruction`: the row itself, or for a DMA packet those its transfer joins.

    Back it is the instruction that started the transfer; forward those that went on by a transfer
    of this queue which that instruction had started. None where the trace does not tell.
    """
    links = device.critical_links
    if table == INSTRUCTION:
        if not 0 <= row < len(links.start_ns):
            raise NoSuchRowError(f"there is no instruction {row}")
        return np.array([row], np.int64)
    transfer = _transfer_of(device, row)
    if transfer is None:
        return NOBODY
    core, trigger_ns, queue = transfer
    started = np.flatnonzero((links.core == core) & (links.start_ns == trigger_ns))[:1]
    if way == "back" or not len(started):
        return started
    after, _ = within(links.parent, links.by_parent, started)
    names = np.array([name == queue for name in (*links.queues, "")], bool)
    is_own = (links.kind[after] == TRANSFER) & names[links.queue[after]]
    chosen: Longs = np.sort(after[is_own])
    return chosen


def _transfer_of(device: DeviceRun, row: int) -> tuple[int, int, str] | None:
    """Core, start of the instruction that started it, and queue of the transfer of a packet."""
    run, part = device.run, device.part
    if run.manifest.table(PACKET, part) is None:
        raise NoSuchRowError(f"there is no DMA packet {row}")
    path = run.table_path(PACKET, part)
    if not 0 <= row < int(pq.read_metadata(path).num_rows):
        raise NoSuchRowError(f"there is no DMA packet {row}")
    packets = TableColumns(run, part, PACKET, (), ("packet_aggregation_id",))
    wanted = int(packets.numbers("packet_aggregation_id")[row])
    numbers = ("id", "pcore_idx", "trigger")
    table = TableColumns(run, part, TRANSFER_TABLE, ("queue_name",), numbers)
    ids, core, trigger = (table.numbers(name) for name in numbers)
    found = np.flatnonzero((ids == wanted) & (trigger >= 0))
    if not len(found):
        return None
    queues = table.coded("queue_name")
    own = int(found[0])
    return int(core[own]), int(trigger[own]), str(queues.values[int(queues.codes[own])])
