"""The edges between instructions that the compiler names, from `Flow`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from profiles.metrics.events import Longs
from profiles.metrics.matches import within
from profiles.storage.tables import ReadableRun

FLOW, INSTRUCTION = "Flow", "Instruction"
KEPT_EDGES = 4


@dataclass(frozen=True)
class CompiledEdges:
    """Edges that lead from or to some instructions, int64 (n,) each.

    `before` has to be done before `after`, -1 where an end is not found; `kind` is a code,
    `gap_ns` the start of the later less the end of the earlier. `unseen` counts edges left out.
    """

    before: Longs
    after: Longs
    kind: Longs
    gap_ns: Longs
    unseen: int = 0


class EdgesBySide(Protocol):
    """Edges that can be asked for by either end."""

    @property
    def kinds(self) -> Sequence[str]:
        """What the codes of kinds stand for."""

    def around(self, rows: Longs, *, later: bool) -> CompiledEdges:
        """Edges that lead from rows to later ones, or to them from earlier ones."""


@dataclass(frozen=True)
class Edges:
    """All edges of a part by row of `Instruction`; `by_after` and `by_before` are their orders."""

    before: Longs
    after: Longs
    kind: Longs
    kinds: Sequence[str]
    gap_ns: Longs
    by_before: Longs
    by_after: Longs

    def around(self, rows: Longs, *, later: bool) -> CompiledEdges:
        """Edges that lead from rows to later ones, or to them from earlier ones."""
        side, order = (self.before, self.by_before) if later else (self.after, self.by_after)
        own, unseen = within(side, order, rows)
        return CompiledEdges(
            self.before[own], self.after[own], self.kind[own], self.gap_ns[own], unseen
        )


def edges_of(run: ReadableRun, part: int) -> Edges | None:
    """The part's edges, kept for the last few parts; None where there is no `Flow`."""
    if run.manifest.table(FLOW, part) is None or run.manifest.table(INSTRUCTION, part) is None:
        return None
    flow, rows = run.table_path(FLOW, part), run.table_path(INSTRUCTION, part)
    facts = flow.stat()
    return _edges(flow, rows, (facts.st_ino, facts.st_mtime_ns, facts.st_size))


@lru_cache(maxsize=KEPT_EDGES)
def _edges(flow: Path, rows: Path, _identity: tuple[int, int, int]) -> Edges:
    table = pq.read_table(flow, memory_map=True, read_dictionary=["dependency_type"])
    kinds = table.column("dependency_type").combine_chunks().dictionary_encode()
    ids = pq.read_table(rows, columns=["id"], memory_map=True).column("id").combine_chunks()
    before = _rows_of(ids, table.column("in_id"))
    after = _rows_of(ids, table.column("out_id"))
    encoded: Any = kinds
    gaps: Any = table.column("gap_time")
    return Edges(
        before=before,
        after=after,
        kind=encoded.indices.fill_null(0).to_numpy().astype(np.int64),
        kinds=[str(one) for one in encoded.dictionary.to_pylist()] or [""],
        gap_ns=gaps.fill_null(0).to_numpy().astype(np.int64),
        by_before=np.argsort(before, kind="stable"),
        by_after=np.argsort(after, kind="stable"),
    )


def _rows_of(ids: Any, wanted: Any) -> Longs:
    """The row of each id; of two rows with one id the first, -1 where there is none."""
    found = pc.index_in(wanted, value_set=ids).fill_null(-1)
    rows: Longs = found.to_numpy().astype(np.int64)
    return rows
