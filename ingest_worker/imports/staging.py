"""Rows from a JSON, spooled to a Parquet file a table, so that only some are held at a time."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest_worker.formats.errors import LimitExceeded
from ingest_worker.imports.official_names import Found
from ingest_worker.imports.values import column_of, type_of
from profiles.storage.layout import checked, table_file
from profiles.tables.registry import REGISTRY

HELD_ROWS = 16_384
MOST_TABLES = 300
MOST_COLUMNS = 1_000
LONGEST_NAME = 200
REST = "other_fields_json"
"""Where names stand that a table's first rows did not have."""

ONE_ROW = ("Metadata", "Summary")
"""Tables of one row that several tables of the JSON say something of."""


@dataclass
class Spooled:
    """One table on its way: rows that wait, the columns chosen at the first of them."""

    path: Path
    name: str
    waiting: list[dict[str, Any]] = field(default_factory=list)
    schema: pa.Schema | None = None
    writer: pq.ParquetWriter | None = None
    rows: int = 0
    filled: set[str] = field(default_factory=set)

    @property
    def empty(self) -> frozenset[str]:
        """Columns that hold nothing in any row."""
        return frozenset(set(self.schema.names if self.schema else ()) - self.filled)

    def choose_columns(self) -> pa.Schema:
        """The published columns, then the names that are no column, with their types."""
        values: dict[str, list[Any]] = {}
        for row in self.waiting:
            for name, value in row.items():
                if len(values) < MOST_COLUMNS or name in values:
                    values.setdefault(name, []).append(value)
        known = REGISTRY[self.name].by_name if self.name in REGISTRY else {}
        fields = [pa.field(f.name, f.arrow.type) for f in known.values()]
        fields += [
            pa.field(name, type_of(own))
            for name, own in values.items()
            if name not in known and name != REST and 0 < len(name) <= LONGEST_NAME
        ]
        return pa.schema([*fields, pa.field(REST, pa.string())])


class Staging:
    """Takes rows of any tables in any order; `finish` writes what waits.

    `unfit` counts values that no column could hold, by table and column; `skipped` tables whose
    name cannot be that of a file.
    """

    def __init__(self, folder: Path, most_rows: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.unfit: Counter[tuple[str, str]] = Counter()
        self.skipped: set[str] = set()
        self.rows = 0
        self._most_rows = most_rows
        self._tables: dict[str, Spooled] = {}
        self._single: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, *_: object) -> None:
        for table in self._tables.values():
            if table.writer is not None:
                table.writer.close()

    def take(self, found: Iterable[Found]) -> None:
        """Keep rows. Raises LimitExceeded for more than may be taken."""
        for name, row in found:
            self.rows += 1
            if self.rows > self._most_rows:
                text = f"The file holds more than {self._most_rows:,} rows."
                raise LimitExceeded("limit.records", text)
            if name in ONE_ROW:
                self._single.setdefault(name, {}).update(row)
                continue
            table = self._table(name)
            if table is None:
                continue
            table.waiting.append(row)
            if len(table.waiting) >= HELD_ROWS:
                self._write(table)

    def _table(self, name: str) -> Spooled | None:
        if name not in self._tables:
            try:
                path = self.folder / table_file(checked(name))
            except ValueError:
                self.skipped.add(name[:LONGEST_NAME])
                return None
            if len(self._tables) >= MOST_TABLES:
                self.skipped.add(name)
                return None
            self._tables[name] = Spooled(path, name)
        return self._tables[name]

    def finish(self) -> dict[str, list[Path]]:
        """Write what waits. Returns the file of each table."""
        for name, row in self._single.items():
            table = self._table(name)
            if table is not None:
                table.waiting.append(row)
        for table in self._tables.values():
            if table.waiting:
                self._write(table)
            if table.writer is not None:
                table.writer.close()
                table.writer = None
        return {name: [table.path] for name, table in self._tables.items() if table.rows}

    def empty(self) -> dict[str, frozenset[str]]:
        """Columns without a value by table, once all is written."""
        return {name: table.empty for name, table in self._tables.items()}

    def _write(self, table: Spooled) -> None:
        if table.schema is None or table.writer is None:
            table.schema = table.choose_columns()
            table.writer = pq.ParquetWriter(table.path, table.schema, compression="zstd")
        names = set(table.schema.names)
        columns = []
        for column in table.schema:
            if column.name == REST:
                values: list[Any] = [_rest(row, names) for row in table.waiting]
            else:
                values = [row.get(column.name) for row in table.waiting]
            made, unfit = column_of(values, column.type)
            if unfit:
                self.unfit[table.name, column.name] += unfit
            columns.append(made)
            if made.null_count < len(made):
                table.filled.add(column.name)
        table.writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=table.schema))
        table.rows += len(table.waiting)
        table.waiting = []


def _rest(row: dict[str, Any], names: set[str]) -> str | None:
    rest = {name: value for name, value in row.items() if name not in names or name == REST}
    return json.dumps(rest, separators=(",", ":"), sort_keys=True) if rest else None
