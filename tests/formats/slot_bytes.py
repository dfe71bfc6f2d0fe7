"""Slots for tests, written byte by byte."""

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.isa.disassembler import Disassembly, disassemble

ENGINES = {3: "GpSimd", 4: "Scalar", 5: "Tensor", 6: "Vector"}


def slot(opcode: int, **places: bytes) -> bytes:
    """64 bytes: the opcode, 0x10, and what `at_<n>` puts at byte n."""
    raw = bytearray(64)
    raw[0], raw[1] = opcode, 0x10
    for place, data in places.items():
        start = int(place.removeprefix("at_"))
        raw[start : start + len(data)] = data
    assert len(raw) == 64
    return bytes(raw)


def u16(*values: int) -> bytes:
    """Numbers of two bytes, little-endian; negative ones as two's complement."""
    return b"".join((value & 0xFFFF).to_bytes(2, "little") for value in values)


def u32(*values: int) -> bytes:
    """Numbers of four bytes, little-endian; negative ones as two's complement."""
    return b"".join((value & 0xFFFF_FFFF).to_bytes(4, "little") for value in values)


def u64(*values: int) -> bytes:
    """Numbers of eight bytes, little-endian."""
    return b"".join(value.to_bytes(8, "little") for value in values)


def rows(*slots: bytes) -> npt.NDArray[np.uint8]:
    """Slots as an array (n, 64)."""
    return np.frombuffer(b"".join(slots), np.uint8).reshape(len(slots), 64)


def read(
    *slots: bytes,
    semaphores: dict[int, str] | None = None,
    functions: dict[int, str] | None = None,
    generation: str = "trn2",
) -> Disassembly:
    """The disassembly of some slots, with the engines' own semaphores named."""
    return disassemble(
        rows(*slots),
        semaphore_names=ENGINES if semaphores is None else semaphores,
        activation_names=functions or {},
        generation=generation,
    )


def operands(
    raw: bytes, *, generation: str = "trn2", semaphores: dict[int, str] | None = None
) -> str:
    """The operands of one slot."""
    return read(raw, generation=generation, semaphores=semaphores).operands[0]
