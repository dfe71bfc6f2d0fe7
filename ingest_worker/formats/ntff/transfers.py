"""Which packets make up one DMA: static descriptor blocks and joined dynamic transfers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from ingest_worker.formats.ntff.facts import Block, Queue, SubgraphFacts
from ingest_worker.formats.ntff.instructions import (
    DYNAMIC_DMA_HINT,
    ExplicitRows,
    InstructionRows,
)
from ingest_worker.formats.ntff.packets import ENGINES_PER_CORE, PacketRows
from ingest_worker.formats.ntff.record import SLOT_MASK, Index, Mask, Times
from ingest_worker.formats.runs import pieces
from ingest_worker.formats.spill import full

SEMAPHORE_BYTES = 4
MOST_PACKETS = 4096
ISSUER_NAMES = (("qPE",), ("qAct",), ("qPool",), ("qDVE", "qDve"), ("qSP",))
DYNAMIC_SUFFIXES = ("Dynamic", "DynamicHW")
NOBODY = -1


@dataclass(frozen=True)
class Trigger:
    """An executed instruction that starts a static transfer: its row, queue name and block."""

    row: int
    start_ps: int
    queue: str | None
    block_id: int | None


@dataclass(frozen=True)
class Transfers:
    """Whole DMAs of one core, one entry each; times in device ps, sizes in bytes.

    `queue` indexes the distinct queues of the core; `row` is the instruction that started it
    (-1 unknown); `engine` the global engine shown; `size` counts no semaphore writes.
    """

    queue: np.ndarray[tuple[int], np.dtype[np.int32]]
    block_id: np.ndarray[tuple[int], np.dtype[np.int64]]
    row: np.ndarray[tuple[int], np.dtype[np.int64]]
    start_ps: Times
    end_ps: Times
    size: np.ndarray[tuple[int], np.dtype[np.int64]]
    crc: np.ndarray[tuple[int], np.dtype[np.uint16]]
    is_static: Mask

    def __len__(self) -> int:
        return len(self.queue)

    def take(self, chosen: Index | Mask | slice) -> "Transfers":
        """The chosen transfers, in the chosen order."""
        return Transfers(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True)
class RingQueue:
    """One queue of a core: its index and name, and its ring entries in file order."""

    index: int
    name: str
    rings: tuple[Queue, ...]

    @property
    def is_static(self) -> bool:
        """Whether descriptor blocks were prepared for it."""
        return any(ring.blocks for ring in self.rings)

    @property
    def is_dynamic(self) -> bool:
        """Whether its descriptors are made while the program runs."""
        return self.name.endswith(DYNAMIC_SUFFIXES)


def ring_queues(facts: SubgraphFacts | None) -> tuple[RingQueue, ...]:
    """The distinct (queue index, name) pairs of a core, in order of appearance."""
    groups: dict[tuple[int, str], list[Queue]] = {}
    for entry in facts.queues if facts else ():
        groups.setdefault((entry.index, entry.name), []).append(entry)
    return tuple(RingQueue(i, name, tuple(rings)) for (i, name), rings in groups.items())


def join_transfers(
    queues: Sequence[RingQueue],
    packets: PacketRows,
    triggers: Sequence[Trigger],
    explicit: ExplicitRows,
    rows: InstructionRows,
    first_slots: Mapping[int, int],
) -> tuple[Transfers, np.ndarray[tuple[int], np.dtype[np.int32]]]:
    """All transfers of a core, and for every packet the number of its transfer or -1.

    `packets` are in ring order as `read_packets` gives them. Static blocks follow section 6.3 of
    the decoding notes, dynamic transfers 6.4.
    """
    owner = full(len(packets), NOBODY, np.int32)
    found: list[tuple[int, int, int, bool]] = []
    rings = ring_ranges(packets)
    for number, queue in enumerate(queues):
        if queue.is_static:
            own = [t for t in triggers if t.queue in {None, queue.name}]
            _own_static(number, queue, own, packets, rings, owner, found)
    _own_dynamic(queues, explicit, rows, first_slots, packets, rings, owner, found)
    return _gathered(found, packets, owner), owner


def ring_ranges(packets: PacketRows) -> dict[tuple[int, int], slice]:
    """Where the packets of each (engine, queue) lie; they come ring by ring."""
    edges = [0]
    for own in pieces(len(packets)):
        ring = packets.engine[own].astype(np.int16) * 16 + packets.queue[own]
        edges += (np.flatnonzero(np.diff(ring)) + own.start + 1).tolist()
        if own.start > 0 and _ring_at(packets, own.start) != _ring_at(packets, own.start - 1):
            edges.append(own.start)
    edges = sorted(edges)
    stops = [*edges[1:], len(packets)]
    found = zip(edges, stops, strict=True)
    return {_ring_at(packets, begin): slice(begin, stop) for begin, stop in found if stop > begin}


def _ring_at(packets: PacketRows, place: int) -> tuple[int, int]:
    return int(packets.engine[place]), int(packets.queue[place])


def _own_static(
    number: int,
    queue: RingQueue,
    triggers: Sequence[Trigger],
    packets: PacketRows,
    rings: Mapping[tuple[int, int], slice],
    owner: np.ndarray[tuple[int], np.dtype[np.int32]],
    found: list[tuple[int, int, int, bool]],
) -> None:
    """Each run of a block takes its packets in turn on every ring of the queue.

    With known triggers the k-th one of the queue owns the next packets of its block; else the
    blocks are taken to run in the order in which the file lists them.
    """
    first = len(found)
    order = _block_order(queue, triggers, rings)
    found += [(number, block, row, True) for block, row in order]
    since = min((t.start_ps for t in triggers if t.block_id is not None), default=None)
    for ring in queue.rings:
        place = rings.get((ring.engine % 32, ring.index))
        if place is None:
            continue
        sizes = {block.block_id: block.packets for block in ring.blocks}
        bounds = np.cumsum([sizes.get(block, 0) for block, _ in order])
        begin = 0
        if since is not None:
            begin = int(np.searchsorted(packets.start_ps[place], since))
        position = np.arange(place.stop - place.start) - begin
        mine = np.searchsorted(bounds, position, "right")
        is_mine = (position >= 0) & (mine < len(order))
        owner[place][is_mine] = first + mine[is_mine]


def _block_order(
    queue: RingQueue,
    triggers: Sequence[Trigger],
    rings: Mapping[tuple[int, int], slice],
) -> list[tuple[int, int]]:
    """The (block id, instruction row or -1) of every run of a block, in order."""
    named = [(t.block_id, t.row) for t in triggers if t.block_id is not None]
    if named:
        return named
    longest = max(queue.rings, key=lambda ring: sum(block.packets for block in ring.blocks))
    place = rings.get((longest.engine % 32, longest.index))
    there = place.stop - place.start if place else 0
    order: list[int] = []
    for block in _endless(longest.blocks):
        if there <= 0:
            break
        order.append(block.block_id)
        there -= block.packets
    own = [t.row for t in triggers]
    is_certain = len(own) == len(order)
    return [(block, own[k] if is_certain else NOBODY) for k, block in enumerate(order)]


def _endless(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks over and over; nothing when none of them has packets."""
    while any(block.packets for block in blocks):
        yield from blocks


