"""Names and classes of DMA queues as they are displayed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.part import QueueTrack
from ingest_worker.formats.isa.vocabulary import queue_display_name
from ingest_worker.formats.ntff.packets import PacketRows
from ingest_worker.formats.ntff.transfers import RingQueue

INSTRUCTION, DATA = "instruction", "data"
HARDWARE, SOFTWARE = "hardware_dynamic", "software_dynamic"
KINDS = {0: "unknown", 1: "instructions", 2: "weights", 3: "input", 4: "output", 6: "h2t"}
STATIC_CLASSES = {3: "input", 4: "output"}
NO_ENTRY = -1


def queue_class(queue: RingQueue) -> str:
    """The published class of a queue with an entry in the trace (decoding notes, 6.2).

    Static spill queues are `data`; that static input and output queues are named by their type
    number is an inference: no capture with official output had one.
    """
    if queue.name.endswith("DynamicHW"):
        return HARDWARE
    if queue.name.endswith("Dynamic"):
        return SOFTWARE
    if not queue.is_static:
        return INSTRUCTION
    return STATIC_CLASSES.get(queue.rings[0].kind, DATA)


def kind_name(kind: int) -> str:
    """The queue type of `DmaQueuesInfo` by its number in the trace."""
    return KINDS.get(kind, "unknown")


def queue_tracks(
    queues: Sequence[RingQueue], packets: PacketRows
) -> tuple[list[QueueTrack], npt.NDArray[np.int32]]:
    """The tracks packets fall into and each packet's track.

    Rings without an entry in the trace fetch instructions and tables; they share a track a queue.
    Tracks are ordered by queue number, then name.
    """
    by_ring = {
        (ring.engine % 32) * 16 + ring.index: number
        for number, queue in enumerate(queues)
        for ring in queue.rings
        if 0 <= ring.index < 16
    }
    table = np.full(512, NO_ENTRY, np.int32)
    table[list(by_ring)] = list(by_ring.values())
    entry = table[packets.engine.astype(np.int64) * 16 + packets.queue]
    keys = np.unique(packets.queue.astype(np.int64) << 32 | (entry.astype(np.int64) + 1))
    found = []
    for key in keys.tolist():
        index, number = key >> 32, (key & 0xFFFF_FFFF) - 1
        queue = queues[number] if number >= 0 else None
        name = queue_display_name(queue.name) if queue else f"Q{index}"
        found.append((QueueTrack(index, name, queue_class(queue) if queue else INSTRUCTION), key))
    found.sort(key=lambda pair: (pair[0].index, pair[0].name))
    rank = {key: place for place, (_, key) in enumerate(found)}
    own = packets.queue.astype(np.int64) << 32 | (entry.astype(np.int64) + 1)
    place = np.array([rank[key] for key in keys.tolist()], np.int32)
    track = place[np.searchsorted(keys, own)] if len(own) else np.zeros(0, np.int32)
    return [own for own, _ in found], track
