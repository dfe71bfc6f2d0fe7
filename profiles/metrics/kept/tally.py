"""Slices counted by kind, out of a kept file: sums at checkpoints, blocks where a range begins."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from profiles.metrics.coverage import Coverage
from profiles.metrics.events import Longs, Mask
from profiles.metrics.intervals import Stretches, union
from profiles.metrics.kept.write import longest_of_each, mask_key
from profiles.metrics.tally import SCANNED_AT_ONCE, Reals, Tally, longest_first
from profiles.storage.columns import BLOCK, Column, ColumnFile, by_block

Window = tuple[int, int]
Document = Mapping[str, Any]


class Slices:
    """What stands by place in order of time: start, end, row."""

    def __init__(self, file: ColumnFile, name: str, kind: str, document: Document) -> None:
        self.count = int(document["count"])
        self.start, self.length = file.column(f"{name}.start"), file.column(f"{name}.length")
        self.kind = file.column(f"{kind}.kind")
        self.latest = file.column(f"{name}.latest")
        self._file = file
        self._name = name
        self._groups = document["groups"]
        if self._groups is not None:
            self._first = np.array(self._groups, np.int64)
            self._group_of_kind = np.array(document["group_of_kind"], np.uint8)
            before = file.column(f"{name}.group_before").whole()
            self._before = before.reshape(-1, len(self._first))

    def rows(self, places: Longs) -> Longs:
        """The table's rows."""
        if self._groups is None:
            return self._file.column(f"{self._name}.row")[places]
        found = np.zeros(len(places), np.int64)
        for number, own in by_block(places):
            found[own] = self._rows_of_block(number)[places[own] - number * BLOCK]
        return found

    def _rows_of_block(self, number: int) -> Longs:
        return self._file.kept((f"{self._name}.rows", number), lambda: self._made_rows(number))

    def _made_rows(self, number: int) -> Longs:
        """How many of its stretch of the table came before says which row a slice has."""
        group = self._group_of_kind[self.kind.block(number)]
        order = np.argsort(group, kind="stable")
        counts = np.bincount(group, minlength=len(self._first))
        # Within its group a slice follows the one before: its place less where the group begins.
        first = self._first + self._before[number] - (np.cumsum(counts) - counts)
        rows = np.empty(len(group), np.int64)
        rows[order] = np.repeat(first, counts) + np.arange(len(group))
        return rows

    def place_of(self, row: int) -> int:
        """The place of a row of the table."""
        if self._groups is None:
            return int(np.flatnonzero(self._file.column(f"{self._name}.row").whole() == row)[0])
        group = int(np.searchsorted(self._first, row, "right")) - 1
        rank = row - int(self._first[group])
        number = int(np.searchsorted(self._before[:, group], rank, "right")) - 1
        return number * BLOCK + int(np.flatnonzero(self._rows_of_block(number) == row)[0])


