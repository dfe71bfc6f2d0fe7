"""Columns of a run's tables as arrays: numbers, or codes with the values they stand for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from profiles.metrics.events import NONE, Coded, Longs
from profiles.storage.tables import ReadableRun

MOST_CODES = 1 << 40


class TableColumns:
    """The asked-for columns of one table; a column that the file lacks reads as null.

    Tables of other tools may hold fewer columns, and other widths of numbers.
    """

    def __init__(
        self, run: ReadableRun, part: int, name: str, texts: Sequence[str], numbers: Sequence[str]
    ) -> None:
        """Raises OSError or pyarrow's ArrowException for a file that cannot be read."""
        self.row_count = 0
        self._columns: dict[str, Any] = {}
        if run.manifest.table(name, part) is None:
            return
        path = run.table_path(name, part)
        # A single file, opened as such: a data set would load half of the library first.
        present = set(pq.read_schema(path).names)
        wanted = [column for column in (*texts, *numbers) if column in present]
        coded = [column for column in texts if column in present]
        with pq.ParquetFile(path, memory_map=True, read_dictionary=coded) as file:
            table = file.read(columns=wanted)
            self.row_count = int(file.metadata.num_rows)
        self._columns = {column: table.column(column) for column in wanted}

    def numbers(self, name: str, empty: int = NONE) -> Longs:
        """Whole numbers; `empty` where there is none."""
        column = self._columns.get(name)
        if column is None:
            return np.full(self.row_count, empty, np.int64)
        if not pa.types.is_int64(column.type):
            column = column.cast(pa.int64(), safe=False)
        filled = column.fill_null(empty) if column.null_count else column
        found: Longs = filled.to_numpy().astype(np.int64, copy=False)
        return found

    def coded(self, name: str) -> Coded:
        """Texts by code; null reads as the empty text."""
        column = self._columns.get(name)
        if column is None:
            return Coded(np.zeros(self.row_count, np.int64), [""])
        encoded = column.dictionary_encode().unify_dictionaries()
        values = encoded.chunk(0).dictionary.to_pylist() if encoded.num_chunks else []
        codes = [chunk.indices.fill_null(len(values)).to_numpy() for chunk in encoded.chunks]
        joined = np.concatenate(codes).astype(np.int64) if codes else np.zeros(0, np.int64)
        return Coded(joined, [*values, ""])


def distinct(columns: Sequence[Longs]) -> tuple[Longs, list[Longs]]:
    """Each row's place among the distinct combinations, and those, column by column."""
    if not columns or not len(columns[0]):
        return np.zeros(0, np.int64), [np.zeros(0, np.int64) for _ in columns]
    code = np.zeros(len(columns[0]), np.int64)
    count = 1
    for column in columns:
        own, size = _codes(column)
        if count * size > MOST_CODES:
            code, count = _codes(code)
        code, count = code * size + own, count * size
    code, count = _codes(code)
    first = np.empty(count, np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    return code, [column[first] for column in columns]


def _codes(column: Longs) -> tuple[Longs, int]:
    """A number for every distinct value, in the order in which they come, and how many."""
    encoded: Any = pa.array(column).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), len(encoded.dictionary)


def table_rows(run: ReadableRun, part: int, name: str) -> list[dict[str, Any]]:
    """All rows of a small table; none where it is not there."""
    if run.manifest.table(name, part) is None:
        return []
    with run.parquet(name, part) as file:
        rows: list[dict[str, Any]] = file.read().to_pylist()
    return rows
