"""The critical path: back from the last instruction of a range, always to what was waited for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from profiles.metrics.critical_links import FIRST, LINK_NAMES, TRANSFER, CriticalLinks
from profiles.metrics.events import Longs
from profiles.metrics.insights.places import engine_track, queue_track
from profiles.metrics.packet_kinds import Queue
from profiles.metrics.region import Region

MOST_LINKS = 10
MOST_SEGMENTS = 500
SCANNED_AT_ONCE = 4096
WORK, LATENCY, MOVE, UNKNOWN = range(4)
SEGMENT_NAMES = ("work", "latency", "transfer", "unexplained")


@dataclass(frozen=True)
class Path:
    """Stretches of the path, latest first, none overlapping; int64 (n,) each.

    `row` is the instruction that works, waits for the signal, or issued the transfer; `after` the
    one that could go on then, -1 for the end.
    """

    kind: Longs
    start_ns: Longs
    end_ns: Longs
    row: Longs
    after: Longs
    queue: Longs

    @property
    def length_ns(self) -> Longs:
        """How long each is."""
        return self.end_ns - self.start_ns


def walk(links: CriticalLinks, region: Region) -> Path:
    """From the chosen cores' instruction that ends last in the range, back to its start."""
    nodes = _nodes(links, region)
    if not len(nodes):
        nothing = np.zeros(0, np.int64)
        return Path(nothing, nothing, nothing, nothing, nothing, nothing)
    ready, release, end = links.ready_ns[nodes], links.release_ns[nodes], links.end_ns[nodes]
    cursor = np.append(min(int(end[0]), region.end_ns), np.minimum(end[1:], release[:-1]))
    before = np.append(cursor[1:], region.start_ns)
    after = np.append(-1, nodes[:-1])
    is_moved = links.kind[nodes] == TRANSFER
    is_first = links.kind[nodes] == FIRST
    parent = np.append(nodes[1:], nodes[-1])
    parent[-1] = max(int(links.parent[nodes[-1]]), -1)
    # What lies between the parent's end and the release is the transfer, or the signal's way.
    pieces = (
        (np.full(len(nodes), WORK), ready, cursor, nodes, after),
        (np.where(is_first, UNKNOWN, LATENCY), release, ready, nodes, nodes),
        (
            np.where(is_moved, MOVE, np.where(is_first, UNKNOWN, LATENCY)),
            before,
            release,
            np.where(is_moved, parent, nodes),
            nodes,
        ),
    )
    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    kind, start, stop, row, following = columns
    queue = np.tile(links.queue[nodes], 3)
    start = np.maximum(start, region.start_ns)
    kept = np.flatnonzero(stop > start)
    kept = kept[np.argsort(-stop[kept], kind="stable")]
    return Path(kind[kept], start[kept], stop[kept], row[kept], following[kept], queue[kept])


def _nodes(links: CriticalLinks, region: Region) -> Longs:
    """Rows on the path, the last first."""
    row = _last(links, region)
    parent, ready = links.parent.data, links.ready_ns.data
    found: list[int] = []
    while row >= 0:
        found.append(row)
        if ready[row] <= region.start_ns:
            break
        row = parent[row]
    return np.array(found, np.int64)


def _last(links: CriticalLinks, region: Region) -> int:
    """The row that is under way when the range ends, else the one that ended last; -1 for none.

    Of several under way the one that began last.
    """
    tally = region.run.instructions.tally
    under_way = tally.order[tally.across(region.end_ns)]
    under_way = under_way[np.isin(links.core[under_way], region.cores)]
    if len(under_way):
        return int(under_way[np.argmax(links.start_ns[under_way])])
    order = links.by_end
    last = int(np.searchsorted(links.end_ns[order], region.end_ns, "right"))
    for first in range(last, 0, -SCANNED_AT_ONCE):
        piece = order[max(first - SCANNED_AT_ONCE, 0) : first]
        own = piece[np.isin(links.core[piece], region.cores)]
        own = own[links.end_ns[own] > region.start_ns]
        if len(own) or links.end_ns[piece[0]] <= region.start_ns:
            return int(own[-1]) if len(own) else -1
    return -1


