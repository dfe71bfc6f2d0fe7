"""From a tile's address to its items: cells and long slices of a level, or slices themselves."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.storage.layout import PYRAMID, TIMELINE, part_folder
from profiles.storage.tables import ReadableRun
from profiles.timeline.pyramid import Pyramid, UnreadableError
from profiles.timeline.tiles import SLICES, bucket_ns, tile_range

MOST_ITEMS = 24_000
"""Items in an answer; with 37 bytes each it stays under a megabyte."""

NO_BUCKET = 65_535
LONGEST_U32 = 2**32 - 1

Longs = npt.NDArray[np.int64]

__all__ = ["NoSuchTileError", "Tile", "Timeline", "UnreadableError", "timeline_of"]


class NoSuchTileError(LookupError):
    """The timeline has no such group, level or index."""


@dataclass(frozen=True)
class Tile:
    """The items of a tile as columns of equal length; `columns` follow the wire's names.

    `answer` is cells or slices; `is_complete` is False when slices were asked for and cells given;
    `row_count` counts the slices the items stand for.
    """

    columns: dict[str, npt.NDArray[Any]]
    answer: str
    is_complete: bool
    row_count: int


class Timeline:
    """The timeline of a published run."""

    def __init__(self, path: Path) -> None:
        """Read the run folder's document; pyramids are opened when a tile asks.

        Raises UnreadableError.
        """
        self._path = path
        try:
            text = (path / TIMELINE).read_text(encoding="utf-8")
            self.document: dict[str, Any] = json.loads(text)
        except (OSError, ValueError) as error:
            raise UnreadableError("the timeline's document cannot be read") from error

    def document_json(self) -> str:
        """The answer about the whole timeline."""
        return json.dumps(self.document, separators=(",", ":"))

    def tile(self, slug: str, level: int, index: int) -> Tile:
        """One tile of a group. Raises NoSuchTileError or UnreadableError."""
        group = next((g for g in self.document["groups"] if g["slug"] == slug), None)
        if group is None:
            raise NoSuchTileError(f"there is no group {slug}")
        if not SLICES <= level < len(self.document["levels"]):
            raise NoSuchTileError(f"there is no level {level}")
        base_ns = int(self.document["levels"][0]["bucket_ns"])
        start, end = tile_range(base_ns, level, index)
        if index < 0 or start > max(int(self.document["duration_ns"]), 0):
            raise NoSuchTileError("the tile lies outside the profile")
        pyramid = _pyramid(self._path / part_folder(group["part"]) / PYRAMID)
        tracks = [self.document["tracks"][number] for number in group["tracks"]]
        readers = [_Track(pyramid, track) for track in tracks]
        if level == SLICES:
            return _slices_tile(readers, base_ns, start, end)
        return _cells_tile(readers, base_ns, level, start, end, is_complete=True)


def _pyramid(path: Path) -> Pyramid:
    """The open pyramid of a part; its identity on disk is part of the cache's key."""
    try:
        facts = path.stat()
    except OSError as error:
        raise UnreadableError("the timeline of this run is gone") from error
    return _open_pyramid(path, (facts.st_ino, facts.st_mtime_ns, facts.st_size))


@lru_cache(maxsize=64)
def _open_pyramid(path: Path, _identity: tuple[int, int, int]) -> Pyramid:
    return Pyramid(path)


@lru_cache(maxsize=32)
def _open_timeline(path: Path) -> Timeline:
    return Timeline(path)


def timeline_of(run: ReadableRun) -> Timeline:
    """The timeline of a run; runs never change, so one reading will do. Raises UnreadableError."""
    return _open_timeline(run.path)


