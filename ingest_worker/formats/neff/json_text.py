"""Reads the JSON members of a NEFF with every type checked."""

import json
from collections.abc import Iterator

from ingest_worker.formats.errors import LimitExceeded, Malformed

LARGEST = 1 << 63
LARGEST_TEXT = 1 << 26


def clean(text: str) -> str:
    """The text without halves of surrogate pairs, which cannot be written anywhere."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class Json:
    """A value of a JSON member, with its place in it for messages.

    A value of the wrong type is Malformed, naming the member; an absent one has a default.
    """

    __slots__ = ("_place", "_value", "member")

    def __init__(self, member: str, value: object, place: str = "") -> None:
        self.member = member
        self._value = value
        self._place = place

    @property
    def is_absent(self) -> bool:
        """Whether there is no such value."""
        return self._value is None

    def get(self, key: str) -> "Json":
        """The value of a key; absent when there is none."""
        if self._value is None:
            return Json(self.member, None, f"{self._place}.{key}")
        if not isinstance(self._value, dict):
            raise self.wrong("an object")
        return Json(self.member, self._value.get(key), f"{self._place}.{key}")

    def pairs(self) -> Iterator[tuple[str, "Json"]]:
        """Keys and values of an object in file order."""
        if self._value is None:
            return
        if not isinstance(self._value, dict):
            raise self.wrong("an object")
        for key, value in self._value.items():
            name = clean(key)
            yield name, Json(self.member, value, f"{self._place}.{name}")

    def items(self) -> Iterator["Json"]:
        """The values of a list."""
        if self._value is None:
            return
        if not isinstance(self._value, list):
            raise self.wrong("a list")
        for place, value in enumerate(self._value):
            yield Json(self.member, value, f"{self._place}[{place}]")

    def text(self, default: str = "") -> str:
        """A string."""
        if self._value is None:
            return default
        if not isinstance(self._value, str):
            raise self.wrong("a text")
        return clean(self._value)

    def number(self, default: int = 0) -> int:
        """A whole number that fits 64 bits with its sign."""
        if self._value is None:
            return default
        if not isinstance(self._value, int) or isinstance(self._value, bool):
            raise self.wrong("a whole number")
        if not -LARGEST <= self._value < LARGEST:
            raise self.wrong("a number of 64 bits")
        return self._value

    def number_or_none(self) -> int | None:
        """A whole number, None where there is none."""
        return None if self._value is None else self.number()

    def numbers(self) -> tuple[int, ...]:
        """A list of whole numbers."""
        return tuple(item.number() for item in self.items())

    def texts(self) -> tuple[str, ...]:
        """A list of strings; a single string counts as one."""
        if isinstance(self._value, str):
            return (clean(self._value),)
        return tuple(item.text() for item in self.items())

    def decimals(self) -> dict[str, float]:
        """The numbers of an object by key; other values and those beyond 64 bits are left out."""
        return {
            key: item._value
            for key, item in self.pairs()
            if isinstance(item._value, int | float)
            and not isinstance(item._value, bool)
            and -LARGEST <= item._value < LARGEST
        }

    @property
    def raw(self) -> object:
        """The value as parsed, for readers of many small values; they check types themselves."""
        return self._value

    def wrong(self, wanted: str) -> Malformed:
        """The error for a value that is not what it should be, to be raised by the caller."""
        where = clean(self._place).lstrip(".") or "its content"
        return Malformed("neff.malformed", f"{where[:100]} is not {wanted}.", file=self.member)


def parse_json(member: str, data: bytes) -> Json:
    """The root of a JSON member.

    Raises FormatError: Malformed with the member's name and the offset in it, or `limit.memory`.
    """
    if len(data) > LARGEST_TEXT:
        raise LimitExceeded(
            "limit.memory",
            f"The JSON text has {len(data)} bytes, {LARGEST_TEXT} can be held.",
            file=member,
        )
    try:
        return Json(member, json.loads(data))
    except json.JSONDecodeError as error:
        raise Malformed(
            "neff.malformed", f"The JSON text is damaged ({error.msg}).", error.pos, file=member
        ) from error
    except (ValueError, RecursionError) as error:
        raise Malformed("neff.malformed", "The JSON text cannot be read.", file=member) from error
