"""The rows of a range of the timeline, on all of its tracks or on some, read batch by batch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ingest_worker.tracks.catalogue import TABLE_TIMES
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import timeline_of

BATCH_ROWS = 32_768
NOWHERE = -1

Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RangeTable:
    """A table of a part that is drawn on the timeline.

    `place` int32 (rows,): the number of the chosen track on which each row lies, or -1.
    """

    part: int
    name: str
    place: npt.NDArray[np.int32]

    @property
    def times(self) -> Mapping[str, str]:
        """Its columns of time: `start` with `end`, with `length`, or alone."""
        return TABLE_TIMES[self.name]


class RangeRows:
    """Rows that touch [start, end): that have time in it, or begin there."""

    def __init__(
        self, run: ReadableRun, start_ns: int, end_ns: int, keys: Sequence[str] | None
    ) -> None:
        """Of the tracks with these keys, or of all. Raises NoSuchTileError, UnreadableError."""
        self.run = run
        self.start_ns = start_ns
        self.end_ns = end_ns
        self._timeline = timeline_of(run)
        tracks = self._timeline.document["tracks"]
        if keys is None:
            # Engines show the packets of the queues once more.
            keys = [track["key"] for track in tracks if track["kind"] != "dma_engine"]
        chosen = dict.fromkeys(keys)
        self.tracks: list[dict[str, Any]] = [track for track in tracks if track["key"] in chosen]
        self.tables = self._tables()

    def _tables(self) -> list[RangeTable]:
        places: dict[tuple[int, str], npt.NDArray[np.int32]] = {}
        for number, track in enumerate(self.tracks):
            part, name = int(track["part"]), str(track["table"])
            entry = self.run.manifest.table(name, part)
            if entry is None or name not in TABLE_TIMES:
                continue
            empty = np.full(entry.row_count, NOWHERE, np.int32)
            own = places.setdefault((part, name), empty)
            own[self._timeline.rows_of([track["key"]])] = number
        return [RangeTable(part, name, place) for (part, name), place in places.items()]

    def count(self, table: RangeTable) -> int:
        """How many rows there are; columns of time are read only at the edges of the range."""
        first = total = 0
        with self.run.parquet(table.name, table.part) as file:
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                own = table.place[first : first + rows] != NOWHERE
                first += rows
                if not own.any() or not self._may_hold(file, group, table.times):
                    continue
                if not self._is_inside(file, group, table.times):
                    wanted = list(table.times.values())
                    batch = file.read_row_group(group, columns=wanted, use_threads=False)
                    own = own & self._touches(batch, table.times)
                total += int(np.count_nonzero(own))
        return total

    def batches(
        self, table: RangeTable, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[Longs, pa.RecordBatch]]:
        """Row numbers and rows, in the order of the table; all columns where none are named."""
        first = 0
        with self.run.parquet(table.name, table.part) as file:
            present = set(file.schema_arrow.names)
            wanted = None
            if columns is not None:
                named = dict.fromkeys([*table.times.values(), *columns])
                wanted = [name for name in named if name in present]
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                if self._may_hold(file, group, table.times):
                    at = first
                    for batch in file.iter_batches(BATCH_ROWS, [group], wanted, use_threads=False):
                        rows = np.arange(at, at + len(batch))
                        at += len(batch)
                        own = (table.place[rows] != NOWHERE) & self._touches(batch, table.times)
                        if own.any():
                            yield rows[own], batch.filter(pa.array(own))
                first += size

    def _may_hold(self, file: pq.ParquetFile, group: int, times: Mapping[str, str]) -> bool:
        """By the statistics of the file; a table with lengths tells no end."""
        begins = _statistics(file, group, times["start"])
        if begins is not None and int(begins.min) >= self.end_ns:
            return False
        ends = None
        if "length" not in times:
            ends = _statistics(file, group, times.get("end", times["start"]))
        return ends is None or int(ends.max) >= self.start_ns

    def _is_inside(self, file: pq.ParquetFile, group: int, times: Mapping[str, str]) -> bool:
        begins = _statistics(file, group, times["start"])
        if begins is None or begins.null_count:
            return False
        return int(begins.min) >= self.start_ns and int(begins.max) < self.end_ns

    def _touches(self, batch: pa.RecordBatch | pa.Table, times: Mapping[str, str]) -> Mask:
        start = _numbers(batch, times["start"])
        end = start
        if "end" in times:
            end = _numbers(batch, times["end"])
        elif "length" in times:
            end = start + _numbers(batch, times["length"])
        found: Mask = (start < self.end_ns) & ((start >= self.start_ns) | (end > self.start_ns))
        return found


def spans(batch: pa.RecordBatch, times: Mapping[str, str]) -> tuple[Longs, Longs]:
    """Start and end of every row, ns from the part's zero."""
    start = _numbers(batch, times["start"])
    if "end" in times:
        return start, np.maximum(_numbers(batch, times["end"]), start)
    if "length" in times:
        return start, start + _numbers(batch, times["length"])
    return start, start


def _numbers(batch: pa.RecordBatch | pa.Table, name: str) -> Longs:
    column: Any = batch.column(name)
    found: Longs = np.asarray(column.fill_null(0), np.int64)
    return found


def _statistics(file: pq.ParquetFile, group: int, name: str) -> Any:
    """Least and largest value of a column of a row group, or None."""
    place = file.schema_arrow.names.index(name)
    found = file.metadata.row_group(group).column(place).statistics
    return found if found is not None and found.has_min_max else None
