"""Which rows of a run go into a trace, read batch by batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingest_worker.exports.perfetto.wire import Mask, Numbers, filled
from profiles.storage.tables import ReadableRun, RunMissingError

BATCH_ROWS = 32_768
LONG = 1 << 62


@dataclass(frozen=True)
class Window:
    """A range of time from the profile's zero; what touches it is in it."""

    start_ns: int = -LONG
    end_ns: int = LONG

    def within(self, start_ns: int, end_ns: int) -> "Window":
        """The part of it that lies in a span."""
        return Window(max(self.start_ns, start_ns), min(self.end_ns, end_ns))

    def touches(self, start: Numbers, end: Numbers) -> Mask:
        """Which of the slices are in it."""
        found: Mask = (start <= self.end_ns) & (end >= self.start_ns)
        return found


@dataclass(frozen=True)
class Source:
    """A table of a part of a run, with the names of its columns of time."""

    run: ReadableRun
    table: str
    part: int
    start: str = "timestamp"
    end: str = "timestamp"

    @property
    def names(self) -> set[str]:
        """The columns there are; none if the run has no such table."""
        try:
            with self.run.parquet(self.table, self.part) as file:
                return set(file.schema_arrow.names)
        except RunMissingError:
            return set()

    def column(self, name: str) -> Numbers:
        """A whole column of numbers, with -1 where there is none."""
        with self.run.parquet(self.table, self.part) as file:
            found: Any = file.read([name], use_threads=False).column(name)
        return np.asarray(found.fill_null(-1).to_numpy(), np.int64)

    def codes(self, name: str) -> tuple[Numbers, list[str]]:
        """A whole column of texts as numbers, and the text of each number."""
        coded: list[Numbers] = []
        texts: dict[str, int] = {}
        with self.run.parquet(self.table, self.part) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=[name], use_threads=False):
                one: Any = batch.column(0).fill_null("").dictionary_encode()
                own = [texts.setdefault(t, len(texts)) for t in one.dictionary.to_pylist()]
                coded.append(np.array(own, np.int64)[one.indices.to_numpy()])
        return np.concatenate(coded) if coded else np.zeros(0, np.int64), list(texts)

    def batches(
        self, window: Window, columns: Sequence[str]
    ) -> Iterator[tuple[Numbers, pa.RecordBatch]]:
        """Row numbers and rows within the window, in the order of the table."""
        first = 0
        wanted = list(dict.fromkeys([self.start, self.end, *columns]))
        with self.run.parquet(self.table, self.part) as file:
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                begins, ends = self._least(file, group, self.start), self._most(file, group)
                if begins <= window.end_ns and ends >= window.start_ns:
                    rows = file.iter_batches(BATCH_ROWS, [group], wanted, use_threads=False)
                    yield from self._inside(rows, window, first)
                first += size

    def _inside(
        self,
        batches: Iterator[pa.RecordBatch],
        window: Window,
        first: int,
    ) -> Iterator[tuple[Numbers, pa.RecordBatch]]:
        for batch in batches:
            rows = np.arange(first, first + len(batch))
            first += len(batch)
            inside = window.touches(numbers(batch, self.start), numbers(batch, self.end))
            if inside.all():
                yield rows, batch
            elif inside.any():
                yield rows[inside], batch.filter(pa.array(inside))

    def _least(self, file: pq.ParquetFile, group: int, name: str) -> int:
        found = _statistics(file, group, name)
        return -LONG if found is None else int(found.min)

    def _most(self, file: pq.ParquetFile, group: int) -> int:
        found = _statistics(file, group, self.end)
        return LONG if found is None else int(found.max)

    def earliest_ns(self) -> int:
        """The first instant of the table, by the statistics of its file; 0 if it is no earlier."""
        with self.run.parquet(self.table, self.part) as file:
            groups = range(file.num_row_groups)
            found = [_statistics(file, group, self.start) for group in groups]
        return min([0, *(int(one.min) for one in found if one is not None)])


def _statistics(file: pq.ParquetFile, group: int, name: str) -> Any:
    """Least and largest value of a column of a row group, or None."""
    place = file.schema_arrow.names.index(name)
    found = file.metadata.row_group(group).column(place).statistics
    return found if found is not None and found.has_min_max else None


def numbers(batch: pa.RecordBatch, name: str) -> Numbers:
    """A column of numbers, with -1 where there is none."""
    return filled(batch.column(name), -1).astype(np.int64)
