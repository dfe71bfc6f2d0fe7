"""Every field of a slot by name, for people who look at one instruction closely."""

from collections.abc import Callable, Mapping
from struct import unpack, unpack_from
from types import MappingProxyType

from ingest_worker.formats.isa.bodies import float_text, u32
from ingest_worker.formats.isa.control_bodies import u64
from ingest_worker.formats.isa.layouts import (
    HEADER,
    HEADER_BYTES,
    LAYOUTS,
    SHOWN_BY_NAME,
    FieldSpec,
)
from ingest_worker.formats.isa.patterns import pattern_text
from ingest_worker.formats.isa.vocabulary import (
    BFLOAT16,
    FP16,
    FP32,
    SIGNED,
    alu_text,
    dtype_bytes,
    dtype_text,
)

Reader = Callable[[bytes, FieldSpec], str]
_IMMEDIATE_KIND_AT, _IMMEDIATE = 14, 1
_TEXT_BYTES = 36


def _integer(layout: str) -> Reader:
    def read(slot: bytes, spec: FieldSpec) -> str:
        return str(unpack_from(layout, slot, spec.offset)[0])

    return read


def _hex(size: int) -> Reader:
    def read(slot: bytes, spec: FieldSpec) -> str:
        return f"{int.from_bytes(slot[spec.offset : spec.offset + size], 'little'):#x}"

    return read


def _pattern(rank: int, part: str = "all") -> Reader:
    def read(slot: bytes, spec: FieldSpec) -> str:
        if spec.dtype_at < 0:
            return pattern_text(slot, spec.offset, rank)
        raw = slot[spec.dtype_at]
        dtype = {"all": raw, "low": raw & 0x0F, "high": raw >> 4}[part]
        return pattern_text(slot, spec.offset, rank, dtype)

    return read


def _address(slot: bytes, spec: FieldSpec) -> str:
    """Eight bytes: of a table (0x20 on top), of a variable (0x10), or absolute (section 3)."""
    low = u32(slot, spec.offset)
    index = int.from_bytes(slot[spec.offset + 4 : spec.offset + 7], "little")
    mark = slot[spec.offset + 7]
    if mark == 0x20:
        return f"table {index} offset {low:#x}"
    if mark == 0x10:
        return f"variable {index} offset {low:#x}"
    return f"{u64(slot, spec.offset):#x}"


def _source1(slot: bytes, spec: FieldSpec) -> str:
    """The second source of an ALU_OP: the immediate, or a register."""
    return "imm" if _is_immediate(slot) else f"$R[{slot[spec.offset]}]"


def _is_immediate(slot: bytes) -> bool:
    return slot[_IMMEDIATE_KIND_AT] == _IMMEDIATE


def _value(slot: bytes, spec: FieldSpec) -> str:
    """A number stored in its own data type, at most four bytes; hexadecimal for odd types."""
    dtype, size = slot[spec.dtype_at], dtype_bytes(slot[spec.dtype_at])
    raw = u32(slot, spec.offset) & ((1 << (8 * min(size, 4))) - 1)
    if dtype == BFLOAT16:
        return float_text(unpack("<f", (raw << 16).to_bytes(4, "little"))[0])
    if dtype == FP16:
        return float_text(unpack("<e", raw.to_bytes(2, "little"))[0])
    if dtype in FP32:
        return float_text(unpack("<f", raw.to_bytes(4, "little"))[0])
    if dtype in SIGNED and size in (1, 2, 4):
        return str(raw - (1 << (8 * size)) if raw >> (8 * size - 1) else raw)
    return f"{raw:#x}"


def _name(slot: bytes, spec: FieldSpec) -> str:
    """A text up to its NUL; bytes that are no UTF-8 are told as such."""
    raw = slot[spec.offset : spec.offset + _TEXT_BYTES].split(b"\0", 1)[0]
    return raw.decode("utf-8", "backslashreplace") or '""'


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "u8": _integer("<B"),
        "u16": _integer("<H"),
        "u32": _integer("<I"),
        "i16": _integer("<h"),
        "i32": _integer("<i"),
        "hex8": _hex(1),
        "hex32": _hex(4),
        "hex64": _hex(8),
        "dtype": lambda slot, spec: dtype_text(slot[spec.offset]),
        "dtype_low": lambda slot, spec: dtype_text(slot[spec.offset] & 0x0F),
        "dtype_high": lambda slot, spec: dtype_text(slot[spec.offset] >> 4),
        "alu": lambda slot, spec: alu_text(slot[spec.offset]),
        "register8": lambda slot, spec: f"$R[{slot[spec.offset]}]",
        "source1": _source1,
        "value": _value,
        "t1": _pattern(1),
        "t2_low": _pattern(2, "low"),
        "t2_high": _pattern(2, "high"),
        "t3": _pattern(3),
        "t3_low": _pattern(3, "low"),
        "t3_high": _pattern(3, "high"),
        "t4": _pattern(4),
        "a8": _address,
        "text36": _name,
    }
)

_SIZES: Mapping[str, int] = MappingProxyType(
    {
        "u16": 2,
        "i16": 2,
        "u32": 4,
        "i32": 4,
        "hex32": 4,
        "value": 4,
        "hex64": 8,
        "a8": 8,
        "t1": 8,
        "t2_low": 12,
        "t2_high": 12,
        "t3": 16,
        "t3_low": 16,
        "t3_high": 16,
        "t4": 20,
    }
)


def _size(slot: bytes, spec: FieldSpec) -> int:
    """Bytes of a field as far as its text tells them; the others are shown by their place.

    A text ends before its NUL, and the register of a second source that is an immediate is not read
    (section 5.6).
    """
    if spec.kind == "text36":
        return (slot[spec.offset : spec.offset + _TEXT_BYTES] + b"\0").index(0)
    if spec.kind == "source1":
        return 0 if _is_immediate(slot) else 1
    return _SIZES.get(spec.kind, 1)


def read_field(slot: bytes, spec: FieldSpec) -> str:
    """One field as text."""
    return READERS[spec.kind](slot, spec)


def named_fields(slot: bytes) -> list[tuple[str, str]]:
    """The fields shown as operands where the official text is not known; empty for others."""
    names = SHOWN_BY_NAME.get(slot[0], ())
    specs = {spec.name: spec for spec in LAYOUTS.get(slot[0], ())}
    return [(name, read_field(slot, specs[name])) for name in names]


def decoded_fields(slot: bytes) -> list[tuple[str, str]]:
    """Every field of a 64-byte slot in order of its layout, as (name, text).

    Bytes outside the known fields which are not zero come last, so that nothing is hidden:
    `byte_44` and so on, or all of them as `payload` where no layout is known.
    """
    specs = LAYOUTS.get(slot[0])
    found = [(spec.name, read_field(slot, spec)) for spec in HEADER]
    if specs is None:
        return [*found, ("payload", slot[HEADER_BYTES:].hex())]
    found += [(spec.name, read_field(slot, spec)) for spec in specs]
    covered = set(range(HEADER_BYTES))
    for spec in specs:
        covered.update(range(spec.offset, spec.offset + _size(slot, spec)))
    rest = [place for place in range(len(slot)) if slot[place] and place not in covered]
    return [*found, *((f"byte_{place}", f"{slot[place]:#04x}") for place in rest)]
