"""What an instruction waited for and what waited for it: compiler's edges and semaphores."""

from typing import Any

import numpy as np

from profiles.metrics.compiled_edges import EdgesBySide
from profiles.metrics.critical_links import FIRST, LINK_NAMES, Links
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.engine_free import NEVER_NS
from profiles.metrics.events import Longs

MOST_EDGES = 200


class NoSuchRowError(LookupError):
    """The table has no such row."""


def dependencies(device: DeviceRun, row: int) -> dict[str, Any]:
    """Why an instruction started when it did, its earlier and its later ones.

    Raises NoSuchRowError, and OSError or ArrowException for tables that cannot be read.
    """
    links = device.critical_links
    if not 0 <= row < len(links):
        raise NoSuchRowError(f"there is no instruction {row}")
    edges = device.compiled_edges
    index = links.index_of(row)
    waits_for, waits_for_total = _edge_rows(links, edges, index, later=False)
    waited_for_by, waited_for_by_total = _edge_rows(links, edges, index, later=True)
    released = _released_by(links, index)
    return {
        "row": row,
        "has_edges": edges is not None,
        "start": _start(links, index),
        "waits_for": waits_for,
        "waits_for_total": waits_for_total,
        "waited_for_by": waited_for_by,
        "waited_for_by_total": waited_for_by_total,
        "released": [_place(links, int(one)) for one in released[:MOST_EDGES].tolist()],
        "released_total": len(released),
    }


def _start(links: Links, row: int) -> dict[str, Any]:
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


def _free_since(links: Links, row: int) -> int | None:
    """When the engine's instructions before this one had ended; None for its first."""
    free_ns = int(links.free_since_ns[row])
    return None if free_ns == NEVER_NS else min(free_ns, int(links.ready_ns[row]))


def _released_by(links: Links, row: int) -> Longs:
    """Instructions of other engines that went on when this one let them, by row."""
    found, _ = links.children(np.array([row], np.int64))
    found = found[links.engine_code[found] != links.engine_code[row]]
    result: Longs = found[np.argsort(links.rows_of(found), kind="stable")]
    return result


def _edge_rows(
    links: Links, edges: EdgesBySide | None, row: int, *, later: bool
) -> tuple[list[dict[str, Any]], int]:
    """The other ends of an instruction's edges, the first ones, and how many edges there are."""
    if edges is None:
        return [], 0
    found = edges.around(np.array([row], np.int64), later=later)
    others = found.after if later else found.before
    columns = (others[:MOST_EDGES], found.kind[:MOST_EDGES], found.gap_ns[:MOST_EDGES])
    rows = [
        {**_place(links, other), "kind": edges.kinds[kind], "gap_ns": gap}
        for other, kind, gap in zip(*(column.tolist() for column in columns), strict=True)
        if other >= 0
    ]
    return rows, len(others) + found.unseen


def _place(links: Links, row: int) -> dict[str, Any]:
    """Where an instruction is on the timeline."""
    return {
        "row": int(links.rows_of(np.array([row], np.int64))[0]),
        "opcode": links.opcode[int(links.opcode_code[row])],
        "track": links.track[int(links.track_code[row])],
        "core": int(links.core[row]),
        "start_ns": int(links.start_ns[row]),
        "end_ns": int(links.end_ns[row]),
    }
