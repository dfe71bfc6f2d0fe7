"""What let each instruction go on, and the compiler's edges, out of a kept file, by place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from profiles.metrics.compiled_edges import CompiledEdges
from profiles.metrics.engine_free import NEVER_NS
from profiles.metrics.events import Longs, Mask
from profiles.metrics.kept.tally import Slices
from profiles.metrics.matches import MOST_EXPANDED
from profiles.storage.columns import BLOCK, Column, ColumnFile


class Made:
    """A number an instruction, worked out for those that are asked for."""

    def __init__(self, make: Callable[[Longs], Longs]) -> None:
        self._make = make

    def __getitem__(self, indices: Any, /) -> Any:
        if isinstance(indices, np.ndarray):
            return self._make(indices)
        return self._make(np.array([indices], np.int64))[0]


class KeptLinks:
    """As `CriticalLinks`, but an instruction stands at its place in order of time."""

    def __init__(
        self, file: ColumnFile, slices: Slices, is_waiting: Mask, document: Mapping[str, Any]
    ) -> None:
        self._file, self._slices = file, slices
        self._is_waiting = is_waiting
        self.engine: Sequence[str] = document["engine"]
        self.opcode: Sequence[str] = document["opcode"]
        self.track: Sequence[str] = document["track"]
        self.queues: Sequence[str] = document["queues"]
        self.core = self._of_kind(document["core"])
        self.engine_code = self._of_kind(document["engine_code"])
        self.opcode_code = self._of_kind(document["opcode_code"])
        self.track_code = self._of_kind(document["track_code"])
        self.start_ns = Made(lambda own: slices.start[own])
        self.end_ns = Made(lambda own: slices.start[own] + slices.length[own])
        self.ready_ns = Made(self._ready)
        self.parent = Made(self._parents)
        lag, queue = file.column("links.lag"), file.column("links.queue")
        kind = file.column("links.kind")
        self.release_ns = Made(lambda own: self._ready(own) - lag[own])
        self.kind = Made(lambda own: kind[own])
        self.queue = Made(lambda own: queue[own] - 1)
        self.free_since_ns = Made(self._free)

    def __len__(self) -> int:
        return self._slices.count

    def _of_kind(self, values: Sequence[int]) -> Made:
        per = np.array(values, np.int64)
        return Made(lambda own: per[self._slices.kind[own]])

    def _ready(self, own: Longs) -> Longs:
        waits = self._is_waiting[self._slices.kind[own]]
        return self._slices.start[own] + np.where(waits, self._slices.length[own], 0)

    def _parents(self, own: Longs) -> Longs:
        step = self._file.column("links.step")[own]
        return np.where(step == 0, -1, own - step)

    def _free(self, own: Longs) -> Longs:
        idle = self._file.column("links.idle")[own]
        return np.where(idle == 0, NEVER_NS, self._ready(own) - idle + 1)

    def index_of(self, row: int) -> int:
        """The place of a row."""
        return self._slices.place_of(row)

    def rows_of(self, indices: Longs) -> Longs:
        """The rows of `Instruction`."""
        return self._slices.rows(indices)

    def at_places(self, places: Longs, rows: Longs) -> Longs:  # noqa: ARG002
        """They stand at their places."""
        return places

    def children(self, indices: Longs) -> tuple[Longs, int]:
        """Whom these let go on, and how many more there are."""
        column, step = self._file.column("children.parent"), self._file.column("children.step")
        parts, unseen = _matching(column, indices)
        return column[parts] + step[parts], unseen

    def way_back(self, index: int, start_ns: int) -> Longs:
        """From one back, always to who let it go on, until one was ready by an instant."""
        found: list[int] = []
        number = -1
        while index >= 0:
            if index // BLOCK != number:
                number = index // BLOCK
                parent, ready = (self._block(name, number).data for name in ("parent", "ready"))
            found.append(index)
            at = index - number * BLOCK
            if ready[at] <= start_ns:
                break
            index = parent[at]
        return np.array(found, np.int64)

    def _block(self, name: str, number: int) -> Longs:
        def made() -> Longs:
            own = np.arange(number * BLOCK, min((number + 1) * BLOCK, len(self)))
            return self._parents(own) if name == "parent" else self._ready(own)

        return self._file.kept((f"links.{name}", number), made)


class KeptEdges:
    """The compiler's edges by place of their ends."""

    def __init__(self, file: ColumnFile, kinds: Sequence[str]) -> None:
        self._file = file
        self.kinds = kinds

    def around(self, rows: Longs, *, later: bool) -> CompiledEdges:
        """Edges that lead from instructions to later ones, or to them from earlier ones."""
        name = "later" if later else "earlier"
        column = self._file.column(f"{name}.own")
        places, unseen = _matching(column, rows)
        own = column[places]
        other = own + self._file.column(f"{name}.step")[places]
        kind, gap = (self._file.column(f"{name}.{part}")[places] for part in ("kind", "gap"))
        before, after = (own, other) if later else (other, own)
        return CompiledEdges(before, after, kind, gap, unseen)


def _matching(column: Column, wanted: Longs) -> tuple[Longs, int]:
    """Places of a column that ascends where it holds wanted values, and how many more there are."""
    parts, total, unseen = [np.zeros(0, np.int64)], 0, 0
    for value in wanted.tolist():
        first, last = column.search(value), column.search(value, "right")
        taken = min(last - first, MOST_EXPANDED - total)
        parts.append(np.arange(first, first + taken))
        total += taken
        unseen += last - first - taken
    return np.concatenate(parts), unseen
