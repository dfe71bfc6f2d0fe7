"""Values over time beside the timeline's rows: memory in use, host load, bandwidth of transfers."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from profiles.storage.layout import part_folder, table_file, value_grid_file
from profiles.timeline.query import Timeline, UnreadableError
from profiles.timeline.value_grid import buckets_of, read_grid

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
        self._path = path
        self._duration_ns = int(timeline.document.get("duration_ns", 0)) + 1
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
        path = self._table(entry)
        where = tuple(sorted(entry[WHERE_KEY].items()))
        try:
            facts = path.stat()
            identity = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
            found = _series(path, identity, entry["time"], entry["value"], where)
        except (OSError, pa.ArrowException, KeyError) as error:
            raise UnreadableError(f"the table {path.stem} cannot be read") from error
        return _scaled(found, entry)

    def window(self, name: str, start_ns: int, end_ns: int, points: int) -> "Window":
        """The samples of a range in at most so many pieces, from a grid where one is written.

        Raises NoSuchSeriesError or UnreadableError.
        """
        entry = self.entry(name)
        points = min(max(points, 1), MOST_POINTS)
        if "grid_bucket_ns" not in entry:
            held = self.series(name)
            if "factor" not in entry:
                return window(held, start_ns, end_ns, points)
            return steps_window(held, start_ns, end_ns, points)
        path = self._part(entry) / value_grid_file(entry["id"])
        try:
            level = read_grid(path, int(entry["grid_bucket_ns"]), start_ns, end_ns, points)
        except (OSError, ValueError) as error:
            raise UnreadableError(f"the values of {entry['title']} cannot be read") from error
        if level is None:
            near = self._near(entry, start_ns, end_ns)
            return steps_window(near, start_ns, end_ns, points)
        least, most, mean = level.values.T.astype(np.float64)
        return Window(level.start_ns, least, most, mean, mean, None, None)

    def _near(self, entry: dict[str, Any], start_ns: int, end_ns: int) -> Series:
        """The samples in and around a range, from the row groups that can hold them."""
        path = self._table(entry)
        where = tuple(sorted(entry[WHERE_KEY].items()))
        try:
            with pq.ParquetFile(path, memory_map=True) as file:
                groups = _groups_near(entry["group_spans"], start_ns, end_ns)
                columns = _columns_of(entry["time"], entry["value"], where)
                table = file.read_row_groups(groups, columns=columns, use_threads=False)
            found = _chosen(table, entry["time"], entry["value"], where)
        except (OSError, pa.ArrowException, KeyError) as error:
            raise UnreadableError(f"the table {path.stem} cannot be read") from error
        return _scaled(found, entry)

    def _part(self, entry: dict[str, Any]) -> Path:
        return self._path / part_folder(entry.get("part", 0))

    def _table(self, entry: dict[str, Any]) -> Path:
        return self._part(entry) / table_file(entry["table"])

    def span_ns(self, name: str) -> tuple[int, int]:
        """From the first sample to behind the last; of a long series the whole profile.

        Raises NoSuchSeriesError or UnreadableError.
        """
        if "grid_bucket_ns" in self.entry(name):
            return 0, self._duration_ns
        times = self.series(name).time_ns
        return (int(times[0]), int(times[-1]) + 1) if len(times) else (0, 0)

    def row_at(self, name: str, at_ns: int) -> dict[str, Any] | None:
        """The table's row that holds at an instant: the last one not after it."""
        entry, series = self.entry(name), self.series(name)
        place = int(np.searchsorted(series.time_ns, at_ns, "right")) - 1
        if place < 0:
            return None
        path = self._table(entry)
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
    columns = _columns_of(time, value, where)
    return _chosen(pq.read_table(path, columns=columns, memory_map=True), time, value, where)


def _columns_of(time: str, value: str, where: tuple[tuple[str, Any], ...]) -> list[str]:
    return list(dict.fromkeys([time, value, *(name for name, _ in where)]))


def _groups_near(spans: list[tuple[int, int] | None], start_ns: int, end_ns: int) -> list[int]:
    """Row groups with samples of a range, and the one that tells what holds at its start."""
    known = [(group, *span) for group, span in enumerate(spans) if span]
    inside = [group for group, least, most in known if least < end_ns and most >= start_ns]
    earlier = [(most, group) for group, _, most in known if most < start_ns]
    return sorted({*inside, *([max(earlier)[1]] if earlier else [])})


def _scaled(series: Series, entry: dict[str, Any]) -> Series:
    factor = float(entry.get("factor", 1.0))
    return series if factor == 1.0 else replace(series, value=series.value * factor)


def _chosen(table: pa.Table, time: str, value: str, where: tuple[tuple[str, Any], ...]) -> Series:
    """The samples of the rows that `where` picks, in order of time."""
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


def steps_window(series: Series, start_ns: int, end_ns: int, points: int) -> Window:
    """The samples in [start, end), or `points` buckets of equal length where there are more.

    A bucket's mean is that over time of values that hold until the next one.
    """
    first, last = np.searchsorted(series.time_ns, (start_ns, end_ns)).tolist()
    if last - first <= points or end_ns - start_ns < points:
        return window(series, start_ns, end_ns, MOST_POINTS)
    edges = start_ns + (end_ns - start_ns) * np.arange(points + 1, dtype=np.int64) // points
    found = buckets_of(series.time_ns, series.value, edges)
    place = np.searchsorted(series.time_ns, edges[1:], "left") - 1
    return Window(
        start_ns=edges[:-1],
        min=found[:, 0],
        max=found[:, 1],
        mean=found[:, 2],
        last=np.where(place >= 0, series.value[np.maximum(place, 0)], 0.0),
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
