"""Where engines stood idle because of what they waited for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from profiles.metrics.events import Longs

START, END, ENGINE, TRACK = "start_ts", "end_ts", "engine", "timeline_track"
CORE, WAITED = "pcore_idx", "evt_wait_time_ns"
BATCH_ROWS = 1 << 18
MOST_KEPT = 1_000_000
"""Waits of a part that stay in memory, the longest ones: 24 bytes each."""


@dataclass(frozen=True)
class Waits:
    """Idle stretches, the longest first; `place` is a number into `places` (core, row name).

    `count` is how many there are, also those too short to be kept.
    """

    start_ns: Longs
    length_ns: Longs
    place: Longs
    places: tuple[tuple[int, str], ...]
    count: int

    def within(self, start_ns: int, end_ns: int, least_ns: int, most: int) -> tuple[Longs, int]:
        """Rows that touch the range and are that long, the longest; and how many are left out."""
        long_enough = int(np.searchsorted(-self.length_ns, -max(least_ns, 1), side="right"))
        start, length = self.start_ns[:long_enough], self.length_ns[:long_enough]
        found = np.flatnonzero((start < end_ns) & (start + length > start_ns))
        return found[:most], max(0, len(found) - most)


def waits(path: Path) -> Waits:
    """The waits of a part's `Instruction` table; none where it tells of none.

    A wait is the smaller of what the instruction reports and of the gap on its engine before it:
    what is reported also counts time behind earlier work. Before an engine's first instruction
    the gap begins at the zero. Raises OSError or pyarrow's ArrowException.
    """
    facts = path.stat()
    return _waits(path, (facts.st_ino, facts.st_mtime_ns, facts.st_size))


@lru_cache(maxsize=4)
def _waits(path: Path, _identity: tuple[int, int, int]) -> Waits:
    with pq.ParquetFile(path, memory_map=True) as file:
        names = set(file.schema_arrow.names)
        if not {START, END, ENGINE, WAITED} <= names:
            return _joined([], {})
        found = _collected(file, BATCH_ROWS)
        # Tables of other tools may be in another order: then all rows are sorted at once.
        return found or _collected(file, max(file.metadata.num_rows, 1)) or _joined([], {})


def _collected(file: pq.ParquetFile, batch_rows: int) -> Waits | None:
    """Batch by batch; None where a later batch begins before an earlier one."""
    places: dict[tuple[int, str], int] = {}
    ended: dict[tuple[int, str], int] = {}
    parts: list[tuple[Longs, Longs, Longs]] = []
    latest = 0
    for rows in _batches(file, batch_rows):
        if len(rows.start) and int(rows.start.min()) < latest:
            return None
        latest = int(rows.start.max(initial=latest))
        for engine in np.unique(rows.engine).tolist():
            own = np.flatnonzero(rows.engine == engine)
            own = own[np.argsort(rows.start[own], kind="stable")]
            key = rows.engines[engine]
            over = np.maximum.accumulate(np.concatenate(([ended.get(key, 0)], rows.end[own])))
            ended[key] = int(over[-1])
            length = np.minimum(rows.start[own] - over[:-1], rows.waited[own])
            idle = length > 0
            chosen, length = own[idle], length[idle]
            numbers = [places.setdefault(place, len(places)) for place in rows.tracks]
            place = np.array(numbers, np.int64)[rows.track[chosen]]
            parts.append((rows.start[chosen] - length, length, place))
    return _joined(parts, places)


def _joined(parts: list[tuple[Longs, Longs, Longs]], places: dict[tuple[int, str], int]) -> Waits:
    none = np.zeros(0, np.int64)
    columns = zip(*parts, strict=True) if parts else ((none,), (none,), (none,))
    start, length, place = (np.concatenate(column) for column in columns)
    order = np.lexsort((start, -length))[:MOST_KEPT]
    return Waits(start[order], length[order], place[order], tuple(places), len(start))


@dataclass(frozen=True)
class _Rows:
    start: Longs
    end: Longs
    waited: Longs
    engine: Longs
    engines: list[tuple[int, str]]
    track: Longs
    tracks: list[tuple[int, str]]


def _batches(file: pq.ParquetFile, batch_rows: int) -> Iterator[_Rows]:
    names = set(file.schema_arrow.names)
    wanted = [name for name in (START, END, WAITED, ENGINE, TRACK, CORE) if name in names]
    for batch in file.iter_batches(batch_rows, columns=wanted):
        core = _numbers(batch, CORE) if CORE in names else np.zeros(len(batch), np.int64)
        engine, engines = _coded(core, batch, ENGINE)
        track, tracks = _coded(core, batch, TRACK if TRACK in names else ENGINE)
        start = _numbers(batch, START)
        end = np.maximum(_numbers(batch, END), start)
        yield _Rows(start, end, _numbers(batch, WAITED), engine, engines, track, tracks)


def _numbers(batch: pa.RecordBatch, name: str) -> Longs:
    filled: npt.NDArray[Any] = batch.column(name).fill_null(0).to_numpy(zero_copy_only=False)
    return filled.astype(np.int64)


def _coded(core: Longs, batch: pa.RecordBatch, name: str) -> tuple[Longs, list[tuple[int, str]]]:
    """A number for every distinct core and text, and those."""
    column: Any = batch.column(name)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    texts = [*column.dictionary.to_pylist(), None]
    code = column.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    every, found = np.unique(core * len(texts) + code, return_inverse=True)
    keys = [(int(one) // len(texts), texts[int(one) % len(texts)] or "") for one in every]
    return found, keys
