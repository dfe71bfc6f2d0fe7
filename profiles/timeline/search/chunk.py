"""One row group of a table, of which a column is read when it is first asked for."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Mask = npt.NDArray[np.bool_]
Longs = npt.NDArray[np.int64]


class Chunk:
    """The rows [first, first + count) of a table; a column that the file lacks holds nothing."""

    def __init__(self, file: pq.ParquetFile, group: int, first: int) -> None:
        self._file = file
        self._group = group
        self._facts = file.metadata.row_group(group)
        self.first = first
        self.count = int(self._facts.num_rows)
        self._read: dict[str, Any] = {}

    def column(self, name: str) -> Any:
        """A column; None where the file has none of that name. Raises pyarrow's errors."""
        if name not in self._read:
            table = self._file.read_row_group(self._group, columns=[name], use_threads=False)
            found = table.column(name) if name in table.column_names else None
            if found is not None and len(found) != self.count:
                raise pa.ArrowInvalid(f"{name} has {len(found)} of {self.count} rows")
            self._read[name] = found
        return self._read[name]

    def bounds(self, name: str) -> tuple[float, float] | None:
        """The least and the largest number of a column as the file says it; None if it does not."""
        place = _place(self._file.metadata, name)
        if place is None:
            return None
        statistics = self._facts.column(place).statistics
        if statistics is None or not statistics.has_min_max:
            return None
        least, most = statistics.min, statistics.max
        if not isinstance(least, int | float) or not isinstance(most, int | float):
            return None
        return least, most

    def where_text(self, name: str, holds: "TextTest") -> Mask:
        """The rows whose text passes; each distinct text is looked at once."""
        column = self.column(name)
        if column is None:
            return np.zeros(self.count, bool)
        found = []
        for piece in column.chunks:
            coded = piece if pa.types.is_dictionary(piece.type) else piece.dictionary_encode()
            passes = np.append(holds(coded.dictionary), False)
            if not passes.any():
                found.append(np.zeros(len(piece), bool))
                continue
            codes = coded.indices.fill_null(len(passes) - 1).to_numpy(zero_copy_only=False)
            found.append(passes[codes])
        return np.concatenate(found) if found else np.zeros(0, bool)

    def numbers(self, name: str) -> tuple[npt.NDArray[Any], Mask] | None:
        """The values of a column and where there are any; None where it holds no numbers."""
        column = self.column(name)
        if column is None or not _is_number(column.type):
            return None
        valid = np.asarray(column.is_valid().to_numpy())
        filled = column.fill_null(False if pa.types.is_boolean(column.type) else 0)
        return np.asarray(filled.to_numpy()), valid


class TextTest:
    """Says of distinct texts which pass."""

    def __call__(self, texts: Any) -> Mask:
        """A value a text."""
        raise NotImplementedError


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)


def _place(facts: pq.FileMetaData, name: str) -> int | None:
    names = facts.schema.names
    return names.index(name) if name in names else None
