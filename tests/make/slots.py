"""The 64-byte instructions, one function for each documented opcode.

Every function returns one slot. `sync` is a pair of conditions (see `Sync`); addresses are bytes
inside a partition, on-chip accumulators from 0x2000000 on. Layouts: notes on the NEFF, sections
"Common slot header", "Exact grammar" and "Payloads worth decoding".
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

PSUM = 0x2000000
BANK = 0x800
UINT64, INT8, UINT8, INT16, UINT16, BF16, FP16, INT32, UINT32, FP32 = range(1, 11)
SIZES = {UINT64: 8, INT8: 1, UINT8: 1, INT16: 2, UINT16: 2, BF16: 2, FP16: 2, INT32: 4, UINT32: 4}
BYPASS, ADD, SUBTRACT, MULTIPLY, DIVIDE, MAX, MIN = 0, 4, 5, 6, 7, 8, 9
EXP, IDENTITY, RELU, TANH, COPY_FUNCTION = 7, 1, 2, 6, 128
AT_LEAST, EQUAL, EVENT_CLEARED = 5, 1, 7
INCREMENT_DONE, ADD_DONE, WRITE_DONE, DECREMENT_DONE = 19, 21, 25, 20


@dataclass(frozen=True)
class Sync:
    """What an instruction waits for and what it changes: modes and indices as in the slot."""

    wait_mode: int = 0
    wait_index: int = 0
    update_mode: int = 0
    update_index: int = 0
    value: int = 0


NO_SYNC = Sync()


def waits(index: int, value: int) -> Sync:
    """Waits until a semaphore is at least `value`."""
    return Sync(wait_mode=AT_LEAST, wait_index=index, value=value)


def counts(index: int) -> Sync:
    """Adds one to a semaphore when done."""
    return Sync(update_mode=INCREMENT_DONE, update_index=index)


def both(wait_index: int, value: int, update_index: int) -> Sync:
    """Waits for one semaphore and adds one to another."""
    return Sync(AT_LEAST, wait_index, INCREMENT_DONE, update_index, value)


@dataclass(frozen=True)
class Access:
    """An access pattern: address, and step and count of each dimension, innermost first."""

    address: int
    steps: Sequence[int] = (1,)
    counts: Sequence[int] = (1,)

    def packed(self, dimensions: int) -> bytes:
        """u32 address, i16 steps, u16 counts; dimensions not given have step and count 1."""
        steps = [*self.steps, *[1] * dimensions][:dimensions]
        counts = [*self.counts, *[1] * dimensions][:dimensions]
        return struct.pack(f"<I{dimensions}h{dimensions}H", self.address, *steps, *counts)


class Slot:
    """64 bytes being filled in: header first, then whatever `put` and `copy` place."""

    def __init__(self, opcode: int, sync: Sync = NO_SYNC, *, hint: int = 0, command: int = 0):
        self.raw = bytearray(64)
        self.raw[:4] = bytes((opcode, 0x10, command, hint))
        modes = sync.wait_mode, sync.wait_index, sync.update_mode, sync.update_index
        self.raw[4:8] = bytes(modes)
        self.put(8, "I", sync.value)

    def put(self, place: int, layout: str, *values: float) -> None:
        struct.pack_into("<" + layout, self.raw, place, *values)

    def copy(self, place: int, piece: bytes) -> None:
        self.raw[place : place + len(piece)] = piece

    def done(self) -> bytes:
        return bytes(self.raw)


def raw(opcode: int, payload: bytes = b"", sync: Sync = NO_SYNC, *, hint: int = 0) -> bytes:
    """Any opcode with its payload as bytes 12 to 63."""
    slot = Slot(opcode, sync, hint=hint)
    slot.copy(12, payload.ljust(52, b"\0")[:52])
    return slot.done()


def load_weights(
    source: Access,
    *,
    rows: int = 128,
    columns: int = 128,
    dtype: int = BF16,
    passes: int = 0,
    is_transpose: bool = False,
    sync: Sync = NO_SYNC,
) -> bytes:
    """LDWEIGHTS; `passes` is 0 to 3 (none, low, high, both halves of fp32)."""
    slot = Slot(0x01, sync)
    slot.copy(16, source.packed(3))
    slot.copy(32, bytes((dtype, passes, is_transpose, 0, 0, 0, rows, columns)))
    slot.copy(44, b"\x0f\x0f")
    return slot.done()


def matmul(
    source: Access,
    target: Access,
    *,
    rows: int = 128,
    columns: int = 128,
    dtype: int = BF16,
    passes: int = 0,
    flags: int = 3,
    is_transpose: bool = False,
    sync: Sync = NO_SYNC,
) -> bytes:
    """MATMUL; `flags` bit 0 begins an accumulation, bit 1 ends it."""
    slot = Slot(0x02, sync)
    slot.copy(16, source.packed(3))
    slot.copy(32, bytes((dtype, passes, is_transpose, 0, 0, 0, rows, columns)))
    slot.copy(43, bytes((flags, 15, 15)))
    slot.copy(48, target.packed(3))
    return slot.done()


def activate(
    source: Access,
    target: Access,
    function: int,
    *,
    dtype_in: int = FP32,
    dtype_out: int = BF16,
    channels: int = 128,
    scale: float = 1.0,
    bias: float = 0.0,
    bias_address: int | None = None,
    imm: float = 0.0,
    sync: Sync = NO_SYNC,
) -> bytes:
    """ACTIVATE; with `bias_address` the bias is read from there, as fp32."""
    slot = Slot(0x21, sync)
    slot.put(15, "B", 1 if bias_address is None else 0)
    slot.copy(16, source.packed(3))
    slot.copy(32, bytes((FP32 << 4 | dtype_in, dtype_out, channels, function)))
    slot.put(36, "f", scale)
    slot.put(40, "f", bias) if bias_address is None else slot.put(40, "I", bias_address)
    slot.put(44, "f", imm)
    slot.copy(48, target.packed(3))
    return slot.done()


def load_table(table: int = 0, sync: Sync = NO_SYNC) -> bytes:
    """ACT_TABLE_LOAD: which of the engine's sets of functions comes next."""
    slot = Slot(0x23, sync)
    slot.put(35, "B", table)
    return slot.done()


