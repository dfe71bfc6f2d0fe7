"""The rows that the timeline draws, as files of other viewers: names, tracks and times only."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ingest_worker.exports.perfetto.lanes import lanes
from ingest_worker.exports.perfetto.packets import Events, TraceWriter
from ingest_worker.exports.perfetto.window import Source
from ingest_worker.exports.perfetto.wire import (
    LENGTH,
    VARINT,
    Messages,
    Numbers,
    block,
    number,
    tag,
    text,
    varints,
)
from profiles.storage.tables import ReadableRun

PS_PER_NS = 1000
XPLANE = "bench.xplane.pb"
BATCH_ROWS = 1 << 18


@dataclass(frozen=True)
class Slices:
    """Rows of one table: tracks are numbers into `tracks`, names into `names`."""

    track: Numbers
    start_ns: Numbers
    end_ns: Numbers
    name: Numbers
    tracks: list[str]
    names: list[str]

    def __len__(self) -> int:
        return len(self.start_ns)


KINDS = (("Instruction", "engine", "opcode"), ("DmaPacket", "queue_name", "queue_name"))


def slices_of(run: ReadableRun) -> list[Slices]:
    """Every instruction by engine and every packet by queue; what overlaps on lanes of its own."""
    return [
        slices
        for table, by, name in KINDS
        for part in range(len(run.manifest.parts))
        if (slices := _slices(Source(run, table, part, "start_ts", "end_ts"), by, name))
    ]


def _slices(source: Source, by: str, name: str) -> Slices | None:
    if not source.names:
        return None
    start = source.column("start_ts")
    end = np.maximum(source.column("end_ts"), start)
    code, texts = source.codes(by)
    label, names = (code, texts) if name == by else source.codes(name)
    own = (source.column("pcore_idx") << 32) | code
    lane = lanes(own, start, end, nested=False)
    place, track = np.unique((own << 24) | lane, return_inverse=True)
    titles = [
        f"core {value >> 56} {texts[value >> 24 & 0xFFFFFFFF]} {value & 0xFFFFFF}"
        for value in place.tolist()
    ]
    return Slices(track.astype(np.int64), start, end, label, titles, names)


def _chunks(length: int) -> Iterator[slice]:
    for first in range(0, length, BATCH_ROWS):
        yield slice(first, first + BATCH_ROWS)


def write_perfetto(all_slices: list[Slices], path: Path) -> int:
    """A Perfetto trace of them, without arguments; its size in bytes."""
    writer = TraceWriter()
    process = writer.process("events")
    with path.open("wb") as file:
        for slices in all_slices:
            threads = np.array([writer.thread(process, title) for title in slices.tracks], np.int64)
            for rows in _chunks(len(slices)):
                indices = pa.array(slices.name[rows].astype(np.int32))
                names = pa.DictionaryArray.from_arrays(indices, pa.array(slices.names, pa.string()))
                file.write(
                    writer.events(
                        Events(
                            track=threads[slices.track[rows]],
                            start=slices.start_ns[rows],
                            names=names,
                            end=slices.end_ns[rows],
                        )
                    )
                )
        file.write(writer.rest())
    return path.stat().st_size


def write_xplane(all_slices: list[Slices], folder: Path) -> int:
    """An XSpace of one device plane, a line a track, where the server looks; its size in bytes.

    Field numbers are those of the published `xplane.proto`.
    """
    lines, metadata, first_name, line_id = [], [], 1, 0
    for slices in all_slices:
        for offset, name in enumerate(slices.names):
            entry = number(1, first_name + offset) + text(2, name)
            metadata.append(block(4, number(1, first_name + offset) + block(2, entry)))
        for track, title in enumerate(slices.tracks):
            rows = np.flatnonzero(slices.track == track)
            rows = rows[np.argsort(slices.start_ns[rows], kind="stable")]
            line_id += 1
            head = number(1, line_id) + text(2, title) + text(11, title)
            lines.append(block(3, head + _line_events(slices, rows, first_name)))
        first_name += len(slices.names)
    plane = number(1, 1) + text(2, "/device:TPU:0") + b"".join(lines) + b"".join(metadata)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / XPLANE
    path.write_bytes(block(1, plane))
    return path.stat().st_size


def _line_events(slices: Slices, rows: Numbers, first_name: int) -> bytes:
    found = []
    for chosen in _chunks(len(rows)):
        own = rows[chosen]
        body = Messages(len(own))
        body.put(tag(1, VARINT), varints(slices.name[own] + first_name))
        body.put(tag(2, VARINT), varints(slices.start_ns[own] * PS_PER_NS))
        length = (slices.end_ns[own] - slices.start_ns[own]) * PS_PER_NS
        body.put(tag(3, VARINT), varints(length))
        body.enclose(tag(4, LENGTH))
        found.append(body.to_bytes())
    return b"".join(found)


def event_count(all_slices: list[Slices]) -> int:
    """How many there are."""
    return sum(map(len, all_slices))
