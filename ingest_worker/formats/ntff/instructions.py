"""START and END records joined to executed instructions, and what the patches say of slots."""

from dataclasses import dataclass, fields

import numpy as np

from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.facts import ENGINES, Clocks
from ingest_worker.formats.ntff.pairing import pair_in_time
from ingest_worker.formats.ntff.reader import Image
from ingest_worker.formats.ntff.record import (
    END,
    EXPLICIT,
    SLOT_MASK,
    START,
    Bytes,
    Index,
    Mask,
    Records,
    Times,
    Words,
    engine_kinds,
    type_codes,
)
from ingest_worker.formats.ntff.window import INSTRUCTIONS, NC_BLOCK, Capture, Core

INSERT, MODIFY, DELETE = range(3)
DYNAMIC_DMA_HINT = 1


@dataclass(frozen=True)
class InstructionRows:
    """Executed instructions of one core inside its windows, one entry a row.

    Times are picoseconds of the device, not yet from the origin. `graph` is the number of the
    subgraph whose image `slot` indexes (-1: none); `execution` the number of the window.
    `occurrence` counts the executions of a slot from 0, also those outside the windows.
    """

    engine: Bytes
    slot: np.ndarray[tuple[int], np.dtype[np.int32]]
    graph: np.ndarray[tuple[int], np.dtype[np.int16]]
    execution: np.ndarray[tuple[int], np.dtype[np.int32]]
    occurrence: np.ndarray[tuple[int], np.dtype[np.int32]]
    start_ps: Times
    end_ps: Times
    wait_cycles: np.ndarray[tuple[int], np.dtype[np.uint16]]
    crc_in: np.ndarray[tuple[int], np.dtype[np.uint16]]
    crc_out: np.ndarray[tuple[int], np.dtype[np.uint16]]

    def __len__(self) -> int:
        return len(self.engine)

    def take(self, chosen: Index | Mask | slice) -> "InstructionRows":
        """The chosen rows, in the chosen order."""
        return InstructionRows(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True)
class ExplicitRows:
    """EXPLICIT records of one core in stream order, as they lie in the trace.

    `pc` is the 20-bit program counter of the trace; where bit 30 of the second word says that
    it was inferred, it is that of the engine's latest START at or before the record.
    """

    engine: Bytes
    hint: Bytes
    pc: Words
    word: Words
    time_ps: Times

    def __len__(self) -> int:
        return len(self.engine)


@dataclass(frozen=True)
class InstructionTrace:
    """What the instruction traces of one core hold; `is_unknown` marks records of no known type."""

    rows: InstructionRows
    explicit: ExplicitRows
    is_unknown: Mask
    notices: tuple[Notice, ...]


def compiler_slots(image: Image) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """For every slot of an image the compiler's slot, -1 for instructions the runtime put in.

    Before slot i the counts of DELETEs at i are added; INSERT ranges have no compiler slot;
    MODIFY changes in place (decoding notes, section 4.1).
    """
    count = len(image.slots)
    is_inserted = np.zeros(count + 1, np.int64)
    deleted = np.zeros(count + 1, np.int64)
    for patch in image.patches:
        if patch.slot > count:
            continue
        if patch.kind == DELETE:
            deleted[patch.slot] += min(patch.count, SLOT_MASK)
        elif patch.kind == INSERT:
            is_inserted[patch.slot] += 1
            is_inserted[min(patch.slot + patch.count, count)] -= 1
    is_kept = np.cumsum(is_inserted[:count]) <= 0
    number = np.cumsum(is_kept) - 1 + np.cumsum(deleted[:count])
    return np.where(is_kept, number, -1).astype(np.int32)


def read_instructions(capture: Capture, core: Core) -> InstructionTrace:
    """Pairs and windows the instruction records of one core (decoding notes, sections 2.2, 4)."""
    records = capture.records(core, INSTRUCTIONS, NC_BLOCK)
    is_engine, engine, kind = engine_kinds(type_codes(records))
    clocks = capture.clocks(core)
    times = engine_times(records, engine, is_engine, clocks)
    has_time = times != NO_TIME
    starts = np.flatnonzero(is_engine & (kind == START) & has_time)
    ends = np.flatnonzero(is_engine & (kind == END) & has_time)
    keys = (engine.astype(np.uint32) << 20) | (records["w0"] & SLOT_MASK)
    pairs = pair_in_time(keys[starts], times[starts], keys[ends], times[ends])
    opened, closed = starts[pairs.start], ends[pairs.end]
    rows = _windowed(capture, core, records, engine, times, opened, closed, pairs.rank)
    explicit = _explicit(records, engine, is_engine & (kind == EXPLICIT), times, starts)
    notices = (
        *_lone(len(pairs.lone_starts), len(pairs.lone_ends), core),
        *_far(int(np.count_nonzero(is_engine & ~has_time)), core),
    )
    return InstructionTrace(rows, explicit, ~(is_engine & (kind <= EXPLICIT)), notices)