class _Track:
    """One track of an open pyramid."""

    def __init__(self, pyramid: Pyramid, track: dict[str, Any]) -> None:
        self.id = int(track["id"])
        self._pyramid = pyramid
        self._entry = pyramid.directory["tracks"][track["place"]]
        self.start = self._column("start")
        self._duration = self._column("duration")
        self._lane = self._column("lane")
        self._colour = self._column("colour")
        self._label = self._column("label")

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._pyramid.column(self._entry[name])

    def overlapping(self, start_ns: int, end_ns: int) -> Longs:
        """Indices of slices that touch [start, end): by blocks first, then one by one."""
        last = int(np.searchsorted(self.start, end_ns, "left"))
        first = int(np.searchsorted(self.start, start_ns, "left"))
        inside = np.arange(first, last)
        block_end = self._column("block_end")
        size = int(self._pyramid.directory["block_rows"])
        blocks = np.flatnonzero(block_end[: -(-first // size)] > start_ns)
        earlier = [np.arange(b * size, min((b + 1) * size, first)) for b in blocks.tolist()]
        before = np.concatenate(earlier) if earlier else np.zeros(0, np.int64)
        reaching = before[self.start[before] + self.duration(before) > start_ns]
        return np.concatenate((reaching, inside))

    def count_starting(self, start_ns: int, end_ns: int) -> int:
        """How many slices begin in [start, end)."""
        first, last = np.searchsorted(self.start, (start_ns, end_ns), "left")
        return int(last - first)

    def duration(self, index: Longs) -> Longs:
        """Durations in ns, exact beyond 32 bits too."""
        found = self._duration[index].astype(np.int64)
        for place in np.flatnonzero(found == LONGEST_U32):
            found[place] = self._entry["beyond_u32"].get(str(index[place]), LONGEST_U32)
        return found

    def rows(self, index: Longs) -> Longs:
        """Row numbers in the track's table."""
        if "first_row" in self._entry:
            return index + int(self._entry["first_row"])
        return self._column("row")[index].astype(np.int64)

    def slices(self, index: Longs) -> dict[str, npt.NDArray[Any]]:
        """Slices as items."""
        count = len(index)
        return {
            "track": np.full(count, self.id, np.uint16),
            "lane": self._lane[index],
            "count": np.zeros(count, np.uint32),
            "start_ns": self.start[index].astype(np.float64),
            "duration_ns": self.duration(index).astype(np.float64),
            "bucket": np.full(count, NO_BUCKET, np.uint16),
            "busy_ns": np.zeros(count, np.float64),
            "row": self.rows(index).astype(np.uint32),
            "colour": self._colour[index],
            "label": self._label[index],
        }

    def long(self, level: int, start_ns: int, end_ns: int) -> Longs:
        """Indices of the level's long slices that touch [start, end)."""
        index = self._pyramid.column(self._entry["levels"][level]["long"]).astype(np.int64)
        begin = self.start[index]
        chosen = (begin < end_ns) & (begin + self.duration(index) > start_ns)
        found: Longs = index[chosen]
        return found

    def cells(self, level: int, first: int, last: int) -> dict[str, npt.NDArray[Any]]:
        """Cells of buckets [first, last) as items, buckets counted from the tile's first."""
        entry = self._entry["levels"][level]
        bucket = self._pyramid.column(entry["bucket"])
        place = slice(*np.searchsorted(bucket, (first, last), "left").tolist())
        longest = self._pyramid.column(entry["longest"])[place].astype(np.int64)
        known = np.maximum(longest, 0)
        has = (longest >= 0) & (len(self.start) > 0)
        count = self._pyramid.column(entry["count"])[place]
        return {
            "track": np.full(len(longest), self.id, np.uint16),
            "lane": self._pyramid.column(entry["lane"])[place],
            "count": count,
            "start_ns": np.where(has, self.start[known], 0).astype(np.float64),
            "duration_ns": np.where(has, self.duration(known), 0).astype(np.float64),
            "bucket": (bucket[place] - first).astype(np.uint16),
            "busy_ns": self._pyramid.column(entry["busy"])[place].astype(np.float64),
            "row": np.where(has, self.rows(known), 0).astype(np.uint32),
            "colour": self._pyramid.column(entry["colour"])[place],
            "label": np.where(has, self._label[known], 0).astype(np.uint16),
        }


def _slices_tile(readers: list[_Track], base_ns: int, start: int, end: int) -> Tile:
    predicted = sum(reader.count_starting(start, end) for reader in readers)
    if predicted <= MOST_ITEMS:
        found = [reader.overlapping(start, end) for reader in readers]
        if sum(map(len, found)) <= MOST_ITEMS:
            pieces = [r.slices(index) for r, index in zip(readers, found, strict=True)]
            return _tile(pieces, "slices", is_complete=True)
    return _cells_tile(readers, base_ns, 0, start, end, is_complete=False)


def _cells_tile(
    readers: list[_Track], base_ns: int, level: int, start: int, end: int, *, is_complete: bool
) -> Tile:
    size = bucket_ns(base_ns, level)
    first, last = start // size, end // size
    pieces = [reader.cells(level, first, last) for reader in readers]
    long = [reader.long(level, start, end) for reader in readers]
    room = MOST_ITEMS - sum(len(piece["track"]) for piece in pieces)
    if sum(map(len, long)) > room:
        long, is_complete = _longest_only(readers, long, max(room, 0)), False
    pieces += [r.slices(index) for r, index in zip(readers, long, strict=True)]
    return _tile(pieces, "cells", is_complete=is_complete)


def _longest_only(readers: list[_Track], long: list[Longs], room: int) -> list[Longs]:
    """The longest of all; a tile must not grow without bound, and it says that it is cut."""
    durations = np.concatenate([r.duration(i) for r, i in zip(readers, long, strict=True)])
    if room == 0 or not len(durations):
        return [index[:0] for index in long]
    floor = np.partition(durations, -room)[-room]
    kept = [i[r.duration(i) > floor] for r, i in zip(readers, long, strict=True)]
    return kept


def _tile(pieces: list[dict[str, npt.NDArray[Any]]], answer: str, *, is_complete: bool) -> Tile:
    columns = (
        {name: np.concatenate([piece[name] for piece in pieces]) for name in _WIRE}
        if pieces
        else {name: np.zeros(0, kind) for name, kind in _WIRE.items()}
    )
    is_slice = columns["bucket"] == NO_BUCKET
    rows = int(columns["count"].sum(dtype=np.int64)) + int(np.count_nonzero(is_slice))
    return Tile(columns, answer, is_complete, rows)


_WIRE: dict[str, Any] = {
    "track": np.uint16,
    "lane": np.uint8,
    "count": np.uint32,
    "start_ns": np.float64,
    "duration_ns": np.float64,
    "bucket": np.uint16,
    "busy_ns": np.float64,
    "row": np.uint32,
    "colour": np.uint8,
    "label": np.uint16,
}
