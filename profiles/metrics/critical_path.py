"""The critical path: back from the last instruction of a range, always to what was waited for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from profiles.metrics.critical_links import FIRST, LINK_NAMES, TRANSFER, Links
from profiles.metrics.events import Longs
from profiles.metrics.insights.places import engine_track, queue_track
from profiles.metrics.region import Region

MOST_LINKS = 10
MOST_SEGMENTS = 500
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


def walk(links: Links, region: Region) -> Path:
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


def _nodes(links: Links, region: Region) -> Longs:
    """The instructions on the path, the last first."""
    return links.way_back(_last(links, region), region.start_ns)


def _last(links: Links, region: Region) -> int:
    """The row that is under way when the range ends, else the one that ended last; -1 for none.

    Of several under way the one that began last.
    """
    tally, kinds = region.run.instructions.tally, region.own_kinds
    under_way = tally.across(region.end_ns)
    under_way = under_way[kinds[tally.kinds_at(under_way)]]
    if len(under_way):
        last = under_way[[np.argmax(tally.starts(under_way))]]
    else:
        last = np.array([tally.ended_last(kinds, region.start_ns, region.end_ns)], np.int64)
    return int(links.at_places(last, tally.rows_at(last))[0]) if last[0] >= 0 else -1


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


def _row(links: Links, index: int) -> int | None:
    """The row of `Instruction` of one of the links."""
    return int(links.rows_of(np.array([index], np.int64))[0]) if index >= 0 else None


def _resource(links: Links, path: Path, place: int) -> tuple[str, int | None, str]:
    """What a stretch is spent on: kind, core and name."""
    kind, row = int(path.kind[place]), int(path.row[place])
    if kind == UNKNOWN or row < 0:
        return SEGMENT_NAMES[UNKNOWN], None, "before the first instruction"
    core = int(links.core[row])
    if kind == MOVE:
        return SEGMENT_NAMES[MOVE], core, links.queues[int(path.queue[place])]
    return SEGMENT_NAMES[kind], core, links.engine[int(links.engine_code[row])]


def _resources(links: Links, path: Path, region: Region) -> list[dict[str, Any]]:
    """Time on the path by what it is spent on, the most first."""
    row = np.maximum(path.row, 0)
    engine, core = (links.engine_code[row], links.core[row]) if len(links) else (row, row)
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


def _link(links: Links, path: Path, place: int, region: Region) -> dict[str, Any]:
    kind, core, name = _resource(links, path, place)
    row, after = int(path.row[place]), int(path.after[place])
    return {
        "kind": kind,
        "core": core,
        "name": name,
        "start_ns": int(path.start_ns[place]),
        "end_ns": int(path.end_ns[place]),
        "ns": int(path.length_ns[place]),
        "row": _row(links, row),
        "opcode": links.opcode[int(links.opcode_code[row])] if row >= 0 else None,
        "after_row": _row(links, after),
        "after_opcode": links.opcode[int(links.opcode_code[after])] if after >= 0 else None,
        "released_by": LINK_NAMES[int(links.kind[after])] if after >= 0 else None,
        "track": tracks_of(links, path, np.array([place]), region)[0],
    }


def tracks_of(links: Links, path: Path, places: Longs, region: Region) -> list[str | None]:
    """The timeline's rows that stretches lie on."""
    rows = path.row[places]
    is_known = (path.kind[places] != UNKNOWN) & (rows >= 0)
    own = np.maximum(rows, 0) if len(links) else rows[:0]
    queues = {(queue.core, queue.name): queue for queue in reversed(region.run.packets.queues)}
    found: list[str | None] = []
    for known, kind, core, code, queue in zip(
        is_known.tolist(),
        path.kind[places].tolist(),
        links.core[own].tolist(),
        links.track_code[own].tolist(),
        path.queue[places].tolist(),
        strict=True,
    ):
        moving = queues.get((core, links.queues[queue])) if known and kind == MOVE else None
        if not known or (kind == MOVE and moving is None):
            found.append(None)
        elif moving is not None:
            found.append(queue_track(region, moving))
        else:
            found.append(engine_track(region, core, links.track[code] or links.engine[0]))
    return found


def _segments(links: Links, path: Path, region: Region) -> list[dict[str, Any]]:
    """The longest stretches in order of time."""
    places = sorted(_longest(path, MOST_SEGMENTS), key=lambda place: int(path.start_ns[place]))
    rows = links.rows_of(np.maximum(path.row[places], 0)).tolist()
    tracks = tracks_of(links, path, np.array(places, np.int64), region)
    return [
        {
            "kind": SEGMENT_NAMES[int(path.kind[place])],
            "start_ns": int(path.start_ns[place]),
            "end_ns": int(path.end_ns[place]),
            "row": row if path.row[place] >= 0 else None,
            "track": track,
        }
        for place, row, track in zip(places, rows, tracks, strict=True)
    ]
