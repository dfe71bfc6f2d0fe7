"""DMA records joined to packets, numbered as the official tool numbers them."""

from dataclasses import dataclass, fields

import numpy as np

from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.facts import Clocks
from ingest_worker.formats.ntff.pairing import Pairs, pair_in_time
from ingest_worker.formats.ntff.record import (
    Bytes,
    Index,
    Mask,
    Records,
    Times,
    Words,
    type_codes,
)
from ingest_worker.formats.ntff.window import DMA, DMA_BLOCK, Capture, Core

READ_BEGINS, WRITE_ENDS, COMPLETION = 1, 5, 6
RING_COUNT = 512
ENGINES_PER_CORE = 16


@dataclass(frozen=True)
class PacketRows:
    """DMA packets of one core that touch a window, ring by ring; times in device ps.

    `engine` is the ring's engine mod 32 as recorded, `queue` its queue. `packet_idx` numbers the
    packets of a ring as the official tool does; packets it would not number come after.
    `sequence` is the number in the ring counted over the whole trace.
    """

    engine: Bytes
    queue: Bytes
    start_ps: Times
    end_ps: Times
    size: Words
    crc: np.ndarray[tuple[int], np.dtype[np.uint16]]
    packet_idx: np.ndarray[tuple[int], np.dtype[np.int32]]
    sequence: np.ndarray[tuple[int], np.dtype[np.int32]]

    def __len__(self) -> int:
        return len(self.engine)

    def take(self, chosen: Index | Mask | slice) -> "PacketRows":
        """The chosen rows, in the chosen order."""
        return PacketRows(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True)
class PacketTrace:
    """Packets of one core, the whole trace's pair counts a ring, and what was odd."""

    rows: PacketRows
    records: Records
    is_unknown: Mask
    notices: tuple[Notice, ...]


def dma_times(records: Records, clocks: Clocks) -> Times:
    """Device picoseconds of DMA records, each by the clock of its engine mod 16."""
    if all(clock.is_plain and clock.init == 0 for clock in clocks.dma):
        return to_picoseconds(records["ts"], clocks.dma_ring(0))
    times = np.empty(len(records), np.int64)
    unit = type_codes(records) % ENGINES_PER_CORE
    for number in range(ENGINES_PER_CORE):
        own = unit == number
        times[own] = to_picoseconds(records["ts"][own], clocks.dma_ring(number))
    return times


def read_packets(capture: Capture, core: Core) -> PacketTrace:
    """Pairs START (kind 1) and END (kind 5) a ring, then windows (decoding notes, 2.4 and 6.1).

    A packet is kept when it overlaps a window. With a stored window the official numbering counts
    the packets wholly inside; without, all packets of the ring from its first one on.
    """
    records = capture.records(core, DMA, DMA_BLOCK)
    kind = (records["w1"] & 0xF).astype(np.uint8)
    ring = ring_keys(records)
    times = dma_times(records, capture.clocks(core))
    has_time = times != NO_TIME
    starts = np.flatnonzero((kind == READ_BEGINS) & has_time)
    ends = np.flatnonzero((kind == WRITE_ENDS) & has_time)
    pairs = pair_in_time(ring[starts], times[starts], ring[ends], times[ends])
    notices = _notices(pairs, int(np.count_nonzero(~has_time)), core)
    opened, closed = starts[pairs.start], ends[pairs.end]
    order = np.argsort(ring[opened], kind="stable")
    opened, closed, rank = opened[order], closed[order], pairs.rank[order]
    rows = _windowed(capture, records, times, opened, closed, rank)
    is_unknown = ~np.isin(kind, (READ_BEGINS, WRITE_ENDS, COMPLETION))
    return PacketTrace(rows, records, is_unknown, notices)


def ring_keys(records: Records) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
    """Engine mod 32 times 16 plus queue: one number a ring."""
    engine = (records["w0"] >> 20) & 0x1F0
    return (engine | ((records["w1"] >> 4) & 0xF)).astype(np.uint16)


def _windowed(
    capture: Capture,
    records: Records,
    times: Times,
    opened: Index,
    closed: Index,
    rank: Index,
) -> PacketRows:
    start, end = times[opened], times[closed]
    inside = capture.holding(start, end) >= 0
    ring = ring_keys(records[opened])
    number = number_in_ring(ring, inside) if capture.is_windowed else rank
    kept = np.flatnonzero(capture.touching(start, end))
    first, last = records[opened[kept]], records[closed[kept]]
    return PacketRows(
        engine=type_codes(first),
        queue=((first["w1"] >> 4) & 0xF).astype(np.uint8),
        start_ps=start[kept],
        end_ps=end[kept],
        size=(last["w0"] & 0xFFFFFF).astype(np.uint32),
        crc=(last["w1"] >> 16).astype(np.uint16),
        packet_idx=number[kept].astype(np.int32),
        sequence=rank[kept].astype(np.int32),
    )


def number_in_ring(ring: np.ndarray[tuple[int], np.dtype[np.uint16]], inside: Mask) -> Index:
    """Numbers the packets of each ring: those inside the window first, then the others.

    `ring` is sorted. Of others only the few that straddle a window's edge are ever published.
    """
    order = np.lexsort((~inside, ring))
    ordered = ring[order]
    position = np.arange(len(ring))
    is_first = np.ones(len(ring), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    number = np.empty(len(ring), np.int64)
    number[order] = position - np.maximum.accumulate(np.where(is_first, position, 0))
    return number


def _notices(pairs: Pairs, far: int, core: Core) -> tuple[Notice, ...]:
    found = []
    lone = len(pairs.lone_starts) + len(pairs.lone_ends)
    if lone:
        text = f"DMA records of core {core.index} have no partner; they are left out."
        found.append(Notice("ntff.unpaired_dma", text, lone))
    if far:
        text = f"DMA records of core {core.index} carry a time beyond any clock."
        found.append(Notice("ntff.odd_time", text, far))
    return tuple(found)
