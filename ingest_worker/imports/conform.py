"""Rows of another version's table in the columns of ours; what ours lacks is kept behind them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest_worker.builders.built import Array, make_batch
from ingest_worker.formats.errors import Malformed
from ingest_worker.imports.parquet_folder import OpenTable
from profiles.storage.parquet import ROW_GROUP_ROWS
from profiles.tables.registry import REGISTRY

if TYPE_CHECKING:
    from profiles.tables.schema import Table

NS = "nanoseconds"
INSTANTS = frozenset({"start_ts", "end_ts", "timestamp", "trigger_start_ts"})
"""Columns that count from the zero; lengths do not."""

DERIVED: Mapping[str, tuple[str, str]] = {
    "duration_ns": ("end_ts", "start_ts"),
    "end_ts": ("start_ts", "duration_ns"),
}
SAMPLED = frozenset(
    {"SbufUsage", "PsumUsage", "DmaUsage", "HbmUsage", "PendingDma", "SemaphoreUpdate"}
)
MOST_SORTED = 10_000_000
"""Rows that are sorted in memory; more are left in the order of the file."""

COPIED = {"timeline_track": "engine"}


@dataclass(frozen=True)
class Times:
    """What is taken from every instant, and by what every time is divided."""

    zero_ns: int = 0
    divisor: int = 1


@dataclass
class Conformed:
    """A table in our columns. `missing` are required columns the source lacks, `kept` its own
    beside ours; `unfit` counts values that could not be read, once the batches are made.
    """

    source: OpenTable
    times: Times = field(default_factory=Times)
    is_from_json: bool = False
    unfit: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.table: Table | None = REGISTRY.get(self.source.name)
        known = self.table.by_name if self.table else {}
        there = set(self.source.schema.names) - self.source.empty
        self.missing = [
            name for name, one in known.items() if one.required and not self._has(name, there)
        ]
        self.kept = [
            name
            for name in self.source.schema.names
            if name not in known and name not in self.source.empty
        ]
        own = [pa.field(name, _plain(self.source.schema.field(name).type)) for name in self.kept]
        self.schema: pa.Schema = pa.schema([*(self.table.schema if self.table else ()), *own])

    def _has(self, name: str, there: set[str]) -> bool:
        if name in there:
            return True
        return name in DERIVED and set(DERIVED[name]) <= there

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in the order of the source. Raises Malformed for fewer or more than it says."""
        count = 0
        for batch in self.source.batches():
            count += batch.num_rows
            if batch.num_rows:
                yield make_batch(self.schema, self._columns(batch), batch.num_rows)

        if count != self.source.row_count:
            text = f"The table says that it has {self.source.row_count:,} rows and has {count:,}."
            raise Malformed("parquet.malformed", text, file=self.source.label)

    def _columns(self, batch: pa.RecordBatch) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for name in batch.schema.names:
            if name in self.source.empty:
                continue
            found[name] = self._fitted(name, batch.column(name))
        if self.table is not None:
            self._derive(found)
        return found

    def _fitted(self, name: str, column: Array) -> Array:
        wanted = self.schema.field(name).type
        made, unfit = cast_column(column, wanted)
        if unfit:
            self.unfit[name] += unfit
        own = self.table.by_name.get(name) if self.table else None
        if own is None or own.unit != NS or not pa.types.is_integer(wanted):
            return made
        return self._in_our_time(name, made)

    def _in_our_time(self, name: str, column: Array) -> Array:
        found: Any = column
        if self.times.zero_ns and name in INSTANTS:
            found = pc.subtract(found, self.times.zero_ns)
        if self.times.divisor > 1:
            found = pc.divide(found, self.times.divisor)
        result: Array = found
        return result

    def _derive(self, found: dict[str, Array]) -> None:
        assert self.table is not None
        for name, copied in COPIED.items():
            if name in self.table.by_name and name not in found and copied in found:
                found[name] = found[copied]
        for name, (one, other) in DERIVED.items():
            if name in self.table.by_name and name not in found and {one, other} <= found.keys():
                left: Any = found[one]
                act = pc.subtract if name == "duration_ns" else pc.add
                found[name] = act(left, found[other])


def in_time_order(table: Conformed) -> Iterator[pa.RecordBatch]:
    """The rows of a table; samples, which the official JSON has in no order, by their time."""
    if table.source.name not in SAMPLED or table.source.row_count > MOST_SORTED:
        yield from table.batches()
        return
    whole = pa.Table.from_batches(list(table.batches()), table.schema)
    ordered: pa.Table = whole.sort_by([("pcore_idx", "ascending"), ("timestamp", "ascending")])
    yield from ordered.combine_chunks().to_batches(ROW_GROUP_ROWS)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type in which a column that is not ours is kept."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_large_list(kind):
        return pa.list_(_plain(kind.value_type))
    return pa.string() if pa.types.is_null(kind) else kind


def cast_column(column: Array, wanted: pa.DataType) -> tuple[Array, int]:
    """The column in another type, and how many of its values do not fit it and are null."""
    found: Any = column
    if pa.types.is_dictionary(found.type):
        found = found.dictionary_decode()
    if found.type == wanted:
        return found, 0
    try:
        # Whole numbers beyond 2^24 are rounded on their way to a float, as any decimal is.
        return found.cast(wanted, safe=not pa.types.is_floating(wanted)), 0
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        return _cast_each(found, wanted)


def _cast_each(column: Array, wanted: pa.DataType) -> tuple[Array, int]:
    from ingest_worker.imports.values import column_of

    return column_of(column.to_pylist(), wanted)
