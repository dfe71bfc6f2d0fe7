"""Reads the JSON members of a NEFF with every type checked."""

import json
from collections.abc import Iterator

from ingest_worker.formats.errors import Malformed


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
            raise self._wrong("an object")
        return Json(self.member, self._value.get(key), f"{self._place}.{key}")

    def pairs(self) -> Iterator[tuple[str, "Json"]]:
        """Keys and values of an object in file order."""
        if self._value is None:
            return
        if not isinstance(self._value, dict):
            raise self._wrong("an object")
        for key, value in self._value.items():
            yield key, Json(self.member, value, f"{self._place}.{key}")

    def items(self) -> Iterator["Json"]:
        """The values of a list."""
        if self._value is None:
            return
        if not isinstance(self._value, list):
            raise self._wrong("a list")
        for place, value in enumerate(self._value):
            yield Json(self.member, value, f"{self._place}[{place}]")

    def text(self, default: str = "") -> str:
        """A string."""
        if self._value is None:
            return default
        if not isinstance(self._value, str):
            raise self._wrong("a text")
        return self._value

    def number(self, default: int = 0) -> int:
        """A whole number that fits 64 bits."""
        if self._value is None:
            return default
        if not isinstance(self._value, int) or isinstance(self._value, bool):
            raise self._wrong("a whole number")
        if not -(1 << 63) <= self._value < 1 << 64:
            raise self._wrong("a number of 64 bits")
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
            return (self._value,)
        return tuple(item.text() for item in self.items())

    def decimals(self) -> dict[str, float]:
        """The numbers of an object by key; values of other types are left out."""
        return {
            key: item._value
            for key, item in self.pairs()
            if isinstance(item._value, int | float) and not isinstance(item._value, bool)
        }

    def _wrong(self, wanted: str) -> Malformed:
        where = self._place.lstrip(".") or "its content"
        return Malformed("neff.malformed", f"{where[:100]} is not {wanted}.", file=self.member)


def parse_json(member: str, data: bytes) -> Json:
    """The root of a JSON member; Malformed with the member's name and the offset in it."""
    try:
        return Json(member, json.loads(data))
    except json.JSONDecodeError as error:
        raise Malformed(
            "neff.malformed", f"The JSON text is damaged ({error.msg}).", error.pos, file=member
        ) from error
    except (ValueError, RecursionError) as error:
        raise Malformed("neff.malformed", "The JSON text cannot be read.", file=member) from error
