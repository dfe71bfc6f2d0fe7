"""Numbers with units, and the values that a comparison lets through."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

_NUMBER = re.compile(
    r"([+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(?:[eE][+-]?[0-9]{1,2})?)"
)
LEAST, MOST = -(1 << 63), (1 << 63) - 1

_TIMES = {"": 1, "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 10**6, "s": 10**9}
_SIZES = {
    "": 1,
    "b": 1,
    "kb": 1_000,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
}
_RATES = {"": 1, **{f"{unit}/s": size for unit, size in _SIZES.items() if unit}}
_COUNTS = {"": 1, "k": 1_000, "m": 10**6, "g": 10**9, "t": 10**12}
_SHARES = {"": 1, "%": 1}

UNITS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {"time": _TIMES, "bytes": _SIZES, "rate": _RATES, "percent": _SHARES, "count": _COUNTS}
)
"""What may stand behind a number, by what it measures, and how much of the column's unit it is."""

UNIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "time": "ns, us, ms or s",
        "bytes": "B, KiB, MiB, GiB, kB, MB or GB",
        "rate": "B/s, MB/s, GB/s, MiB/s or GiB/s",
        "percent": "% or nothing",
        "count": "k, M, G or nothing",
    }
)


@dataclass(frozen=True)
class Interval:
    """The values from `least` to `most`, both included; `least` > `most` for none."""

    least: Fraction | float
    most: Fraction | float

    def whole(self) -> tuple[int, int]:
        """The first and last whole number within, as far as 64 bits go."""
        least = LEAST if self.least == -math.inf else max(math.ceil(self.least), LEAST)
        most = MOST if self.most == math.inf else min(math.floor(self.most), MOST)
        return least, most

    def touches(self, least: float, most: float) -> bool:
        """Whether any value between these two, both included, lies within."""
        return self.least <= most and self.most >= least


_EDGE = Fraction(1, 1 << 80)
"""Less than any two numbers of a column differ by, as far as they are told apart at all."""


def quantity(text: str, measures: str) -> Fraction | None:
    """A number in the column's unit; None if it is none, or its unit does not fit."""
    number = _NUMBER.match(text)
    if number is None:
        return None
    unit = text[number.end() :]
    factor = UNITS[measures].get(unit.lower())
    return None if factor is None else Fraction(number.group()) * factor


def interval(operator: str, value: Fraction) -> Interval:
    """The values for which `value of the field` `operator` `value` holds."""
    if operator in {":", "=", "!="}:
        return Interval(value, value)
    if operator == ">":
        return Interval(value + _EDGE, math.inf)
    if operator == ">=":
        return Interval(value, math.inf)
    if operator == "<":
        return Interval(-math.inf, value - _EDGE)
    return Interval(-math.inf, value)
