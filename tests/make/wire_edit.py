"""Takes a protobuf message apart and puts it together again with one field changed."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import NamedTuple

from tests.make import wire


class Piece(NamedTuple):
    """One field: its number, wire type and value (bytes without the length, or a number)."""

    number: int
    kind: int
    value: bytes | int

    def written(self) -> bytes:
        """The field as it lies in a message."""
        if isinstance(self.value, int):
            return wire.written(self.number, self.value)
        if self.kind == wire.BYTES:
            return wire.message(self.number, self.value)
        return wire.tag(self.number, self.kind) + self.value


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place


def split(message: bytes) -> list[Piece]:
    """The fields of a sound message, in order."""
    place, found = 0, []
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == wire.VARINT:
            value, place = _varint(message, place)
            found.append(Piece(number, kind, value))
            continue
        size = 8 if kind == wire.FIXED64 else 4
        if kind == wire.BYTES:
            size, place = _varint(message, place)
        found.append(Piece(number, kind, message[place : place + size]))
        place += size
    return found


def _content(piece: Piece) -> bytes:
    assert isinstance(piece.value, bytes)
    return piece.value


def joined(pieces: Iterable[Piece]) -> bytes:
    """The message of these fields."""
    return b"".join(piece.written() for piece in pieces)


def changed(
    message: bytes,
    path: Sequence[int],
    new: bytes | Callable[[Piece], bytes],
    random: Random,
    *,
    fits: Callable[[bytes], bool] = lambda value: True,
) -> bytes:
    """The message with one field replaced by the bytes `new` (tag, length and all).

    `path` are field numbers from the outside in; of repeated ones `random` picks one of those
    whose content `fits` (asked of the messages on the way). A field that is not there is added.
    """
    pieces = split(message)
    places = [n for n, piece in enumerate(pieces) if piece.number == path[0]]
    if len(path) == 1:
        if not places:
            added = new if isinstance(new, bytes) else new(Piece(path[0], wire.VARINT, 0))
            return message + added
        chosen = random.choice(places)
        replaced = new if isinstance(new, bytes) else new(pieces[chosen])
        return joined(pieces[:chosen]) + replaced + joined(pieces[chosen + 1 :])
    inner = [n for n in places if isinstance(pieces[n].value, bytes)]
    good = [n for n in inner if fits(_content(pieces[n]))] or inner
    chosen = random.choice(good)
    inside = changed(_content(pieces[chosen]), path[1:], new, random, fits=fits)
    pieces[chosen] = Piece(path[0], wire.BYTES, inside)
    return joined(pieces)
