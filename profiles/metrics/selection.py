"""What a range of time holds on chosen rows of the timeline: engines, opcodes, bytes, waits.

Counted as the summary of a range is (`region.py`), so that the two never differ: what starts in the
range counts, what crosses an edge gives the share of it that lies inside.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.metrics.column_reading import TableColumns, distinct
from profiles.metrics.device_run import TRANSFER_TABLE, DeviceRun
from profiles.metrics.events import Longs, Mask
from profiles.metrics.formulas import MOVED
from profiles.metrics.part_movement import packet_sizes, packet_totals
from profiles.metrics.region import Region

ENGINE, QUEUE, DMA_ENGINE = "engine", "dma_queue", "dma_engine"
UNNAMED = "Engine unknown"
MOST_OPCODES = 400
MOST_ROUTES = 100
_QUEUE_KEY = re.compile(r"/(-?\d+)-[^/]*\Z")


@dataclass(frozen=True)
class ChosenTrack:
    """A row of the timeline: its key, kind, name and physical core."""

    key: str
    kind: str
    core: int
    name: str


class Selection:
    """A range of one part on some of its tracks; tracks of other kinds hold nothing to sum."""

    def __init__(
        self, run: DeviceRun, start_ns: int, end_ns: int, tracks: Sequence[ChosenTrack]
    ) -> None:
        self.region = Region(run.between(start_ns, end_ns), start_ns, end_ns)
        self.tracks = tracks

    def answer(self) -> dict[str, Any]:
        """All of it, ready for JSON. Raises OSError or ArrowException."""
        engines = [self._engine(track) for track in self.tracks if track.kind == ENGINE]
        queues = [self._queue(track) for track in self.tracks if track.kind in {QUEUE, DMA_ENGINE}]
        opcodes = self._opcodes()
        return {
            "instructions": int(self.region.counted.started[self.instructions].sum()),
            "packets": int(self.region.counted_packets.started[self.packets].sum()),
            "running_before": self._running_before(),
            "packet_bytes": float(self._bytes_of(self.packets)),
            "engines": engines,
            "queues": queues,
            "opcodes": opcodes[:MOST_OPCODES],
            "opcodes_total": len(opcodes),
            "sizes": packet_sizes(self.region, self._numbered_packets()),
            "moved": self._moved(),
            "routes": self._routes(),
        }

    @cached_property
    def instructions(self) -> Mask:
        """The kinds of instructions of the chosen tracks."""
        return self._any(len(self.region.run.instructions.kinds), ENGINE)

    @cached_property
    def packets(self) -> Mask:
        """The kinds of packets of the chosen tracks; a packet of a queue and an engine is one."""
        return self._any(len(self.region.run.packets.kinds), QUEUE, DMA_ENGINE)

    def _any(self, count: int, *kinds: str) -> Mask:
        found: Mask = np.zeros(count, bool)
        for track in self.tracks:
            if track.kind in kinds:
                found |= self.kinds_of(track)
        return found

    def kinds_of(self, track: ChosenTrack) -> Mask:
        """Which kinds, of instructions or of packets, lie on a track."""
        if track.kind == ENGINE:
            name = "" if track.name == UNNAMED else track.name
            return self.region.run.instructions.where(core=track.core, track=name)
        core, engine, index, queue = self._packet_columns
        if track.kind == DMA_ENGINE:
            found: Mask = (core == track.core) & (engine == int(track.name.removeprefix("E")))
            return found
        found = (core == track.core) & (queue == track.name)
        number = _QUEUE_KEY.search(track.key)
        return found if number is None else found & (index == int(number[1]))

    @cached_property
    def _packet_columns(self) -> tuple[Longs, Longs, Longs, npt.NDArray[np.str_]]:
        """Core, engine (-1 where untold), queue number and queue name of every kind of packet."""
        kinds = self.region.run.packets.kinds
        numbers = [
            (k.queue.core, -1 if k.engine is None else k.engine, k.queue.index) for k in kinds
        ]
        core, engine, index = np.array(numbers, np.int64).reshape(-1, 3).T
        return core, engine, index, np.array([k.queue.name for k in kinds], np.str_)

    def _running_before(self) -> int:
        """What began before the range and reaches into it."""
        run, start = self.region.run, self.region.start_ns
        count = 0
        for tally, chosen in (
            (run.instructions.tally, self.instructions),
            (run.packets.tally, self.packets),
        ):
            count += int(np.count_nonzero(chosen[tally.kinds_at(tally.across(start))]))
        return count

    def _engine(self, track: ChosenTrack) -> dict[str, Any]:
        """Busy time leaves out waits for semaphores, which are told beside it."""
        region = self.region
        own = self.kinds_of(track)
        waiting = own & region.run.instructions.where(is_waiting=True)
        active = region.length_ns(region.run.instructions.tally.coverage(own & ~waiting))
        return {
            "key": track.key,
            "core": track.core,
            "name": track.name,
            "count": int(region.counted.started[own].sum()),
            "sum_ns": float(region.counted.time_ns[own & ~waiting].sum()),
            "active_ns": active,
            "active": active / region.duration_ns,
            "waits": int(region.counted.started[waiting].sum()),
            "wait_ns": float(region.counted.time_ns[waiting].sum()),
            "longest_wait_ns": self._longest(np.flatnonzero(waiting)),
        }

    def _queue(self, track: ChosenTrack) -> dict[str, Any]:
        region = self.region
        own = self.kinds_of(track)
        active = region.length_ns(region.run.packets.tally.coverage(own))
        return {
            "key": track.key,
            "kind": track.kind,
            "core": track.core,
            "name": track.name,
            **packet_totals(region, np.flatnonzero(own)),
            "active_ns": active,
            "active": active / region.duration_ns,
        }

    def _longest(self, kinds: Longs) -> int | None:
        """The longest whole duration of what starts in the range."""
        region, tally = self.region, self.region.run.instructions.tally
        found = [tally.lengths(kind, region.start_ns, region.end_ns) for kind in kinds.tolist()]
        return max((int(one.max()) for one in found if len(one)), default=None)

    def _opcodes(self) -> list[dict[str, Any]]:
        """By opcode over all chosen engines, those with the most time first."""
        region = self.region
        groups: dict[str, list[int]] = defaultdict(list)
        counted, kinds = region.counted, region.run.instructions.kinds
        occurs = self.instructions & ((counted.started > 0) | (counted.time_ns > 0))
        for number in np.flatnonzero(occurs).tolist():
            groups[kinds[number].opcode].append(number)
        rows = [
            {
                "opcode": opcode,
                "engines": sorted({kinds[number].track for number in numbers}),
                "is_waiting": kinds[numbers[0]].is_waiting,
                "count": int(counted.started[numbers].sum()),
                "sum_ns": float(counted.time_ns[numbers].sum()),
                "longest_ns": self._longest(np.array(numbers)),
            }
            for opcode, numbers in groups.items()
        ]
        return sorted(rows, key=lambda row: (-row["sum_ns"], row["opcode"]))

    def _bytes_of(self, packets: Mask) -> float:
        counted, size = self.region.counted_packets, self.region.run.packets.size_bytes
        return float((counted.executions * size)[packets].sum())

    def _numbered_packets(self) -> list[tuple[int, Any]]:
        kinds = self.region.run.packets.kinds
        own = {number for number, _ in self.region.numbered_packets}
        chosen = np.flatnonzero(self.packets).tolist()
        return [(number, kinds[number]) for number in chosen if number in own]

    def _moved(self) -> list[dict[str, Any]]:
        """Bytes that instructions say they moved, by column of `Instruction`; null if unsaid."""
        return [
            {
                "id": name,
                "bytes": self.region.amount(name, self.instructions)
                if self.region.has(name)
                else None,
            }
            for name in MOVED
        ]

    def _routes(self) -> list[dict[str, Any]]:
        """Whole transfers of the chosen queues that start in the range, by where from and to."""
        run, region = self.region.run, self.region
        transfers = run.transfers
        table = TableColumns(run.run, run.part, TRANSFER_TABLE, ("queue_name",), ())
        queue = table.coded("queue_name")
        chosen = (transfers.start_ns >= region.start_ns) & (transfers.start_ns < region.end_ns)
        of_queue: Mask = np.zeros(len(chosen), bool)
        for track in self.tracks:
            if track.kind == QUEUE:
                named = np.array([value == track.name for value in queue.values], bool)
                of_queue |= named[queue.codes] & (transfers.core == track.core)
        place = np.flatnonzero(chosen & of_queue)
        source, target = transfers.source, transfers.target
        code, (first, last) = distinct([source.codes[place], target.codes[place]])
        counts = np.bincount(code, minlength=len(first))
        sizes = np.bincount(code, transfers.size_bytes[place], len(first))
        rows: list[dict[str, Any]] = [
            {
                "from": str(source.values[one] or "") or None,
                "to": str(target.values[other] or "") or None,
                "transfers": int(counts[number]),
                "bytes": float(sizes[number]),
            }
            for number, (one, other) in enumerate(zip(first.tolist(), last.tolist(), strict=True))
        ]
        return sorted(rows, key=lambda row: (-row["bytes"], str(row["from"])))[:MOST_ROUTES]
