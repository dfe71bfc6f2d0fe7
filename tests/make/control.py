"""The 64-byte instructions that move data between memories or control an engine.

Layouts: notes on the NEFF, sections "Exact grammar" and "Payloads worth decoding".
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from tests.make.slots import BF16, INT32, NO_SYNC, UINT32, Slot, Sync


def wait_event(
    *, setter: int = 0, sync: Sync = NO_SYNC, second: Sync = NO_SYNC, second_update: int = 0
) -> bytes:
    """EVENT_SEMAPHORE with two sync blocks."""
    slot = Slot(0xA0, sync)
    slot.put(12, "B", setter)
    slot.copy(32, bytes((second.wait_mode, second.wait_index, second.update_mode)))
    slot.put(35, "B", second.update_index)
    slot.put(36, "II", second.value, second_update)
    return slot.done()


def drain(sync: Sync = NO_SYNC) -> bytes:
    """DRAIN."""
    return Slot(0xA2, sync).done()


def nop(cycles: int = 1, sync: Sync = NO_SYNC) -> bytes:
    """NOP."""
    slot = Slot(0xA4, sync)
    slot.put(12, "I", cycles)
    return slot.done()


def write(data: int, target: int, *, size: int = 4, sync: Sync = NO_SYNC) -> bytes:
    """WRITE of one number to a device address."""
    slot = Slot(0xA5, sync)
    slot.put(12, "B", size)
    slot.put(16, "Q", target)
    slot.put(32, "Q", data)
    return slot.done()


def notify(hint: int, *, custom: int = 0, sync: Sync = NO_SYNC) -> bytes:
    """NOTIFY; hint 2 says that the execution begins, 3 that it ended, 6 is the program's own."""
    slot = Slot(0xA6, sync, command=9)
    slot.put(36, "B", hint)
    slot.put(44, "B", custom)
    return slot.done()


def branch(label: int, *, is_always: bool = True, register: int = 0, hint: int = 0) -> bytes:
    """COMPARE_BRANCH; `label` is a signed distance in bytes."""
    slot = Slot(0xA9, hint=hint)
    slot.copy(12, bytes((0 if is_always else 3, INT32)))
    slot.put(32, "B", register)
    slot.put(48, "I", label & 0xFFFFFFFF)
    return slot.done()


def load_registers(address: int, registers: Sequence[int]) -> bytes:
    """TENSOR_LOAD of some registers from a device address."""
    slot = Slot(0xAA)
    slot.copy(12, bytes((UINT32, UINT32, len(registers), 1)))
    slot.put(16, "Qhh", address, 1, 1)
    slot.copy(32, bytes(registers))
    return slot.done()


def clear_semaphores(first: int, last: int) -> bytes:
    """EVENT_SEMAPHORE_RANGE_CLEAR."""
    slot = Slot(0xB0)
    slot.copy(12, bytes((1, first, last)))
    return slot.done()


def set_ordering(*, is_strict: bool = False) -> bytes:
    """SET_ORDERING_MODE, the first instruction of every program."""
    slot = Slot(0xB1)
    slot.put(12, "B", is_strict)
    return slot.done()


def label() -> bytes:
    """PSEUDO_BRANCH_LABEL: in the NEFF only, the runtime deletes it."""
    return Slot(0xCC).done()


def trigger(queue: str, block: int, sync: Sync = NO_SYNC) -> bytes:
    """PSEUDO_DMA_TRIGGER of a static block; the runtime makes it a WRITE."""
    slot = Slot(0xC1, sync)
    slot.copy(12, queue.encode()[:35])
    slot.put(48, "I", block)
    return slot.done()


@dataclass(frozen=True)
class Side:
    """One end of a dynamic transfer: variable and offset in the NEFF, an address in the image.

    Steps are bytes, `element` the bytes of one element; bytes moved = both counts x element.
    """

    variable: int
    offset: int
    steps: tuple[int, int]
    counts: tuple[int, int]
    element: int
    address: int = 0

    def in_neff(self) -> bytes:
        """Offset, variable id and the marker of the variable form."""
        return struct.pack("<II", self.offset, self.variable | 0x10 << 24)

    def in_image(self) -> bytes:
        """The absolute address."""
        return struct.pack("<Q", self.address)


def dynamic_dma(
    source: Side,
    target: Side,
    *,
    semaphore: int,
    increment: int = 16,
    is_resolved: bool = False,
    sync: Sync = NO_SYNC,
) -> bytes:
    """PSEUDO_DMA_DIRECT2D, or with `is_resolved` the DMA_DIRECT2D which the runtime makes of it."""
    slot = Slot(0xB8 if is_resolved else 0xD4, sync)
    slot.copy(13, bytes((semaphore, increment)))
    slot.copy(16, source.in_image() if is_resolved else source.in_neff())
    slot.put(24, "iiHHH", *source.steps, *source.counts, source.element)
    slot.copy(40, target.in_image() if is_resolved else target.in_neff())
    slot.put(48, "iiHHH", *target.steps, *target.counts, target.element)
    slot.copy(62, bytes((BF16, BF16)))
    return slot.done()
