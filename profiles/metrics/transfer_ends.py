"""Where a chain begins: at an instruction, or at the ones on either side of a transfer."""

from typing import Literal

import numpy as np
import pyarrow.parquet as pq

from profiles.metrics.column_reading import TableColumns
from profiles.metrics.compiled_edges import INSTRUCTION
from profiles.metrics.critical_links import TRANSFER
from profiles.metrics.dependencies import NoSuchRowError
from profiles.metrics.device_run import TRANSFER_TABLE, DeviceRun
from profiles.metrics.events import Longs

PACKET = "DmaPacket"
NOBODY = np.zeros(0, np.int64)


def ends_of(device: DeviceRun, table: str, row: int, way: Literal["back", "forward"]) -> Longs:
    """Indices of the links: that of the row itself, or for a packet those its transfer joins.

    Back it is the instruction that started the transfer; forward those that went on by a transfer
    of this queue which that instruction had started. None where the trace does not tell.
    """
    links = device.critical_links
    if table == INSTRUCTION:
        if not 0 <= row < len(links):
            raise NoSuchRowError(f"there is no instruction {row}")
        return np.array([links.index_of(row)], np.int64)
    transfer = _transfer_of(device, row)
    if transfer is None:
        return NOBODY
    core, trigger_ns, queue = transfer
    started = _started_at(device, core, trigger_ns)
    if way == "back" or not len(started):
        return started
    after, _ = links.children(started)
    names = np.array([name == queue for name in (*links.queues, "")], bool)
    is_own = (links.kind[after] == TRANSFER) & names[links.queue[after]]
    after = after[is_own]
    chosen: Longs = after[np.argsort(links.rows_of(after), kind="stable")]
    return chosen


def _started_at(device: DeviceRun, core: int, at_ns: int) -> Longs:
    """The first instruction of a core that started at an instant; none where there is none."""
    instructions = device.instructions
    starting = instructions.tally.starting(at_ns, at_ns + 1)
    places = np.arange(starting.start, starting.stop)
    is_own = instructions.where(core=core)
    places = places[is_own[instructions.tally.kinds_at(places)]]
    rows = instructions.tally.rows_at(places)
    first = np.argsort(rows, kind="stable")[:1]
    return device.critical_links.at_places(places[first], rows[first])


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
