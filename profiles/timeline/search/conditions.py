"""What a term asks of the rows of one table."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from profiles.timeline.search.chunk import Chunk, Longs, Mask, TextTest
from profiles.timeline.search.quantities import Interval

pc: Any = pyarrow.compute


class Condition(Protocol):
    """Which rows of a chunk match."""

    def mask(self, chunk: Chunk) -> Mask:
        """A value a row."""

    def may_match(self, chunk: Chunk) -> bool:
        """False where what the file says of its values rules every row out."""


@dataclass(frozen=True)
class Holds(TextTest):
    """Texts that hold, equal or fit a text, upper or lower case alike."""

    text: str
    way: str

    def __call__(self, texts: Any) -> Mask:
        """A value a text."""
        if not len(texts):
            return np.zeros(0, bool)
        if self.way == "pattern":
            found = pc.match_substring_regex(texts, self.text, ignore_case=True)
        elif self.way == "equals":
            found = pc.equal(pc.utf8_lower(texts), self.text.lower())
        else:
            found = pc.match_substring(texts, self.text, ignore_case=True)
        # A text that is not there passes as little as an empty one would have to.
        valid = np.asarray(texts.is_valid().to_numpy(zero_copy_only=False), bool)
        passes = np.asarray(found.to_numpy(zero_copy_only=False))
        mask: Mask = valid & (passes == np.True_)
        return mask


def pattern_fault(text: str) -> str | None:
    """What is wrong with a regular expression; None if nothing is. Matching takes linear time."""
    try:
        pc.match_substring_regex(pa.array([""]), text, ignore_case=True)
    except pa.ArrowInvalid as error:
        return str(error).split(":", 1)[-1].strip() or "it cannot be read"
    return None


@dataclass(frozen=True)
class TextIn:
    """Rows with a text that passes in one of these columns, or as the label that is drawn."""

    columns: Sequence[str]
    test: TextTest
    labels: "Callable[[Chunk, TextTest], Mask] | None" = None

    def mask(self, chunk: Chunk) -> Mask:
        """A value a row."""
        found = np.zeros(chunk.count, bool)
        if self.labels is not None:
            found |= self.labels(chunk, self.test)
        for name in self.columns:
            if found.all():
                break
            found |= chunk.where_text(name, self.test)
        return found

    def may_match(self, chunk: Chunk) -> bool:
        """Texts are always looked at."""
        return chunk.count > 0


@dataclass(frozen=True)
class NumberIn:
    """Rows with a number of an interval in one of these columns."""

    columns: Sequence[str]
    wanted: Interval

    def mask(self, chunk: Chunk) -> Mask:
        """A value a row."""
        found = np.zeros(chunk.count, bool)
        for name in self.columns:
            read = chunk.numbers(name)
            if read is not None:
                values, valid = read
                found |= valid & _within(values, self.wanted)
        return found

    def may_match(self, chunk: Chunk) -> bool:
        """False where the least and largest value lie outside."""
        bounds = [chunk.bounds(name) for name in self.columns]
        return any(one is None or self.wanted.touches(*one) for one in bounds)


def _within(values: npt.NDArray[Any], wanted: Interval) -> Mask:
    if values.dtype.kind == "f":
        least, most = float_from(wanted.least), -float_from(-wanted.most)
        # Narrow floats would round the bound to their own width.
        exact = values.astype(np.float64, copy=False)
        return np.asarray((exact >= least) & (exact <= most), bool)
    first, last = wanted.whole()
    if first > last:
        return np.zeros(len(values), bool)
    whole = values.astype(np.int64, copy=False)
    return np.asarray((whole >= first) & (whole <= last), bool)


def float_from(least: Fraction | float) -> float:
    """The smallest float that is not below a number."""
    if isinstance(least, float):
        return least
    try:
        nearest = float(least)
    except OverflowError:
        return math.inf if least > 0 else -math.inf
    return math.nextafter(nearest, math.inf) if Fraction(nearest) < least else nearest


@dataclass(frozen=True)
class Never:
    """A field that the table does not have."""

    def mask(self, chunk: Chunk) -> Mask:
        """No row."""
        return np.zeros(chunk.count, bool)

    def may_match(self, chunk: Chunk) -> bool:
        """No row."""
        return chunk.count < 0


@dataclass(frozen=True)
class Not:
    """Rows that do not match."""

    condition: Condition

    def mask(self, chunk: Chunk) -> Mask:
        """A value a row."""
        return ~self.condition.mask(chunk)

    def may_match(self, chunk: Chunk) -> bool:
        """What the least and largest value rule out is what is wanted here."""
        return chunk.count > 0


class OfTransfer:
    """Packets whose transfer, a row of another table, matches; that table is read at the first."""

    def __init__(self, condition: Condition, transfers: Callable[[Condition], Longs]) -> None:
        self._condition = condition
        self._transfers = transfers
        self._ids: Longs | None = None

    def mask(self, chunk: Chunk) -> Mask:
        """A value a row."""
        if self._ids is None:
            self._ids = self._transfers(self._condition)
        read = chunk.numbers("packet_aggregation_id")
        if read is None or not len(self._ids):
            return np.zeros(chunk.count, bool)
        values, valid = read
        place = np.searchsorted(self._ids, values)
        found = self._ids[np.minimum(place, len(self._ids) - 1)] == values
        return np.asarray(found & valid, bool)

    def may_match(self, chunk: Chunk) -> bool:
        """The ids say nothing about order."""
        return chunk.count > 0
