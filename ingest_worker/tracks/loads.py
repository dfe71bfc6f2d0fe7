"""How much a tile would hold, so that tiles are cut narrow enough to stay small."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest_worker.tracks.levels import Cells
from profiles.timeline.tiles import LEAST_TILE_BUCKETS, MOST_ITEMS, TILE_BUCKETS

Longs = npt.NDArray[np.int64]


@dataclass
class GroupLoads:
    """What the tracks of one group put into tiles, level by level, in pieces of a few buckets."""

    pieces: dict[int, list[tuple[Longs, Longs, Longs]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    reaching: int = 0

    def add(self, level: int, bucket_bits: int, cells: Cells, long_start_ns: Longs) -> None:
        """Count the cells of a track's level, the slices in them, and long slices by start."""
        at = np.concatenate((cells.bucket, long_start_ns >> bucket_bits)) // LEAST_TILE_BUCKETS
        cell = np.ones(len(at), np.int64)
        rows = np.concatenate((cells.count, np.ones(len(long_start_ns), np.int64)))
        self.pieces[level].append(_summed(at, cell, rows))

    def add_reaching(self, slices: int) -> None:
        """So many slices of a track may reach into a tile from before."""
        self.reaching += slices


@dataclass
class TileLoads:
    """The most that a tile of so many buckets holds, by level: items of cells, and slices."""

    cells: dict[int, dict[int, int]] = field(default_factory=dict)
    slices: dict[int, dict[int, int]] = field(default_factory=dict)

    def take(self, group: GroupLoads) -> None:
        """Add a group; its pieces are not needed any more."""
        for level, parts in group.pieces.items():
            at, cell, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
            _raise(self.cells.setdefault(level, {}), at, cell, group.reaching)
            _raise(self.slices.setdefault(level, {}), at, rows, group.reaching)

    def cell_buckets(self, most: int, from_level: int) -> int:
        """The widest tile, at most `most` buckets, that stays small at this level and above."""
        loads = [load for level, load in self.cells.items() if level >= from_level]
        return _fitting(most, loads)

    def slice_buckets(self, most: int, level: int) -> int:
        """The widest tile of slices, in buckets of the level, at most `most`, that stays small."""
        return _fitting(most, [self.slices[level]] if level in self.slices else [])


def _summed(at: Longs, cell: Longs, rows: Longs) -> tuple[Longs, Longs, Longs]:
    if not len(at):
        return at, cell, rows
    if not bool((at[1:] >= at[:-1]).all()):
        order = np.argsort(at, kind="stable")
        at, cell, rows = at[order], cell[order], rows[order]
    first = np.flatnonzero(np.concatenate(([True], at[1:] != at[:-1])))
    return at[first], np.add.reduceat(cell, first), np.add.reduceat(rows, first)


def _raise(most: dict[int, int], at: Longs, load: Longs, reaching: int) -> None:
    """Note for every width of a tile the most that one of this group holds."""
    buckets = LEAST_TILE_BUCKETS
    while len(at) and buckets <= TILE_BUCKETS:
        at, load, _ = _summed(at, load, load)
        most[buckets] = max(most.get(buckets, 0), int(load.max()) + reaching)
        if len(at) == 1 and at[0] == 0:
            break
        at, buckets = at // 2, buckets * 2


def _fitting(most: int, loads: list[dict[int, int]]) -> int:
    buckets = most
    while buckets > LEAST_TILE_BUCKETS:
        # Wider tiles than noted hold no more than the widest noted: that one holds all.
        held = [load.get(buckets, max(load.values(), default=0)) for load in loads]
        if max(held, default=0) <= MOST_ITEMS:
            break
        buckets //= 2
    return buckets
