"""Times of slices out of the tables they are rows of: only the row groups that hold them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from profiles.timeline.pyramid import UnreadableError

KEPT_GROUPS = 32
"""Row groups whose times stay in memory: 2 MB each."""

KEPT_FILES = 32

Longs = npt.NDArray[np.int64]
Identity = tuple[int, int, int]


class RowTimes:
    """Starts and ends of a table's rows, ns from the part's zero; before the zero counts as it.

    `times` names the columns: `start` and `end`, `start` and `length`, or an instant's `start`.
    """

    def __init__(self, path: Path, times: dict[str, str]) -> None:
        """Raises UnreadableError if the table is not there or damaged."""
        try:
            facts = path.stat()
            self._identity = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
            self._firsts = _group_firsts(path, self._identity)
        except (OSError, pa.ArrowException) as error:
            raise UnreadableError(f"the table {path.stem} cannot be read") from error
        self._path = path
        self._columns = (times["start"], times.get("end", ""), times.get("length", ""))

    def of(self, rows: Longs) -> tuple[Longs, Longs]:
        """Start and end of each row, by row number, shape (n,). Raises UnreadableError."""
        start, end = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        group = np.searchsorted(self._firsts, rows, "right") - 1
        for number in np.unique(group).tolist():
            chosen = np.flatnonzero(group == number)
            inside = rows[chosen] - self._firsts[number]
            try:
                found = _group_times(self._path, self._identity, number, *self._columns)
                start[chosen], end[chosen] = found[0][inside], found[1][inside]
            except (OSError, pa.ArrowException, KeyError, IndexError) as error:
                raise UnreadableError(f"rows of {self._path.stem} cannot be read") from error
        return start, end


@lru_cache(maxsize=KEPT_FILES)
def _metadata(path: Path, _identity: Identity) -> pq.FileMetaData:
    return pq.read_metadata(path)


@lru_cache(maxsize=KEPT_FILES)
def _group_firsts(path: Path, identity: Identity) -> Longs:
    """The first row number of each row group."""
    facts = _metadata(path, identity)
    sizes = [facts.row_group(n).num_rows for n in range(facts.num_row_groups)]
    return np.cumsum([0, *sizes[:-1]], dtype=np.int64)


@lru_cache(maxsize=KEPT_GROUPS)
def _group_times(
    path: Path, identity: Identity, group: int, start: str, end: str, length: str
) -> tuple[Longs, Longs]:
    columns = [name for name in (start, end, length) if name]
    with pq.ParquetFile(path, metadata=_metadata(path, identity), memory_map=True) as file:
        table = file.read_row_group(group, columns=columns, use_threads=False)
    begins = _numbers(table, start)
    ends = begins
    if end:
        ends = _numbers(table, end)
    elif length:
        ends = begins + _numbers(table, length)
    shown = np.maximum(begins, 0)
    return shown, np.maximum(ends, shown)


def _numbers(table: pa.Table, name: str) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = table.column(name).to_numpy()
    return found
