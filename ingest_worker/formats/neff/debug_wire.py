"""Splits the messages of debug files into fields, fast, every length checked."""

from collections.abc import Iterator
from typing import NoReturn

from ingest_worker.formats.errors import LimitExceeded, Malformed

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
PLAIN = -1


class Splitter:
    """Reads one debug file. A field is (number, value, PLAIN) or (number, start, stop) of bytes."""

    def __init__(self, data: bytes, member: str, most_fields: int) -> None:
        self.data = data
        self.member = member
        self.most_fields = most_fields

    def fields(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Every field of the message between two places, in order.

        Raises FormatError: Malformed, or `limit.records` beyond the most fields of a message.
        """
        data, place, count = self.data, start, 0
        while place < stop:
            count += 1
            if count > self.most_fields:
                raise LimitExceeded(
                    "limit.records",
                    f"A message has more than {self.most_fields} fields.",
                    place,
                    file=self.member,
                )
            tag, place = data[place], place + 1
            if tag >= 0x80:
                tag, place = self.varint(place - 1, stop)
            kind = tag & 7
            if kind == BYTES:
                size = data[place] if place < stop else 0x80
                place += 1
                if size >= 0x80:
                    size, place = self.varint(place - 1, stop)
                end = place + size
                if end > stop:
                    self.fail(f"A field claims {size} bytes, {stop - place} are left.", place)
                yield tag >> 3, place, end
                place = end
            else:
                value, place = self._plain(kind, place, stop)
                yield tag >> 3, value, PLAIN

    def _plain(self, kind: int, place: int, stop: int) -> tuple[int, int]:
        if kind == VARINT:
            return self.varint(place, stop)
        size = {FIXED64: 8, FIXED32: 4}.get(kind, 0)
        if not size or place + size > stop:
            self.fail(f"A field has wire type {kind} and does not end.", place)
        return int.from_bytes(self.data[place : place + size], "little"), place + size

    def varint(self, place: int, stop: int) -> tuple[int, int]:
        """The number at a place, at most ten bytes, and the place behind it."""
        data = self.data
        if place < stop and data[place] < 0x80:
            return data[place], place + 1
        value = shift = 0
        for here in range(place, min(place + 10, stop)):
            byte = data[here]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF, here + 1
            shift += 7
        self.fail("A number does not end.", place)

    def numbers(self, start: int, stop: int) -> list[int]:
        """Packed numbers, or a single one: (value, PLAIN) as `fields` gives it."""
        if stop == PLAIN:
            return [start]
        data, found, place = self.data, [], start
        while place < stop:
            value = data[place]
            place += 1
            if value >= 0x80:
                value, place = self.varint(place - 1, stop)
            found.append(value)
        if len(found) > self.most_fields:
            raise LimitExceeded(
                "limit.records", f"A list has {len(found)} numbers.", start, file=self.member
            )
        return found

    def text(self, start: int, stop: int) -> str:
        """A string; broken UTF-8 is replaced, never an error."""
        if stop == PLAIN:
            self.fail("A text is a number.", 0)
        return self.data[start:stop].decode("utf-8", "replace")

    def fail(self, message: str, place: int) -> NoReturn:
        """Raises Malformed with the member's name and the offset in it."""
        raise Malformed("neff.malformed", message, place, file=self.member)
