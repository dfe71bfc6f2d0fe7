"""DMA records joined to packets, numbered as the official tool numbers them."""

from dataclasses import dataclass, fields

import numpy as np

from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.facts import Clocks
from ingest_worker.formats.ntff.pairing import pair_in_time
from ingest_worker.formats.ntff.record import (
    RECORD,
    Bytes,
    Index,
    Mask,
    Records,
    Times,
    Words,
)
from ingest_worker.formats.ntff.window import DMA, DMA_BLOCK, Capture, Core
from ingest_worker.formats.spill import Column, Shelves

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
    """Packets of one core, its records of unknown kind, and what was odd."""

    rows: PacketRows
    unknown: Records
    notices: tuple[Notice, ...]


class PacketColumns:
    """Packets put one behind the other, ring by ring or in any other order."""

    def __init__(self) -> None:
        self._columns = {name: Column(kind) for name, kind in COLUMNS.items()}

    def append(self, rows: PacketRows) -> None:
        """Adds packets behind the others."""
        for name, column in self._columns.items():
            column.append(getattr(rows, name))

    def done(self) -> PacketRows:
        """All of them."""
        return PacketRows(**{name: column.done() for name, column in self._columns.items()})


COLUMNS = {
    "engine": np.uint8,
    "queue": np.uint8,
    "start_ps": np.int64,
    "end_ps": np.int64,
    "size": np.uint32,
    "crc": np.uint16,
    "packet_idx": np.int32,
    "sequence": np.int32,
}


def ring_times(records: Records, ring: int, clocks: Clocks) -> Times:
    """Device picoseconds of one ring's records, by the clock of its engine mod 16."""
    if all(clock.is_plain and clock.init == 0 for clock in clocks.dma):
        return to_picoseconds(records["ts"], clocks.dma_ring(0))
    return to_picoseconds(records["ts"], clocks.dma_ring((ring >> 4) % ENGINES_PER_CORE))


def read_packets(capture: Capture, core: Core) -> PacketTrace:
    """Pairs START (kind 1) and END (kind 5) a ring, then windows (decoding notes, 2.4 and 6.1).

    A packet is kept when it overlaps a window. With a stored window the official numbering counts
    the packets wholly inside; without, all packets of the ring from its first one on. Records are
    shelved by ring first, so that one ring at a time is in memory.
    """
    started, ended, odd = Shelves(RECORD), Shelves(RECORD), [np.zeros(0, RECORD)]
    odd += [
        _shelved(records, started, ended) for records in capture.record_pieces(core, DMA, DMA_BLOCK)
    ]
    clocks = capture.clocks(core)
    columns = PacketColumns()
    lone = far = 0
    for ring in sorted({*started.shelves(), *ended.shelves()}):
        rows, own_lone, own_far = _ring(capture, ring, clocks, started.take(ring), ended.take(ring))
        columns.append(rows)
        lone, far = lone + own_lone, far + own_far
    return PacketTrace(columns.done(), np.concatenate(odd), _notices(lone, far, core))


def _shelved(records: Records, started: Shelves, ended: Shelves) -> Records:
    """Puts the records of each ring on its shelf. Returns those of unknown kind."""
    kind = (records["w1"] & 0xF).astype(np.uint8)
    ring = ring_keys(records)
    counts = np.bincount(ring)
    rings = np.flatnonzero(counts)
    starts, ends = kind == READ_BEGINS, kind == WRITE_ENDS
    for marked, shelves in ((starts, started), (ends, ended)):
        own = records[marked]
        keys = ring[marked]
        order = np.argsort(keys, kind="stable")
        own, keys = own[order], keys[order]
        bounds = np.searchsorted(keys, np.append(rings, RING_COUNT))
        for number, begin, stop in zip(rings.tolist(), bounds[:-1], bounds[1:], strict=True):
            shelves.put(number, own[begin:stop])
    unknown: Records = records[~(starts | ends | (kind == COMPLETION))]
    return unknown


def _ring(
    capture: Capture, ring: int, clocks: Clocks, started: Records, ended: Records
) -> tuple[PacketRows, int, int]:
    """The packets of one ring, how many records have no partner, how many no usable time."""
    start_ps, end_ps = (ring_times(records, ring, clocks) for records in (started, ended))
    far = int(np.count_nonzero(start_ps == NO_TIME) + np.count_nonzero(end_ps == NO_TIME))
    if far:
        start_ps = start_ps[start_ps != NO_TIME]
        ended, end_ps = ended[end_ps != NO_TIME], end_ps[end_ps != NO_TIME]
    count = min(len(start_ps), len(end_ps))
    rank: Index = np.arange(count)
    lone = len(start_ps) + len(end_ps) - 2 * count
    if (end_ps[:count] < start_ps[:count]).any():
        same, alike = np.zeros(len(start_ps), np.uint16), np.zeros(len(end_ps), np.uint16)
        pairs = pair_in_time(same, start_ps, alike, end_ps)
        start_ps, end_ps, ended = start_ps[pairs.start], end_ps[pairs.end], ended[pairs.end]
        rank, lone = pairs.rank, len(pairs.lone_starts) + len(pairs.lone_ends)
    else:
        start_ps, end_ps, ended = start_ps[:count], end_ps[:count], ended[:count]
    return _windowed(capture, ring, start_ps, end_ps, ended, rank), lone, far


def ring_keys(records: Records) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
    """Engine mod 32 times 16 plus queue: one number a ring."""
    engine = (records["w0"] >> 20) & 0x1F0
    return (engine | ((records["w1"] >> 4) & 0xF)).astype(np.uint16)


def _windowed(
    capture: Capture, ring: int, start: Times, end: Times, ended: Records, rank: Index
) -> PacketRows:
    inside = capture.holding(start, end) >= 0
    number = number_inside(inside) if capture.is_windowed else rank
    kept = np.flatnonzero(capture.touching(start, end))
    last = ended[kept]
    return PacketRows(
        engine=np.full(len(kept), ring >> 4, np.uint8),
        queue=np.full(len(kept), ring & 0xF, np.uint8),
        start_ps=start[kept],
        end_ps=end[kept],
        size=(last["w0"] & 0xFFFFFF).astype(np.uint32),
        crc=(last["w1"] >> 16).astype(np.uint16),
        packet_idx=number[kept].astype(np.int32),
        sequence=rank[kept].astype(np.int32),
    )


def number_inside(inside: Mask) -> Index:
    """Numbers the packets of a ring: those inside the window first, then the others.

    Of others only the few that straddle a window's edge are ever published.
    """
    count = int(np.count_nonzero(inside))
    number: Index = np.where(inside, np.cumsum(inside) - 1, count + np.cumsum(~inside) - 1)
    return number


def _notices(lone: int, far: int, core: Core) -> tuple[Notice, ...]:
    found = []
    if lone:
        text = f"DMA records of core {core.index} have no partner; they are left out."
        found.append(Notice("ntff.unpaired_dma", text, lone))
    if far:
        text = f"DMA records of core {core.index} carry a time beyond any clock."
        found.append(Notice("ntff.odd_time", text, far))
    return tuple(found)
