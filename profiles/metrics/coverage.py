"""Time that is covered: its length in any range, what is left between, what two have in common."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from profiles.metrics.events import Longs
from profiles.metrics.intervals import Stretches, union

if TYPE_CHECKING:
    from collections.abc import Sequence

EDGE_NS = int(np.iinfo(np.int64).max // 4)


@dataclass(frozen=True)
class Coverage:
    """Stretches in order, none touching another, whose length in a range is quickly known."""

    stretches: Stretches

    @classmethod
    def of(cls, stretches: Stretches) -> "Coverage":
        """What of the stretches has any length."""
        has_length = stretches.end_ns > stretches.start_ns
        if bool(has_length.all()):
            return cls(stretches)
        return cls(Stretches(stretches.start_ns[has_length], stretches.end_ns[has_length]))

    @classmethod
    def joined(cls, coverages: "Sequence[Coverage]") -> "Coverage":
        """What at least one of them covers."""
        if len(coverages) == 1:
            return coverages[0]
        nothing = np.zeros(0, np.int64)
        start = [nothing, *(one.stretches.start_ns for one in coverages)]
        end = [nothing, *(one.stretches.end_ns for one in coverages)]
        return cls(union(np.concatenate(start), np.concatenate(end)))

    @cached_property
    def _before_ns(self) -> Longs:
        length = self.stretches.end_ns - self.stretches.start_ns
        return np.concatenate(([0], np.cumsum(length)))

    def until(self, at_ns: Longs) -> Longs:
        """The covered time before each instant; shape (n,)."""
        begun = np.searchsorted(self.stretches.start_ns, at_ns)
        covered = self._before_ns[begun]
        if not len(self.stretches.end_ns):
            return covered
        last_end = self.stretches.end_ns[np.maximum(begun - 1, 0)]
        result: Longs = covered - np.where(begun > 0, np.maximum(last_end - at_ns, 0), 0)
        return result

    def length_ns(self, start_ns: int, end_ns: int) -> int:
        """The covered time within [start, end)."""
        if end_ns <= start_ns:
            return 0
        before, until = self.until(np.array([start_ns, end_ns], np.int64)).tolist()
        return int(until - before)

    def within(self, start_ns: int, end_ns: int) -> Stretches:
        """The covered stretches, cut at the range's edges."""
        start, end = self.stretches.start_ns, self.stretches.end_ns
        first = int(np.searchsorted(end, start_ns, "right"))
        last = max(first, int(np.searchsorted(start, end_ns)))
        return Stretches(
            np.maximum(start[first:last], start_ns), np.minimum(end[first:last], end_ns)
        )

    def gaps(self, start_ns: int, end_ns: int) -> Stretches:
        """What of the range is not covered."""
        inside = self.within(start_ns, end_ns)
        begins = np.concatenate(([start_ns], inside.end_ns))
        ends = np.concatenate((inside.start_ns, [end_ns]))
        has_length = ends > begins
        return Stretches(begins[has_length], ends[has_length])

    def common_ns(self, other: Stretches) -> int:
        """The time that both cover."""
        return int((self.until(other.end_ns) - self.until(other.start_ns)).sum())

    def common(self, other: "Coverage") -> "Coverage":
        """The time that both cover, as stretches."""
        return self.without(Coverage(other.inverse()))

    def inverse(self) -> Stretches:
        """Everything this does not cover, as far as times go."""
        return self.gaps(-EDGE_NS, EDGE_NS)

    def without(self, other: "Coverage") -> "Coverage":
        """The covered time that the other does not cover."""
        own, cut = self.stretches, other.stretches
        at = np.concatenate((own.start_ns, own.end_ns, cut.start_ns, cut.end_ns))
        step = np.concatenate(
            (
                np.ones(len(own.start_ns), np.int64),
                -np.ones(len(own.end_ns), np.int64),
                np.full(len(cut.start_ns), -2, np.int64),
                np.full(len(cut.end_ns), 2, np.int64),
            )
        )
        moments, place = np.unique(at, return_inverse=True)
        change = np.zeros(len(moments), np.int64)
        np.add.at(change, place, step)
        is_kept = np.cumsum(change)[:-1] == 1
        return Coverage(union(moments[:-1][is_kept], moments[1:][is_kept]))
