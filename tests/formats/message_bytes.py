"""Writes protobuf messages for tests by the wire rules alone: no reader code is used."""

import struct
from collections.abc import Sequence

Value = int | bytes | str | Sequence["Value"]


def varint(value: int) -> bytes:
    """A number in groups of seven bits, lowest first; negative ones as 64-bit two's complement."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def blob(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def record(word0: int, word1: int, timestamp: int) -> bytes:
    return struct.pack("<IIQ", word0, word1, timestamp)


def ntff(version: int, message: bytes, area: bytes = b"") -> bytes:
    """Version, message length and 119 bytes of what the writer had in memory; then the rest."""
    junk = bytes((7 * n + 3) % 256 for n in range(119))
    return struct.pack("<BQ", version, len(message)) + junk + message + area
