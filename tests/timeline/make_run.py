"""A published run with given tracks, for tests of tiles."""

from pathlib import Path

import numpy as np

from ingest_worker.pipeline.timeline import TimelineBuilder
from ingest_worker.tracks.catalogue import TrackGroup, TrackSlices
from profiles.storage.manifest import Manifest, PartEntry
from profiles.storage.tables import ReadableRun, TableStore


def make_track(
    starts: list[int], durations: list[int], *, name: str = "Tensor", kind: str = "engine"
) -> TrackSlices:
    count = len(starts)
    start = np.array(starts, np.int64)
    return TrackSlices(
        key=f"p0/c0/{name.lower()}",
        group="p0/c0",
        kind=kind,
        name=name,
        part=0,
        core=0,
        table="Instruction",
        row=np.arange(count, dtype=np.int64) + 100,
        start_ns=start,
        end_ns=start + np.array(durations, np.int64),
        colour=np.full(count, 2, np.uint8),
        label=np.zeros(count, np.uint16),
        lane=None,
    )


def make_run(root: Path, tracks: list[TrackSlices], *, base_ns: int = 0) -> ReadableRun:
    store = TableStore(root)
    folder = store.new_run("p", 1)
    builder = TimelineBuilder(folder, base_ns=base_ns)
    group = TrackGroup("p0/c0", "Core 0", "nc 4", "core", 0, 0)
    builder.add_part(0, [group], tracks, ["MATMUL"])
    parts = (PartEntry(0, "a.ntff", span_ns=builder.duration_ns),)
    builder.finish(parts, ())
    folder.publish(Manifest("7.4.0", "0", duration_ns=builder.duration_ns, parts=parts))
    return store.open_run("p", 1)
