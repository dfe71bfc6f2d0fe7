"""What the descriptors of a static DMA block say together of its two ends (container notes, 2.7).

A block has up to thousands of descriptors. What all of them share is told, what differs from one to
the next is not: shapes and steps, the element and shape of a transpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest_worker.formats.neff.json_text import Json

_WHAT = ("sizes", "steps", "off")


@dataclass(frozen=True)
class End:
    """One end of a block. Shape and steps are JSON lists, innermost first and in bytes.

    `offset` is told where it is the same for all: mostly for a block of one descriptor.
    """

    shape: str = ""
    steps: str = ""
    offset: str = ""


@dataclass(frozen=True)
class Transposing:
    """The bytes of an element and the shape that all transposing descriptors of a block share."""

    element_size: str = ""
    shape: str = ""


@dataclass
class _Alike:
    """The first of some descriptors, and the keys whose values the others share with it."""

    keys: frozenset[str]
    first: Json | None = None
    raw: Mapping[str, object] = field(default_factory=dict)

    def add(self, descriptor: Json, raw: Mapping[str, object]) -> None:
        """One more."""
        if self.first is None:
            self.first, self.raw = descriptor, raw
        elif self.keys:
            self.keys = frozenset(k for k in self.keys if raw.get(k) == self.raw.get(k))

    def get(self, key: str) -> Json:
        """The shared value, absent where there is none."""
        if self.first is None or key not in self.keys:
            return Json("", None)
        return self.first.get(key)


_END_KEYS = frozenset(f"{side}_{what}" for side in ("from", "to") for what in _WHAT)
_TRANSPOSE_KEYS = frozenset({"transpose_element_size", "transpose_shape"})


class Shared:
    """The descriptors of a block as they are read. There are many: each is only compared."""

    def __init__(self) -> None:
        self._ends = _Alike(_END_KEYS)
        self._transposes = _Alike(_TRANSPOSE_KEYS)

    def add(self, descriptor: Json) -> None:
        """One descriptor."""
        raw = descriptor.raw
        if isinstance(raw, dict):
            self._ends.add(descriptor, raw)
            if raw.get("transpose_op") is not None:
                self._transposes.add(descriptor, raw)

    def end(self, side: str) -> End:
        """One end, `side` "from" or "to". Raises FormatError for values of the wrong type."""
        shape, steps, offset = (self._ends.get(f"{side}_{what}") for what in _WHAT)
        return End(_text(shape), _text(steps), _number(offset))

    def transposing(self) -> Transposing | None:
        """None where no descriptor transposes."""
        if self._transposes.first is None:
            return None
        element, shape = (self._transposes.get(key) for key in sorted(_TRANSPOSE_KEYS))
        return Transposing(_number(element), _text(shape))


def _text(value: Json) -> str:
    numbers = value.numbers()
    return f"[{', '.join(map(str, numbers))}]" if numbers else ""


def _number(value: Json) -> str:
    return "" if value.is_absent else str(value.number())
