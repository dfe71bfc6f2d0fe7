"""From a tile's address to its items: cells and long slices of a level, or slices themselves."""

import json
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from profiles.storage.layout import PYRAMID, TIMELINE, part_folder
from profiles.storage.tables import ReadableRun
from profiles.timeline.cell_colours import (
    MOST_ROWS,
    NOTHING,
    CodesOf,
    TileColours,
    no_colours,
    tile_colours,
)
from profiles.timeline.group import GroupReader, Tile
from profiles.timeline.pyramid import Pyramid, UnreadableError
from profiles.timeline.tiles import SLICES, bucket_ns, tile_range
from profiles.timeline.track import Longs

OPEN_PYRAMIDS = 16
OPEN_TIMELINES = 32

__all__ = ["NoSuchTileError", "Tile", "Timeline", "UnreadableError", "timeline_of"]


class NoSuchTileError(LookupError):
    """The timeline has no such group, level or index."""


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
        self._groups = {group["slug"]: group for group in self.document["groups"]}

    def document_json(self) -> str:
        """The answer about the whole timeline."""
        return json.dumps(self.document, separators=(",", ":"))

    def tile(self, slug: str, level: int, index: int) -> Tile:
        """One tile of a group. Raises NoSuchTileError or UnreadableError."""
        group, start, end = self._place(slug, level, index)
        reader = self._reader(group, self._tracks(group))
        if level == SLICES:
            return reader.slices(start, end)
        return reader.cells(level, start, end)

    def _tracks(self, group: dict[str, Any]) -> list[dict[str, Any]]:
        return [self.document["tracks"][number] for number in group["tracks"]]

    def _place(self, slug: str, level: int, index: int) -> tuple[dict[str, Any], int, int]:
        """The group of a tile, and the range it stands for. Raises NoSuchTileError."""
        group = self._groups.get(slug)
        if group is None:
            raise NoSuchTileError(f"there is no group {slug}")
        if not SLICES <= level < len(self.document["levels"]):
            raise NoSuchTileError(f"there is no level {level}")
        start, end = self.tile_range(level, index)
        if index < 0 or start > max(int(self.document["duration_ns"]), 0):
            raise NoSuchTileError("the tile lies outside the profile")
        return group, start, end

    def colours(self, slug: str, level: int, index: int, codes_of: CodesOf) -> TileColours:
        """The colours of a tile's items by codes of rows. Raises NoSuchTileError, UnreadableError.

        `codes_of` gives the codes of rows of a track.
        """
        group, start, end = self._place(slug, level, index)
        tracks = self._tracks(group)
        found = self._reader(group, tracks).every_slice(start, end, MOST_ROWS)
        if found is None:
            return no_colours()
        codes = np.full(len(found["row"]), NOTHING, np.uint16)
        for track in tracks:
            own = np.flatnonzero(found["track"] == track["id"])
            codes[own] = codes_of(track, found["row"][own].astype(np.int64))
            if track["capacity"] > 1:
                # A queue's cells are those of all its lanes.
                found["lane"][own] = 0
        if level == SLICES:
            return tile_colours(found, codes, start, 0, 0)
        size_ns = bucket_ns(int(self.document["levels"][0]["bucket_ns"]), level)
        return tile_colours(found, codes, start, size_ns, (end - start) // size_ns)

    def bucket_ns(self, level: int) -> int:
        """Length of a bucket of a level; at the level of slices that of the base."""
        return bucket_ns(int(self.document["levels"][0]["bucket_ns"]), level)

    def tile_range(self, level: int, index: int) -> tuple[int, int]:
        """The half-open range of a tile, ns from the zero."""
        name = "row_tile_buckets" if level == SLICES else "tile_buckets"
        return tile_range(self.bucket_ns(level), int(self.document[name]), index)

    def rows_of(self, keys: Collection[str]) -> Longs:
        """Row numbers of all slices of the tracks with these keys, each in its own table.

        Raises NoSuchTileError for a key without a track, and UnreadableError.
        """
        left = set(keys)
        found = [np.zeros(0, np.int64)]
        for group in self._groups.values():
            tracks = self._tracks(group)
            chosen = [track for track in tracks if track["key"] in left]
            if chosen:
                left -= {track["key"] for track in chosen}
                found += self._reader(group, chosen).every_row()
        if left:
            raise NoSuchTileError(f"there is no track {min(left)}")
        return np.concatenate(found)

    def folder(self, part: int) -> Path:
        """Where a part's tables lie."""
        return self._path / part_folder(part)

    def pyramid(self, part: int) -> Pyramid:
        """The open pyramid of a part. Raises UnreadableError."""
        return _pyramid(self.folder(part) / PYRAMID)

    def _reader(self, group: dict[str, Any], tracks: list[dict[str, Any]]) -> GroupReader:
        part = int(group["part"])
        base_ns = int(self.document["levels"][0]["bucket_ns"])
        return GroupReader(self.pyramid(part), tracks, self.folder(part), base_ns)


def _pyramid(path: Path) -> Pyramid:
    """The open pyramid of a part; its identity on disk is part of the cache's key."""
    try:
        facts = path.stat()
    except OSError as error:
        raise UnreadableError("the timeline of this run is gone") from error
    return _open_pyramid(path, (facts.st_ino, facts.st_mtime_ns, facts.st_size))


@lru_cache(maxsize=OPEN_PYRAMIDS)
def _open_pyramid(path: Path, _identity: tuple[int, int, int]) -> Pyramid:
    return Pyramid(path)


@lru_cache(maxsize=OPEN_TIMELINES)
def _open_timeline(path: Path) -> Timeline:
    return Timeline(path)


def timeline_of(run: ReadableRun) -> Timeline:
    """The timeline of a run; runs never change, so one reading will do. Raises UnreadableError."""
    return _open_timeline(run.path)
