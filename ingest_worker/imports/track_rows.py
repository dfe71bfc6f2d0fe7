"""Rows of a written table as slices of the timeline: columns, times as drawn, and the core."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest_worker.formats.errors import LimitExceeded
from profiles.storage.layout import table_file

MOST_ROWS_OF_TRACKS = 2_000
"""Engines, or queues, of one core and cores together: more are no device."""

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TableRows:
    """Columns of one table; `start_ns` and `end_ns` are as they are drawn."""

    columns: pa.Table
    start_ns: Longs
    end_ns: Longs
    core: Longs

    def codes(self, name: str) -> tuple[list[str], Longs]:
        """The distinct texts of a column, and each row's place among them."""
        column: Any = self.columns.column(name)
        if not pa.types.is_string(column.type):
            column = column.cast(pa.string())
        packed: Any = pc.dictionary_encode(column.fill_null("")).combine_chunks()
        found = packed.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return [str(text) for text in packed.dictionary.to_pylist()], found

    def numbers(self, name: str) -> Longs:
        """A column of whole numbers; what is missing counts as 0."""
        return numbers_of(self.columns, name)


def table_rows(
    folder: Path, table: str, times: tuple[str, str, str], names: list[str], core: str = "pcore_idx"
) -> TableRows | None:
    """Some columns of a table of the run; None where the table or its times are not there.

    `times` are the columns of start and end, or of start and length; `core` is the column with the
    core, empty where the rows belong to none.
    """
    path = folder / table_file(table)
    if not path.is_file():
        return None
    start, end, length = times
    wanted = [name for name in (start, end, length, core, *names) if name]
    texts = [name for name in names if name.endswith(("name", "track", "opcode", "type", "fn"))]
    columns = pq.read_table(path, columns=wanted, memory_map=True, read_dictionary=texts)
    begin = columns.column(start).to_numpy().astype(np.int64)
    stop = begin
    if end:
        stop = columns.column(end).to_numpy().astype(np.int64)
    elif length:
        stop = begin + columns.column(length).to_numpy().astype(np.int64)
    shown = np.maximum(begin, 0)
    return TableRows(
        columns,
        shown,
        np.maximum(stop, shown),
        numbers_of(columns, core) if core else np.zeros(len(shown), np.int64),
    )


def numbers_of(columns: pa.Table, name: str) -> Longs:
    column: Any = columns.column(name)
    found: Longs = column.fill_null(0).to_numpy().astype(np.int64)
    return found


def check_count(count: int, table: str) -> None:
    if count > MOST_ROWS_OF_TRACKS:
        text = f"{table} names {count:,} cores, engines or queues."
        raise LimitExceeded("limit.records", text, file=table)


def slug_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
