"""Values over time beside the timeline's rows: memory in use, host load, bandwidth of transfers."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from profiles.storage.layout import part_folder, table_file
from profiles.timeline.query import Timeline, UnreadableError

KEPT_SERIES = 64
MOST_POINTS = 4000
WHERE_KEY = "where"

Longs = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


class NoSuchSeriesError(LookupError):
    """The timeline has no series of this name."""


@dataclass(frozen=True)
class Series:
    """The samples of a series by time: `time_ns` from the profile's zero, `value`, table `row`."""

    time_ns: Longs
    value: Reals
    row: Longs


@dataclass(frozen=True)
class Window:
    """Samples of a range, a bucket each where there are more than asked for; shape (n,).

    `before` and `after` are the nearest samples outside: (time, value).
    """

    start_ns: Longs
    min: Reals
    max: Reals
    mean: Reals
    last: Reals
    before: tuple[int, float] | None
    after: tuple[int, float] | None


class SeriesReader:
    """Reads the series that a timeline's document names."""

    def __init__(self, timeline: Timeline, path: Path) -> None:
        self._path = path / part_folder(0)
        self._entries: dict[str, dict[str, Any]] = {
            entry["id"]: entry for entry in timeline.document.get("series", [])
        }

    def entry(self, name: str) -> dict[str, Any]:
        """What the document says of a series. Raises NoSuchSeriesError."""
        try:
            return self._entries[name]
        except KeyError as error:
            raise NoSuchSeriesError(f"there is no series {name}") from error

    def series(self, name: str) -> Series:
        """All samples in order of time. Raises NoSuchSeriesError or UnreadableError."""
        entry = self.entry(name)
        path = self._path / table_file(entry["table"])
        where = tuple(sorted(entry[WHERE_KEY].items()))
        try:
            facts = path.stat()
            identity = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
            return _series(path, identity, entry["time"], entry["value"], where)
        except (OSError, pa.ArrowException, KeyError) as error:
            raise UnreadableError(f"the table {path.stem} cannot be read") from error

    def row_at(self, name: str, at_ns: int) -> dict[str, Any] | None:
        """The table's row that holds at an instant: the last one not after it."""
        entry, series = self.entry(name), self.series(name)
        place = int(np.searchsorted(series.time_ns, at_ns, "right")) - 1
        if place < 0:
            return None
        path = self._path / table_file(entry["table"])
        try:
            with pq.ParquetFile(path, memory_map=True) as file:
                return _row(file, int(series.row[place]))
        except (OSError, pa.ArrowException) as error:
            raise UnreadableError(f"rows of {path.stem} cannot be read") from error


def _row(file: pq.ParquetFile, number: int) -> dict[str, Any] | None:
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        if number < size:
            found: dict[str, Any] = (
                file.read_row_group(group, use_threads=False).slice(number, 1).to_pylist()[0]
            )
            return found
        number -= size
    return None


@lru_cache(maxsize=KEPT_SERIES)
def _series(
    path: Path,
    _identity: tuple[int, int, int],
    time: str,
    value: str,
    where: tuple[tuple[str, Any], ...],
) -> Series:
    columns = list(dict.fromkeys([time, value, *(name for name, _ in where)]))
    table = pq.read_table(path, columns=columns, memory_map=True)
    chosen = np.ones(table.num_rows, bool)
    for name, wanted in where:
        column = table.column(name)
        matches: Any = pc.is_null(column) if wanted is None else pc.equal(column, wanted)
        chosen &= matches.fill_null(False).to_numpy()  # noqa: FBT003 (pyarrow's own signature)
    row = np.flatnonzero(chosen)
    times = _numbers(table, time)[row].astype(np.int64)
    values = _numbers(table, value)[row].astype(np.float64)
    order = np.argsort(times, kind="stable")
    return Series(times[order], values[order], row[order])


def _numbers(table: pa.Table, name: str) -> npt.NDArray[Any]:
    column: Any = table.column(name)
    found: npt.NDArray[Any] = column.fill_null(0).to_numpy()
    return found


def window(series: Series, start_ns: int, end_ns: int, points: int) -> Window:
    """The samples in [start, end): each of them, or least, most, mean and last of `points` buckets.

    A bucket's `start_ns` is the time of its first sample, so that a step begins where it began.
    """
    points = min(max(points, 1), MOST_POINTS)
    first, last = np.searchsorted(series.time_ns, (start_ns, end_ns)).tolist()
    times, values = series.time_ns[first:last], series.value[first:last]
    if len(times) > points:
        bucket = (times - start_ns) * points // max(end_ns - start_ns, 1)
        begins = np.flatnonzero(np.concatenate(([True], bucket[1:] != bucket[:-1])))
    else:
        begins = np.arange(len(times))
    return Window(
        start_ns=times[begins],
        min=_reduced(np.minimum, values, begins),
        max=_reduced(np.maximum, values, begins),
        mean=_reduced(np.add, values, begins) / np.diff(np.append(begins, len(times))),
        last=values[np.append(begins[1:], len(times))[: len(begins)] - 1],
        before=_sample(series, first - 1),
        after=_sample(series, last),
    )


def _reduced(how: np.ufunc, values: Reals, begins: Longs) -> Reals:
    if not len(begins):
        return np.zeros(0)
    found: Reals = how.reduceat(values, begins)
    return found


def _sample(series: Series, place: int) -> tuple[int, float] | None:
    if not 0 <= place < len(series.time_ns):
        return None
    return int(series.time_ns[place]), float(series.value[place])
