"""A published run with given tracks, for tests of tiles."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from ingest_worker.builders.built import BATCH_ROWS, make_batch
from ingest_worker.pipeline.timeline import TimelineBuilder
from ingest_worker.tracks.catalogue import TrackGroup, TrackSlices
from profiles.storage.manifest import Manifest, PartEntry
from profiles.storage.tables import ReadableRun, RunFolder, TableStore
from profiles.tables.registry import arrow_schema

FIRST_ROW = 100


def make_track(
    starts: Sequence[int],
    durations: Sequence[int],
    *,
    name: str = "Tensor",
    group: str = "p0/c0",
    part: int = 0,
    first_row: int = FIRST_ROW,
) -> TrackSlices:
    """An engine's track over rows of `Instruction` from `first_row` on."""
    count = len(starts)
    start = np.array(starts, np.int64)
    return TrackSlices(
        key=f"{group}/{name.lower()}",
        group=group,
        kind="engine",
        name=name,
        part=part,
        core=0,
        table="Instruction",
        row=np.arange(count, dtype=np.int64) + first_row,
        start_ns=start,
        end_ns=start + np.array(durations, np.int64),
        colour=np.full(count, 2, np.uint8),
        label=np.zeros(count, np.uint16),
        lane=None,
    )


def make_queue(
    starts: Sequence[int],
    durations: Sequence[int],
    engines: Sequence[int],
    *,
    name: str = "qIn",
    first_row: int = 0,
) -> TrackSlices:
    """A DMA queue's track over rows of `DmaPacket` from `first_row` on; engines are 0 to 15."""
    return replace(
        make_track(starts, durations, name=name, group="p0/dma0", first_row=first_row),
        kind="dma_queue",
        table="DmaPacket",
        lane=np.array(engines, np.uint8),
        capacity=16,
        engine_base=64,
        colour=np.full(len(starts), 6, np.uint8),
    )


def write_times(folder: RunFolder, part: int, tracks: Sequence[TrackSlices]) -> None:
    """Write the tables whose rows the tracks are; other rows and columns hold nothing."""
    for table in sorted({track.table for track in tracks}):
        own = [track for track in tracks if track.table == table and len(track)]
        count = max((int(track.row.max()) + 1 for track in own), default=1)
        start, end = np.zeros(count, np.int64), np.zeros(count, np.int64)
        for track in own:
            start[track.row], end[track.row] = track.start_ns, track.end_ns

        def batches(
            table: str = table, start: np.ndarray = start, end: np.ndarray = end
        ) -> Iterator[pa.RecordBatch]:
            for at in range(0, len(start), BATCH_ROWS):
                place = slice(at, at + BATCH_ROWS)
                columns = {"start_ts": start[place], "end_ts": end[place]}
                yield make_batch(arrow_schema(table), columns, len(start[place]))

        folder.write_table(table, part, arrow_schema(table), batches())


def make_run(
    root: Path, tracks: list[TrackSlices], *more: list[TrackSlices], base_ns: int = 0
) -> ReadableRun:
    """A run with one part of these tracks, or several parts."""
    store = TableStore(root)
    folder = store.new_run("p", 1)
    builder = TimelineBuilder(folder, base_ns=base_ns)
    parts = []
    for number, own in enumerate([tracks, *more]):
        write_times(folder, number, own)
        names = list(dict.fromkeys(track.group for track in own))
        groups = [TrackGroup(name, name, "nc 4", "core", number, 0) for name in names]
        builder.add_part(number, groups, own, ["MATMUL"])
        span_ns = max((int(track.end_ns.max()) for track in own if len(track)), default=0)
        parts.append(PartEntry(number, f"{number}.ntff", span_ns=span_ns))
    builder.finish(parts, ())
    folder.publish(Manifest("7.4.0", "0", duration_ns=builder.duration_ns, parts=tuple(parts)))
    return store.open_run("p", 1)
