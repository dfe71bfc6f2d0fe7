"""A whole chain of dependencies, back or forward from one event, to a depth, within bounds."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from profiles.metrics.critical_links import Links
from profiles.metrics.dependency_edges import (
    KIND_NAMES,
    USUAL,
    EdgeKind,
    EdgeSource,
    FoundEdges,
)
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.engine_free import NEVER_NS
from profiles.metrics.events import Longs
from profiles.metrics.transfer_ends import ends_of

Way = Literal["back", "forward"]
MOST_EVENTS = 2000
USUAL_EVENTS = 500
MOST_DEPTH = 1000
USUAL_DEPTH = 5
EDGES_PER_EVENT = 4
TIME_LIMIT_S = 2.0


@dataclass
class Chain:
    """Instructions by their index, in the order in which they were reached, and their edges.

    `depth` says by how many edges a row is away from where the chain begins. `beyond` counts the
    events one edge further that are not in it, and `cut` says why: the depth that was asked for,
    or the bound on events or on time; None where nothing lies further.
    """

    rows: list[int]
    depth: list[int]
    edges: list[FoundEdges] = field(default_factory=list)
    cut: str | None = None
    beyond: int = 0
    edges_left_out: int = 0


def walk_chain(
    source: EdgeSource,
    begin: Longs,
    way: Way,
    depth: int,
    *,
    kinds: Collection[EdgeKind] = USUAL,
    most: int = USUAL_EVENTS,
    first_depth: int = 0,
    time_limit_s: float = TIME_LIMIT_S,
) -> Chain:
    """Level by level, the nearest first; no row is taken twice, so that a cycle ends.

    The edges of the last level are followed no more: what they lead to is counted in `beyond`.
    """
    deadline = time.monotonic() + time_limit_s
    is_later = way == "forward"
    start = begin[:most]
    chain = Chain(start.tolist(), [first_depth] * len(start))
    known = np.sort(start)
    front: Longs = start
    for level in range(first_depth + 1, depth + 2):
        found = source.touching(front, later=is_later, kinds=kinds)
        other = found.after if is_later else found.before
        chain.edges_left_out += found.unseen
        fresh = _in_order(other[~np.isin(other, known)])
        is_late = time.monotonic() > deadline
        if level > depth or is_late:
            chain.beyond += len(fresh)
            if len(fresh):
                chain.cut = chain.cut or ("time" if is_late else "depth")
            break
        front = fresh[: max(most - len(chain.rows), 0)]
        if len(front) < len(fresh):
            chain.cut = "events"
            chain.beyond += len(fresh) - len(front)
        chain.rows += front.tolist()
        chain.depth += [level] * len(front)
        known = np.union1d(known, front)
        _keep(chain, found.taken(np.flatnonzero(np.isin(other, known))), other=is_later, new=front)
        if not len(front):
            break
    return chain


def _in_order(rows: Longs) -> Longs:
    """Each row once, where it comes first."""
    _, first = np.unique(rows, return_index=True)
    result: Longs = rows[np.sort(first)]
    return result


def _keep(chain: Chain, found: FoundEdges, *, other: bool, new: Longs) -> None:
    """Takes a level's edges: the nearest one to every new row, and more while there is room."""
    room = max(EDGES_PER_EVENT * len(chain.rows) - sum(map(len, chain.edges)), 0)
    if len(found) > room:
        ends = found.after if other else found.before
        _, first = np.unique(ends, return_index=True)
        needed = first[np.isin(ends[first], new)]
        rest = np.setdiff1d(np.arange(len(found)), needed)[: max(room - len(needed), 0)]
        chosen = np.sort(np.concatenate([needed, rest]))
        chain.edges_left_out += len(found) - len(chosen)
        found = found.taken(chosen)
    chain.edges.append(found)


def dependency_chain(
    device: DeviceRun,
    row: int,
    way: Way,
    depth: int,
    *,
    table: str = "Instruction",
    kinds: Collection[EdgeKind] = USUAL,
    most: int = USUAL_EVENTS,
) -> dict[str, Any]:
    """The chain of an instruction or of a DMA packet, as the API tells it.

    Of a packet it begins with the instruction that started its transfer, or with those that the
    transfer let go on. Raises NoSuchRowError, and OSError or ArrowException.
    """
    links = device.critical_links
    source = EdgeSource(links, device.compiled_edges)
    begin = ends_of(device, table, row, way)
    first = 0 if table == "Instruction" else 1
    chain = walk_chain(source, begin, way, depth, kinds=kinds, most=most, first_depth=first)
    return {
        "row": row,
        "table": table,
        "way": way,
        "depth": depth,
        "has_edges": source.compiled is not None,
        "events": _events(links, chain),
        "edges": _edges(links, chain),
        "waited_ns": int(_waits(links, np.array(chain.rows, np.int64)).clip(0).sum()),
        "cut": chain.cut,
        "beyond": chain.beyond,
        "edges_left_out": chain.edges_left_out,
    }


def _waits(links: Links, rows: Longs) -> Longs:
    """How long each row's engine had been free by the time it went on; -1 where it is not known."""
    free = links.free_since_ns[rows]
    waited = links.ready_ns[rows] - np.minimum(np.maximum(free, 0), links.ready_ns[rows])
    result: Longs = np.where(free == NEVER_NS, -1, waited)
    return result


def _events(links: Links, chain: Chain) -> list[dict[str, Any]]:
    indices = np.array(chain.rows, np.int64)
    waits, table_rows = _waits(links, indices).tolist(), links.rows_of(indices).tolist()
    return [
        {
            "row": table_row,
            "opcode": links.opcode[int(links.opcode_code[row])],
            "track": links.track[int(links.track_code[row])],
            "core": int(links.core[row]),
            "start_ns": int(links.start_ns[row]),
            "end_ns": int(links.end_ns[row]),
            "depth": depth,
            "waited_ns": waited if waited >= 0 else None,
        }
        for row, depth, waited, table_row in zip(
            chain.rows, chain.depth, waits, table_rows, strict=True
        )
    ]


def _edges(links: Links, chain: Chain) -> list[dict[str, Any]]:
    place = {row: at for at, row in enumerate(chain.rows)}
    return [
        {
            "before": place[before],
            "after": place[after],
            "kind": KIND_NAMES[kind],
            "gap_ns": gap,
            "queue": links.queues[queue] if queue >= 0 else None,
        }
        for found in chain.edges
        for before, after, kind, gap, queue in zip(
            found.before.tolist(),
            found.after.tolist(),
            found.kind.tolist(),
            found.gap_ns.tolist(),
            found.queue.tolist(),
            strict=True,
        )
    ]