class KeptTally(Tally):
    """The same answers as a `Tally` of all slices; those about a window read that alone."""

    def __init__(
        self, file: ColumnFile, name: str, slices: Slices, document: Document, window: Window,
        coverages: "KeptCoverages",
    ) -> None:  # fmt: skip
        self._file, self._name = file, name
        self._slices = slices
        self._kind_column = file.column(f"{name}.kind")
        self.kinds = int(document["kinds"])
        self._step = int(document["step"])
        self._window = window
        self._kept = coverages
        self.asked = {}

    def __len__(self) -> int:
        return self._slices.count

    def _sums(self, part: str) -> Longs:
        return self._file.column(f"{self._name}.{part}").whole().reshape(-1, max(self.kinds, 1))

    @cached_property
    def counts(self) -> Longs:
        """How many slices there are of each kind; shape (kinds,)."""
        last: Longs = self._sums("counts")[-1][: self.kinds]
        return last

    def starts(self, places: Longs) -> Longs:
        """When slices begin."""
        return self._slices.start[places]

    def ends(self, places: Longs) -> Longs:
        """When slices end."""
        return self._slices.start[places] + self._slices.length[places]

    def kinds_at(self, places: Longs) -> Longs:
        """Of which kind slices are."""
        return self._kind_column[places]

    def rows_at(self, places: Longs) -> Longs:
        """The table's rows of slices; those of the longest ones are known without their blocks."""
        known, rows = self._known_rows
        if not len(known):
            return self._slices.rows(places)
        at = np.minimum(np.searchsorted(known, places), len(known) - 1)
        found, others = rows[at], np.flatnonzero(known[at] != places)
        found[others] = self._slices.rows(places[others])
        return found

    @property
    def _known_rows(self) -> tuple[Longs, Longs]:
        """Places of the longest slices of every kind in order, and their rows."""

        def made() -> Longs:
            known = self._known("known")
            order = np.argsort(known)
            return np.stack((known[order], self._known("known_row")[order]))

        known, rows = self._file.kept((f"{self._name}.known_rows", 0), made)
        return known, rows

    def starting(self, start_ns: int, end_ns: int) -> slice:
        """The slices that start in [start, end)."""
        first, last = self._slices.start.search(start_ns), self._slices.start.search(end_ns)
        return slice(first, max(first, last))

    def across(self, at_ns: int) -> Longs:
        """Places of the slices that begin before an instant and end after it."""
        begun = self._slices.start.search(at_ns)
        latest = self._slices.latest.whole()[: -(-begun // BLOCK)]
        found = [np.zeros(0, np.int64)]
        for number in np.flatnonzero(latest > at_ns).tolist():
            first = number * BLOCK
            own = slice(first, min(first + BLOCK, begun))
            ends = self._column_ends(own)
            found.append(first + np.flatnonzero(ends > at_ns))
        return np.concatenate(found)

    def _column_ends(self, own: slice) -> Longs:
        start = self._slices.start.slice(own.start, own.stop)
        return start + self._slices.length.slice(own.start, own.stop)

    def reach_before(self, place: int) -> int:
        """When all slices before a place have ended, or later."""
        latest = self._slices.latest.whole()[: -(-place // BLOCK)]
        return int(latest.max()) if len(latest) else super().reach_before(0)

    def _count(self, own: slice) -> Longs:
        kind = self._kind_column.slice(own.start, own.stop)
        found: Longs = np.bincount(kind, minlength=self.kinds).astype(np.int64)
        return found

    def _time(self, own: slice) -> Reals:
        kind = self._kind_column.slice(own.start, own.stop)
        length = self._slices.length.slice(own.start, own.stop)
        summed = np.bincount(kind, weights=length, minlength=self.kinds)
        return summed.astype(np.float64)

    def _started(self, own: slice) -> Longs:
        return self._at("counts", own.stop) - self._at("counts", own.start)

    def _at(self, part: str, place: int) -> Longs:
        """Sums over the slices before a place."""
        whole = place // self._step
        rest = slice(whole * self._step, place)
        own = self._count(rest) if part == "counts" else self._time(rest).astype(np.int64)
        found: Longs = self._sums(part)[whole][: self.kinds] + own[: self.kinds]
        return found

    def _times_until(self, place: int) -> Reals:
        return self._at("times", place).astype(np.float64)

    @cached_property
    def _grouped(self) -> dict[tuple[int, int], tuple[Longs, Longs]]:
        return {}

    def lengths(self, kind: int, start_ns: int, end_ns: int) -> Longs:
        """Whole durations of the slices of a kind that start in [start, end), in their order."""
        key = start_ns, end_ns
        if key not in self._grouped:
            own = self.starting(start_ns, end_ns)
            kinds = self._kind_column.slice(own.start, own.stop)
            edges = np.concatenate(([0], np.cumsum(np.bincount(kinds, minlength=self.kinds))))
            length = self._slices.length.slice(own.start, own.stop)
            self._grouped.clear()
            self._grouped[key] = sorted_within(kinds, length), edges
        length, edges = self._grouped[key]
        return length[edges[kind] : edges[kind + 1]]

    @cached_property
    def _tops(self) -> dict[tuple[int, int], tuple[Longs, Longs]]:
        return {}

    def longest_started(self, kinds: Sequence[int], start_ns: int, end_ns: int) -> int | None:
        """The place of the longest slice of these kinds that starts in [start, end)."""
        key = start_ns, end_ns
        if key not in self._tops:
            self._tops.clear()
            self._tops[key] = self._longest_within(self.starting(start_ns, end_ns))
        top, at = self._tops[key]
        own = np.asarray(kinds, np.int64)
        own = own[top[own] >= 0]
        if not len(own):
            return None
        return int(at[own[np.lexsort((at[own], -top[own]))[0]]])

    def _longest_within(self, own: slice) -> tuple[Longs, Longs]:
        """By kind the longest length, -1 for none, and the first place that has it."""
        top, at = np.full(self.kinds, -1, np.int64), np.zeros(self.kinds, np.int64)
        tops, places = self._sums("top"), self._sums("top_at")
        place = own.start
        while place < own.stop:
            number, into = divmod(place, self._step)
            end = min((number + 1) * self._step, len(self))
            if into == 0 and end <= own.stop:
                found, where = tops[number], places[number]
            else:
                end = min(end, own.stop)
                kind = self._kind_column.slice(place, end)
                found, where = longest_of_each(
                    kind, self._slices.length.slice(place, end), self.kinds
                )
            better = found > top
            top[better], at[better] = found[better], where[better] + place
            place = end
        return top, at

    def longest(self, kinds: Mask, start_ns: int, end_ns: int, most: int) -> tuple[Longs, int]:
        """Places of the longest slices of these kinds that touch the range, and how many do."""
        own = self.starting(start_ns, end_ns)
        early = self.across(start_ns)
        early = early[kinds[self.kinds_at(early)]]
        last = min(own.stop, own.start + SCANNED_AT_ONCE)
        chosen = kinds[self._kind_column.slice(own.start, last)]
        first = np.arange(own.start, last)[chosen]
        places = [early, first]
        lengths = [
            self._slices.length[early],
            self._slices.length.slice(own.start, last)[chosen],
        ]
        count = len(early) + len(first)
        if own.stop - own.start > SCANNED_AT_ONCE:
            count = int(self._started(own)[kinds].sum()) + len(early)
            known = self._known("known")
            is_own = (known >= last) & (known < own.stop) & kinds[self._known("known_kind")]
            places.append(known[is_own])
            lengths.append(self._known("known_length")[is_own])
        order = longest_first(np.concatenate(lengths), most)
        return np.concatenate(places)[order], count

    def _known(self, part: str) -> Longs:
        return self._file.column(f"{self._name}.{part}").whole()

    @cached_property
    def _in_window(self) -> Mask:
        """Kinds that have time in the window."""
        found: Mask = self.over(*self._window).time_ns > 0
        return found

    def coverage(self, kinds: Mask) -> Coverage:
        """The time in the window that at least one slice of these kinds covers."""
        key = kinds.tobytes()
        if key not in self.asked:
            self.asked[key] = self.covered(kinds)
        return self.asked[key]

    def covered(self, kinds: Mask) -> Coverage:
        """The same, for those who keep it themselves; kinds without time do not tell it apart."""
        found = self._kept.of_kinds(self._name, kinds, self._in_window)
        return found if found is not None else self._made(kinds)

    def _made(self, kinds: Mask) -> Coverage:
        """Out of the slices that touch the window."""
        early = self.across(self._window[0])
        early = early[kinds[self.kinds_at(early)]]
        own = self.starting(*self._window)
        chosen = np.flatnonzero(kinds[self._kind_column.slice(own.start, own.stop)])
        start = self._slices.start.slice(own.start, own.stop)[chosen]
        length = self._slices.length.slice(own.start, own.stop)[chosen]
        start = np.concatenate((self.starts(early), start))
        end = start + np.concatenate((self._slices.length[early], length))
        return Coverage.of(union(start, end))


class KeptCoverages:
    """Coverages that were kept, as far as they touch a window."""

    def __init__(
        self, file: ColumnFile, names: Mapping[str, Mapping[str, str]], window: Window
    ) -> None:
        self._file = file
        self._names = names
        self._window = window
        self._found: dict[str, Coverage] = {}

    def named(self, of: str, key: str) -> Coverage | None:
        """By its key; None where it was not kept."""
        name = self._names.get(of, {}).get(key)
        return None if name is None else self._read(name)

    def of_kinds(self, of: str, kinds: Mask, occurring: Mask) -> Coverage | None:
        """That of chosen kinds, whatever it says of kinds that do not occur."""
        exact = self.named(of, mask_key(kinds))
        if exact is not None:
            return exact
        wanted = kinds & occurring
        for key, name in self._names.get(of, {}).items():
            packed = np.frombuffer(bytes.fromhex(key), np.uint8)
            mask = np.unpackbits(packed, count=len(kinds)).astype(bool)
            if bool(((mask & occurring) == wanted).all()):
                return self._read(name)
        return None

    def _read(self, name: str) -> Coverage:
        """Of whatever has the same stretches it is the same one, so that it is summed up once."""
        if name not in self._found:
            self._found[name] = self._made(name)
        return self._found[name]

    def _made(self, name: str) -> Coverage:
        start: Column = self._file.column(f"{name}.start")
        length = self._file.column(f"{name}.length")
        first = max(start.search(self._window[0], "right") - 1, 0)
        last = start.search(self._window[1])
        begins = start.slice(first, last)
        return Coverage(Stretches(begins, begins + length.slice(first, last)))


def sorted_within(kinds: Longs, length: Longs) -> Longs:
    """Lengths kind by kind, the shortest of a kind first."""
    if not len(length):
        return length
    bits = int(length.max()).bit_length()
    every = bits + int(kinds.max()).bit_length()
    if every > 63:
        return length[np.lexsort((length, kinds))]
    # Both in one number are sorted many times faster than by one after the other.
    narrow: type[np.unsignedinteger[Any]] = np.uint32 if every <= 32 else np.uint64
    both = kinds.astype(narrow) << narrow(bits) | length.astype(narrow)
    both.sort()
    found: Longs = (both & narrow((1 << bits) - 1)).astype(np.int64)
    return found
