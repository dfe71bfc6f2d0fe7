"""The rows of SystemProfileEvents as arrays, a column at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from profiles.storage.tables import ReadableRun

TABLE = "SystemProfileEvents"
NONE = -1
"""Stands for null in a column of numbers."""

KEPT_TABLES = 2
MOST_KEPT_ROWS = 4_000_000
"""A million rows take some 60 MB."""

Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Coded:
    """A column of texts or of few numbers: each row's place in `values`."""

    codes: Longs
    values: Sequence[Any]

    def where(self, *wanted: object) -> Mask:
        """The rows that hold one of these values."""
        places = [place for place, value in enumerate(self.values) if value in wanted]
        found: Mask = np.isin(self.codes, np.array(places, np.int64))
        return found


@dataclass(frozen=True)
class CoreKey:
    """Where an event happened: host, process, logical core and, for hardware, physical core."""

    instance_id: str
    process_id: int
    nc_idx: int | None
    pcore_idx: int | None


class Events:
    """The events of a run. A column is read when it is first asked for."""

    def __init__(self, path: Path) -> None:
        """Raises OSError or pyarrow's ArrowException if the table cannot be read."""
        self.path = path
        self._coded: dict[str, Coded] = {}
        self._numbers: dict[str, Longs] = {}
        facts = path.stat()
        self.identity = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
        self.row_count = int(pq.read_metadata(path).num_rows)

    def numbers(self, column: str) -> Longs:
        """A column of whole numbers; `NONE` where it is null."""
        if column not in self._numbers:
            table = pq.read_table(self.path, columns=[column], memory_map=True)
            chunked: Any = self._whole(table, column)
            self._numbers[column] = chunked.fill_null(NONE).to_numpy().astype(np.int64, copy=False)
        return self._numbers[column]

    def _whole(self, table: pa.Table, column: str) -> Any:
        """The column, if it has all the rows that the file speaks of; a damaged one may not."""
        if table.num_rows != self.row_count:
            text = f"{column} has {table.num_rows} of {self.row_count} rows"
            raise pa.ArrowInvalid(text)
        return table.column(column)

    def coded(self, column: str) -> Coded:
        """A column of which many rows share a value."""
        if column not in self._coded:
            table = pq.read_table(
                self.path, columns=[column], read_dictionary=[column], memory_map=True
            )
            self._coded[column] = _coded(self._whole(table, column))
        return self._coded[column]

    @cached_property
    def cores(self) -> tuple[Longs, list[CoreKey]]:
        """Each row's place among the cores, and those."""
        columns = [
            self.coded(name) for name in ("instance_id", "process_id", "nc_idx", "pcore_idx")
        ]
        key = np.zeros(self.row_count, np.int64)
        for column in columns:
            key = key * max(len(column.values), 1) + column.codes
        found = _coded(pa.chunked_array([pa.array(key)]))
        cores = []
        for number in found.values:
            parts: list[Any] = []
            for column in reversed(columns):
                number, place = divmod(number, max(len(column.values), 1))
                parts.append(column.values[place])
            cores.append(CoreKey(*reversed(parts)))
        return found.codes, cores

    def attributes(self, rows: Longs) -> list[dict[str, Any]]:
        """The further attributes of these rows, whose numbers must rise."""
        if not len(rows):
            return []
        texts: list[str | None] = []
        with pq.ParquetFile(self.path, memory_map=True) as file:
            first = 0
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                inside = rows[np.searchsorted(rows, first) : np.searchsorted(rows, first + size)]
                if len(inside):
                    found = file.read_row_group(group, columns=["extra_attributes_json"])
                    texts += found.column(0).take(inside - first).to_pylist()
                first += size
        return [attributes_of(text) for text in texts]


def attributes_of(text: str | None) -> dict[str, Any]:
    """The attributes in a cell; none where it holds no JSON object."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _coded(column: Any) -> Coded:
    """A column by its dictionary; null is a value like any other."""
    encoded = column.dictionary_encode().unify_dictionaries()
    values = encoded.chunk(0).dictionary.to_pylist() if encoded.num_chunks else []
    # Nulls stand beside the dictionary; here they take the place behind its last.
    codes = [chunk.indices.fill_null(len(values)).to_numpy() for chunk in encoded.chunks]
    return Coded(_joined(codes), [*values, None] if encoded.null_count else values)


def _joined(pieces: list[Any]) -> Longs:
    return np.concatenate(pieces).astype(np.int64) if pieces else np.zeros(0, np.int64)


def events_of(run: ReadableRun) -> Events:
    """The events of a system run. Raises RunMissingError if it has none.

    Runs never change: the columns of the last few stay in memory, those of very large ones do not.
    """
    path = run.table_path(TABLE)
    entry = run.manifest.table(TABLE)
    if entry is None or entry.row_count > MOST_KEPT_ROWS:
        return Events(path)
    facts = path.stat()
    return _kept(path, (facts.st_ino, facts.st_mtime_ns, facts.st_size))


@lru_cache(maxsize=KEPT_TABLES)
def _kept(path: Path, _identity: tuple[int, int, int]) -> Events:
    return Events(path)
