"""What one trace means, ready to become tables: rows joined with names, core by core."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import Array
from ingest_worker.formats.isa.accesses import Accesses
from ingest_worker.formats.neff.descriptors import End, Transposing
from ingest_worker.formats.neff.regions import Region
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.faults import Fault
from ingest_worker.formats.ntff.instructions import InstructionRows
from ingest_worker.formats.ntff.packets import PacketRows
from ingest_worker.formats.ntff.throttle import ThrottleRows
from ingest_worker.formats.ntff.transfers import RingQueue, Transfers
from ingest_worker.formats.ntff.updates import UpdateRows
from ingest_worker.formats.ntff.window import Capture, Core
from profiles.metrics.chips import Chip

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class SlotTable:
    """What is the same at every execution of an instruction, one entry per executed slot.

    `columns` are columns of `Instruction`; `opcode` is the byte (-1 outside the image), `colour`
    and `label` are those of the timeline, labels as texts; `accesses` number slots by entry.
    `further` are names that are columns of other tables.
    """

    columns: Mapping[str, Array]
    opcode: npt.NDArray[np.int16]
    compiler_pc: npt.NDArray[np.int32]
    is_trigger: npt.NDArray[np.bool_]
    colour: npt.NDArray[np.uint8]
    labels: Sequence[str]
    accesses: Accesses
    further: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class SlotEdges:
    """What comes before what, between entries of a `SlotTable`.

    Entry i comes after `before[starts[i]:starts[i + 1]]`; `kind` is that of each dependency.
    """

    starts: npt.NDArray[np.int64]
    before: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]


NO_EDGES = SlotEdges(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint8))


@dataclass(frozen=True)
class QueueTrack:
    """DMA packets that share a queue: its number, name as displayed and class."""

    index: int
    name: str
    queue_type: str


@dataclass(frozen=True)
class QueueDetail:
    """What the NEFF adds to one static descriptor block; `regions` lie in the state buffer.

    The ends are None for a transfer whose block is not known.
    """

    op: str = ""
    variable: str = ""
    source: str = ""
    dest: str = ""
    semaphore_id: str = "-1"
    read_bytes: int | None = None
    write_bytes: int | None = None
    is_load: bool = False
    regions: tuple[Region, ...] = ()
    read_end: End | None = None
    write_end: End | None = None
    transposing: Transposing | None = None


@dataclass(frozen=True)
class Movement:
    """DMA of one core: packets in table order, each one's track and transfer (-1 for none)."""

    packets: PacketRows
    track: Codes
    owner: Codes
    tracks: Sequence[QueueTrack]
    queues: Sequence[RingQueue]
    transfers: Transfers


@dataclass(frozen=True)
class UnknownRecords:
    """Records of a type nobody knows, kept as they lie in the file."""

    trace_type: int
    block_type: int
    records: npt.NDArray[Any]
    time_ps: npt.NDArray[np.int64]


@dataclass(frozen=True)
class CorePart:
    """One core of a part. Instruction rows are in table order; `slot` numbers each one's entry
    of `slots`. Names come from the NEFF where there is one.
    """

    core: Core
    name: str
    rows: InstructionRows
    slot: Codes
    slots: SlotTable
    movement: Movement
    details: Mapping[tuple[str, int], QueueDetail]
    updates: UpdateRows
    semaphores: Mapping[int, str]
    throttle: ThrottleRows
    faults: Sequence[Fault]
    unknown: Sequence[UnknownRecords]
    event_count: int
    edges: SlotEdges = NO_EDGES

    @property
    def engine_base(self) -> int:
        """The global number of the core's first DMA engine: 16 a core."""
        return 16 * self.core.number


@dataclass(frozen=True)
class Part:
    """One trace of a profile with everything the tables need."""

    number: int
    name: str
    capture: Capture
    chip: Chip
    cores: Sequence[CorePart]
    notices: Sequence[Notice] = field(default_factory=tuple)

    @property
    def origin_ps(self) -> int:
        """The zero of every published time."""
        return self.capture.origin_ps

    @property
    def device_zero_ns(self) -> int | None:
        """The device's own clock at the zero; None where counters were scaled to picoseconds.

        The runtime stamps its events with the same clock, so that host events find their trace.
        """
        clocks = [self.capture.clocks(core.core) for core in self.cores]
        if not all(each.is_device_time for each in clocks):
            return None
        return self.origin_ps // 1000 if clocks and self.origin_ps > 0 else None

    @property
    def last_end_ps(self) -> int:
        """The end of the last instruction of any core; the origin without instructions."""
        ends = [int(core.rows.end_ps.max()) for core in self.cores if len(core.rows)]
        return max(ends, default=self.origin_ps)

    def ns(self, time_ps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Device picoseconds to nanoseconds from the origin, rounded down."""
        result: npt.NDArray[np.int64] = (time_ps - self.origin_ps) // 1000
        return result
