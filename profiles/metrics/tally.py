"""Slices counted by kind within any range of time: checkpoints every so many, scans between."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from profiles.metrics.coverage import Coverage
from profiles.metrics.events import Longs, Mask
from profiles.metrics.intervals import union

NEVER_NS = int(np.iinfo(np.int64).min)
Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

MOST_CHECKPOINT_CELLS = 4_000_000
MOST_CHECKPOINTS = 64
SCANNED_AT_ONCE = 65_536
KNOWN_OF_A_KIND = 200
"""As many rows as the evidence of a finding names."""
MOST_KEPT_STRETCHES = 4_000_000
"""Stretches of coverages that stay in memory, 16 bytes each."""


@dataclass(frozen=True)
class Counted:
    """What a range holds of each kind; arrays of shape (kinds,).

    `started` slices start in the range. A slice that crosses an edge gives the share of it that
    lies inside to `executions`, and its time inside to `time_ns`: two ranges side by side add up.
    """

    started: Longs
    executions: Reals
    time_ns: Reals


def longest_first(length: Longs, most: int) -> Longs:
    """Places of the largest values, the largest first; of equals the earlier ones."""
    if len(length) <= most:
        return np.argsort(-length, kind="stable")
    least = np.partition(length, len(length) - most)[len(length) - most]
    chosen = np.flatnonzero(length >= least)
    result: Longs = chosen[np.argsort(-length[chosen], kind="stable")][:most]
    return result


class Tally:
    """Slices in order of their start, each of one kind.

    `start_ns`, `end_ns` int64 (n,); `kind` int32 (n,); `order` int64 (n,) their places in what was
    given. A slice without length lies whole in the range that holds its instant.
    """

    def __init__(self, start_ns: Longs, end_ns: Longs, kind: npt.NDArray[np.integer], kinds: int):
        self.order: Longs = np.argsort(start_ns, kind="stable")
        self.start_ns = start_ns[self.order]
        self.end_ns = np.maximum(end_ns[self.order], self.start_ns)
        self.kind: Ints = kind[self.order].astype(np.int32)
        self.kinds = kinds
        self._reach_ns = np.maximum.accumulate(self.end_ns) if len(self.end_ns) else self.end_ns
        self._step, self._counts, self._times = self._checkpoints()
        self.asked: dict[bytes, Coverage] = {}
        """Coverages that were asked for, by the kinds as bytes."""

    def __len__(self) -> int:
        return len(self.start_ns)

    def _checkpoints(self) -> tuple[int, Longs, Reals]:
        most = min(MOST_CHECKPOINTS, max(MOST_CHECKPOINT_CELLS // max(self.kinds, 1), 1))
        step = max(len(self) // most + 1, 1)
        counts = np.zeros((len(self) // step + 1, self.kinds), np.int64)
        times: Reals = np.zeros((len(self) // step + 1, self.kinds), np.float64)
        for place in range(1, len(counts)):
            own = slice((place - 1) * step, place * step)
            counts[place] = counts[place - 1] + self._count(own)
            times[place] = times[place - 1] + self._time(own)
        return step, counts, times

    def _count(self, own: slice) -> Longs:
        found: Longs = np.bincount(self.kind[own], minlength=self.kinds).astype(np.int64)
        return found

    def _time(self, own: slice) -> Reals:
        length = (self.end_ns[own] - self.start_ns[own]).astype(np.float64)
        summed = np.bincount(self.kind[own], weights=length, minlength=self.kinds)
        return summed.astype(np.float64)

    def starts(self, places: Longs) -> Longs:
        """When slices begin."""
        return self.start_ns[places]

    def ends(self, places: Longs) -> Longs:
        """When slices end."""
        return self.end_ns[places]

    def kinds_at(self, places: Longs) -> npt.NDArray[np.integer]:
        """Of which kind slices are."""
        return self.kind[places]

    def rows_at(self, places: Longs) -> Longs:
        """Where slices stand in what was given."""
        return self.order[places]

    def starting(self, start_ns: int, end_ns: int) -> slice:
        """The slices that start in [start, end)."""
        first, last = np.searchsorted(self.start_ns, (start_ns, end_ns)).tolist()
        return slice(first, max(first, last))

    @cached_property
    def _kind_order(self) -> Longs:
        """Places kind by kind, in order of time within each."""
        narrow = self.kind.astype(np.uint16) if self.kinds < 1 << 16 else self.kind
        return np.argsort(narrow, kind="stable")

    @cached_property
    def _by_kind(self) -> tuple[Longs, Longs, Longs]:
        """Starts and lengths, kind by kind, and where each kind begins; shape (kinds + 1,)."""
        order = self._kind_order
        edges = np.concatenate(([0], np.cumsum(self.counts)))
        return self.start_ns[order], (self.end_ns - self.start_ns)[order], edges

    @cached_property
    def counts(self) -> Longs:
        """How many slices there are of each kind; shape (kinds,)."""
        return self._count(slice(None))

    def lengths(self, kind: int, start_ns: int, end_ns: int) -> Longs:
        """Whole durations of the slices of a kind that start in [start, end), in any order."""
        starts, lengths, edges = self._by_kind
        own = starts[edges[kind] : edges[kind + 1]]
        first, last = (edges[kind] + np.searchsorted(own, (start_ns, end_ns))).tolist()
        return lengths[first:last]

    def longest_started(self, kinds: Sequence[int], start_ns: int, end_ns: int) -> int | None:
        """The place of the longest slice of these kinds that starts in [start, end).

        The first of several; None where there is none.
        """
        starts, lengths, edges = self._by_kind
        best: tuple[int, int] | None = None
        for kind in kinds:
            own = starts[edges[kind] : edges[kind + 1]]
            first, last = (edges[kind] + np.searchsorted(own, (start_ns, end_ns))).tolist()
            if first >= last:
                continue
            at = first + int(np.argmax(lengths[first:last]))
            length, place = int(lengths[at]), int(self._kind_order[at])
            if best is None or (length, -place) > (best[0], -best[1]):
                best = length, place
        return None if best is None else best[1]

    def across(self, at_ns: int) -> Longs:
        """Places of the slices that begin before an instant and end after it."""
        begun = int(np.searchsorted(self.start_ns, at_ns))
        first = int(np.searchsorted(self._reach_ns, at_ns, "right"))
        if first >= begun:
            return np.zeros(0, np.int64)
        found: Longs = first + np.flatnonzero(self.end_ns[first:begun] > at_ns)
        return found

    def touching(self, start_ns: int, end_ns: int) -> Longs:
        """Places of the slices that have time in [start, end) or start there."""
        own = self.starting(start_ns, end_ns)
        return np.concatenate((self.across(start_ns), np.arange(own.start, own.stop)))

    def reach_before(self, place: int) -> int:
        """When all slices before a place have ended."""
        return int(self._reach_ns[place - 1]) if place > 0 else NEVER_NS

    def last_of(self, kinds: Mask, start_ns: int, end_ns: int, most: int) -> Longs:
        """Places of the last slices of these kinds that touch the range, the very last first."""
        own = self.starting(start_ns, end_ns)
        found = np.zeros(0, np.int64)
        for last in range(own.stop, own.start, -SCANNED_AT_ONCE):
            piece = np.arange(max(last - SCANNED_AT_ONCE, own.start), last)
            found = np.concatenate((piece[kinds[self.kinds_at(piece)]], found))[-most:]
            if len(found) == most:
                return found[::-1]
        early = self.across(start_ns)
        found = np.concatenate((early[kinds[self.kinds_at(early)]], found))[-most:]
        return found[::-1]

    def ended_last(self, kinds: Mask, start_ns: int, end_ns: int) -> int:
        """The place of the slice of these kinds that ended last, at most with the range; -1 for
        none. Of several the one that began last, and of those the last one given.
        """
        own = self.starting(start_ns, end_ns)
        best, best_key = -1, (start_ns, 0, 0)
        for last in range(own.stop, own.start, -SCANNED_AT_ONCE):
            if self.reach_before(last) < best_key[0]:
                return best
            piece = np.arange(max(last - SCANNED_AT_ONCE, own.start), last)
            best, best_key = self._later(piece, kinds, end_ns, best, best_key)
        return self._later(self.across(start_ns), kinds, end_ns, best, best_key)[0]

    def _later(
        self, places: Longs, kinds: Mask, end_ns: int, best: int, best_key: tuple[int, int, int]
    ) -> tuple[int, tuple[int, int, int]]:
        ends = self.ends(places)
        chosen = (ends <= end_ns) & (ends >= best_key[0]) & kinds[self.kinds_at(places)]
        places, ends = places[chosen], ends[chosen]
        if not len(places):
            return best, best_key
        places = places[ends == ends.max()]
        order = np.lexsort((self.rows_at(places), self.starts(places)))
        place = int(places[order[-1]])
        one = places[order[-1:]]
        key = (int(ends.max()), int(self.starts(one)[0]), int(self.rows_at(one)[0]))
        is_later = key[0] > best_key[0] if best < 0 else key > best_key
        return (place, key) if is_later else (best, best_key)

    def coverage(self, kinds: Mask) -> Coverage:
        """The time that at least one slice of these kinds covers; kept for the next who asks."""
        key = kinds.tobytes()
        found = self.asked.get(key)
        if found is None:
            found = self.covered(kinds)
            kept = sum(len(one.stretches.start_ns) for one in list(self.asked.values()))
            if kept + len(found.stretches.start_ns) > MOST_KEPT_STRETCHES:
                self.asked.clear()
            self.asked[key] = found
        return found

    def covered(self, kinds: Mask) -> Coverage:
        """The same, for those who keep it themselves."""
        starts, lengths, edges = self._by_kind
        own = [slice(edges[kind], edges[kind + 1]) for kind in np.flatnonzero(kinds).tolist()]
        if not own:
            return Coverage.of(union(starts[:0], starts[:0]))
        start = np.concatenate([starts[one] for one in own])
        return Coverage.of(union(start, start + np.concatenate([lengths[one] for one in own])))

    def longest(self, kinds: Mask, start_ns: int, end_ns: int, most: int) -> tuple[Longs, int]:
        """Places of the longest slices of these kinds that touch the range, and how many do.

        Of very many the longest of each kind are known: those of them that lie in the range are
        given, and the first ones of the range.
        """
        own = self.starting(start_ns, end_ns)
        early = self.across(start_ns)
        early = early[kinds[self.kinds_at(early)]]
        first = np.arange(own.start, min(own.stop, own.start + SCANNED_AT_ONCE))
        found = np.concatenate((early, first[kinds[self.kinds_at(first)]]))
        if own.stop - own.start <= SCANNED_AT_ONCE:
            return self._ordered(found, most), len(found)
        count = int(self._started(own)[kinds].sum()) + len(early)
        known = self.longest_by_kind
        known = known[(known > first[-1]) & (known < own.stop)]
        known = known[kinds[self.kind[known]]]
        return self._ordered(np.concatenate((found, known)), most), count

    def _ordered(self, places: Longs, most: int) -> Longs:
        length = self.ends(places) - self.starts(places)
        result: Longs = places[longest_first(length, most)]
        return result

    @cached_property
    def longest_by_kind(self) -> Longs:
        """Places of the longest slices of every kind."""
        order, lengths, edges = self._kind_order, self._by_kind[1], self._by_kind[2]
        found = [np.zeros(0, np.int64)]
        for first, last in itertools.pairwise(edges.tolist()):
            own = lengths[first:last]
            top = np.arange(len(own))
            if len(own) > KNOWN_OF_A_KIND:
                top = np.argpartition(-own, KNOWN_OF_A_KIND)[:KNOWN_OF_A_KIND]
            found.append(order[first + top])
        return np.concatenate(found)

    def _started(self, own: slice) -> Longs:
        result: Longs = self._until(self._counts, own.stop) - self._until(self._counts, own.start)
        return result

    def over(self, start_ns: int, end_ns: int) -> Counted:
        """What [start, end) holds of each kind."""
        own = self.starting(start_ns, end_ns)
        started = self._started(own)
        time = self._times_until(own.stop) - self._times_until(own.start)
        executions = started.astype(np.float64)
        for at_ns, sign in ((start_ns, 1.0), (end_ns, -1.0)):
            rows = self.across(at_ns)
            ends, kind = self.ends(rows), self.kinds_at(rows)
            left = ends - at_ns
            share = left / (ends - self.starts(rows))
            executions += sign * np.bincount(kind, weights=share, minlength=self.kinds)
            time += sign * np.bincount(kind, weights=left, minlength=self.kinds)
        return Counted(started, executions, time)

    def _until(self, sums: Longs, place: int) -> Longs:
        whole = place // self._step
        found: Longs = sums[whole] + self._count(slice(whole * self._step, place))
        return found

    def _times_until(self, place: int) -> Reals:
        whole = place // self._step
        found: Reals = self._times[whole] + self._time(slice(whole * self._step, place))
        return found
