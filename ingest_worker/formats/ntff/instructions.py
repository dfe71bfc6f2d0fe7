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
    RECORD,
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
from ingest_worker.formats.spill import Column, Shelves

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
    """What the instruction traces of one core hold, engine by engine, and the unknown records."""

    rows: InstructionRows
    explicit: ExplicitRows
    unknown: Records
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


COLUMNS = {
    "engine": np.uint8,
    "slot": np.int32,
    "graph": np.int16,
    "execution": np.int32,
    "occurrence": np.int32,
    "start_ps": np.int64,
    "end_ps": np.int64,
    "wait_cycles": np.uint16,
    "crc_in": np.uint16,
    "crc_out": np.uint16,
}


class RowColumns:
    """Instruction rows put one behind the other."""

    def __init__(self) -> None:
        self._columns = {name: Column(kind) for name, kind in COLUMNS.items()}

    def append(self, rows: InstructionRows) -> None:
        """Adds rows behind the others."""
        for name, column in self._columns.items():
            column.append(getattr(rows, name))

    def done(self) -> InstructionRows:
        """All of them."""
        return InstructionRows(**{name: column.done() for name, column in self._columns.items()})


def read_instructions(capture: Capture, core: Core) -> InstructionTrace:
    """Pairs and windows the instruction records of one core (decoding notes, sections 2.2, 4).

    Records are shelved by engine first, so that those of one engine at a time are in memory.
    """
    started, ended = Shelves(RECORD), Shelves(RECORD)
    odd, told = [np.zeros(0, RECORD)], [np.zeros(0, RECORD)]
    for records in capture.record_pieces(core, INSTRUCTIONS, NC_BLOCK):
        is_engine, engine, kind = engine_kinds(type_codes(records))
        for number in ENGINES:
            own = is_engine & (engine == number)
            started.put(number, records[own & (kind == START)])
            ended.put(number, records[own & (kind == END)])
        told.append(records[is_engine & (kind == EXPLICIT)])
        odd.append(records[~(is_engine & (kind <= EXPLICIT))])
    clocks = capture.clocks(core)
    explicit, is_far = _explicit(np.concatenate(told), clocks)
    columns = RowColumns()
    lone_starts = lone_ends = 0
    far = is_far
    for number in ENGINES:
        begins, stops = started.take(number), ended.take(number)
        start_ps, end_ps = (
            to_picoseconds(records["ts"], clocks.engines[number]) for records in (begins, stops)
        )
        far += int(np.count_nonzero(start_ps == NO_TIME) + np.count_nonzero(end_ps == NO_TIME))
        begins, start_ps = begins[start_ps != NO_TIME], start_ps[start_ps != NO_TIME]
        stops, end_ps = stops[end_ps != NO_TIME], end_ps[end_ps != NO_TIME]
        _infer(explicit, number, begins, start_ps)
        pairs = pair_in_time(begins["w0"] & SLOT_MASK, start_ps, stops["w0"] & SLOT_MASK, end_ps)
        lone_starts, lone_ends = (
            lone_starts + len(pairs.lone_starts),
            lone_ends + len(pairs.lone_ends),
        )
        begins, stops = begins[pairs.start], stops[pairs.end]
        times = start_ps[pairs.start], end_ps[pairs.end]
        columns.append(_windowed(capture, core, number, (begins, stops), times, pairs.rank))
    notices = (*_lone(lone_starts, lone_ends, core), *_far(far, core))
    return InstructionTrace(columns.done(), explicit, np.concatenate(odd), notices)


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
    engine: int,
    records: tuple[Records, Records],
    times: tuple[Times, Times],
    rank: Index,
) -> InstructionRows:
    start, end = times
    execution = capture.holding(start, end)
    chosen = np.flatnonzero(execution >= 0)
    chosen = chosen[np.argsort(execution[chosen], kind="stable")]
    execution = execution[chosen]
    begins, stops = records[0][chosen], records[1][chosen]
    owner = np.full(len(chosen), engine, np.uint8)
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


def _explicit(own: Records, clocks: Clocks) -> tuple[ExplicitRows, int]:
    """EXPLICIT records as they lie in the trace, and how many of them carry no usable time."""
    is_engine, engine, _ = engine_kinds(type_codes(own))
    times = engine_times(own, engine, is_engine, clocks)
    rows = ExplicitRows(
        engine=engine,
        hint=((own["w0"] >> 20) & 0xF).astype(np.uint8),
        pc=(own["w0"] & SLOT_MASK).astype(np.uint32),
        word=own["w1"].copy(),
        time_ps=times,
    )
    return rows, int(np.count_nonzero(times == NO_TIME))


def _infer(rows: ExplicitRows, engine: int, starts: Records, start_ps: Times) -> None:
    """Where a record says that its program counter was inferred, takes that of the latest START."""
    is_inferred = (rows.hint == DYNAMIC_DMA_HINT) & ((rows.word >> 30) & 1 == 1)
    wanted = np.flatnonzero(is_inferred & (rows.engine == engine))
    if not len(wanted) or not len(starts):
        return
    order = np.argsort(start_ps, kind="stable")
    latest = np.searchsorted(start_ps[order], rows.time_ps[wanted], "right") - 1
    found = latest >= 0
    rows.pc[wanted[found]] = starts["w0"][order[latest[found]]] & SLOT_MASK
