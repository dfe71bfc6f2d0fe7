"""Takes written frames apart again, without any reader of the product."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tests.make.wire_edit import Piece, split


@dataclass(frozen=True)
class Frame:
    """One frame of ntrace.pb: its numbers by field, and its keys."""

    numbers: dict[int, int]
    keys: dict[str, str]

    @property
    def place(self) -> tuple[int, int]:
        """Kind and phase."""
        return self.numbers.get(7, 0), self.numbers.get(14, 0)


def frames(data: bytes) -> Iterator[bytes]:
    """The messages of a run of frames; the lengths have to tile the file."""
    place = 0
    while place < len(data):
        (size,) = struct.unpack_from("<I", data, place)
        assert place + 4 + size <= len(data)
        yield data[place + 4 : place + 4 + size]
        place += 4 + size


def events(data: bytes) -> list[Frame]:
    """Every frame of ntrace.pb."""
    found = []
    for message in frames(data):
        numbers: dict[int, int] = {}
        keys: dict[str, str] = {}
        for piece in split(message):
            if isinstance(piece.value, int):
                numbers[piece.number] = piece.value
            elif piece.number == 12:
                entry = {inner.number: inner.value for inner in split(piece.value)}
                keys[text(entry[1])] = text(entry.get(2, b""))
        found.append(Frame(numbers, keys))
    return found


def text(value: bytes | int) -> str:
    """A text of a field."""
    assert isinstance(value, bytes)
    return value.decode()


def table(info: bytes, name: str) -> dict[int, str]:
    """One of the string tables of trace_info.pb."""
    for piece in split(info):
        if piece.number != 10:
            continue
        assert isinstance(piece.value, bytes)
        rows: list[Piece] = split(piece.value)
        if text(rows[0].value) == name:
            pairs = [split(row.value) for row in rows[1:] if isinstance(row.value, bytes)]
            return {_number(pair): text(pair[-1].value) for pair in pairs}
    return {}


def _number(pair: list[Piece]) -> int:
    first = pair[0]
    return first.value if first.number == 1 and isinstance(first.value, int) else 0
