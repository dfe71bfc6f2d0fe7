"""Sync points: where the clock of a physical core meets that of the host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.system.events import SYNC, Events
from ingest_worker.builders.system.process import ProcessTrace
from ingest_worker.builders.system.values import NONE, FrameValues, Longs
from ingest_worker.formats.notice import Notice

UNSURE_NS = 1_000_000
"""Executions whose cores disagree by more than this cannot be placed on the host's clock."""


@dataclass(frozen=True)
class SyncPoint:
    """An instant on both clocks; the physical core is `NONE` where nothing tells it."""

    process: int
    worker: int
    nc: int
    pcore: int
    exec_id: int
    host_ns: int
    device_ns: int

    @property
    def offset_ns(self) -> int:
        """Host minus device."""
        return self.host_ns - self.device_ns


def sync_points(trace: ProcessTrace, events: Events, start_frame: Longs) -> list[SyncPoint]:
    """Every sync point of a process; `events` are those of its spans, in their order."""
    frames = trace.frames
    assert frames is not None
    cpu_ns = FrameValues(frames).numbers("cpu_timestamp_ns", start_frame)
    rows = events.named(SYNC)
    rows = rows[(cpu_ns[rows] != NONE) & (events.device_start_ns[rows] != NONE)]
    return [
        SyncPoint(
            process=trace.number,
            worker=int(events.worker[row]),
            nc=int(events.nc[row]),
            pcore=int(events.pcore[row]),
            exec_id=int(events.exec_id[row]),
            host_ns=int(cpu_ns[row]),
            device_ns=int(events.device_start_ns[row]),
        )
        for row in rows.tolist()
    ]


def sync_table(points: Sequence[SyncPoint], processes: Mapping[int, ProcessTrace]) -> BuiltTable:
    """`SyncPoint`: Unix times on the host, the device's own on the device."""
    rows = [
        {
            "instance_id": processes[point.process].instance_id,
            "process_id": processes[point.process].process_id,
            "worker_gid": _known(point.worker),
            "nc_idx": _known(point.nc),
            "pcore": _known(point.pcore),
            "exec_id": _known(point.exec_id),
            "host_ns": point.host_ns,
            "device_ns": point.device_ns,
            "offset_ns": point.offset_ns,
        }
        for point in points
    ]
    return table_of_rows("SyncPoint", rows)


def _known(number: int) -> int | None:
    return None if number == NONE else number


def clock_notices(
    points: Sequence[SyncPoint], processes: Mapping[int, ProcessTrace]
) -> list[Notice]:
    """How well the sync points of an execution agree: one notice for all processes that do well,
    one each for those that do not.
    """
    by_process: dict[int, list[SyncPoint]] = {}
    for point in points:
        by_process.setdefault(point.process, []).append(point)
    found = []
    good: list[tuple[int, str, int]] = []
    for number, trace in processes.items():
        own = by_process.get(number, [])
        name = f"process {trace.process_id} on {trace.instance_id}"
        if not own:
            if trace.frame_count:
                text = f"There is no sync point of {name}: its devices have no host time."
                found.append(Notice("system.no_sync_point", text))
            continue
        spread = _spread(own)
        if spread > UNSURE_NS:
            text = f"Sync points of one execution of {name} differ by {spread:,} ns."
            found.append(Notice("system.clocks_differ", text, len(own)))
        else:
            good.append((spread, name, len(own)))
        unplaced = sum(point.pcore == NONE for point in own)
        if unplaced:
            text = f"Nothing tells the physical core of sync points of {name}."
            found.append(Notice("system.sync_without_core", text, unplaced))
    if good:
        spread, name, _ = max(good)
        text = (
            f"Host and device clocks: the sync points of one execution agree within {spread:,} ns "
            f"(the most, of {name}); shorter gaps between host and device are not certain."
        )
        found.append(Notice("system.clock_spread", text, sum(count for *_, count in good)))
    return found


def _spread(points: Sequence[SyncPoint]) -> int:
    """The most that the offsets of one execution on one logical core differ."""
    groups: dict[tuple[int, int], list[int]] = {}
    for point in points:
        groups.setdefault((point.nc, point.exec_id), []).append(point.offset_ns)
    return max(int(np.ptp(offsets)) for offsets in groups.values())