def _own_dynamic(
    queues: Sequence[RingQueue],
    explicit: ExplicitRows,
    rows: InstructionRows,
    first_slots: Mapping[int, int],
    packets: PacketRows,
    rings: Mapping[tuple[int, int], slice],
    owner: np.ndarray[tuple[int], np.dtype[np.int32]],
    found: list[tuple[int, int, int, bool]],
) -> None:
    """Every notification owns the next packets of its engine's dynamic queue on its engines."""
    is_dma = explicit.hint == DYNAMIC_DMA_HINT
    row_of = _rows_of(explicit, np.flatnonzero(is_dma), rows, first_slots)
    for issuer, prefixes in enumerate(ISSUER_NAMES):
        own = np.flatnonzero(is_dma & (explicit.engine == issuer))
        names = {prefix + suffix for prefix in prefixes for suffix in DYNAMIC_SUFFIXES}
        fitting = [number for number, queue in enumerate(queues) if queue.name in names]
        if not len(own) or not fitting:
            continue
        number = fitting[0]
        first = len(found)
        found += [(number, k + 1, row_of[record], False) for k, record in enumerate(own.tolist())]
        for ring in queues[number].rings:
            place = rings.get((ring.engine % 32, ring.index))
            if place is not None:
                _own_ring(explicit.word[own], ring.engine, packets, place, owner, first)


