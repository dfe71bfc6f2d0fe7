"""One track of an open pyramid: its cells, its long slices and its short ones, as items."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.storage.layout import table_file
from profiles.timeline.pyramid import Column, Pyramid
from profiles.timeline.rows import RowTimes

NO_BUCKET = 65_535

Longs = npt.NDArray[np.int64]
Items = dict[str, Column]

WIRE: dict[str, Any] = {
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
"""Columns of an answer, with their types."""


def items(length: int, **columns: Any) -> Items:
    """Items with the wire's columns and types; a column may be one value for all."""
    return {
        name: np.broadcast_to(np.asarray(columns[name]), (length,)).astype(kind)
        for name, kind in WIRE.items()
    }


class TrackReader:
    """A track of a pyramid; `number` is its id in the document."""

    def __init__(self, pyramid: Pyramid, number: int, entry: dict[str, Any], folder: Path) -> None:
        self.number = number
        self._pyramid = pyramid
        self._entry = entry
        self._folder = folder

    def _column(self, entry: Any) -> Column:
        return self._pyramid.column(entry)

    def cell_range(self, level: int, first: int, last: int) -> slice:
        """Where the cells of buckets [first, last) lie."""
        bucket = self._column(self._entry["levels"][level]["bucket"])
        begin, end = np.searchsorted(bucket, (first, last), "left").tolist()
        return slice(begin, end)

    def count_in_cells(self, level: int, first: int, last: int) -> int:
        """How many short slices begin in buckets [first, last)."""
        counts = self._column(self._entry["levels"][level]["count"])
        return int(counts[self.cell_range(level, first, last)].sum(dtype=np.int64))

    def cells(self, level: int, first: int, last: int, bucket_ns: int) -> Items:
        """Cells of buckets [first, last) as items, buckets counted from the first."""
        entry = self._entry["levels"][level]
        place = self.cell_range(level, first, last)
        found = {name: self._column(entry[name])[place] for name in _CELL}
        bucket = found["bucket"].astype(np.int64)
        has = found["count"] > 0
        return items(
            len(bucket),
            track=self.number,
            lane=found["lane"],
            count=found["count"],
            start_ns=np.where(has, bucket * bucket_ns + found["offset"], 0),
            duration_ns=found["duration"],
            bucket=bucket - first,
            busy_ns=found["busy"],
            row=found["row"],
            colour=found["colour"],
            label=found["label"],
        )

    def long_touching(self, level: int, start_ns: int, end_ns: int) -> Longs:
        """Places in the long list of the level's long slices that touch [start, end)."""
        entry = self._entry["levels"][level]
        size = int(self._pyramid.directory["block_rows"])
        begins, ends = self._column(entry["long_start"]), self._column(entry["long_end"])
        blocks = np.flatnonzero((begins < end_ns) & (ends > start_ns))
        place = self._column(entry["long"])
        found = [place[b * size : (b + 1) * size].astype(np.int64) for b in blocks.tolist()]
        chosen = np.concatenate(found) if found else np.zeros(0, np.int64)
        start = self._long("start")[chosen].astype(np.int64)
        end = start + self._long("duration")[chosen]
        touching: Longs = chosen[(start < end_ns) & (end > start_ns)]
        return touching

    def _long(self, name: str) -> Column:
        return self._column(self._entry["long"][name])

    def long_durations(self, place: Longs) -> Longs:
        """Durations of long slices."""
        durations: Longs = self._long("duration")[place].astype(np.int64)
        return durations

    def long(self, place: Longs) -> Items:
        """Long slices as items."""
        return items(
            len(place),
            track=self.number,
            start_ns=self._long("start")[place],
            duration_ns=self._long("duration")[place],
            row=self._long("row")[place],
            lane=self._long("lane")[place],
            colour=self._long("colour")[place],
            label=self._long("label")[place],
            **_SLICE,
        )

    def short(self, start_ns: int, end_ns: int) -> Items:
        """Slices no longer than the base bucket that touch [start, end), out of their table."""
        base_ns = int(self._pyramid.directory["base_ns"])
        index = self._begun_in(start_ns - base_ns, end_ns)
        row = self._rows(index)
        times = RowTimes(self._folder / table_file(self._entry["table"]), self._entry["times"])
        start, end = times.of(row)
        touches = (start < end_ns) & ((start >= start_ns) | (end > start_ns))
        chosen = np.flatnonzero(touches & (end - start <= base_ns))
        looks = self._entry["looks"]
        look = self._column(self._entry["look"])[index[chosen]]
        return items(
            len(chosen),
            track=self.number,
            start_ns=start[chosen],
            duration_ns=end[chosen] - start[chosen],
            row=row[chosen],
            lane=self._column(looks["lane"])[look],
            colour=self._column(looks["colour"])[look],
            label=self._column(looks["label"])[look],
            **_SLICE,
        )

    def _begun_in(self, start_ns: int, end_ns: int) -> Longs:
        """Indices of the blocks of slices among which are all that begin in [start, end)."""
        size = int(self._pyramid.directory["block_rows"])
        begins = self._column(self._entry["block_start"])
        first = max(int(np.searchsorted(begins, start_ns, "left")) - 1, 0)
        last = int(np.searchsorted(begins, end_ns, "left"))
        return np.arange(first * size, min(last * size, int(self._entry["rows"])), dtype=np.int64)

    def every_row(self) -> Longs:
        """Row numbers of all slices of the track."""
        return self._rows(np.arange(int(self._entry["rows"]), dtype=np.int64))

    def every_lane(self) -> Column:
        """Lanes of all slices of the track, in the same order."""
        lanes: Column = self._column(self._entry["looks"]["lane"])[
            self._column(self._entry["look"])
        ]
        return lanes

    def _rows(self, index: Longs) -> Longs:
        """Row numbers in the track's table."""
        if "first_row" in self._entry:
            return index + int(self._entry["first_row"])
        rows: Longs = self._column(self._entry["row"])[index].astype(np.int64)
        return rows


_CELL = ("bucket", "lane", "count", "busy", "colour", "offset", "duration", "row", "label")
_SLICE = {"count": 0, "bucket": NO_BUCKET, "busy_ns": 0}
