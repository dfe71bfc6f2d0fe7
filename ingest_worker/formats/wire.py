"""Reads the protobuf wire format: numbered fields, every length checked, unknown ones kept."""

from collections.abc import Iterator
from typing import NamedTuple

from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.formats.limits import DEFAULT_LIMITS

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED = {FIXED64: 8, FIXED32: 4}


class Field(NamedTuple):
    """One field as it lies in the file; `offset` is where its value begins."""

    number: int
    kind: int
    value: int | memoryview
    offset: int


def read_varint(data: memoryview, position: int, *, form: str, base: int = 0) -> tuple[int, int]:
    """The unsigned varint at `position` and the position behind it; at most ten bytes."""
    result = shift = 0
    for place in range(position, min(position + 10, len(data))):
        byte = data[place]
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFF_FFFF_FFFF_FFFF, place + 1
        shift += 7
    raise Malformed(f"{form}.malformed", "A number in a message does not end.", base + position)


def read_fields(data: memoryview, *, form: str, base: int = 0) -> Iterator[Field]:
    """Every field of a message in order; Malformed for what cannot be a message.

    Lengths beyond the message, groups and field number 0 are refused, with the offset
    `base` + place.
    """
    position, end = 0, len(data)
    while position < end:
        start = position
        tag, position = read_varint(data, position, form=form, base=base)
        number, kind = tag >> 3, tag & 7
        if number == 0 or number > 0x1FFF_FFFF:
            raise Malformed(f"{form}.malformed", f"A field has number {number}.", base + start)
        if kind == VARINT:
            place = position
            value, position = read_varint(data, position, form=form, base=base)
            yield Field(number, kind, value, base + place)
            continue
        size, position = _size(data, position, kind, form=form, base=base)
        if size > end - position:
            raise Malformed(
                f"{form}.malformed",
                f"Field {number} claims {size} bytes, its message has {end - position} left.",
                base + start,
            )
        yield Field(number, kind, _value(data[position : position + size], kind), base + position)
        position += size


def _size(data: memoryview, position: int, kind: int, *, form: str, base: int) -> tuple[int, int]:
    if kind == BYTES:
        return read_varint(data, position, form=form, base=base)
    if kind in _FIXED:
        return _FIXED[kind], position
    raise Malformed(f"{form}.malformed", f"A field has wire type {kind}.", base + position)


def _value(piece: memoryview, kind: int) -> int | memoryview:
    return piece if kind == BYTES else int.from_bytes(piece, "little")


class Message:
    """A parsed message: fields by number, with the defaults of proto3 for absent ones."""

    __slots__ = ("_fields", "base", "form")

    def __init__(
        self,
        data: memoryview,
        *,
        form: str,
        base: int = 0,
        most_fields: int = DEFAULT_LIMITS.message_fields,
    ) -> None:
        self.form = form
        self.base = base
        self._fields: dict[int, list[Field]] = {}
        for count, field in enumerate(read_fields(data, form=form, base=base), 1):
            if count > most_fields:
                raise LimitExceeded(
                    "limit.records", f"A message has more than {most_fields} fields.", field.offset
                )
            self._fields.setdefault(field.number, []).append(field)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def fields(self, number: int) -> list[Field]:
        """Every occurrence of a field, in file order."""
        return self._fields.get(number, [])

    def unknown(self, known: frozenset[int]) -> dict[int, int]:
        """How often each field number outside `known` occurs."""
        return {n: len(found) for n, found in self._fields.items() if n not in known}

    def uint(self, number: int, default: int = 0) -> int:
        """The last value of an unsigned field; Malformed when it is not a number."""
        found = self._fields.get(number)
        if not found:
            return default
        value = found[-1].value
        if isinstance(value, memoryview):
            raise self._wrong(found[-1], "a number")
        return value

    def sint(self, number: int, default: int = 0) -> int:
        """The last value of a signed (not zig-zag) field."""
        value = self.uint(number, default)
        return value - (1 << 64) if value >= 1 << 63 else value

    def blob(self, number: int) -> memoryview:
        """The last value of a bytes field, empty when absent."""
        found = self._fields.get(number)
        if not found:
            return memoryview(b"")
        return self._bytes(found[-1])

    def text(self, number: int) -> str:
        """The last value of a string field; broken UTF-8 is replaced, never an error."""
        return bytes(self.blob(number)).decode("utf-8", "replace")

    def blobs(self, number: int) -> list[memoryview]:
        """Every value of a repeated bytes field."""
        return [self._bytes(field) for field in self.fields(number)]

    def texts(self, number: int) -> list[str]:
        """Every value of a repeated string field."""
        return [bytes(piece).decode("utf-8", "replace") for piece in self.blobs(number)]

    def child(self, number: int) -> "Message":
        """The last value of a message field, an empty message when absent."""
        found = self._fields.get(number)
        return self._message(found[-1]) if found else Message(memoryview(b""), form=self.form)

    def children(self, number: int) -> Iterator["Message"]:
        """Every value of a repeated message field."""
        return (self._message(field) for field in self.fields(number))

    def uints(self, number: int) -> list[int]:
        """Every value of a repeated number, packed or plain."""
        values: list[int] = []
        for field in self.fields(number):
            if isinstance(field.value, memoryview):
                position = 0
                while position < len(field.value):
                    value, position = read_varint(
                        field.value, position, form=self.form, base=field.offset
                    )
                    values.append(value)
            else:
                values.append(field.value)
        return values

    def _bytes(self, field: Field) -> memoryview:
        if isinstance(field.value, memoryview):
            return field.value
        raise self._wrong(field, "bytes")

    def _message(self, field: Field) -> "Message":
        return Message(self._bytes(field), form=self.form, base=field.offset)

    def _wrong(self, field: Field, wanted: str) -> Malformed:
        return Malformed(
            f"{self.form}.malformed", f"Field {field.number} is not {wanted}.", field.offset
        )
