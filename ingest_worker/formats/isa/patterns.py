"""Access patterns: where an instruction reads and writes, as text and as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.isa.vocabulary import DTYPE_BITS, dtype_text

Slots = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

PSUM_START = 0x2000000
PSUM_BANK_BYTES = 0x800
MOST_DIMENSIONS = 4
MOST_ELEMENTS = 1 << 56

# u32 address, i16 step[n], u16 count[n]; index 0 is the innermost dimension (section 3).
_LAYOUTS = {rank: Struct(f"<I{rank}h{rank}H") for rank in (1, 2, 3, 4)}


def pattern_text(slot: bytes, offset: int, rank: int, dtype: int | None = None) -> str:
    """`fp32@0x4800[1,1,1][4,1,1]`: address, steps and counts; no data type for None."""
    address, *numbers = _LAYOUTS[rank].unpack_from(slot, offset)
    steps = ",".join(map(str, numbers[:rank]))
    counts = ",".join(map(str, numbers[rank:]))
    prefix = "" if dtype is None else f"{dtype_text(dtype)}@"
    return f"{prefix}{address:#x}[{steps}][{counts}]"


_PARTS = {"all": (0, 0xFF), "low": (0, 0x0F), "high": (4, 0x0F)}


@dataclass(frozen=True)
class Operand:
    """Where a pattern lies in a slot: first byte, dimensions, and the byte of its data type.

    `dtype_bits` is which half of that byte counts: "all", "low" or "high".
    """

    name: str
    offset: int
    rank: int
    dtype_at: int
    dtype_bits: str = "all"

    @property
    def is_write(self) -> bool:
        """Whether the instruction writes here."""
        return self.name == "dst"

    def dtype_of(self, slots: Slots) -> npt.NDArray[np.uint8]:
        """The data type code in every slot."""
        shift, mask = _PARTS[self.dtype_bits]
        return ((slots[:, self.dtype_at] >> shift) & mask).astype(np.uint8)


def _flat(*, dst_dtype_at: int = 33) -> tuple[Operand, ...]:
    return (Operand("src", 12, 4, 32), Operand("dst", 44, 4, dst_dtype_at))


# By opcode: the operands that move data (sections 5.4, 5.6 and 7). A MATMUL writes in the data
# type of its source as far as byte counts go.
OPERANDS: Mapping[int, tuple[Operand, ...]] = MappingProxyType(
    {
        0x01: (Operand("src", 16, 3, 32),),
        0x02: (Operand("src", 16, 3, 32), Operand("dst", 48, 3, 32)),
        0x21: (Operand("src", 16, 3, 32, "low"), Operand("dst", 48, 3, 33)),
        0x41: (
            Operand("src0", 16, 3, 12, "low"),
            Operand("src1", 32, 3, 12, "high"),
            Operand("dst", 48, 3, 13),
        ),
        0x42: _flat(),
        0x43: (Operand("src", 16, 3, 32), Operand("dst", 48, 3, 33)),
        0x46: _flat(),
        0x47: _flat(),
        0x48: _flat(),
        0x49: (Operand("dst", 44, 4, 32),),
    }
)


@dataclass(frozen=True)
class AccessPatterns:
    """One operand of many slots of one opcode.

    `slot` is the row number of each slot, `dtype` its code, `address` the byte in a partition,
    `steps` and `counts` are (n, 4) in elements, innermost first, padded with step 0 and count 1.
    """

    name: str
    slot: Numbers
    dtype: npt.NDArray[np.uint8]
    address: Numbers
    steps: Numbers
    counts: Numbers

    @property
    def is_write(self) -> bool:
        """Whether the instructions write here."""
        return self.name == "dst"

    @property
    def elements(self) -> Numbers:
        """The product of the counts, at most `MOST_ELEMENTS`."""
        return product(self.counts)

    @property
    def size_bytes(self) -> Numbers:
        """Bytes in one partition: elements times the size of the data type."""
        result: Numbers = (self.elements * dtype_bits(self.dtype) + 7) // 8
        return result

    @property
    def is_psum(self) -> npt.NDArray[np.bool_]:
        """Whether the address lies in the accumulators, not in the state buffer."""
        return self.address >= PSUM_START


def product(counts: Numbers) -> Numbers:
    """The product of each row, at most `MOST_ELEMENTS`: damaged counts must not wrap around."""
    exact: Numbers = counts.prod(axis=1)
    is_huge = counts.astype(np.float64).prod(axis=1) > MOST_ELEMENTS
    return np.where(is_huge, MOST_ELEMENTS, exact)


def dtype_bits(codes: npt.NDArray[np.uint8]) -> Numbers:
    """Bits of an element for every data type code; 0 for codes nobody knows."""
    table = np.zeros(256, np.int64)
    for code, bits in DTYPE_BITS.items():
        table[code] = bits
    result: Numbers = table[codes]
    return result


def access_patterns(slots: Slots) -> list[AccessPatterns]:
    """Every data operand of the slots (n, 64), grouped by opcode and operand."""
    opcode = slots[:, 0]
    found = []
    for byte in np.unique(opcode).tolist():
        operands = OPERANDS.get(byte, ())
        if operands:
            rows = np.flatnonzero(opcode == byte)
            own = np.ascontiguousarray(slots[rows])
            found += [_patterns(own, rows, operand) for operand in operands]
    return found


def _patterns(own: Slots, rows: npt.NDArray[np.intp], operand: Operand) -> AccessPatterns:
    """The layout of `_LAYOUTS`, read as columns."""
    begin, rank = operand.offset, operand.rank
    middle, end = begin + 4 + 2 * rank, begin + 4 + 4 * rank
    steps = np.zeros((len(own), MOST_DIMENSIONS), np.int64)
    counts = np.ones((len(own), MOST_DIMENSIONS), np.int64)
    steps[:, :rank] = np.ascontiguousarray(own[:, begin + 4 : middle]).view("<i2")
    counts[:, :rank] = np.ascontiguousarray(own[:, middle:end]).view("<u2")
    address = np.ascontiguousarray(own[:, begin : begin + 4]).view("<u4")[:, 0].astype(np.int64)
    return AccessPatterns(
        operand.name, rows.astype(np.int64), operand.dtype_of(own), address, steps, counts
    )


def byte_range(
    patterns: AccessPatterns, *, as_published: bool = False, size: Numbers | None = None
) -> tuple[Numbers, Numbers]:
    """First byte and the byte after the last that each pattern touches in a partition.

    Dimensions with one element are left out. `size` are bytes of an element, those of the data
    type unless given. The official tool shifts ranges with a negative step down by one element;
    `as_published` does so too (decoding notes, section 10).
    """
    reach = np.where(patterns.counts > 1, patterns.steps * (patterns.counts - 1), 0)
    below = np.minimum(reach, 0).sum(axis=1)
    above = np.maximum(reach, 0).sum(axis=1)
    each = np.maximum(dtype_bits(patterns.dtype) // 8, 1) if size is None else size
    shift = np.where(below < 0, 1, 0) if as_published else np.zeros(len(below), np.int64)
    first = patterns.address + (below - shift) * each
    last = patterns.address + (above + 1 - shift) * each
    return first, last
