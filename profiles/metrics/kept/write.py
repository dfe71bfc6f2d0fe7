"""Writes what ranges need: slices by time, sums at checkpoints, coverages, links, edges."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np

from profiles.metrics.compiled_edges import Edges
from profiles.metrics.coverage import Coverage
from profiles.metrics.critical_links import CriticalLinks
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.engine_free import NEVER_NS
from profiles.metrics.events import Longs, Mask
from profiles.metrics.instruction_kinds import ENGINES, InstructionKinds
from profiles.metrics.packet_kinds import PacketKinds
from profiles.metrics.tally import Tally
from profiles.storage.columns import BLOCK, ColumnWriter

MOST_RUNS = 64
LEAST_STEP = 4 * BLOCK
MOST_CELLS = 1_000_000
"""So far apart checkpoints stand, and further where there are many kinds."""

Document = dict[str, Any]


def write_run(run: DeviceRun, file: BinaryIO, made_with: str) -> None:
    """Writes a run whose whole answer has been made: what was covered for it is kept too."""
    writer = ColumnWriter(file)
    instructions, packets = run.instructions, run.packets
    coverages = _Coverages(writer)
    header: Document = {
        "made_with": made_with,
        "span_ns": list(run.span_ns),
        "instructions": _instructions(writer, coverages, instructions),
        "packets": _packets(writer, coverages, packets),
        "links": _links(writer, run, instructions.tally),
        "edges": _edges(writer, run, instructions.tally),
    }
    coverages.add("run", {str(key): one for key, one in run.kept_coverages.items()})
    header["coverages"] = coverages.found
    for name, starts in zip(("reloads", "saves"), run.spills, strict=True):
        writer.add(name, starts)
    writer.finish(header)


def mask_key(mask: Mask) -> str:
    """Chosen kinds as a text."""
    return np.packbits(mask).tobytes().hex()


class _Coverages:
    """Coverages by what they are of; the same stretches are written once."""

    def __init__(self, writer: ColumnWriter) -> None:
        self.found: dict[str, dict[str, str]] = {}
        self._writer = writer
        self._written: dict[bytes, str] = {}

    def add(self, of: str, coverages: Mapping[str, Coverage]) -> None:
        """Writes those of one thing."""
        own = self.found.setdefault(of, {})
        for key, coverage in coverages.items():
            stretches = coverage.stretches
            digest = hashlib.sha256(stretches.start_ns.tobytes())
            digest.update(stretches.end_ns.tobytes())
            name = self._written.get(digest.digest())
            if name is None:
                name = f"coverage{len(self._written)}"
                self._written[digest.digest()] = name
                self._writer.add(f"{name}.start", stretches.start_ns)
                self._writer.add(f"{name}.length", stretches.end_ns - stretches.start_ns)
            own[key] = name

    def of_tally(self, name: str, tally: Tally, masks: Iterator[Mask]) -> None:
        """Those of chosen kinds, and those that were asked for before."""
        known = {np.frombuffer(key, bool).tobytes(): one for key, one in tally.asked.items()}
        for mask in masks:
            known.setdefault(mask.tobytes(), tally.covered(mask))
        found = {mask_key(np.frombuffer(key, bool)): one for key, one in known.items()}
        self.add(name, found)


def _instructions(writer: ColumnWriter, coverages: _Coverages, found: InstructionKinds) -> Document:
    engines = (
        found.where(core=core, engine=engine, is_waiting=False)
        for core in found.cores
        for engine in ENGINES
    )
    coverages.of_tally("instructions", found.tally, engines)
    for name, values in found.amounts.items():
        writer.add(f"amount.{name}", values)
    document: Document = {
        "kinds": [asdict(kind) for kind in found.kinds],
        "amounts": list(found.amounts),
        "has": sorted(found.has),
        "has_source": found.has_source,
        "tally": _slices(writer, "instructions", found.tally)
        | _kinds(writer, "instructions", found.tally),
        "operators": None,
    }
    operators = found.operators
    if operators is not None:
        coverages.of_tally("operators", operators.tally, iter(()))
        writer.add("operators.operator", operators.operator)
        writer.add("operators.of_kind", operators.kind)
        document["operators"] = {
            "names": list(operators.names),
            "tally": _kinds(writer, "operators", operators.tally),
        }
    return document


def _packets(writer: ColumnWriter, coverages: _Coverages, found: PacketKinds) -> Document:
    masks = [found.where_queue(queue) for queue in found.queues]
    coverages.of_tally("packets", found.tally, iter([*masks, *found.engine_masks.values()]))
    return {
        "kinds": [asdict(kind) for kind in found.kinds],
        "tally": _slices(writer, "packets", found.tally) | _kinds(writer, "packets", found.tally),
    }


def _slices(writer: ColumnWriter, name: str, tally: Tally) -> Document:
    """Starts, lengths, the last end in each block, and how to find rows."""
    writer.add(f"{name}.start", tally.start_ns)
    writer.add(f"{name}.length", tally.end_ns - tally.start_ns)
    firsts = np.arange(0, len(tally), BLOCK)
    latest = np.maximum.reduceat(tally.end_ns, firsts) if len(tally) else firsts
    writer.add(f"{name}.latest", latest)
    groups = _groups(tally)
    if groups is None:
        writer.add(f"{name}.row", tally.order)
        return {"count": len(tally), "groups": None}
    first, of_kind = groups
    counts = [
        np.bincount(of_kind[tally.kind[begin : begin + BLOCK]], minlength=len(first))
        for begin in firsts.tolist()
    ]
    before = np.cumsum([np.zeros(len(first), np.int64), *counts], axis=0)
    writer.add(f"{name}.group_before", before.ravel())
    return {"count": len(tally), "groups": first.tolist(), "group_of_kind": of_kind.tolist()}


def _groups(tally: Tally) -> tuple[Longs, Longs] | None:
    """The table as a few stretches of rows, each in order of time and with kinds of its own.

    Where each begins, and to which a kind belongs: a slice's row follows from how many of its
    stretch came before. None where the table is in another order.
    """
    by_row = np.empty(len(tally), np.int64)
    by_row[tally.order] = tally.start_ns
    first = np.concatenate(([0], np.flatnonzero(by_row[1:] < by_row[:-1]) + 1))
    if len(first) > MOST_RUNS:
        return None
    group = np.searchsorted(first, tally.order, "right") - 1
    of_kind = np.zeros(tally.kinds, np.int64)
    of_kind[tally.kind] = group
    return (first, of_kind) if bool((of_kind[tally.kind] == group).all()) else None


def _kinds(writer: ColumnWriter, name: str, tally: Tally) -> Document:
    """The kind of each slice; counts, time and the longest of each kind between checkpoints."""
    writer.add(f"{name}.kind", tally.kind)
    count, kinds = len(tally), max(tally.kinds, 1)
    cells = -(-count // LEAST_STEP) * kinds
    step = LEAST_STEP * max(-(-cells // MOST_CELLS), 1)
    counts, times = [np.zeros(kinds, np.int64)], [np.zeros(kinds, np.int64)]
    tops, places = [], []
    for begin in range(0, count, step):
        own = slice(begin, min(begin + step, count))
        kind, length = tally.kind[own], tally.end_ns[own] - tally.start_ns[own]
        counts.append(counts[-1] + np.bincount(kind, minlength=kinds))
        summed = np.bincount(kind, weights=length, minlength=kinds).astype(np.int64)
        times.append(times[-1] + summed)
        top, place = longest_of_each(kind, length, kinds)
        tops.append(top)
        places.append(place)
    nothing = np.zeros(0, np.int64)
    for part, values in (("counts", counts), ("times", times), ("top", tops), ("top_at", places)):
        writer.add(f"{name}.{part}", np.concatenate(values) if values else nothing)
    known = tally.longest_by_kind
    writer.add(f"{name}.known", known)
    writer.add(f"{name}.known_kind", tally.kind[known])
    writer.add(f"{name}.known_length", tally.end_ns[known] - tally.start_ns[known])
    writer.add(f"{name}.known_row", tally.order[known])
    return {"step": step, "kinds": tally.kinds}


def longest_of_each(kind: Any, length: Longs, kinds: int) -> tuple[Longs, Longs]:
    """The longest of each kind, -1 for none, and the first place that has it."""
    top = np.full(kinds, -1, np.int64)
    np.maximum.at(top, kind, length)
    at = np.zeros(kinds, np.int64)
    is_top = np.flatnonzero(length == top[kind])[::-1]
    at[kind[is_top]] = is_top
    return top, at


def _links(writer: ColumnWriter, run: DeviceRun, tally: Tally) -> Document:
    """What let each instruction go on, in order of time; engine and opcode follow from its kind."""
    links = run.critical_links
    assert isinstance(links, CriticalLinks)
    order, place = tally.order, _places(tally)
    parent = links.parent[order]
    own = np.arange(len(order))
    before = np.where(parent >= 0, place[np.maximum(parent, 0)], own)
    writer.add("links.step", own - before)
    writer.add("links.lag", (links.ready_ns - links.release_ns)[order])
    writer.add("links.kind", links.kind[order])
    writer.add("links.queue", links.queue[order] + 1)
    free, ready = links.free_since_ns[order], links.ready_ns[order]
    idle = ready - np.minimum(np.maximum(free, 0), ready)
    writer.add("links.idle", np.where(free == NEVER_NS, 0, idle + 1))
    has_parent = np.flatnonzero(parent >= 0)
    by_parent = has_parent[np.argsort(before[has_parent], kind="stable")]
    writer.add("children.parent", before[by_parent])
    writer.add("children.step", by_parent - before[by_parent])
    codes = {}
    for name in ("core", "engine_code", "opcode_code", "track_code"):
        of_kind = np.zeros(tally.kinds, np.int64)
        of_kind[tally.kind] = getattr(links, name)[order]
        codes[name] = of_kind.tolist()
    texts = {name: list(getattr(links, name)) for name in ("engine", "opcode", "track", "queues")}
    return {**codes, **texts}


def _places(tally: Tally) -> Longs:
    """By row the place in order of time; one more, for no row."""
    place = np.full(len(tally) + 1, -1, np.int64)
    place[tally.order] = np.arange(len(tally))
    return place


def _edges(writer: ColumnWriter, run: DeviceRun, tally: Tally) -> Document | None:
    edges = run.compiled_edges
    if edges is None:
        return None
    assert isinstance(edges, Edges)
    place = _places(tally)
    before, after = place[edges.before], place[edges.after]
    for name, own, other in (("later", before, after), ("earlier", after, before)):
        order = np.argsort(own, kind="stable")
        order = order[own[order] >= 0]
        writer.add(f"{name}.own", own[order])
        writer.add(f"{name}.step", other[order] - own[order])
        writer.add(f"{name}.kind", edges.kind[order])
        writer.add(f"{name}.gap", edges.gap_ns[order])
    return {"kinds": list(edges.kinds)}