def _own_ring(
    words: np.ndarray[tuple[int], np.dtype[np.uint32]],
    engine: int,
    packets: PacketRows,
    place: slice,
    owner: np.ndarray[tuple[int], np.dtype[np.int32]],
    first: int,
) -> None:
    half, bit = engine % 32 // ENGINES_PER_CORE, engine % ENGINES_PER_CORE
    is_here = ((words >> 31) == half) & ((words >> bit) & 1 == 1)
    if not is_here.any():
        is_here = (words >> bit) & 1 == 1
    record = np.flatnonzero(is_here)
    counts = ((words[record] >> 16) & 0xFFF).astype(np.int64)
    bounds = np.cumsum(np.where(counts == 0, MOST_PACKETS, counts))
    mine = np.searchsorted(bounds, packets.sequence[place], "right")
    is_mine = mine < len(record)
    owner[place][is_mine] = first + record[mine[is_mine]]


def _rows_of(
    explicit: ExplicitRows, chosen: Index, rows: InstructionRows, first_slots: Mapping[int, int]
) -> dict[int, int]:
    """For each chosen record its instruction row: k-th record of a slot, k-th execution."""
    first = np.zeros(len(ISSUER_NAMES), np.int64)
    for engine, slot in first_slots.items():
        first[engine] = slot
    engines = explicit.engine[chosen].astype(np.int64)
    wanted = (engines << 20) | ((explicit.pc[chosen] - first[engines]) & SLOT_MASK)
    distinct = np.unique(wanted)
    found = [np.zeros(0, np.int64)]
    for place in pieces(len(rows)):
        keys = (rows.engine[place].astype(np.int64) << 20) | rows.slot[place]
        found.append(np.flatnonzero(np.isin(keys, distinct)) + place.start)
    own = np.concatenate(found)
    executed = {
        (int(rows.engine[row]) << 20 | int(rows.slot[row]), int(rows.occurrence[row])): row
        for row in own.tolist()
    }
    seen: dict[int, int] = {}
    result = {}
    for record, key in zip(chosen.tolist(), wanted.tolist(), strict=True):
        seen[key] = count = seen.get(key, -1) + 1
        result[record] = executed.get((key, count), NOBODY)
    return result


def _gathered(
    found: Sequence[tuple[int, int, int, bool]],
    packets: PacketRows,
    owner: np.ndarray[tuple[int], np.dtype[np.int32]],
) -> Transfers:
    """Start, end, bytes and last checksum of every transfer; those without packets have none."""
    count = len(found)
    start = np.full(count, np.iinfo(np.int64).max)
    end = np.full(count, np.iinfo(np.int64).min)
    size = np.zeros(count, np.int64)
    crc = np.zeros(count, np.uint16)
    engines = np.zeros(count, np.uint32)
    latest = np.full(count, np.iinfo(np.int64).min)
    for own in pieces(len(packets)):
        rows = packets.take(own)
        mine = np.flatnonzero(owner[own] >= 0)
        number = owner[own][mine]
        np.minimum.at(start, number, rows.start_ps[mine])
        np.maximum.at(end, number, rows.end_ps[mine])
        np.add.at(size, number, rows.size[mine].astype(np.int64))
        np.bitwise_or.at(engines, number, np.uint32(1) << rows.engine[mine].astype(np.uint32))
        last = np.argsort(rows.end_ps[mine], kind="stable")
        is_later = rows.end_ps[mine][last] >= latest[number[last]]
        crc[number[last][is_later]] = rows.crc[mine][last][is_later]
        np.maximum.at(latest, number, rows.end_ps[mine])
    size -= SEMAPHORE_BYTES * np.bitwise_count(engines).astype(np.int64)
    columns = np.array(found, np.int64).reshape(count, 4)
    return Transfers(
        queue=columns[:, 0].astype(np.int32),
        block_id=columns[:, 1],
        row=columns[:, 2],
        start_ps=start,
        end_ps=end,
        size=np.maximum(size, 0),
        crc=crc,
        is_static=columns[:, 3].astype(bool),
    )
