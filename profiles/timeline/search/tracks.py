"""Which rows of a table lie on which tracks, in which lane and with which label."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from profiles.storage.layout import table_file
from profiles.timeline.pyramid import Column, Pyramid, UnreadableError
from profiles.timeline.search.chunk import Chunk, Longs, Mask, TextTest

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Place:
    """The rows of a track that lie in a chunk: indices among the track's, and within the chunk."""

    track: "TrackRows"
    index: Longs
    inside: Longs


class TrackRows:
    """The rows of one track of a pyramid."""

    def __init__(self, facts: dict[str, Any], entry: dict[str, Any], pyramid: Pyramid) -> None:
        self.facts = facts
        self.number = int(facts["id"])
        self.count = int(entry["rows"])
        self.times: dict[str, str] = entry["times"]
        self.is_primary = True
        """False where its rows lie on an earlier track too: they are counted there."""
        self._entry = entry
        self._pyramid = pyramid

    @property
    def first_row(self) -> int | None:
        """Where the track is one range of rows, in order: the first of them."""
        first = self._entry.get("first_row")
        return None if first is None else int(first)

    @cached_property
    def _row(self) -> Column:
        return self._pyramid.column(self._entry["row"])

    @cached_property
    def _order(self) -> Longs | None:
        """Indices by row number; None where they are in that order."""
        row = self._row
        if bool((row[1:] >= row[:-1]).all()):
            return None
        return np.argsort(row, kind="stable").astype(np.int64)

    def rows(self, index: Longs) -> Longs:
        """Row numbers in the table."""
        first = self.first_row
        return index + first if first is not None else self._row[index].astype(np.int64)

    def within(self, first: int, count: int) -> Place | None:
        """The track's rows among [first, first + count) of the table; None if there are none."""
        start = self.first_row
        if start is not None:
            begin, end = max(first, start), min(first + count, start + self.count)
            if begin >= end:
                return None
            inside = np.arange(begin - first, end - first, dtype=np.int64)
            return Place(self, inside + (first - start), inside)
        order = self._order
        row = self._row if order is None else self._row[order]
        begin, end = np.searchsorted(row, (first, first + count)).tolist()
        if begin == end:
            return None
        index = np.arange(begin, end, dtype=np.int64) if order is None else order[begin:end]
        # In the order of the track: by time.
        index = np.sort(index)
        return Place(self, index, self.rows(index) - first)

    def lanes(self, index: Longs) -> Bytes:
        """The lane of each slice."""
        lane: Bytes = self._looks("lane")[self._look(index)].astype(np.uint8)
        return lane

    def labels(self, index: Longs) -> Longs:
        """The number of each slice's label in its part's list."""
        label: Longs = self._looks("label")[self._look(index)].astype(np.int64)
        return label

    def _look(self, index: Longs) -> Column:
        return self._pyramid.column(self._entry["look"])[index]

    def _looks(self, name: str) -> Column:
        return self._pyramid.column(self._entry["looks"][name])


class DrawnTable:
    """A table of a part of which rows are drawn."""

    def __init__(
        self, order: int, part: int, name: str, folder: Path, tracks: Sequence[TrackRows]
    ) -> None:
        """Raises UnreadableError. `order` tells tables apart where instants are equal."""
        self.order = order
        self.part = part
        self.name = name
        self.folder = folder
        self.path = folder / table_file(name)
        self.tracks = tuple(tracks)
        self.times = tracks[0].times
        try:
            self.facts = pq.read_metadata(self.path)
        except (OSError, pa.ArrowException) as error:
            raise UnreadableError(f"the table {name} cannot be read") from error
        sizes = [self.facts.row_group(n).num_rows for n in range(self.facts.num_row_groups)]
        self.firsts: list[int] = np.cumsum([0, *sizes])[:-1].tolist() if sizes else []
        self._mark_primary()

    def _mark_primary(self) -> None:
        """Tracks whose rows lie on an earlier one are not counted again."""
        if sum(track.count for track in self.tracks) <= self.facts.num_rows:
            return
        seen = np.zeros(self.facts.num_rows, bool)
        for track in self.tracks:
            place = track.within(0, self.facts.num_rows)
            if place is None:
                continue
            track.is_primary = not seen[place.inside].any()
            seen[place.inside] = True

    def places(self, first: int, count: int) -> list[Place]:
        """The rows of each track among [first, first + count)."""
        found = (track.within(first, count) for track in self.tracks)
        return [place for place in found if place is not None]

    def where_label(self, texts: Sequence[str], chunk: Chunk, test: TextTest) -> Mask:
        """The rows of a chunk whose drawn label passes."""
        found = np.zeros(chunk.count, bool)
        passes = test(pa.array(list(texts), pa.string()))
        if not passes.any():
            return found
        for place in self.places(chunk.first, chunk.count):
            found[place.inside] |= passes[place.track.labels(place.index)]
        return found
