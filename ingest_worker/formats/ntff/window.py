"""Which cores a trace has, which executions it measured, and where its time begins and ends."""

from collections.abc import Iterator, Sized
from dataclasses import dataclass

import numpy as np

from ingest_worker.formats.errors import Malformed
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.facts import ENGINES, Clocks, ExecutionFacts, SubgraphFacts
from ingest_worker.formats.ntff.reader import Image, Ntff, Trace
from ingest_worker.formats.ntff.record import (
    END,
    RECORD,
    SLOT_MASK,
    Mask,
    Records,
    Times,
    engine_kinds,
    type_codes,
)
from ingest_worker.formats.runs import pieces

INSTRUCTIONS, EVENTS, FAULTS, EXPLICITS, DMA, THROTTLE = range(6)
NC_BLOCK, DMA_BLOCK, TOPSP_BLOCK = range(3)
MOST_CORES = 128
ENDLESS = (1 << 63) - 1
NOTIFY_OPCODE, NOTIFY_HINT_BYTE, NOTIFY_START = 0xA6, 36, 2


@dataclass(frozen=True)
class Core:
    """A physical core of the profile: `index` counts from 0, `number` is the file's own."""

    index: int
    number: int
    subgraphs: tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """One execution: its program's id and [start, end] in picoseconds; no end before version 6."""

    uid: bytes
    start_ps: int
    end_ps: int | None


@dataclass(frozen=True)
class Capture:
    """An opened trace with its cores and windows found. `origin_ps` is the profile's zero.

    `core_origins_ps` holds each core's own T0, which versions 4 and 5 only know per core.
    `is_windowed` says whether the file stores the window itself.
    """

    ntff: Ntff
    cores: tuple[Core, ...]
    windows: tuple[Window, ...]
    origin_ps: int
    core_origins_ps: tuple[int, ...]
    is_windowed: bool
    notices: tuple[Notice, ...]

    def records(self, core: Core, trace_type: int, block_type: int) -> Records:
        """Every record of one kind and core, in stream order."""
        runs = [t.records for t in self.traces(core) if _kind(t) == (trace_type, block_type)]
        if len(runs) > 1:
            return np.concatenate(runs)
        return runs[0] if runs else np.zeros(0, RECORD)

    def record_pieces(self, core: Core, trace_type: int, block_type: int) -> Iterator[Records]:
        """The same records some at a time."""
        for trace in self.traces(core):
            if _kind(trace) == (trace_type, block_type):
                for own in pieces(len(trace.records)):
                    yield trace.records[own]

    def traces(self, core: Core) -> list[Trace]:
        """The traces of one core, in file order."""
        return [trace for trace in self.ntff.traces if _belongs(trace, core, self.cores)]

    def holding(self, start: Times, end: Times) -> Times:
        """The number of a window that holds each interval with both ends, -1 for none.

        Windows may overlap: of those begun by then the one that ends last is asked.
        """
        begins, reach, owner = self._edges()
        place = np.searchsorted(begins, start, "right") - 1
        return np.where((place >= 0) & (reach[place] >= end), owner[place], -1)

    def touching(self, start: Times, end: Times) -> Mask:
        """Which intervals have a part in any window."""
        begins, reach, _ = self._edges()
        place = np.searchsorted(begins, end, "right") - 1
        return (place >= 0) & (reach[place] >= start)

    def _edges(self) -> tuple[Times, Times, Times]:
        """Beginnings of the windows, the latest end up to each, and the window that has it."""
        begins = np.array([window.start_ps for window in self.windows], np.int64)
        ends = [ENDLESS if window.end_ps is None else window.end_ps for window in self.windows]
        found = np.array(ends, np.int64)
        reach = np.maximum.accumulate(found)
        numbers = np.arange(len(found), dtype=np.int64)
        return begins, reach, np.maximum.accumulate(np.where(found == reach, numbers, 0))

    def graph(self, core: Core, window: Window) -> int | None:
        """The subgraph number whose program this execution ran on the core."""
        facts = self.ntff.facts.subgraphs
        fitting = [n for n in core.subgraphs if window.uid and facts[n].uid == window.uid]
        chosen = fitting or list(core.subgraphs)
        return chosen[0] if chosen else None

    def graph_facts(self, core: Core) -> SubgraphFacts | None:
        """Names, queues and clocks of a core: those of its first subgraph."""
        return self.ntff.facts.subgraphs[core.subgraphs[0]] if core.subgraphs else None

    def clocks(self, core: Core) -> Clocks:
        """The clocks of a core; plain picoseconds where the file gives none."""
        facts = self.graph_facts(core)
        return facts.clocks if facts else Clocks()

    def name(self, core: Core) -> str:
        """The subgraph's name, `sg00`, or an empty text for a core without one."""
        facts = self.graph_facts(core)
        return facts.name if facts else ""


def _kind(trace: Trace) -> tuple[int, int]:
    return trace.trace_type, trace.block_type


def _belongs(trace: Trace, core: Core, cores: tuple[Core, ...]) -> bool:
    if trace.subgraph is not None:
        return trace.subgraph in core.subgraphs
    return core.index == next((c.index for c in cores if c.number == trace.core), -1)


