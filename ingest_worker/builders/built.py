"""A table about to be written: its name, its length and batches made one at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingest_worker.builders.texts import Texts, coded
from profiles.storage.parquet import coded_schema
from profiles.tables.registry import arrow_schema

BATCH_ROWS = 131_072
T = TypeVar("T")

if TYPE_CHECKING:
    Array: TypeAlias = pa.Array[Any]
    Field: TypeAlias = pa.Field[Any]
else:  # the classes take parameters for type checkers only
    Array, Field = pa.Array, pa.Field
compute: Any = pc
"""Arrow's functions on whole columns, without types: their stubs know no Any."""
Value: TypeAlias = Array | npt.NDArray[Any] | int | float | str | bool | None
Columns: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class BuiltTable:
    """Rows made anew at every call, in the published row order.

    `make(schema, room)` gives batches as full as they can be, the first of at most `room` rows.
    """

    name: str
    row_count: int
    make: Callable[[pa.Schema, int], Iterator[pa.RecordBatch]]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in the published schema."""
        return self.make(arrow_schema(self.name), BATCH_ROWS)

    def as_written(self) -> Iterator[pa.RecordBatch]:
        """The rows as they are written: texts as codes into dictionaries."""
        return self.make(coded_schema(arrow_schema(self.name)), BATCH_ROWS)


class Once(Generic[T]):
    """What several tables are made of, made when the first of them asks, by any thread."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]


def table_of(name: str, row_count: int, columns: Callable[[int, int], Columns]) -> BuiltTable:
    """A table whose columns for rows [start, stop) come from `columns(start, stop)`."""

    def make(schema: pa.Schema, room: int) -> Iterator[pa.RecordBatch]:
        start = 0
        while start < row_count:
            stop = min(start + (BATCH_ROWS if start else room), row_count)
            yield make_batch(schema, columns(start, stop), stop - start)
            start = stop

    return BuiltTable(name, row_count, make)


def table_of_rows(name: str, rows: list[dict[str, Any]]) -> BuiltTable:
    """A small table from one dictionary a row."""

    def columns(start: int, stop: int) -> Columns:
        names = {key for row in rows for key in row}
        return {
            key: pa.array(
                [row.get(key) for row in rows[start:stop]], arrow_schema(name).field(key).type
            )
            for key in names
        }

    return table_of(name, len(rows), columns)


def joined(name: str, tables: list[BuiltTable]) -> BuiltTable:
    """Several tables of one name, one behind the other, in batches as full as they can be."""

    def make(schema: pa.Schema, room: int) -> Iterator[pa.RecordBatch]:
        waiting: list[pa.RecordBatch] = []
        for table in tables:
            for batch in table.make(schema, room):
                waiting.append(batch)
                room -= batch.num_rows
                if room == 0:
                    yield _one(waiting)
                    waiting, room = [], BATCH_ROWS
        if waiting:
            yield _one(waiting)

    return BuiltTable(name, sum(table.row_count for table in tables), make)


def _one(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """The rows of several batches as one."""
    if len(batches) == 1:
        return batches[0]
    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


def make_batch(schema: pa.Schema, columns: Columns, length: int) -> pa.RecordBatch:
    """A batch of `length` rows in the schema's order; absent columns are filled by the null rule.

    A required column without a value holds "", 0 or, for an index, -1; an optional one null.
    """
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    arrays = [_column(field, columns.get(field.name), length) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _column(field: Field, value: Any, length: int) -> Array:
    if isinstance(value, np.ndarray):
        made: Array = pa.array(value, field.type)
        return made
    if pa.types.is_dictionary(field.type):
        return _texts(field, value, length)
    if isinstance(value, pa.Array):
        filled: Array = value
        if value.null_count and not field.nullable:
            filled = plain(value).fill_null(empty(field))
        return filled if filled.type == field.type else filled.cast(field.type)
    if value is None and field.nullable:
        nothing: Array = pa.nulls(length, field.type)
        return nothing
    one = pa.scalar(empty(field) if value is None else value, field.type)
    same: Array = pa.repeat(one, length)
    return same


def _texts(field: Field, value: Any, length: int) -> Array:
    """A column of texts as codes."""
    if isinstance(value, pa.Array):
        if value.null_count and not field.nullable:
            return coded(plain(value).fill_null(""))
        return coded(value)
    one = None if value is None and field.nullable else value or ""
    return Texts.of([one]).at(np.zeros(length, np.int32))


def plain(values: Array) -> Array:
    """The values themselves where a column is codes into a dictionary."""
    if not pa.types.is_dictionary(values.type):
        return values
    decoded: Array = values.cast(pa.string())
    return decoded


def empty(field: Field) -> str | int | float | bool:
    """What a required column holds without a value."""
    if pa.types.is_string(field.type):
        return ""
    if pa.types.is_boolean(field.type):
        return False
    if pa.types.is_floating(field.type):
        return 0.0
    return -1 if field.name.endswith(("_idx", "_index")) or field.name == "idx" else 0


def repeated(
    values: Sequence[Any], codes: npt.NDArray[Any], kind: pa.DataType | None = None
) -> Array:
    """One value a row by its code: each distinct text is kept once."""
    array = pa.array(values, kind)
    return Texts.of(array).at(codes) if pa.types.is_string(array.type) else gathered(array, codes)


def gathered(values: Array, codes: npt.NDArray[Any]) -> Array:
    """`values` at `codes`; a negative code gives null."""
    is_none = codes < 0
    wanted: Any = pa.array(codes, mask=is_none) if is_none.any() else pa.array(codes)
    found: Array = values.take(wanted)
    return found
