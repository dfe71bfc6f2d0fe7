"""The tracks of a group together: cells or slices of a tile, never more than an answer may hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from profiles.timeline import tiles
from profiles.timeline.pyramid import Column, Pyramid
from profiles.timeline.tiles import bucket_ns, levels_between
from profiles.timeline.track import NO_BUCKET, WIRE, Items, Longs, TrackReader, items


@dataclass(frozen=True)
class Tile:
    """The items of a tile as columns of equal length; `columns` follow the wire's names.

    `answer` is cells or slices; `is_complete` is False when slices were asked for and cells given,
    or when not all items had room; `row_count` counts the slices the items stand for.
    """

    columns: Items
    answer: str
    is_complete: bool
    row_count: int


class GroupReader:
    """Tracks of one group, of a document whose levels begin at `base_ns`.

    The part's own pyramid may begin some levels below that.
    """

    def __init__(
        self, pyramid: Pyramid, tracks: Sequence[dict[str, Any]], folder: Path, base_ns: int
    ) -> None:
        self._pyramid = pyramid
        self._folder = folder
        self._base_ns = base_ns
        self._below = levels_between(int(pyramid.directory["base_ns"]), base_ns)
        self._tracks = tracks
        self._readers = [self._reader(track["id"], track["place"]) for track in tracks]

    def _entry(self, place: int) -> dict[str, Any]:
        entry: dict[str, Any] = self._pyramid.directory["tracks"][place]
        return entry

    def _reader(self, number: int, place: int) -> TrackReader:
        return TrackReader(self._pyramid, number, self._entry(place), self._folder)

    def every_row(self) -> list[Longs]:
        """Row numbers of all slices, track by track; those of DMA engines queue by queue."""
        lanes = [int(self._entry(track["place"]).get("lane", 0)) for track in self._tracks]
        found = []
        for reader, track_of_lane in self._sources():
            rows = reader.every_row()
            if track_of_lane is not None:
                rows = rows[np.isin(reader.every_lane(), lanes)]
            found.append(rows)
        return found

    def cells(self, level: int, start_ns: int, end_ns: int, *, is_complete: bool = True) -> Tile:
        """Cells and long slices of a level of the document over [start, end)."""
        size_ns = bucket_ns(self._base_ns, level)
        first, last = start_ns // size_ns, end_ns // size_ns
        # Above its last level a pyramid looks as it does there: all is in one bucket.
        own = min(level + self._below, int(self._pyramid.directory["levels"]) - 1)
        own_ns = bucket_ns(int(self._pyramid.directory["base_ns"]), own)
        cells = _joined([reader.cells(own, first, last, own_ns) for reader in self._readers])
        long = [reader.long_touching(own, start_ns, end_ns) for reader in self._readers]
        if len(cells["count"]) > tiles.MOST_ITEMS:
            cells, is_complete = _heaviest(cells, tiles.MOST_ITEMS), False
        room = tiles.MOST_ITEMS - len(cells["count"])
        if sum(map(len, long)) > room:
            long, is_complete = self._longest(long, room), False
        pieces = [reader.long(place) for reader, place in zip(self._readers, long, strict=True)]
        return _tile(_joined([cells, *pieces]), "cells", is_complete=is_complete)

    def _longest(self, long: list[Longs], room: int) -> list[Longs]:
        """The longest of all that have room: a tile says that it is cut, and does not grow."""
        durations = [
            reader.long_durations(place) for reader, place in zip(self._readers, long, strict=True)
        ]
        every = np.concatenate(durations)
        least = np.partition(every, -room - 1)[-room - 1]
        return [place[own > least] for place, own in zip(long, durations, strict=True)]

    def slices(self, start_ns: int, end_ns: int) -> Tile:
        """All slices that touch [start, end), or cells that say so where there are too many."""
        found = self.every_slice(start_ns, end_ns, tiles.MOST_ITEMS)
        if found is not None:
            order = np.lexsort((found["start_ns"], found["track"]))
            ordered = {name: column[order] for name, column in found.items()}
            return _tile(ordered, "slices", is_complete=True)
        return self.cells(0, start_ns, end_ns, is_complete=False)

    def every_slice(self, start_ns: int, end_ns: int, most: int) -> Items | None:
        """All slices that touch [start, end), in no order; None if they are more than `most`."""
        if self._predicted(start_ns, end_ns) > most:
            return None
        found = _joined(
            [
                self._shown(piece, track_of_lane)
                for reader, track_of_lane in self._sources()
                for piece in (
                    reader.long(reader.long_touching(0, start_ns, end_ns)),
                    reader.short(start_ns, end_ns),
                )
            ]
        )
        return found if len(found["count"]) <= most else None

    def _predicted(self, start_ns: int, end_ns: int) -> int:
        """How many slices begin in the range, and long ones that reach into it."""
        own = min(self._below, int(self._pyramid.directory["levels"]) - 1)
        first, last = start_ns // self._base_ns, end_ns // self._base_ns
        return sum(
            reader.count_in_cells(own, first, last)
            + len(reader.long_touching(own, start_ns, end_ns))
            for reader in self._readers
        )

    def _sources(self) -> list[tuple[TrackReader, Column | None]]:
        """What to read rows of: the tracks themselves, or for DMA engines the queues they served.

        Beside a queue the id of the engine's track by lane.
        """
        served: dict[int, Column] = {}
        for track in self._tracks:
            entry = self._entry(track["place"])
            for queue in entry.get("queues", ()):
                lanes = served.setdefault(queue, np.zeros(256, np.uint16))
                lanes[entry["lane"]] = track["id"]
        if served:
            return [(self._reader(0, queue), lanes) for queue, lanes in sorted(served.items())]
        return [(reader, None) for reader in self._readers]

    @staticmethod
    def _shown(piece: Items, track_of_lane: Column | None) -> Items:
        if track_of_lane is None:
            return piece
        lane = np.zeros_like(piece["lane"])
        return {**piece, "track": track_of_lane[piece["lane"]], "lane": lane}


def _heaviest(cells: Items, most: int) -> Items:
    chosen = np.sort(np.argpartition(cells["count"], -most)[-most:])
    return {name: column[chosen] for name, column in cells.items()}


def _joined(pieces: list[Items]) -> Items:
    if not pieces:
        return items(0, **dict.fromkeys(_NAMES, 0))
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in _NAMES}


def _tile(columns: Items, answer: str, *, is_complete: bool) -> Tile:
    is_slice = columns["bucket"] == NO_BUCKET
    rows = int(columns["count"].sum(dtype=np.int64)) + int(np.count_nonzero(is_slice))
    return Tile(columns, answer, is_complete, rows)


_NAMES = tuple(WIRE)
