"""Writes protobuf messages field by field; an absent value writes nothing, as proto3 does."""

from collections.abc import Iterable
from functools import lru_cache

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_MASK = (1 << 64) - 1


def varint(value: int) -> bytes:
    """Seven bits a byte, lowest first; negative numbers as 64-bit two's complement."""
    value &= _MASK
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


@lru_cache(maxsize=256)
def tag(number: int, kind: int) -> bytes:
    """The key of a field: number and wire type."""
    return varint(number << 3 | kind)


def uint(number: int, value: int) -> bytes:
    """A number; zero is left out."""
    return tag(number, VARINT) + varint(value) if value else b""


def written(number: int, value: int) -> bytes:
    """A number that is written even when it is zero, as inside a oneof."""
    return tag(number, VARINT) + varint(value)


def blob(number: int, value: bytes) -> bytes:
    """Bytes or a text; an empty one is left out."""
    return message(number, value) if value else b""


def text(number: int, value: str) -> bytes:
    """A text in UTF-8; an empty one is left out."""
    return blob(number, value.encode())


def message(number: int, *parts: bytes) -> bytes:
    """A message inside a message, present even when it is empty."""
    body = b"".join(parts)
    return tag(number, BYTES) + varint(len(body)) + body


def packed(number: int, values: Iterable[int]) -> bytes:
    """A packed run of numbers; an empty one is left out."""
    return blob(number, b"".join(varint(value) for value in values))
