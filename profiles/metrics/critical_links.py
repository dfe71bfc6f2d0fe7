"""For every instruction the one thing that let it start: what it waited for last."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from profiles.metrics.column_reading import TableColumns
from profiles.metrics.engine_free import NEVER_NS, free_since
from profiles.metrics.events import Longs
from profiles.metrics.instruction_kinds import TABLE, WAITING
from profiles.metrics.matches import within
from profiles.metrics.semaphore_releases import NOBODY, Rows, releases
from profiles.storage.tables import ReadableRun

FIRST, ORDER, SEMAPHORE, TRANSFER = range(4)
"""Nothing came before; the engine's earlier instruction; a semaphore; a transfer."""
LINK_NAMES = ("first", "engine order", "semaphore", "transfer")

Small = npt.NDArray[np.uint8]


class Gathered(Protocol):
    """A number an instruction: one, or those of some."""

    def __getitem__(self, indices: Any, /) -> Any: ...


class Links(Protocol):
    """For every instruction what let it go on; instructions stand by an index of their own.

    The numbers mean what `CriticalLinks` says of them.
    """

    @property
    def core(self) -> Gathered: ...
    @property
    def engine(self) -> Sequence[str]: ...
    @property
    def engine_code(self) -> Gathered: ...
    @property
    def opcode(self) -> Sequence[str]: ...
    @property
    def opcode_code(self) -> Gathered: ...
    @property
    def track(self) -> Sequence[str]: ...
    @property
    def track_code(self) -> Gathered: ...
    @property
    def start_ns(self) -> Gathered: ...
    @property
    def end_ns(self) -> Gathered: ...
    @property
    def ready_ns(self) -> Gathered: ...
    @property
    def parent(self) -> Gathered: ...
    @property
    def release_ns(self) -> Gathered: ...
    @property
    def kind(self) -> Gathered: ...
    @property
    def queue(self) -> Gathered: ...
    @property
    def queues(self) -> Sequence[str]: ...
    @property
    def free_since_ns(self) -> Gathered: ...

    def __len__(self) -> int: ...
    def index_of(self, row: int) -> int: ...
    def rows_of(self, indices: Longs) -> Longs: ...
    def at_places(self, places: Longs, rows: Longs) -> Longs: ...
    def children(self, indices: Longs) -> tuple[Longs, int]: ...
    def way_back(self, index: int, start_ns: int) -> Longs: ...


@dataclass(frozen=True)
class CriticalLinks:
    """By row of `Instruction`, shape (n,).

    `ready_ns` is its start, or its end where it only waits. `parent` is the row that let it go on,
    -1 for none; `release_ns` when that happened, at most `ready_ns`; `kind` how; `queue` the code
    of the transfer's queue among `queues`, -1 for none. A parent is always ready earlier, so that
    every way back ends.
    """

    core: Longs
    engine: Sequence[str]
    engine_code: Longs
    opcode: Sequence[str]
    opcode_code: Longs
    track: Sequence[str]
    track_code: Longs
    start_ns: Longs
    end_ns: Longs
    ready_ns: Longs
    parent: Longs
    release_ns: Longs
    kind: Small
    queue: Longs
    queues: Sequence[str]

    def __len__(self) -> int:
        return len(self.start_ns)

    def index_of(self, row: int) -> int:
        """Where the instruction of a row stands: in its row."""
        return row

    def rows_of(self, indices: Longs) -> Longs:
        """The rows of `Instruction`."""
        return indices

    def at_places(self, places: Longs, rows: Longs) -> Longs:  # noqa: ARG002
        """Where instructions stand that have these places in order of time, and these rows."""
        return rows

    def children(self, indices: Longs) -> tuple[Longs, int]:
        """Whom these let go on, and how many more there are."""
        return within(self.parent, self.by_parent, indices)

    def way_back(self, index: int, start_ns: int) -> Longs:
        """From one back, always to who let it go on, until one was ready by an instant."""
        parent, ready = self.parent.data, self.ready_ns.data
        found: list[int] = []
        while index >= 0:
            found.append(index)
            if ready[index] <= start_ns:
                break
            index = parent[index]
        return np.array(found, np.int64)

    @cached_property
    def by_parent(self) -> Longs:
        """Rows in order of who let them go on."""
        return np.argsort(self.parent, kind="stable")

    @cached_property
    def free_since_ns(self) -> Longs:
        """When all earlier instructions of a row's engine had ended; NEVER_NS for the first."""
        return free_since(self.core, self.engine_code, self.start_ns, self.end_ns)


def critical_links(run: ReadableRun, part: int) -> CriticalLinks:
    """The links of a part. Raises OSError or ArrowException."""
    texts = ("engine", "opcode", "timeline_track", "operands")
    table = TableColumns(run, part, TABLE, texts, ("start_ts", "end_ts", "pcore_idx"))
    engine, opcode, track, operands = (table.coded(name) for name in texts)
    start, core = table.numbers("start_ts"), np.maximum(table.numbers("pcore_idx"), 0)
    end = np.maximum(table.numbers("end_ts"), start)
    is_waiting = np.array([text == WAITING for text in opcode.values], bool)[opcode.codes]
    ready = np.where(is_waiting, end, start)
    rows = Rows(core, engine, operands, start, end, ready)
    parent, release = _earlier(core, engine.codes, start, end, ready)
    kind = np.where(parent == NOBODY, FIRST, ORDER).astype(np.uint8)
    queue = np.full(len(start), NOBODY, np.int64)
    found = releases(run, part, rows)
    free = np.where(parent == NOBODY, NEVER_NS, release)
    later = _binding(found.row, found.time_ns, free, ready, found.by)
    row = found.row[later]
    parent[row], release[row] = found.by[later], found.time_ns[later]
    kind[row] = np.where(found.is_dma[later], TRANSFER, SEMAPHORE)
    queue[row] = np.where(found.is_dma[later], found.queue[later], NOBODY)
    return CriticalLinks(
        core=core,
        engine=[str(text) for text in engine.values],
        engine_code=engine.codes,
        opcode=[str(text) for text in opcode.values],
        opcode_code=opcode.codes,
        track=[str(text) for text in track.values],
        track_code=track.codes,
        start_ns=start,
        end_ns=end,
        ready_ns=ready,
        parent=parent,
        release_ns=release,
        kind=kind,
        queue=queue,
        queues=found.names,
    )


def _earlier(
    core: Longs, engine: Longs, start: Longs, end: Longs, ready: Longs
) -> tuple[Longs, Longs]:
    """The instruction before each on its engine that was ready earlier, and when it let go."""
    parent = np.full(len(start), NOBODY, np.int64)
    release = ready.copy()
    order = np.lexsort((end, start, engine, core))
    before, after = order[:-1], order[1:]
    is_same = (core[before] == core[after]) & (engine[before] == engine[after])
    is_same &= ready[before] < ready[after]
    before, after = before[is_same], after[is_same]
    parent[after] = before
    release[after] = np.minimum(end[before], ready[after])
    return parent, release


def _binding(row: Longs, time: Longs, release: Longs, ready: Longs, by: Longs) -> Longs:
    """Of all waits of an instruction the last that ended, where it ended after the engine was free.

    Whoever ended it must have been ready earlier.
    """
    is_known = (by >= 0) & (ready[np.maximum(by, 0)] < ready[row])
    chosen = np.flatnonzero(is_known & (time >= release[row]))
    order = chosen[np.lexsort((time[chosen], row[chosen]))]
    if not len(order):
        return order
    is_last = np.append(row[order][1:] != row[order][:-1], True)
    result: Longs = order[is_last]
    return result
