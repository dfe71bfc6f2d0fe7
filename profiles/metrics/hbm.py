"""Device memory in use over time, by what it is used for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from profiles.metrics.events import Longs
from profiles.storage.tables import ReadableRun
from profiles.tables.registry import REGISTRY

TABLE = "SystemProfileHbmUsage"
WHERE = ("instance_id", "device_idx", "hbm_idx")
TOTAL = "total_bytes"
KINDS = tuple(
    field.name for field in REGISTRY[TABLE].fields if field.unit == "bytes" and field.name != TOTAL
)
KEPT_TABLES = 4


@dataclass(frozen=True)
class Memory:
    """One memory of a device."""

    instance_id: str
    device_idx: int
    hbm_idx: int


@dataclass(frozen=True)
class Usage:
    """What is in use at `time_ns`, until the next; `kinds` has a column a kind, bytes.

    Without any sample all are empty. `peak` is the place of the largest total, the first of equals.
    """

    memories: Sequence[Memory]
    time_ns: Longs
    total: Longs
    kinds: npt.NDArray[np.int64]

    @property
    def peak(self) -> int | None:
        """None without samples."""
        return int(np.argmax(self.total)) if len(self.total) else None


@dataclass(frozen=True)
class _Table:
    """The table by time: the memory of each row, and its values, the total last."""

    memories: Sequence[Memory]
    time_ns: Longs
    memory: Longs
    values: npt.NDArray[np.int64]


def hbm_usage(run: ReadableRun, memory: int | None, points: int) -> Usage:
    """Use of one memory, by its place among them, or of all together, at no more instants.

    Of the changes in a piece of time the one with the largest total is kept, so that a peak is
    never lost. Raises IndexError for a place where there is no memory.
    """
    if run.manifest.table(TABLE) is None:
        if memory is not None:
            raise IndexError(memory)
        return Usage((), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0), np.int64))
    path = run.table_path(TABLE)
    facts = path.stat()
    table = _read(path, (facts.st_ino, facts.st_mtime_ns, facts.st_size))
    if memory is not None:
        if not 0 <= memory < len(table.memories):
            raise IndexError(memory)
        own = table.memory == memory
        time_ns, values = table.time_ns[own], table.values[own]
    else:
        time_ns, values = table.time_ns, _together(table)
    kept = _peaks(time_ns, values[:, -1], points)
    return Usage(table.memories, time_ns[kept], values[kept, -1], values[kept, :-1])


def _together(table: _Table) -> npt.NDArray[np.int64]:
    """All memories added up at every change: each one holds its last value until its next."""
    change = table.values.copy()
    for number in range(len(table.memories)):
        own = np.flatnonzero(table.memory == number)
        change[own[1:]] -= table.values[own[:-1]]
    summed: npt.NDArray[np.int64] = np.cumsum(change, axis=0)
    return summed


def _peaks(time_ns: Longs, total: Longs, points: int) -> Longs:
    """Rows to show: the last of each instant; of more than `points` the largest of each piece."""
    last = np.flatnonzero(np.append(time_ns[1:] != time_ns[:-1], [True])[: len(time_ns)])
    if len(last) <= points:
        return last
    first_ns, end_ns = int(time_ns[0]), int(time_ns[-1]) + 1
    piece = (time_ns[last] - first_ns) * points // (end_ns - first_ns)
    order = np.lexsort((last, -total[last], piece))
    is_first = np.append([True], piece[order][1:] != piece[order][:-1])
    return np.sort(last[order[is_first]])


@lru_cache(maxsize=KEPT_TABLES)
def _read(path: Path, _identity: tuple[int, int, int]) -> _Table:
    """Runs never change: the last few stay in memory."""
    table = pq.read_table(path, columns=["timestamp", *WHERE, *KINDS, TOTAL], memory_map=True)
    time_ns = table.column("timestamp").to_numpy()
    order = np.argsort(time_ns, kind="stable")
    places = [table.column(name).to_pylist() for name in WHERE]
    keys = [Memory(*key) for key in zip(*places, strict=True)]
    memories = sorted(set(keys), key=lambda m: (m.instance_id, m.device_idx, m.hbm_idx))
    number = {memory: place for place, memory in enumerate(memories)}
    memory = np.array([number[key] for key in keys], np.int64)
    columns = [table.column(name).to_numpy().astype(np.int64) for name in (*KINDS, TOTAL)]
    values = np.stack(columns, axis=1) if len(keys) else np.zeros((0, len(KINDS) + 1), np.int64)
    return _Table(memories, time_ns[order], memory[order], values[order])
