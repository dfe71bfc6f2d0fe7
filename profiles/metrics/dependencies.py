"""What an instruction waited for and what waited for it: compiler's edges and semaphores."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from profiles.metrics.critical_links import FIRST, LINK_NAMES, CriticalLinks
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.engine_free import NEVER_NS
from profiles.metrics.events import Longs
from profiles.storage.tables import ReadableRun

FLOW, INSTRUCTION = "Flow", "Instruction"
KEPT_EDGES = 4
MOST_EDGES = 200


class NoSuchRowError(LookupError):
    """The table has no such row."""


@dataclass(frozen=True)
class Edges:
    """The compiler's edges by row of `Instruction`; -1 where the row is not found.

    `before` has to be done before `after`; `kind` is a code among `kinds`, `gap_ns` the start of
    the later less the end of the earlier. `by_after` and `by_before` are orders of the edges.
    """

    before: Longs
    after: Longs
    kind: Longs
    kinds: Sequence[str]
    gap_ns: Longs
    by_before: Longs
    by_after: Longs

    def touching(self, row: int, *, later: bool) -> Longs:
        """Edges that lead from a row to later ones, or to it from earlier ones."""
        side, order = (self.before, self.by_before) if later else (self.after, self.by_after)
        first = np.searchsorted(side, row, "left", sorter=order)
        last = np.searchsorted(side, row, "right", sorter=order)
        found: Longs = np.sort(order[first:last])
        return found


def dependencies(device: DeviceRun, row: int) -> dict[str, Any]:
    """Why an instruction started when it did, its earlier and its later ones.

    Raises NoSuchRowError, and OSError or ArrowException for tables that cannot be read.
    """
    links = device.critical_links
    if not 0 <= row < len(links.start_ns):
        raise NoSuchRowError(f"there is no instruction {row}")
    edges = edges_of(device.run, device.part)
    earlier = edges.touching(row, later=False) if edges else np.zeros(0, np.int64)
    later = edges.touching(row, later=True) if edges else np.zeros(0, np.int64)
    released = _released_by(links, row)
    return {
        "row": row,
        "has_edges": edges is not None,
        "start": _start(links, row),
        "waits_for": _edge_rows(links, edges, earlier, other="before"),
        "waits_for_total": len(earlier),
        "waited_for_by": _edge_rows(links, edges, later, other="after"),
        "waited_for_by_total": len(later),
        "released": [_place(links, int(one)) for one in released[:MOST_EDGES].tolist()],
        "released_total": len(released),
    }


def _start(links: CriticalLinks, row: int) -> dict[str, Any]:
    """What let the row go on, and how long its engine had been free by then."""
    kind, parent = int(links.kind[row]), int(links.parent[row])
    free_ns = _free_since(links, row)
    ready = int(links.ready_ns[row])
    queue = int(links.queue[row])
    return {
        "reason": LINK_NAMES[kind],
        "by": _place(links, parent) if parent >= 0 else None,
        "queue": str(links.queues[queue]) if queue >= 0 else None,
        "released_ns": None if kind == FIRST else int(links.release_ns[row]),
        "ready_ns": ready,
        "engine_free_ns": free_ns,
        "waited_ns": max(ready - max(free_ns, 0), 0) if free_ns is not None else None,
    }


def _free_since(links: CriticalLinks, row: int) -> int | None:
    """When the engine's instructions before this one had ended; None for its first."""
    free_ns = int(links.free_since_ns[row])
    return None if free_ns == NEVER_NS else min(free_ns, int(links.ready_ns[row]))


def _released_by(links: CriticalLinks, row: int) -> Longs:
    """Rows of other engines that went on when this one let them."""
    found: Longs = np.flatnonzero(
        (links.parent == row) & (links.engine_code != links.engine_code[row])
    )
    return found


def _edge_rows(
    links: CriticalLinks, edges: Edges | None, chosen: Longs, *, other: str
) -> list[dict[str, Any]]:
    if edges is None:
        return []
    rows: Longs = getattr(edges, other)
    return [
        {
            **_place(links, int(rows[edge])),
            "kind": edges.kinds[int(edges.kind[edge])],
            "gap_ns": int(edges.gap_ns[edge]),
        }
        for edge in chosen[:MOST_EDGES].tolist()
        if rows[edge] >= 0
    ]


def _place(links: CriticalLinks, row: int) -> dict[str, Any]:
    """Where an instruction is on the timeline."""
    return {
        "row": row,
        "opcode": links.opcode[int(links.opcode_code[row])],
        "track": links.track[int(links.track_code[row])],
        "core": int(links.core[row]),
        "start_ns": int(links.start_ns[row]),
        "end_ns": int(links.end_ns[row]),
    }


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
    ids = pq.read_table(rows, columns=["id"], memory_map=True).column("id").to_numpy()
    before = _rows_of(ids, table.column("in_id").to_numpy())
    after = _rows_of(ids, table.column("out_id").to_numpy())
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


def _rows_of(ids: Longs, wanted: Longs) -> Longs:
    """The row of each id; of two rows with one id the first, -1 where there is none."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    order = np.argsort(ids, kind="stable")
    place = np.minimum(np.searchsorted(ids[order], wanted), len(ids) - 1)
    found: Longs = np.where(ids[order][place] == wanted, order[place], -1)
    return found
