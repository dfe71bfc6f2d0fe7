"""A range of time on some cores of a device profile, and what the parts of its summary share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from profiles.metrics.chips import Chip
from profiles.metrics.coverage import Coverage
from profiles.metrics.device_run import DeviceRun, Limits
from profiles.metrics.events import Longs, Mask
from profiles.metrics.instruction_kinds import ENGINES, Kind
from profiles.metrics.intervals import Stretches
from profiles.metrics.packet_kinds import PacketKind, Queue
from profiles.metrics.tally import Counted

NS_PER_S = 1e9
HBM = "bytes of device memory: they come from the NEFF"
HBM_AT_RUN_TIME = (
    "bytes of device memory: transfers made at run time moved far more than the instructions that "
    "start them tell"
)
COMPUTING = ("Tensor", "Vector", "Scalar", "GpSimd")


@dataclass(frozen=True)
class Value:
    """A number, or what is missing for it."""

    value: float | None
    missing: str | None = None

    @classmethod
    def of(cls, value: float | None, missing: str) -> "Value":
        """The number; without one, what it would take."""
        return cls(value) if value is not None else cls(None, missing)


class Region:
    """What happened in [start, end) on the chosen cores, or on all."""

    def __init__(
        self,
        run: DeviceRun,
        start_ns: int | None = None,
        end_ns: int | None = None,
        core: int | None = None,
    ) -> None:
        """Without times from the first or up to the last instant of the profile."""
        first, last = run.span_ns
        self.run = run
        self.core = core
        self.start_ns = first if start_ns is None else start_ns
        self.end_ns = last if end_ns is None else max(end_ns, self.start_ns + 1)
        self.cores = run.cores if core is None else (core,)
        self.is_whole = self.start_ns <= first and self.end_ns >= last

    @property
    def duration_ns(self) -> int:
        """Its length: the T of every formula."""
        return self.end_ns - self.start_ns

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return self.duration_ns / NS_PER_S

    @property
    def chip(self) -> Chip:
        """The machine's constants."""
        return self.run.chip

    @property
    def peak_flops(self) -> float | None:
        """FLOP/s of all chosen cores together."""
        peak = self.chip.peak_flops
        return None if peak is None else peak * max(len(self.cores), 1)

    @cached_property
    def counted(self) -> Counted:
        """Instructions of all cores by kind."""
        return self.run.instructions.tally.over(self.start_ns, self.end_ns)

    @cached_property
    def own_kinds(self) -> Mask:
        """The kinds of instructions of the chosen cores."""
        cores = set(self.cores)
        return np.array([kind.core in cores for kind in self.run.instructions.kinds], bool)

    @cached_property
    def numbered_kinds(self) -> Sequence[tuple[int, Kind]]:
        """Kinds of the chosen cores that have time or a start in the range, by number."""
        occurs = self.own_kinds & ((self.counted.started > 0) | (self.counted.executions > 0))
        kinds = self.run.instructions.kinds
        return [(number, kinds[number]) for number in np.flatnonzero(occurs).tolist()]

    @cached_property
    def counted_packets(self) -> Counted:
        """Packets of all cores by kind."""
        return self.run.packets.tally.over(self.start_ns, self.end_ns)

    @cached_property
    def own_packets(self) -> Mask:
        """The kinds of packets of the chosen cores."""
        cores = set(self.cores)
        return np.array([kind.queue.core in cores for kind in self.run.packets.kinds], bool)

    @cached_property
    def numbered_packets(self) -> Sequence[tuple[int, PacketKind]]:
        """Kinds of packets of the chosen cores that occur in the range, by number."""
        counted = self.counted_packets
        occurs = self.own_packets & ((counted.started > 0) | (counted.executions > 0))
        kinds = self.run.packets.kinds
        return [(number, kinds[number]) for number in np.flatnonzero(occurs).tolist()]

    def amount(self, name: str, kinds: Mask | None = None) -> float:
        """A column of `Instruction` summed over the range, by default over the chosen cores."""
        chosen = self.own_kinds if kinds is None else kinds
        return self.run.instructions.amount(self.counted, name, chosen)

    def has(self, name: str) -> bool:
        """Whether the profile holds this column at all."""
        return name in self.run.instructions.has

    @property
    def has_hbm_bytes(self) -> bool:
        """Whether it is known what crossed device memory, all of it."""
        return self.lacks_hbm_bytes is None

    @property
    def lacks_hbm_bytes(self) -> str | None:
        """What it would take to know what crossed device memory; None where that is known."""
        if not (self.has("hbm_read_bytes") or self.has("hbm_write_bytes")):
            return HBM
        return None if self.run.tells_run_time_bytes else HBM_AT_RUN_TIME

    @cached_property
    def hbm_bytes(self) -> float | None:
        """Bytes read from and written to device memory; None where that is not known."""
        if not self.has_hbm_bytes:
            return None
        return self.amount("hbm_read_bytes") + self.amount("hbm_write_bytes")

    @cached_property
    def useful_flops(self) -> float:
        """FLOPs of executed multiplications without transposes."""
        return self.amount("raw_flops") - self.amount("flops_transpose")

    @property
    def everything(self) -> Coverage:
        """The range itself."""
        edges = np.array([self.start_ns], np.int64), np.array([self.end_ns], np.int64)
        return Coverage(Stretches(*edges))

    def engine(self, core: int, engine: str) -> Coverage:
        """The time in which an engine of a core worked."""
        return self.run.instructions.engine_coverage.get((core, engine), NOTHING)

    def _kept(self, name: str, parts: Callable[[], Sequence[Coverage]]) -> Coverage:
        """What parts of the run cover together, whatever the range: made once for these cores."""
        return self.run.kept_coverage(name, self.cores, lambda: self.joined(parts()))

    def _of_engines(self, names: Sequence[str]) -> Sequence[Coverage]:
        return [self.engine(core, engine) for core in self.cores for engine in names]

    @property
    def compute(self) -> Coverage:
        """The time in which any computing engine of the chosen cores worked.

        Sync only issues transfers and waits.
        """
        return self._kept("compute", lambda: self._of_engines(COMPUTING))

    @property
    def moving(self) -> Coverage:
        """The time in which at least one packet of the chosen cores moved."""
        queues = self.run.packets.queue_coverage
        return self._kept(
            "moving", lambda: [cover for queue, cover in queues.items() if queue.core in self.cores]
        )

    def moved_by(self, queues: frozenset[Queue]) -> Coverage:
        """The time in which a packet of these queues moved; made once for the same ones."""
        if queues not in self._moved:
            covers = self.run.packets.queue_coverage
            is_all = queues == {queue for queue in covers if queue.core in self.cores}
            joined = self.moving if is_all else self.joined([covers[queue] for queue in queues])
            self._moved[queues] = joined
        return self._moved[queues]

    @cached_property
    def _moved(self) -> dict[frozenset[Queue], Coverage]:
        return {}

    @property
    def active(self) -> Coverage:
        """The time in which any engine of the chosen cores worked or a packet moved."""
        return self._kept("active", lambda: [*self._of_engines(ENGINES), self.moving])

    @property
    def exposed(self) -> Coverage:
        """The time in which a packet moved and no computing engine worked."""
        return self._kept("exposed", lambda: [self.moving.without(self.compute)])

    def engines(self, engine: str) -> Coverage:
        """The time in which this engine of at least one chosen core worked."""
        return self._kept(engine, lambda: self._of_engines([engine]))

    def core_compute(self, core: int) -> Coverage:
        """The time in which any computing engine of one core worked."""
        parts = [self.engine(core, engine) for engine in COMPUTING]
        return self._kept(f"compute of {core}", lambda: parts)

    def core_moving(self, core: int) -> Coverage:
        """The time in which at least one packet of one core moved."""
        queues = self.run.packets.queue_coverage
        parts = [cover for queue, cover in queues.items() if queue.core == core]
        return self._kept(f"moving of {core}", lambda: parts)

    @staticmethod
    def joined(coverages: Sequence[Coverage]) -> Coverage:
        """What at least one of them covers; nothing for none."""
        return Coverage.joined(coverages or [NOTHING])

    def length_ns(self, coverage: Coverage) -> int:
        """What of a coverage lies in the range."""
        return coverage.length_ns(self.start_ns, self.end_ns)

    @cached_property
    def limits(self) -> Mapping[int, Limits]:
        """The recorded limits of the chosen cores, by core."""
        found = self.run.limits
        return MappingProxyType({core: found[core] for core in self.cores if core in found})

    def limit_stretches(self, core: int) -> tuple[Stretches, "Longs"]:
        """The throttled stretches of a core within the range, and which record each is."""
        if core not in self._limited:
            self._limited[core] = self._limit_stretches(core)
        return self._limited[core]

    @cached_property
    def _limited(self) -> dict[int, tuple[Stretches, "Longs"]]:
        return {}

    def _limit_stretches(self, core: int) -> tuple[Stretches, "Longs"]:
        limits = self.limits.get(core)
        if limits is None:
            return NOTHING.stretches, np.zeros(0, np.int64)
        start = np.maximum(limits.start_ns, self.start_ns)
        end = np.minimum(limits.end_ns, self.end_ns)
        place = np.flatnonzero(limits.is_throttled & (end > start))
        return Stretches(start[place], end[place]), place

    def throttled(self, core: int) -> Coverage:
        """The time within the range in which a core was below full clock."""
        return Coverage.of(self.limit_stretches(core)[0])

    def lost_ns(self, core: int, coverage: Coverage) -> float:
        """Capacity taken away by limits while something was covered: time x (1 - share)."""
        stretches, place = self.limit_stretches(core)
        if not len(place):
            return 0.0
        inside = coverage.until(stretches.end_ns) - coverage.until(stretches.start_ns)
        return float((inside * (1 - self.limits[core].share[place])).sum())


NOTHING = Coverage(Stretches(np.zeros(0, np.int64), np.zeros(0, np.int64)))
"""No time at all."""
