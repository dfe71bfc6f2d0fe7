"""Names and classes of DMA queues as they are displayed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.part import QueueTrack
from ingest_worker.formats.isa.vocabulary import queue_display_name
from ingest_worker.formats.ntff.packets import RING_COUNT, PacketRows
from ingest_worker.formats.ntff.transfers import RingQueue, ring_ranges

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
    """The tracks packets fall into, and the track of each ring, engine times 16 plus queue.

    Rings without an entry in the trace fetch instructions and tables; they share a track a queue.
    Tracks are ordered by queue number, then name. A ring without packets has no track, -1.
    """
    by_ring = {
        (ring.engine % 32) * 16 + ring.index: number
        for number, queue in enumerate(queues)
        for ring in queue.rings
        if 0 <= ring.index < 16
    }
    keys = {
        engine * 16 + index: (index, by_ring.get(engine * 16 + index, NO_ENTRY))
        for engine, index in ring_ranges(packets)
    }
    found = []
    for index, number in sorted(set(keys.values())):
        queue = queues[number] if number >= 0 else None
        name = queue_display_name(queue.name) if queue else f"Q{index}"
        track = QueueTrack(index, name, queue_class(queue) if queue else INSTRUCTION)
        found.append((track, (index, number)))
    found.sort(key=lambda pair: (pair[0].index, pair[0].name))
    rank = {key: place for place, (_, key) in enumerate(found)}
    of_ring = np.full(RING_COUNT, NO_ENTRY, np.int32)
    for ring, key in keys.items():
        of_ring[ring] = rank[key]
    return [own for own, _ in found], of_ring
