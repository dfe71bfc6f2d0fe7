"""Which bytes of on-chip memory an instruction reads and writes (decoding notes, section 10)."""

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.isa.opcodes import LDWEIGHTS, MATMUL
from ingest_worker.formats.isa.patterns import (
    PSUM_START,
    AccessPatterns,
    Numbers,
    Slots,
    access_patterns,
    byte_range,
)
from ingest_worker.formats.isa.traffic import ACCUMULATOR_BYTES

PARTITIONS, PARTITION_STRIDE = 128, 0x40000
"""A partition's bytes lie this far behind those of the one before: quadrants at 0x800000."""
PSUM_PARTITION_BYTES = 0x4000
ADDRESS_END = 2 * PSUM_START
_CHANNELS_AT, _ROWS_AT, _COLUMNS_AT = 34, 38, 39
_OWN_CHANNELS_AT = {0x41: 15}


@dataclass(frozen=True)
class Accesses:
    """Byte ranges [first, last) within a partition, one entry an operand; by slot.

    `slot` numbers the instruction, `partition` is the first of `partitions` that it touches.
    """

    slot: Numbers
    is_write: npt.NDArray[np.bool_]
    is_psum: npt.NDArray[np.bool_]
    first: Numbers
    last: Numbers
    partition: Numbers
    partitions: Numbers

    def __len__(self) -> int:
        return len(self.slot)

    def take(self, chosen: "npt.NDArray[np.bool_] | npt.NDArray[np.intp]") -> "Accesses":
        """The chosen entries, in the chosen order."""
        return Accesses(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def of(self, numbers: Numbers) -> "Accesses":
        """The same accesses, slots numbered by `numbers` in place of their order."""
        return replace(self, slot=numbers[self.slot])


def joined_accesses(parts: "list[Accesses]") -> Accesses:
    """All entries, in the order of slots; reads of a slot come before its writes."""
    if not parts:
        nothing, never = np.zeros(0, np.int64), np.zeros(0, np.bool_)
        return Accesses(nothing, never, never, nothing, nothing, nothing, nothing)
    columns = (np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Accesses))
    whole = Accesses(*columns)
    return whole.take(np.lexsort((whole.is_write, whole.slot)))


def slot_accesses(slots: Slots) -> Accesses:
    """The accesses of slots (n, 64), numbered from 0.

    Operands whose address is a register or another mark are left out, for where they point is not
    in the slot. Results of the Tensor engine are 4 bytes an element. Negative steps shift a range
    by one element, as the official tool counts.
    """
    return joined_accesses([_of_operand(slots, each) for each in access_patterns(slots)])


def _of_operand(slots: Slots, operand: AccessPatterns) -> Accesses:
    own = slots[operand.slot]
    is_accumulated = operand.is_write & (own[:, 0] == MATMUL)
    size = np.full(len(own), ACCUMULATOR_BYTES) if is_accumulated.any() else None
    first, last = byte_range(operand, as_published=True, size=size)
    base = operand.address - operand.address % PARTITION_STRIDE
    is_psum = operand.is_psum
    limit = np.where(is_psum, PSUM_PARTITION_BYTES, PARTITION_STRIDE)
    found = Accesses(
        slot=operand.slot,
        is_write=np.full(len(own), operand.is_write),
        is_psum=is_psum,
        first=np.clip(first - base, 0, limit),
        last=np.clip(last - base, 0, limit),
        partition=(operand.address % PSUM_START) // PARTITION_STRIDE,
        partitions=_partitions(own, is_write=operand.is_write),
    )
    return found.take((operand.address < ADDRESS_END) & (found.last > found.first))


def _partitions(own: Slots, *, is_write: bool) -> Numbers:
    """How many partitions the slots of one opcode touch; a count of 0 stands for all."""
    opcode = int(own[0, 0]) if len(own) else 0
    at = _OWN_CHANNELS_AT.get(opcode, _CHANNELS_AT)
    if opcode in {LDWEIGHTS, MATMUL}:
        at = _COLUMNS_AT if is_write else _ROWS_AT
    count = own[:, at].astype(np.int64)
    result: Numbers = np.where((count == 0) | (count > PARTITIONS), PARTITIONS, count)
    return result
