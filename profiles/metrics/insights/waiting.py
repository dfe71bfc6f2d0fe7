"""Rules about waiting: idle gaps and what they waited for, start-up and drain, cores, queues."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from profiles.metrics import words
from profiles.metrics.coverage import Coverage
from profiles.metrics.critical_links import FIRST, ORDER, SEMAPHORE, TRANSFER, Links
from profiles.metrics.events import Longs, Mask
from profiles.metrics.insights.finding import MOST_ROWS, Evidence, Finding, ranges_of, rows_of
from profiles.metrics.insights.places import engine_track, packet_evidence, stretches_of_packets
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.instruction_kinds import TABLE
from profiles.metrics.intervals import Stretches
from profiles.metrics.packet_kinds import Queue
from profiles.metrics.region import COMPUTING, Region
from profiles.metrics.tally import Reals

MOST_STEPS = 4
MOST_LAST = 10


def idle_gaps(region: Region, most: Thresholds) -> Sequence[Finding]:
    """The longest stretch without work of each engine between two of its own instructions.

    Engines that hardly work are left out: they wait because nothing is theirs to do.
    """
    least = max(most.gap_share * region.duration_ns, most.gap_ns)
    found = []
    for core in region.cores:
        for engine in COMPUTING:
            active = region.length_ns(_kernel_work(region, core, engine))
            if active < most.gap_engine_share * region.duration_ns:
                continue
            gaps = _inner_gaps(region, core, engine)
            length = gaps.end_ns - gaps.start_ns
            if len(length) and int(length.max()) >= least:
                found.append(_gap(region, core, engine, gaps, length >= least))
    return found


def _kernel_work(region: Region, core: int, engine: str) -> Coverage:
    """Where an engine worked on the kernel: what sets up and takes down is left out."""
    own = region.run.instructions.where(core=core, engine=engine, is_setup=False)
    return region.run.instructions.tally.coverage(own)


def _inner_gaps(region: Region, core: int, engine: str) -> Stretches:
    """Between the first and the last work of an engine on the kernel within the range."""
    inside = _kernel_work(region, core, engine).within(region.start_ns, region.end_ns)
    return inside.between


def _gap(region: Region, core: int, engine: str, gaps: Stretches, is_long: Mask) -> Finding:
    length = gaps.end_ns - gaps.start_ns
    longest = int(np.argmax(length))
    start, end = int(gaps.start_ns[longest]), int(gaps.end_ns[longest])
    row, chain = _what_ended(region, core, engine, end)
    ranges, count = ranges_of(Stretches(gaps.start_ns[is_long], gaps.end_ns[is_long]))
    others = f" {words.count(count - 1, 'more gap')} of it stand out." if count > 1 else ""
    active = region.length_ns(region.engine(core, engine))
    rows = () if row is None else (row,)
    return Finding(
        rule="idle_gap",
        title=f"{engine} of core {core} idle for {words.duration(end - start)} in one piece",
        detail=f"Between {words.duration(start)} and {words.duration(end)} {chain}. "
        f"{engine} is busy {words.duration(active)} of {words.duration(region.duration_ns)}."
        f"{others}",
        advice="Start what is waited for earlier, or give the engine other work meanwhile.",
        saved_ns=float(end - start),
        assumption="if the gap closes completely",
        evidence=Evidence(TABLE, rows, count, "gap", (_track_of(region, core, engine),)),
        ranges=ranges,
        range_count=count,
        values=MappingProxyType({"ns": float(end - start), "gaps": float(count)}),
    )


def _track_of(region: Region, core: int, engine: str) -> str:
    return engine_track(region, core, engine)


def _what_ended(region: Region, core: int, engine: str, end_ns: int) -> tuple[int | None, str]:
    """The row that ended the gap, and in words the chain of what it waited for."""
    links = region.run.critical_links
    instructions = region.run.instructions
    starting = instructions.tally.starting(end_ns, end_ns + 1)
    places = np.arange(starting.start, starting.stop)
    chosen = instructions.where(core=core, engine=engine)
    places = places[chosen[instructions.tally.kinds_at(places)]]
    if not len(places):
        return None, "nothing of it ran"
    rows = instructions.tally.rows_at(places)
    first = int(np.argmin(rows))
    return int(rows[first]), _chain(links, int(links.at_places(places[[first]], rows[[first]])[0]))


def _chain(links: Links, row: int) -> str:
    """`MATMUL waited for EXP on Scalar, which waited for a transfer of qSync`."""
    said = [_opcode(links, row)]
    for _ in range(MOST_STEPS):
        kind, parent = int(links.kind[row]), int(links.parent[row])
        if kind == TRANSFER:
            said.append(f"waited for a transfer of {links.queues[int(links.queue[row])]}")
            break
        if kind == SEMAPHORE:
            said.append(f"waited for {_opcode(links, parent)} on {_engine(links, parent)}")
        elif kind == FIRST:
            said.append("waited for nothing on record")
            break
        elif kind == ORDER and len(said) == 1 and not _is_wait(links, parent):
            said.append("followed its own engine, which was held before it")
            break
        row = parent
    return f"{said[0]} " + ", which ".join(said[1:]) if len(said) > 1 else f"{said[0]} came next"


def _opcode(links: Links, row: int) -> str:
    return links.opcode[int(links.opcode_code[row])]


def _engine(links: Links, row: int) -> str:
    return links.engine[int(links.engine_code[row])]


def _is_wait(links: Links, row: int) -> bool:
    return int(links.ready_ns[row]) == int(links.end_ns[row])


def edges(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Start-up and drain: time at an edge of the profile without work of the kernel."""
    if not region.is_whole:
        return []
    work = _kernel_stretches(region)
    if not len(work.start_ns):
        return []
    first, last = int(work.start_ns[0]), int(work.end_ns[-1])
    found = []
    for name, start, end in (("Start-up", region.start_ns, first), ("Drain", last, region.end_ns)):
        if (end - start) / region.duration_ns > most.edge_share:
            found.append(_edge(region, name, start, end))
    return found


