"""Edges between instructions: those the compiler names, and hand-overs by semaphore or transfer."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from profiles.metrics.compiled_edges import EdgesBySide
from profiles.metrics.critical_links import ORDER, SEMAPHORE, TRANSFER, Links
from profiles.metrics.events import Longs


class EdgeKind(IntEnum):
    """What an edge is; the names in small letters are those of the API."""

    FLOW = 0
    ANTI = 1
    OUTPUT = 2
    ORDER = 3
    SEMAPHORE = 4
    TRANSFER = 5
    ENGINE = 6
    UNKNOWN = 7


KIND_NAMES = tuple(kind.name.lower() for kind in EdgeKind)
COMPILED = {
    "FLOW_DEPENDENCE": EdgeKind.FLOW,
    "ANTI_DEPENDENCE": EdgeKind.ANTI,
    "OUTPUT_DEPENDENCE": EdgeKind.OUTPUT,
    "ORDERED": EdgeKind.ORDER,
}
LINKED = {SEMAPHORE: EdgeKind.SEMAPHORE, TRANSFER: EdgeKind.TRANSFER, ORDER: EdgeKind.ENGINE}
USUAL = frozenset(EdgeKind) - {EdgeKind.ENGINE}
"""Without the order of an engine's own instructions, which leads through all of them."""


@dataclass(frozen=True)
class FoundEdges:
    """Edges of a step, int64 (n,) each.

    `gap_ns` is from the end of the earlier row until the later one could go on: its start, or its
    end where it only waits; negative where they overlap. `queue` is a code among the links'
    queues, -1 for none. `unseen` counts edges of the step that were not looked at.
    """

    before: Longs
    after: Longs
    kind: Longs
    gap_ns: Longs
    queue: Longs
    unseen: int = 0

    def __len__(self) -> int:
        return len(self.before)

    def taken(self, chosen: Longs) -> "FoundEdges":
        """Those at the places of `chosen`, in its order."""
        return FoundEdges(
            self.before[chosen],
            self.after[chosen],
            self.kind[chosen],
            self.gap_ns[chosen],
            self.queue[chosen],
            self.unseen,
        )


@dataclass(frozen=True)
class EdgeSource:
    """All edges of a part: the compiler's, where it names any, and the links of what let go on."""

    links: Links
    compiled: EdgesBySide | None

    def touching(
        self, rows: Longs, *, later: bool, kinds: Collection[EdgeKind] = USUAL
    ) -> FoundEdges:
        """Edges that lead from rows to later ones, or to them from earlier ones; nearest first."""
        found = _joined(self._compiled(rows, later=later), self._linked(rows, later=later))
        is_wanted = np.isin(found.kind, [int(kind) for kind in kinds])
        is_wanted &= (found.before >= 0) & (found.after >= 0)
        wanted = np.flatnonzero(is_wanted)
        order = np.argsort(np.abs(found.gap_ns[wanted]), kind="stable")
        return found.taken(wanted[order])

    def _compiled(self, rows: Longs, *, later: bool) -> FoundEdges:
        edges = self.compiled
        if edges is None:
            return _nothing()
        found = edges.around(rows, later=later)
        names = [COMPILED.get(name, EdgeKind.UNKNOWN) for name in edges.kinds]
        kind = np.array(names, np.int64)[found.kind]
        none = np.full(len(kind), -1, np.int64)
        return FoundEdges(found.before, found.after, kind, found.gap_ns, none, found.unseen)

    def _linked(self, rows: Longs, *, later: bool) -> FoundEdges:
        links = self.links
        after, unseen = links.children(rows) if later else (rows, 0)
        after = after[links.parent[after] >= 0]
        before = links.parent[after]
        codes = np.full(max(LINKED) + 1, int(EdgeKind.UNKNOWN), np.int64)
        codes[list(LINKED)] = [int(kind) for kind in LINKED.values()]
        gap = links.ready_ns[after] - links.end_ns[before]
        kind, queue = codes[links.kind[after]], links.queue[after]
        return FoundEdges(before, after, kind, gap, queue, unseen)


def _joined(one: FoundEdges, other: FoundEdges) -> FoundEdges:
    return FoundEdges(
        np.concatenate([one.before, other.before]),
        np.concatenate([one.after, other.after]),
        np.concatenate([one.kind, other.kind]),
        np.concatenate([one.gap_ns, other.gap_ns]),
        np.concatenate([one.queue, other.queue]),
        one.unseen + other.unseen,
    )


def _nothing() -> FoundEdges:
    none = np.zeros(0, np.int64)
    return FoundEdges(none, none, none, none, none)
