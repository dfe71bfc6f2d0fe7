"""A device profile ready to be counted: its instructions, packets, limits and what it says of
itself; kept for the last few runs, since runs never change.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.metrics.chips import Chip, chip_of_metadata
from profiles.metrics.column_reading import TableColumns, table_rows
from profiles.metrics.compiled_edges import EdgesBySide, edges_of
from profiles.metrics.coverage import Coverage
from profiles.metrics.critical_links import Links, critical_links
from profiles.metrics.events import Coded, Longs
from profiles.metrics.instruction_kinds import InstructionKinds, instruction_kinds
from profiles.metrics.packet_kinds import RUN_TIME_SOURCES, PacketKinds, packet_kinds
from profiles.storage.tables import ReadableRun

TRANSFER_TABLE = "DmaPacketAggregated"
DMA_OPCODES = "DMA_"
SEMAPHORE_BYTES = 4
COVERED = 0.9
"""Of two counts of the same bytes, one by packets and one by instructions, the share that holds."""


@dataclass(frozen=True)
class Limits:
    """How fast a core was allowed to run, in order of time: `share` of its clock, 0 to 1.

    `row` is the row of `Throttle`.
    """

    start_ns: Longs
    end_ns: Longs
    share: npt.NDArray[np.float64]
    row: Longs

    @cached_property
    def is_throttled(self) -> npt.NDArray[np.bool_]:
        """Which stretches are below full clock."""
        result: npt.NDArray[np.bool_] = self.share < 1
        return result


@dataclass(frozen=True)
class Transfers:
    """Whole transfers, by row of `DmaPacketAggregated`; arrays of shape (n,).

    `queue` is the number of its queue, `trigger_ns` the start of the instruction that started it;
    both -1 where they are not known.
    """

    core: Longs
    start_ns: Longs
    end_ns: Longs
    size_bytes: Longs
    queue: Longs
    trigger_ns: Longs
    variable: Coded
    source: Coded
    target: Coded

    @cached_property
    def _by_start(self) -> tuple[Longs, Longs, Longs]:
        """Rows in order of their start, their starts, and when all up to each have ended."""
        order = np.argsort(self.start_ns, kind="stable")
        ends = self.end_ns[order]
        reach = np.maximum.accumulate(ends) if len(ends) else ends
        return order, self.start_ns[order], reach

    def starting(self, start_ns: int, end_ns: int) -> Longs:
        """Rows of those that start in [start, end), in order of time."""
        order, starts, _ = self._by_start
        first, last = np.searchsorted(starts, (start_ns, end_ns)).tolist()
        return order[first : max(first, last)]

    def touching(self, start_ns: int, end_ns: int) -> Longs:
        """Rows of those that have a part in [start, end)."""
        order, starts, reach = self._by_start
        first = int(np.searchsorted(reach, start_ns, "right"))
        own = order[first : max(first, int(np.searchsorted(starts, end_ns)))]
        return np.sort(own[self.end_ns[own] > start_ns])


class DeviceRun:
    """One part of a run. Tables are read when they are first asked for."""

    def __init__(self, run: ReadableRun, part: int) -> None:
        self.run = run
        self.part = part

    def prepare(self) -> "DeviceRun":
        """Reads what every answer needs, two things at a time; what cannot be read raises."""
        with ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(getattr, self, name) for name in ("packets", "instructions")]
            jobs.append(pool.submit(getattr, self, "critical_links"))
            for job in jobs:
                job.result()
        return self

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """The row of `Metadata`; empty where there is none."""
        rows = table_rows(self.run, self.part, "Metadata")
        return MappingProxyType(rows[0] if rows else {})

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """The row of `Summary`; empty where there is none."""
        rows = table_rows(self.run, self.part, "Summary")
        return MappingProxyType(rows[0] if rows else {})

    @cached_property
    def chip(self) -> Chip:
        """The machine's constants."""
        return chip_of_metadata(self.metadata)

    @cached_property
    def instructions(self) -> InstructionKinds:
        """Executed instructions."""
        return instruction_kinds(self.run, self.part, self.chip)

    @cached_property
    def packets(self) -> PacketKinds:
        """DMA packets."""
        return packet_kinds(self.run, self.part)

    @cached_property
    def cores(self) -> tuple[int, ...]:
        """Indices of the physical cores, whether they ran anything or not."""
        count = int(self.metadata.get("num_physical_cores") or 0)
        own = {*range(count), *self.instructions.cores, *self.packets.cores}
        return tuple(sorted(own))

    @cached_property
    def kept_coverages(self) -> dict[tuple[str, tuple[int, ...]], Coverage]:
        """What all engines or queues of some cores cover together, by a name and the cores."""
        return {}

    def kept_coverage(
        self, name: str, cores: tuple[int, ...], make: Callable[[], Coverage]
    ) -> Coverage:
        """What parts of the run cover together, made once."""
        kept, key = self.kept_coverages, (name, cores)
        if key not in kept:
            kept[key] = make()
        return kept[key]

    @cached_property
    def whole_bytes(self) -> tuple[float, float]:
        """Bytes of all packets, and of device memory what instructions read or wrote, the more."""
        sizes = self.packets.size_bytes * self.packets.tally.counts
        totals = self.instructions.tally.counts
        moved = [
            float((self.instructions.amounts[name] * totals).sum())
            for name in ("hbm_read_bytes", "hbm_write_bytes")
        ]
        return float(sizes.sum()), max(moved)

    @cached_property
    def spills(self) -> tuple[Longs, Longs]:
        """When instructions began that reload spilled values, and that save them."""
        return self._starts_of("spill_reload_bytes"), self._starts_of("spill_save_bytes")

    def _starts_of(self, column: str) -> Longs:
        instructions = self.instructions
        if column not in instructions.has:
            return np.zeros(0, np.int64)
        chosen = instructions.amounts[column] > 0
        return np.unique(instructions.tally.start_ns[chosen[instructions.tally.kind]])

    @cached_property
    def limits(self) -> Mapping[int, Limits]:
        """By core the limits it recorded; a core without records is not in it."""
        numbers = ("timestamp", "duration", "k", "n", "pcore_idx")
        table = TableColumns(self.run, self.part, "Throttle", (), numbers)
        start, length, k, n, core = (table.numbers(name, 0) for name in numbers)
        share = np.where(n > 0, k / np.maximum(n, 1), 1.0)
        found = {}
        for index in np.unique(core).tolist():
            own = np.flatnonzero(core == index)
            own = own[np.argsort(start[own], kind="stable")]
            found[index] = Limits(start[own], start[own] + length[own], share[own], own)
        return MappingProxyType(found)

    @cached_property
    def critical_links(self) -> Links:
        """For every instruction what let it start."""
        return critical_links(self.run, self.part)

    @property
    def compiled_edges(self) -> EdgesBySide | None:
        """The edges that the compiler names; None where it names none."""
        return edges_of(self.run, self.part)

    def between(self, start_ns: int, end_ns: int) -> "DeviceRun":  # noqa: ARG002
        """The same run, read for questions about a range alone."""
        return self

    @cached_property
    def transfers(self) -> Transfers:
        """What the trace knows of whole transfers; none where it knows nothing."""
        texts = ("variable", "source", "dest")
        numbers = ("pcore_idx", "start_ts", "end_ts", "transfer_bytes")
        table = TableColumns(
            self.run, self.part, TRANSFER_TABLE, texts, (*numbers, "queue_idx", "trigger")
        )
        core, start, end, size = (table.numbers(name, 0) for name in numbers)
        queue, trigger = table.numbers("queue_idx"), table.numbers("trigger")
        return Transfers(
            core, start, end, size, queue, trigger, *(table.coded(name) for name in texts)
        )

    @cached_property
    def collectives(self) -> list[dict[str, Any]]:
        """The rows of `CcOp`."""
        return table_rows(self.run, self.part, "CcOp")

    @cached_property
    def tensors(self) -> list[dict[str, Any]]:
        """The rows of `TensorInfo`."""
        return table_rows(self.run, self.part, "TensorInfo")

    @cached_property
    def span_ns(self) -> tuple[int, int]:
        """The measured window: from the zero to the last instant of the trace."""
        tallies = [self.instructions.tally, self.packets.tally]
        ends = [int(self.metadata.get("last_hw_timestamp") or 0)]
        tally = self.instructions.tally
        ends += [int(tally.end_ns.max()), int(tally.start_ns.max()) + 1] if len(tally) else []
        if not len(tally):
            ends += [int(one.end_ns.max()) for one in tallies if len(one)]
        return 0, max(*ends, 1)

    @cached_property
    def has_neff(self) -> bool:
        """Whether names and tensors of a program are known."""
        return self.run.manifest.table("NeffHeader", self.part) is not None

    @cached_property
    def run_time_bytes(self) -> tuple[int, int]:
        """Bytes of transfers made at run time: what their instructions tell, and what packets hold.

        An instruction tells the larger of what it reads and what it writes, in all memories, as a
        packet counts once. One whose pattern comes out of registers tells nothing. Packets of at
        most 4 bytes are writes of semaphores.
        """
        instructions, packets = self.instructions, self.packets
        starts = np.array(
            [kind.opcode.startswith(DMA_OPCODES) for kind in instructions.kinds], bool
        )
        read, written = (
            instructions.amounts[f"hbm_{way}_bytes"] + instructions.amounts[f"sbuf_{way}_bytes"]
            for way in ("read", "write")
        )
        told = np.maximum(read, written) * instructions.tally.counts
        is_data = np.array(
            [
                kind.queue.type in RUN_TIME_SOURCES and kind.size_bytes > SEMAPHORE_BYTES
                for kind in packets.kinds
            ],
            bool,
        )
        moved = packets.size_bytes * packets.tally.counts
        return int(told[starts].sum()), int(moved[is_data].sum())

    @property
    def tells_run_time_bytes(self) -> bool:
        """Whether instructions account for what was moved at run time, so that sums hold."""
        told, moved = self.run_time_bytes
        return told >= COVERED * moved

    @property
    def has_packets(self) -> bool:
        """Whether the trace holds DMA records."""
        return bool(len(self.packets.tally))
