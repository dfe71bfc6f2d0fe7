"""Writes a part's pyramid: for every track how its slices look, where they lie, and its levels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.runs import pieces
from ingest_worker.tracks.catalogue import TABLE_TIMES, TrackSlices
from ingest_worker.tracks.depth import own_starts, stack
from ingest_worker.tracks.levels import RATIO_BITS, Cells, Longs, Slices, levels
from ingest_worker.tracks.loads import GroupLoads, TileLoads
from ingest_worker.tracks.looks import Looks, looks_of
from profiles.timeline.pyramid import PyramidWriter
from profiles.timeline.tiles import RATIO, level_count

LEAST_BASE_NS = 8
FEW_ROWS = 1 << 16
ROWS_PER_CELL = 8
BLOCK_ROWS = 1024


def base_for(tracks: Iterable[TrackSlices], row_count: int) -> int:
    """The base bucket, 2^k ns: at most one cell for eight rows, except in small captures.

    Cells of all tracks count, which have their lanes; `row_count` are the rows drawn, each once.
    """
    base_ns = LEAST_BASE_NS
    if row_count <= FEW_ROWS:
        return base_ns
    changes = np.zeros(65, np.int64)
    for track in tracks:
        for start_ns, end_ns in _by_cell_lane(track):
            changes += _changes(start_ns, end_ns)
    # At buckets of 2^k ns a new cell begins wherever a bit of weight 2^k or more changes.
    while int(changes[base_ns.bit_length() :].sum()) * ROWS_PER_CELL > row_count:
        base_ns *= 2
    return base_ns


def stacked(track: TrackSlices) -> TrackSlices:
    """The track with a lane for every slice, sorted by start, outside of memory if it is long."""
    ordered = track.sorted_by_start()
    if ordered.lane is not None:
        return replace(ordered, deepest=ordered.deepest or ordered.capacity).set_aside()
    lane, deepest = stack(ordered.start_ns, ordered.end_ns)
    return replace(ordered, lane=lane, deepest=deepest).set_aside()


def _by_cell_lane(track: TrackSlices) -> Iterator[tuple[Longs, Longs]]:
    """Starts and ends of the slices that share cells."""
    lane = _cell_lane(track)
    if not lane.any():
        yield track.start_ns, track.end_ns
        return
    for number in np.flatnonzero(np.bincount(lane)).tolist():
        yield track.start_ns[lane == number], track.end_ns[lane == number]


def _cell_lane(track: TrackSlices) -> npt.NDArray[np.uint8]:
    """The lane of each slice's cell. A queue's packets are one cell together: it tells how many
    of its engines move data.
    """
    lane = _lane(track)
    return np.zeros_like(lane) if track.capacity > 1 else lane


def _lane(track: TrackSlices) -> npt.NDArray[np.uint8]:
    return np.zeros(len(track), np.uint8) if track.lane is None else track.lane


def _changes(start_ns: Longs, end_ns: Longs) -> Longs:
    """How many neighbours in the row of starts and ends differ in which highest bit, 1 to 64."""
    found = np.zeros(65, np.int64)
    for own in pieces(len(start_ns)):
        start, following = start_ns[own], start_ns[own.start + 1 : own.stop + 1]
        last = np.maximum(end_ns[own] - 1, start)
        # An end behind the next start is not its neighbour: the next slice's own end comes first.
        last[: len(following)] = np.minimum(last[: len(following)], following)
        edges = np.empty(2 * len(start) + (len(following) == len(start)), np.int64)
        edges[0 : 2 * len(start) : 2] = start
        edges[1::2] = last
        edges[2 * len(start) :] = following[-1:]
        differing = (edges[1:] ^ edges[:-1]).astype(np.float64)
        found += np.bincount(np.frexp(differing)[1], minlength=65)[:65]
    return found


@dataclass
class PartPyramid:
    """A part's pyramid being written: tracks one by one, then `finish`."""

    writer: PyramidWriter
    base_ns: int
    end_ns: int
    entries: list[dict[str, Any]] = field(default_factory=list)
    loads: TileLoads = field(default_factory=TileLoads)
    _groups: dict[str, GroupLoads] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path, base_ns: int, end_ns: int) -> "PartPyramid":
        """A pyramid over [0, end]; the caller makes the file appear whole."""
        return cls(PyramidWriter(path), base_ns, end_ns)

    @property
    def level_count(self) -> int:
        """Up to a level where one bucket holds all: what is above looks the same."""
        return level_count(self.base_ns, self.end_ns + 1, most_buckets=2)

    def add(self, track: TrackSlices) -> dict[str, Any]:
        """Write a stacked track. Returns facts about it."""
        looks = looks_of(_lane(track), track.colour, track.label)
        entry = {
            "rows": len(track),
            "times": TABLE_TIMES[track.table],
            "table": track.table,
            "block_start": self.writer.add(track.start_ns[::BLOCK_ROWS]),
            "look": self.writer.add(looks.code),
            "looks": self._looks(looks),
            **self._row_numbers(track),
        }
        self._add(entry, track)
        return _facts(track)

    def add_engine(self, track: TrackSlices, queues: Sequence[int], lane: int) -> dict[str, Any]:
        """Write a DMA engine's track: its rows are those in a lane of the queues' tracks."""
        entry = {"rows": len(track), "queues": list(queues), "lane": lane}
        self._add(entry, track)
        return _facts(track)

    def finish(self) -> None:
        """Write what tells where everything is."""
        for group in self._groups.values():
            self.loads.take(group)
        self.writer.finish(
            {
                "base_ns": self.base_ns,
                "ratio": RATIO,
                "levels": self.level_count,
                "block_rows": BLOCK_ROWS,
                "tracks": self.entries,
            }
        )

    def _looks(self, looks: Looks) -> dict[str, Any]:
        return {
            "lane": self.writer.add(looks.lane),
            "colour": self.writer.add(looks.colour),
            "label": self.writer.add(looks.label),
        }

    def _row_numbers(self, track: TrackSlices) -> dict[str, Any]:
        """Where a track is one range of its table, in order, its first row says it all."""
        if not len(track):
            return {"first_row": 0}
        if _is_range(track.row):
            return {"first_row": int(track.row[0])}
        return {"row": self.writer.add(track.row)}

    def _add(self, entry: dict[str, Any], track: TrackSlices) -> None:
        own = own_starts(track.start_ns, track.end_ns, _lane(track))
        slices = Slices(track.start_ns, track.end_ns, own, _cell_lane(track), track.colour)
        loads = self._groups.setdefault(track.group, GroupLoads())
        loads.add_reaching(track.deepest)
        found = []
        bits = self.base_ns.bit_length() - 1
        for level, (cells, long) in enumerate(levels(slices, bits, self.level_count)):
            bucket_bits = bits + RATIO_BITS * level
            if level == 0:
                entry["long"] = self._long(track, long)
                first_long = long
            loads.add(level, bucket_bits, cells, track.start_ns[long])
            found.append(
                {
                    **self._cells(track, cells, bucket_bits),
                    **self._long_places(track, first_long, long),
                }
            )
        self.entries.append({"key": track.key, **entry, "levels": found})

    def _long(self, track: TrackSlices, long: Longs) -> dict[str, Any]:
        """The base level's long slices; those of the levels above are among them."""
        return {
            "row": self.writer.add(track.row[long]),
            "start": self.writer.add(track.start_ns[long]),
            "duration": self.writer.add(track.end_ns[long] - track.start_ns[long]),
            "lane": self.writer.add(_lane(track)[long]),
            "colour": self.writer.add(track.colour[long]),
            "label": self.writer.add(track.label[long]),
        }

    def _long_places(self, track: TrackSlices, first_long: Longs, long: Longs) -> dict[str, Any]:
        """Which of the base level's long slices are long here too; for each block of them when
        the first begins and when the last ends.
        """
        end = track.end_ns[long]
        latest = np.maximum.reduceat(end, np.arange(0, len(end), BLOCK_ROWS)) if len(end) else end
        return {
            "long": self.writer.add(np.searchsorted(first_long, long)),
            "long_start": self.writer.add(track.start_ns[long][::BLOCK_ROWS]),
            "long_end": self.writer.add(latest),
        }

    def _cells(self, track: TrackSlices, cells: Cells, bucket_bits: int) -> dict[str, Any]:
        """The cells of a level; what is said of the representative is 0 where none begins."""
        known = np.maximum(cells.longest, 0)
        has = cells.longest >= 0
        start, row, label = (
            (track.start_ns[known], track.row[known], track.label[known])
            if len(track)
            else (known, known, known)
        )
        offset = start - (cells.bucket << bucket_bits)
        return {
            "bucket": self.writer.add(cells.bucket),
            "lane": self.writer.add(cells.lane),
            "count": self.writer.add(cells.count),
            "busy": self.writer.add(cells.busy_ns),
            "colour": self.writer.add(cells.colour),
            "offset": self.writer.add(np.where(has, offset, 0)),
            "duration": self.writer.add(np.maximum(cells.duration_ns, 0)),
            "row": self.writer.add(np.where(has, row, 0)),
            "label": self.writer.add(np.where(has, label, 0)),
        }


def write_pyramid(
    path: Path, tracks: Iterable[TrackSlices], base_ns: int, end_ns: int
) -> list[dict[str, Any]]:
    """Write the pyramid of tracks without DMA engines. Returns facts about each."""
    pyramid = PartPyramid.open(path, base_ns, end_ns)
    with pyramid.writer:
        facts = [pyramid.add(stacked(track)) for track in tracks]
        pyramid.finish()
    return facts


def _is_range(row: Longs) -> bool:
    """Whether each number is one more than the one before."""
    first = int(row[0]) if len(row) else 0
    return all(
        bool((row[own] == np.arange(first + own.start, first + own.stop)).all())
        for own in pieces(len(row))
    )


def _facts(track: TrackSlices) -> dict[str, Any]:
    lanes = track.capacity if track.capacity > 1 else min(max(track.deepest, 1), track.most_lanes)
    return {
        "rows": len(track),
        "lanes": lanes,
        "deepest": track.deepest,
        "start_ns": int(track.start_ns[0]) if len(track) else 0,
        "end_ns": int(track.end_ns.max()) if len(track) else 0,
    }