def critical_path(region: Region) -> dict[str, Any]:
    """How long each engine and queue is on the path, the longest links, and where they lie."""
    links = region.run.critical_links
    path = walk(links, region)
    total = int(path.length_ns.sum())
    return {
        "missing": None if len(path.kind) else "instructions: none lies in the range",
        "ns": total,
        "share": total / region.duration_ns,
        "resources": _resources(links, path, region),
        "links": [_link(links, path, place, region) for place in _longest(path, MOST_LINKS)],
        "segments": _segments(links, path, region),
        "segment_count": len(path.kind),
    }


def _longest(path: Path, most: int) -> list[int]:
    found: list[int] = np.argsort(-path.length_ns, kind="stable")[:most].tolist()
    return found


def _resource(links: CriticalLinks, path: Path, place: int) -> tuple[str, int | None, str]:
    """What a stretch is spent on: kind, core and name."""
    kind, row = int(path.kind[place]), int(path.row[place])
    if kind == UNKNOWN or row < 0:
        return SEGMENT_NAMES[UNKNOWN], None, "before the first instruction"
    core = int(links.core[row])
    if kind == MOVE:
        return SEGMENT_NAMES[MOVE], core, links.queues[int(path.queue[place])]
    return SEGMENT_NAMES[kind], core, links.engine[int(links.engine_code[row])]


def _resources(links: CriticalLinks, path: Path, region: Region) -> list[dict[str, Any]]:
    """Time on the path by what it is spent on, the most first."""
    row = np.maximum(path.row, 0)
    engine, core = (links.engine_code[row], links.core[row]) if len(links.core) else (row, row)
    name = np.where(path.kind == MOVE, path.queue, engine)
    key = (path.kind << 48) | (np.where(path.kind == UNKNOWN, 0, core) << 32)
    key |= np.where(path.kind == UNKNOWN, 0, name)
    found = []
    for one in np.unique(key).tolist():
        own = np.flatnonzero(key == one)
        kind, of, title = _resource(links, path, int(own[0]))
        total = int(path.length_ns[own].sum())
        found.append(
            {
                "kind": kind,
                "core": of,
                "name": title,
                "ns": total,
                "share": total / region.duration_ns,
                "count": len(own),
            }
        )
    return sorted(found, key=lambda entry: -entry["ns"])


def _link(links: CriticalLinks, path: Path, place: int, region: Region) -> dict[str, Any]:
    kind, core, name = _resource(links, path, place)
    row, after = int(path.row[place]), int(path.after[place])
    return {
        "kind": kind,
        "core": core,
        "name": name,
        "start_ns": int(path.start_ns[place]),
        "end_ns": int(path.end_ns[place]),
        "ns": int(path.length_ns[place]),
        "row": row if row >= 0 else None,
        "opcode": links.opcode[int(links.opcode_code[row])] if row >= 0 else None,
        "after_row": after if after >= 0 else None,
        "after_opcode": links.opcode[int(links.opcode_code[after])] if after >= 0 else None,
        "released_by": LINK_NAMES[int(links.kind[after])] if after >= 0 else None,
        "track": track_of(links, path, place, region),
    }


def track_of(links: CriticalLinks, path: Path, place: int, region: Region) -> str | None:
    """The timeline's row a stretch lies on."""
    kind, row = int(path.kind[place]), int(path.row[place])
    if kind == UNKNOWN or row < 0:
        return None
    core = int(links.core[row])
    if kind != MOVE:
        code = int(links.track_code[row])
        return engine_track(region, core, links.track[code] or links.engine[0])
    title = links.queues[int(path.queue[place])]
    queue = next((q for q in region.run.packets.queues if (q.core, q.name) == (core, title)), None)
    return queue_track(region, queue) if isinstance(queue, Queue) else None


def _segments(links: CriticalLinks, path: Path, region: Region) -> list[dict[str, Any]]:
    """The longest stretches in order of time."""
    places = sorted(_longest(path, MOST_SEGMENTS), key=lambda place: int(path.start_ns[place]))
    return [
        {
            "kind": SEGMENT_NAMES[int(path.kind[place])],
            "start_ns": int(path.start_ns[place]),
            "end_ns": int(path.end_ns[place]),
            "row": int(path.row[place]) if path.row[place] >= 0 else None,
            "track": track_of(links, path, place, region),
        }
        for place in places
    ]