def _kernel_stretches(region: Region) -> Stretches:
    """Where instructions of the kernel ran, those that set up and take down left out."""
    kinds = region.run.instructions.kinds
    own = np.array([not kind.is_setup and kind.engine in COMPUTING for kind in kinds], bool)
    coverage = region.run.instructions.tally.coverage(own & region.own_kinds)
    return coverage.within(region.start_ns, region.end_ns)


def _edge(region: Region, name: str, start: int, end: int) -> Finding:
    instructions = region.run.instructions
    every = np.ones(len(instructions.kinds), bool)
    places, count = instructions.tally.longest(every, start, end, MOST_ROWS)
    rows = rows_of(instructions.tally.rows_at(places))
    what = "before the first" if name == "Start-up" else "after the last"
    return Finding(
        rule="start_up" if name == "Start-up" else "drain",
        title=f"{name} takes {words.duration(end - start)}",
        detail=f"{words.duration(end - start)} pass {what} instruction of the kernel, "
        f"{words.share((end - start) / region.duration_ns)} of the profile.",
        advice="Run more work in one execution, or leave this time out of comparisons: "
        "choose the range of the kernel.",
        saved_ns=float(end - start),
        assumption="if the kernel began at once" if name == "Start-up" else "if it ended at once",
        evidence=Evidence(TABLE, rows, count, "instruction"),
        ranges=((start, end),),
        range_count=1,
        values=MappingProxyType({"ns": float(end - start)}),
    )


def core_difference(region: Region, most: Thresholds) -> Sequence[Finding]:
    """One core works far less than the busiest one."""
    if len(region.cores) < 2:
        return []
    busy = {core: _compute_ns(region, core) for core in region.cores}
    busiest = max(busy, key=lambda core: busy[core])
    found = []
    for core, own in busy.items():
        lack = busy[busiest] - own
        if core != busiest and lack / region.duration_ns > most.core_difference_share:
            found.append(_idle_core(region, core, busiest, busy))
    return found


def _compute_ns(region: Region, core: int) -> int:
    return region.length_ns(region.core_compute(core))


def _idle_core(region: Region, core: int, busiest: int, busy: dict[int, int]) -> Finding:
    gaps = region.core_compute(core).gaps(region.start_ns, region.end_ns)
    ranges, count = ranges_of(gaps)
    kernel = _works_on_kernel(region, core)
    own = busy[core] if kernel else 0
    title = f"Core {core} works {words.duration(busy[core])} of {words.duration(busy[busiest])}"
    last = _last_of(region, core)
    instructions = region.run.instructions
    shown = [instructions.kinds[n].track for n in instructions.tally.kinds_at(last[:1]).tolist()]
    tracks = dict.fromkeys(engine_track(region, core, name) for name in (*shown, *COMPUTING))
    rows = rows_of(instructions.tally.rows_at(last))
    return Finding(
        rule="core_difference",
        title=title if kernel else f"Core {core} does no kernel work",
        detail=f"Core {busiest} computes for {words.duration(busy[busiest])}, core {core} for "
        f"{words.duration(busy[core])}. Peaks and MFU count both cores.",
        advice="Split the work over both cores, or compile for one.",
        saved_ns=region.duration_ns * (1 - (busy[busiest] + own) / (2 * busy[busiest])),
        assumption="with a perfect split of the work over both",
        evidence=Evidence(TABLE, rows, count, "gap", tuple(tracks)),
        ranges=ranges,
        range_count=count,
        values=MappingProxyType({"ns": float(busy[core]), "busiest_ns": float(busy[busiest])}),
    )