def _moving(
    opcode: int,
    source: Access,
    target: Access,
    dtype_in: int,
    dtype_out: int,
    channels: int,
    sync: Sync,
) -> Slot:
    slot = Slot(opcode, sync)
    slot.copy(12, source.packed(4))
    slot.copy(32, bytes((dtype_in, dtype_out, channels)))
    slot.copy(44, target.packed(4))
    return slot


def copy(
    source: Access,
    target: Access,
    *,
    dtype_in: int = FP32,
    dtype_out: int = BF16,
    channels: int = 128,
    sync: Sync = NO_SYNC,
) -> bytes:
    """COPY."""
    return _moving(0x46, source, target, dtype_in, dtype_out, channels, sync).done()


def cast(
    source: Access,
    target: Access,
    *,
    dtype_in: int = FP32,
    dtype_out: int = BF16,
    channels: int = 128,
    sync: Sync = NO_SYNC,
) -> bytes:
    """CAST."""
    return _moving(0x47, source, target, dtype_in, dtype_out, channels, sync).done()


def reciprocal(
    source: Access,
    target: Access,
    *,
    dtype_in: int = FP32,
    dtype_out: int = FP32,
    channels: int = 128,
    sync: Sync = NO_SYNC,
) -> bytes:
    """RECIPROCAL."""
    return _moving(0x48, source, target, dtype_in, dtype_out, channels, sync).done()


def reduce(
    source: Access,
    target: Access,
    operation: int,
    *,
    dimension: int = 2,
    is_negated: bool = False,
    dtype_in: int = FP32,
    dtype_out: int = FP32,
    channels: int = 128,
    sync: Sync = NO_SYNC,
) -> bytes:
    """TENSOR_REDUCE; `dimension` 2 is the innermost, 5 all four."""
    slot = _moving(0x42, source, target, dtype_in, dtype_out, channels, sync)
    slot.copy(35, bytes((is_negated, operation, dimension)))
    return slot.done()


def tensor_scalar(
    source: Access,
    target: Access,
    operations: tuple[int, int],
    *,
    pointer: int | None = None,
    dtype_in: int = FP32,
    dtype_out: int = BF16,
    channels: int = 128,
    sync: Sync = NO_SYNC,
) -> bytes:
    """TENSOR_SCALAR; the first operand comes from `pointer`, else it is the immediate 0."""
    slot = Slot(0x43, sync)
    slot.copy(16, source.packed(3))
    slot.copy(32, bytes((dtype_in, dtype_out, channels, pointer is not None, *operations)))
    slot.put(40, "I", pointer or 0)
    slot.copy(48, target.packed(3))
    return slot.done()


def tensor_tensor(
    first: Access,
    second: Access,
    target: Access,
    operation: int,
    *,
    dtype_in: int = FP32,
    dtype_out: int = FP32,
    channels: int = 128,
    sync: Sync = NO_SYNC,
) -> bytes:
    """TENSOR_TENSOR."""
    slot = Slot(0x41, sync)
    slot.copy(12, bytes((dtype_in | dtype_in << 4, dtype_out, operation, channels)))
    slot.copy(16, first.packed(3))
    slot.copy(32, second.packed(3))
    slot.copy(48, target.packed(3))
    return slot.done()


def fill(
    target: Access, value: float, *, elements: int, channels: int = 128, sync: Sync = NO_SYNC
) -> bytes:
    """MEMSET with an fp32 value."""
    slot = Slot(0x49, sync)
    slot.put(28, "I", elements)
    slot.copy(32, bytes((FP32, 0, channels)))
    slot.put(40, "f", value)
    slot.copy(44, target.packed(4))
    return slot.done()
