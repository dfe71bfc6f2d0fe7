"""DMA packets as kinds: core, queue, engine and size are the same at every packet of a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from profiles.metrics.column_reading import TableColumns, distinct, table_rows
from profiles.metrics.coverage import Coverage
from profiles.metrics.events import Longs, Mask
from profiles.metrics.tally import Tally
from profiles.storage.tables import ReadableRun

TABLE = "DmaPacket"
QUEUE_INFO = "DmaQueuesInfo"
SOURCES = ("static", "software_dynamic", "hardware_dynamic")
"""Who made the descriptors: the compiler, GpSimd, or the DGE hardware."""
RUN_TIME_SOURCES = SOURCES[1:]
"""Those that make descriptors while the kernel runs."""


@dataclass(frozen=True)
class Queue:
    """One queue of one core: its number, name and class."""

    core: int
    index: int
    name: str
    type: str

    @property
    def source(self) -> str:
        """Who made its descriptors; whatever is not dynamic was made by the compiler."""
        return self.type if self.type in SOURCES else "static"


@dataclass(frozen=True)
class PacketKind:
    """What packets have in common; `engine` is None where the table does not tell it."""

    queue: Queue
    engine: int | None
    size_bytes: int


@dataclass(frozen=True)
class PacketKinds:
    """All packets of a part as a tally of kinds; `rows` are rows of `DmaPacket`."""

    kinds: Sequence[PacketKind]
    tally: Tally

    @cached_property
    def size_bytes(self) -> Longs:
        """Bytes of one packet of each kind."""
        return np.array([kind.size_bytes for kind in self.kinds], np.int64)

    @cached_property
    def cores(self) -> list[int]:
        """The cores whose queues moved at least one packet."""
        return sorted({kind.queue.core for kind in self.kinds})

    @cached_property
    def queues(self) -> list[Queue]:
        """The queues that moved at least one packet, by core and number."""
        found = {kind.queue for kind in self.kinds}
        return sorted(found, key=lambda queue: (queue.core, queue.index, queue.name))

    def where_queue(self, *queues: Queue) -> Mask:
        """Which kinds went through these queues."""
        codes, numbers = self._queue_codes
        return np.isin(codes, [numbers[queue] for queue in queues if queue in numbers])

    @cached_property
    def _queue_codes(self) -> tuple[Longs, Mapping[Queue, int]]:
        """The number of every kind's queue, and by queue its number."""
        numbers = {queue: number for number, queue in enumerate(self.queues)}
        return np.array([numbers[kind.queue] for kind in self.kinds], np.int64), numbers

    @cached_property
    def queue_coverage(self) -> Mapping[Queue, Coverage]:
        """By queue the time in which at least one of its packets moved."""
        return MappingProxyType(
            {queue: self.tally.covered(self.where_queue(queue)) for queue in self.queues}
        )

    @cached_property
    def engine_coverage(self) -> Mapping[tuple[int, int], Coverage]:
        """By core and DMA engine the time in which it moved a packet."""
        return MappingProxyType(
            {key: self.tally.covered(mask) for key, mask in self.engine_masks.items()}
        )

    @cached_property
    def engine_masks(self) -> Mapping[tuple[int, int], Mask]:
        """By core and DMA engine the kinds it moved."""
        found: dict[tuple[int, int], list[int]] = {}
        for number, kind in enumerate(self.kinds):
            if kind.engine is not None:
                found.setdefault((kind.queue.core, kind.engine), []).append(number)
        return MappingProxyType({key: self._mask(own) for key, own in sorted(found.items())})

    def _mask(self, numbers: Sequence[int]) -> Mask:
        mask = np.zeros(len(self.kinds), bool)
        mask[list(numbers)] = True
        return mask


def packet_kinds(run: ReadableRun, part: int) -> PacketKinds:
    """The packets of a part; none where it has no such table. Raises OSError or ArrowException."""
    numbers = ("start_ts", "end_ts", "pcore_idx", "queue_idx", "engine_idx", "transfer_bytes")
    table = TableColumns(run, part, TABLE, ("queue_type", "queue_name"), numbers)
    kind_text, name_text = table.coded("queue_type"), table.coded("queue_name")
    fronts = [queue_front(str(value)) for value in name_text.values]
    front_place = {front: number for number, front in enumerate(dict.fromkeys(fronts))}
    front = np.array([front_place[one] for one in fronts], np.int64)[name_text.codes]
    columns = [table.numbers(name) for name in numbers[2:]]
    code, found = distinct([*columns, kind_text.codes, front])
    names, texts = queue_names(run, part), list(front_place)
    kinds = []
    for core, index, engine, size, kind, name in zip(*(c.tolist() for c in found), strict=True):
        title = texts[name] or names.get((max(core, 0), index)) or f"Q{index}"
        queue = Queue(max(core, 0), index, title, str(kind_text.values[kind]) or "unknown")
        kinds.append(PacketKind(queue, None if engine < 0 else engine, max(size, 0)))
    tally = Tally(table.numbers("start_ts"), table.numbers("end_ts"), code, len(kinds))
    return PacketKinds(kinds, tally)


def queue_front(name: str) -> str:
    """The queue's own name where a packet's queue name holds one: `name-Q1-E64`."""
    parts = name.rsplit("-", 2)
    return parts[0] if len(parts) == 3 else ""


def queue_names(run: ReadableRun, part: int) -> dict[tuple[int, int], str]:
    """Names by core and number, where only one queue has the number."""
    found: dict[tuple[int, int], set[str]] = {}
    for row in table_rows(run, part, QUEUE_INFO):
        if row.get("idx") is not None:
            key = (int(row.get("pcore_idx") or 0), int(row["idx"]))
            found.setdefault(key, set()).add(str(row["name"]))
    return {key: next(iter(names)) for key, names in found.items() if len(names) == 1}