def engine_times(records: Records, engine: Bytes, is_engine: Mask, clocks: Clocks) -> Times:
    """Device picoseconds of every record by the clock of its engine; plain for no engine."""
    if all(clock.is_plain and clock.init == 0 for clock in clocks.engines):
        return to_picoseconds(records["ts"], clocks.engines[0])
    times = records["ts"].astype(np.int64)
    for number in ENGINES:
        own = is_engine & (engine == number)
        times[own] = to_picoseconds(records["ts"][own], clocks.engines[number])
    return times


def _lone(starts: int, ends: int, core: Core) -> list[Notice]:
    """One START without END is usual on each core: the last instruction of PE."""
    found = []
    if starts > 1:
        text = f"Instructions of core {core.index} began and never ended; they are left out."
        found.append(Notice("ntff.unpaired_start", text, starts))
    if ends:
        text = f"Instructions of core {core.index} ended without a beginning; they are left out."
        found.append(Notice("ntff.unpaired_end", text, ends))
    return found


def _far(count: int, core: Core) -> list[Notice]:
    text = f"Records of core {core.index} carry a time beyond any clock; they are left out."
    return [Notice("ntff.odd_time", text, count)] if count else []


def _windowed(
    capture: Capture,
    core: Core,
    records: Records,
    engine: Bytes,
    times: Times,
    opened: Index,
    closed: Index,
    rank: Index,
) -> InstructionRows:
    start, end = times[opened], times[closed]
    execution = capture.holding(start, end)
    chosen = np.flatnonzero(execution >= 0)
    chosen = chosen[np.argsort(execution[chosen], kind="stable")]
    execution = execution[chosen]
    first, last = opened[chosen], closed[chosen]
    begins, stops, owner = records[first], records[last], engine[first]
    graph = _graphs(capture, core)[execution]
    return InstructionRows(
        engine=owner,
        slot=_slots(capture, graph, begins["w0"], owner),
        graph=graph,
        execution=execution.astype(np.int32),
        occurrence=rank[chosen].astype(np.int32),
        start_ps=start[chosen],
        end_ps=end[chosen],
        wait_cycles=(begins["w1"] >> 16).astype(np.uint16),
        crc_in=(stops["w1"] & 0xFFFF).astype(np.uint16),
        crc_out=(stops["w1"] >> 16).astype(np.uint16),
    )


def _graphs(capture: Capture, core: Core) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """The subgraph which each execution ran on a core, -1 for none."""
    by_uid: dict[bytes, int] = {}
    for window in capture.windows:
        if window.uid not in by_uid:
            graph = capture.graph(core, window)
            by_uid[window.uid] = -1 if graph is None else graph
    return np.array([by_uid[window.uid] for window in capture.windows], np.int16)


def _slots(
    capture: Capture,
    graph: np.ndarray[tuple[int], np.dtype[np.int16]],
    words: Words,
    engine: Bytes,
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """pc = (w0[19:0] - start_address / 64) mod 2**20, the index into the engine's image."""
    most = max((number for number, _ in capture.ntff.images), default=-1) + 1
    first = np.zeros((max(most, int(graph.max(initial=-1)) + 1) + 1, len(ENGINES)), np.uint32)
    for (number, owner), image in capture.ntff.images.items():
        if owner in ENGINES:
            first[number, owner] = image.first_slot
    return ((words - first[graph, engine]) & np.uint32(SLOT_MASK)).astype(np.int32)


def _explicit(
    records: Records, engine: Bytes, is_explicit: Mask, times: Times, starts: Index
) -> ExplicitRows:
    place = np.flatnonzero(is_explicit)
    own = records[place]
    rows = ExplicitRows(
        engine=engine[place],
        hint=((own["w0"] >> 20) & 0xF).astype(np.uint8),
        pc=(own["w0"] & SLOT_MASK).astype(np.uint32),
        word=own["w1"].copy(),
        time_ps=times[place],
    )
    is_inferred = (rows.hint == DYNAMIC_DMA_HINT) & ((rows.word >> 30) & 1 == 1)
    for number in ENGINES:
        wanted = np.flatnonzero(is_inferred & (rows.engine == number))
        own_starts = starts[engine[starts] == number]
        if not len(wanted) or not len(own_starts):
            continue
        order = own_starts[np.argsort(times[own_starts], kind="stable")]
        latest = np.searchsorted(times[order], rows.time_ps[wanted], "right") - 1
        found = latest >= 0
        rows.pc[wanted[found]] = records["w0"][order[latest[found]]] & SLOT_MASK
    return rows