def _works_on_kernel(region: Region, core: int) -> bool:
    own = [kind for _, kind in region.numbered_kinds if kind.core == core]
    return any(not kind.is_setup for kind in own)


def _last_of(region: Region, core: int) -> Longs:
    """Places of the last instructions of a core within the range, the very last first."""
    instructions = region.run.instructions
    is_own = instructions.where(core=core)
    return instructions.tally.last_of(is_own, region.start_ns, region.end_ns, MOST_LAST)


def queue_imbalance(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Of queues of one class one is busy far longer than they are on average."""
    found = []
    by_class: dict[tuple[int, str], list[Queue]] = {}
    for queue in region.run.packets.queues:
        if queue.core in region.cores and queue.type != "instruction":
            by_class.setdefault((queue.core, queue.source), []).append(queue)
    for (core, source), queues in by_class.items():
        busy = np.array(
            [region.length_ns(region.run.packets.queue_coverage[queue]) for queue in queues], float
        )
        if len(queues) > 1 and busy.max() > most.queue_imbalance_factor * busy.mean():
            found.append(_imbalance(region, core, source, queues, busy))
    return found


def _imbalance(
    region: Region, core: int, source: str, queues: Sequence[Queue], busy: Reals
) -> Finding:
    top = queues[int(np.argmax(busy))]
    mask = region.run.packets.where_queue(top)
    ranges, count = ranges_of(stretches_of_packets(region, mask))
    return Finding(
        rule="queue_imbalance",
        title=f"{top.name} of core {core} carries most of the {source.replace('_', ' ')} DMA",
        detail=f"It is busy {words.duration(float(busy.max()))}; the {len(queues)} queues of its "
        f"kind are busy {words.duration(float(busy.mean()))} on average.",
        advice="Issue transfers from several engines, so that they use several queues.",
        saved_ns=float(busy.max() - busy.mean()),
        assumption="if the queues shared the work evenly and this one set the pace",
        evidence=packet_evidence(region, mask, "packet"),
        ranges=ranges,
        range_count=count,
        values=MappingProxyType({"busiest_ns": float(busy.max()), "mean_ns": float(busy.mean())}),
    )


def engine_imbalance(region: Region, most: Thresholds) -> Sequence[Finding]:
    """One DMA engine of a core works far longer than they do on average."""
    found = []
    for core in region.cores:
        covers = region.run.packets.engine_coverage
        busy = {e: region.length_ns(cover) for (own, e), cover in covers.items() if own == core}
        if len(busy) < 2 or not any(busy.values()):
            continue
        top = max(busy, key=lambda engine: busy[engine])
        mean = sum(busy.values()) / len(busy)
        if busy[top] > most.engine_imbalance_factor * mean:
            found.append(_uneven(region, core, top, float(busy[top]), mean))
    return found


def _uneven(region: Region, core: int, engine: int, busy: float, mean: float) -> Finding:
    kinds = region.run.packets.kinds
    mask = np.array([k.queue.core == core and k.engine == engine for k in kinds], bool)
    ranges, count = ranges_of(stretches_of_packets(region, mask))
    return Finding(
        rule="engine_imbalance",
        title=f"DMA engine E{engine} works {words.factor(busy / mean)} the mean",
        detail=f"E{engine} is busy {words.duration(busy)}, the engines of core {core} "
        f"{words.duration(mean)} on average.",
        advice="Spread transfers over partitions, so that their descriptors go to all engines.",
        saved_ns=busy - mean,
        assumption="if the engines shared the work evenly and this one set the pace",
        evidence=packet_evidence(region, mask, "packet"),
        ranges=ranges,
        range_count=count,
        values=MappingProxyType({"busiest_ns": busy, "mean_ns": mean}),
    )


RULES = (idle_gaps, edges, core_difference, queue_imbalance, engine_imbalance)
