"""Decodes a trace record by record, straight from the documents' sentences.

No array, no shared code with the product but the opened file's description: what takes a minute
here is what the vectorised reader must give at once. Section numbers are those of the decoding
notes.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

import numpy as np

from ingest_worker.formats.ntff.facts import Clock, SubgraphFacts
from ingest_worker.formats.ntff.reader import Ntff

ENGINES = ("Tensor", "Scalar", "GpSimd", "Vector", "Sync")


@dataclass(frozen=True)
class Window:
    """[start, end] in device picoseconds; no end before version 6."""

    start: int
    end: int | None

    def holds(self, *times: int) -> bool:
        return all(self.start <= t and (self.end is None or t <= self.end) for t in times)


def picoseconds(raw: int, clock: Clock) -> int:
    """Section 3.1, with unbounded integers."""
    return (raw - clock.init) * clock.expected // clock.actual


def records(ntff: Ntff, graph: int, kind: int, block: int) -> Iterator[tuple[int, int, int]]:
    """(w0, w1, ts) of one trace of one core."""
    core = ntff.facts.subgraphs[graph].core
    for trace in ntff.traces:
        own = trace.subgraph == graph if trace.subgraph is not None else trace.core == core
        if own and (trace.trace_type, trace.block_type) == (kind, block):
            yield from (tuple(map(int, record)) for record in trace.records.tolist())  # type: ignore[misc]


def window_of(ntff: Ntff) -> Window:
    """Section 3.2: the stored window, else the end of PE's NOTIFY with subtype 2."""
    if ntff.version == 6:
        execution = ntff.facts.executions[0]
        return Window(execution.start_ps, execution.end_ps)
    starts = []
    for number, graph in enumerate(ntff.facts.subgraphs):
        image = ntff.images[number, 0]
        for w0, _, ts in records(ntff, number, 0, 0):
            slot = ((w0 & 0xFFFFF) - (image.start_address >> 6)) % (1 << 20)
            if (w0 >> 24) & 0x1F == 5 and slot < len(image.slots):
                raw = bytes(image.slots[slot])
                if raw[0] == 0xA6 and raw[36] == 2:
                    starts.append(picoseconds(ts, graph.clocks.engines[0]))
                    break
    return Window(min(starts), None)


@dataclass(frozen=True)
class SlowInstruction:
    """One executed instruction, as section 4 says."""

    core: int
    engine: str
    pc: int
    start_ts: int
    end_ts: int
    duration_ns: int
    wait_ns: int
    crc_in: int
    crc_out: int


def instructions(ntff: Ntff, clock_ghz: float) -> list[SlowInstruction]:
    """FIFO per (engine, pc); both ends inside the window."""
    window = window_of(ntff)
    found = []
    for number, graph in enumerate(ntff.facts.subgraphs):
        waiting: dict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
        for w0, w1, ts in records(ntff, number, 0, 0):
            code = (w0 >> 24) & 0x1F
            if not 4 <= code <= 23:
                continue
            engine, kind = (code - 4) >> 2, (code - 4) & 3
            time = picoseconds(ts, graph.clocks.engines[engine])
            key = (engine, w0 & 0xFFFFF)
            if kind == 0:
                waiting[key].append((time, w1 >> 16))
            elif kind == 1 and waiting[key]:
                start, cycles = waiting[key].popleft()
                if window.holds(start, time):
                    image = ntff.images[number, engine]
                    found.append(
                        SlowInstruction(
                            core=number,
                            engine=ENGINES[engine],
                            pc=((w0 & 0xFFFFF) - (image.start_address >> 6)) % (1 << 20),
                            start_ts=(start - window.start) // 1000,
                            end_ts=(time - window.start) // 1000,
                            duration_ns=(time - start) // 1000,
                            wait_ns=slow_wait(cycles, clock_ghz),
                            crc_in=w1 & 0xFFFF,
                            crc_out=w1 >> 16,
                        )
                    )
    return found


def slow_wait(cycles: int, clock_ghz: float) -> int:
    """Section 4.5: every step in float32."""
    step = np.float32(np.float32(cycles) * np.float32(1000))
    step = np.float32(step / np.float32(clock_ghz))
    return floor(np.float32(step / np.float32(1000)))


@dataclass(frozen=True)
class SlowPacket:
    """One DMA packet, as section 6.1 says, with the few across the edge of the window."""

    core: int
    engine: int
    queue: int
    start_ts: int
    duration_ns: int
    size: int
    crc: int
    packet_idx: int


def packets(ntff: Ntff) -> list[SlowPacket]:
    """Pairs a ring in order, keeps what touches the window, numbers as the official tool does."""
    window = window_of(ntff)
    found = []
    for number, graph in enumerate(ntff.facts.subgraphs):
        rings: dict[tuple[int, int], list[tuple[int, int, int, int]]] = defaultdict(list)
        waiting: dict[tuple[int, int], deque[int]] = defaultdict(deque)
        ends: dict[tuple[int, int], deque[tuple[int, int, int]]] = defaultdict(deque)
        for w0, w1, ts in records(ntff, number, 4, 1):
            index, queue, kind = (w0 >> 24) & 0x1F, (w1 >> 4) & 0xF, w1 & 0xF
            time = picoseconds(ts, graph.clocks.dma_ring(index))
            if kind == 1:
                waiting[index, queue].append(time)
            elif kind == 5:
                ends[index, queue].append((time, w0 & 0xFFFFFF, w1 >> 16))
        for ring, starts in waiting.items():
            for start, (end, size, crc) in zip(starts, ends[ring], strict=False):
                rings[ring].append((start, end, size, crc))
        for (index, queue), own in rings.items():
            found += list(_numbered(ntff, number, graph, index, queue, own, window))
    return found


def _numbered(
    ntff: Ntff,
    number: int,
    graph: SubgraphFacts,
    index: int,
    queue: int,
    own: list[tuple[int, int, int, int]],
    window: Window,
) -> Iterator[SlowPacket]:
    inside = [packet for packet in own if window.holds(packet[0], packet[1])]
    others = [packet for packet in own if not window.holds(packet[0], packet[1])]
    order = inside + others if ntff.version == 6 else own
    for place, (start, end, size, crc) in enumerate(order):
        if end < window.start or (window.end is not None and start > window.end):
            continue
        yield SlowPacket(
            core=number,
            engine=16 * graph.core + index % 16,
            queue=queue,
            start_ts=(start - window.start) // 1000,
            duration_ns=(end - start) // 1000,
            size=size,
            crc=crc,
            packet_idx=place,
        )


def semaphores(ntff: Ntff) -> list[tuple[int, int, int, int]]:
    """(core, ns, id, value) of every semaphore update in the window (section 5)."""
    window = window_of(ntff)
    return [
        (number, (time - window.start) // 1000, w0 & 0xFF, w1)
        for number, graph in enumerate(ntff.facts.subgraphs)
        for w0, w1, ts in records(ntff, number, 1, 0)
        if w0 >> 8 & 1 and window.holds(time := picoseconds(ts, graph.clocks.events))
    ]


def covered_ns(
    found: list[SlowInstruction], opcodes: dict[tuple[int, str, int], int]
) -> set[tuple[int, str, int]]:
    """(core, engine, ns) of every whole nanosecond inside a row that is no EVENT_SEMAPHORE."""
    return {
        (row.core, row.engine, t)
        for row in found
        if opcodes.get((row.core, row.engine, row.pc)) != 0xA0
        for t in range(row.start_ts + 1, row.end_ts)
    }