def open_capture(ntff: Ntff) -> Capture:
    """Finds cores, executions and the origin of an opened trace.

    Version 6 stores the window of every execution. Before, time begins when PE ends its NOTIFY
    with subtype 2 (decoding notes, section 3.2); of two cores the earlier one counts. Where
    neither is there the earliest record is the origin, and a notice says so.
    """
    cores = _cores(ntff)
    stored, notices = _stored_windows(ntff.facts.executions)
    if stored:
        origins = tuple(stored[0].start_ps for _ in cores)
        return Capture(
            ntff, cores, stored, stored[0].start_ps, origins, is_windowed=True, notices=notices
        )
    bare = Capture(ntff, cores, (), 0, (), is_windowed=False, notices=notices)
    found = [_notify_end(bare, core) for core in cores]
    known = [origin for origin in found if origin is not None]
    if known:
        origin = min(known)
    else:
        origin = _earliest(bare)
        text = (
            "Neither a window nor a start notice is in the trace: time begins at its first record."
        )
        notices = (*notices, Notice("ntff.no_origin", text))
    origins = tuple(origin if own is None else own for own in found)
    uid = next((graph.uid for graph in ntff.facts.subgraphs), b"")
    windows = (Window(uid, origin, None),)
    return Capture(ntff, cores, windows, origin, origins, is_windowed=False, notices=notices)


def _cores(ntff: Ntff) -> tuple[Core, ...]:
    """One core per number and program; traces of a number without a program get one too.

    Raises Malformed for more cores than an instance has: each costs time, whatever it recorded.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    seen: dict[tuple[bytes, int], int] = {}
    for number, graph in enumerate(ntff.facts.subgraphs):
        again = seen.get((graph.uid, graph.core), 0)
        seen[graph.uid, graph.core] = again + 1
        groups.setdefault((graph.core, again), []).append(number)
    _check_count(groups)
    for trace in ntff.traces:
        is_lone = trace.subgraph is None and all(number != trace.core for number, _ in groups)
        if is_lone and len(trace.records):
            groups[trace.core, 0] = []
            _check_count(groups)
    return tuple(
        Core(index, number, tuple(graphs))
        for index, ((number, _), graphs) in enumerate(groups.items())
    )


def _check_count(groups: Sized) -> None:
    if len(groups) > MOST_CORES:
        raise Malformed("ntff.malformed", f"The trace names more than {MOST_CORES} cores.")


def _stored_windows(
    executions: tuple[ExecutionFacts, ...],
) -> tuple[tuple[Window, ...], tuple[Notice, ...]]:
    good = [e for e in executions if 0 < e.start_ps < e.end_ps < 1 << 62]
    windows = tuple(
        Window(e.uid, e.start_ps, e.end_ps) for e in sorted(good, key=lambda e: e.start_ps)
    )
    if len(good) == len(executions):
        return windows, ()
    text = "An execution without a usable start and end is left out."
    return windows, (Notice("ntff.bad_window", text, len(executions) - len(good)),)


def start_notify_slots(image: Image) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Slots of NOTIFY instructions with subtype 2: opcode 0xa6 and byte 36 equal to 2."""
    is_notify = image.slots[:, 0] == NOTIFY_OPCODE
    return np.flatnonzero(is_notify & (image.slots[:, NOTIFY_HINT_BYTE] == NOTIFY_START))


def _notify_end(capture: Capture, core: Core) -> int | None:
    """The END time of the start NOTIFY on PE, else the latest one on the other engines."""
    records = capture.records(core, INSTRUCTIONS, NC_BLOCK)
    is_engine, engine, kind = engine_kinds(type_codes(records))
    ends: list[int] = []
    for graph in core.subgraphs:
        for number in ENGINES:
            image = capture.ntff.images.get((graph, number))
            if image is None:
                continue
            own = records[is_engine & (engine == number) & (kind == END)]
            slot = (own["w0"] - np.uint32(image.first_slot)) & np.uint32(SLOT_MASK)
            times = to_picoseconds(
                own["ts"][np.isin(slot, start_notify_slots(image))],
                capture.clocks(core).engines[number],
            )
            times = times[times != NO_TIME]
            if len(times) and number == 0:
                return int(times.min())
            ends += [int(times.min())] if len(times) else []
    return max(ends, default=None)


def _earliest(capture: Capture) -> int:
    """The smallest corrected time of an instruction or, without any, of an event; else 0."""
    for trace_type in (INSTRUCTIONS, EVENTS):
        times: list[int] = []
        for core in capture.cores:
            records = capture.records(core, trace_type, NC_BLOCK)
            is_engine, engine, _ = engine_kinds(type_codes(records))
            clocks = capture.clocks(core)
            for number in ENGINES:
                own = records["ts"][is_engine & (engine == number)]
                clock = clocks.engines[number] if trace_type == INSTRUCTIONS else clocks.events
                found = to_picoseconds(own, clock)
                found = found[found != NO_TIME]
                times += [int(found.min())] if len(found) else []
        if times:
            return min(times)
    return 0
