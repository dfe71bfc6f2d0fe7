"""The slices of every track of the timeline, from the rows of a part's tables."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.signals import throttle_type
from ingest_worker.formats.ntff.packets import ENGINES_PER_CORE
from ingest_worker.formats.ntff.throttle import NO_LIMIT_TYPE
from ingest_worker.formats.runs import pieces
from ingest_worker.formats.spill import Column, column_of
from ingest_worker.tracks.catalogue import TrackGroup, TrackSlices

ENGINE_TRACKS = (
    ("Sync", 4, False),
    ("Tensor", 0, False),
    ("TensorMatrix", 0, True),
    ("Vector", 3, False),
    ("Scalar", 1, False),
    ("GpSimd", 2, False),
)
MATMUL = 0x02
VIOLET, RED, GREY, UNKNOWN = 6, 7, 8, 255
MOST_LABELS = 65_535
MOST_SIZES = 1_000
KIB, MIB = 1 << 10, 1 << 20

Times = npt.NDArray[np.int64]


class LabelBook:
    """The texts of a part's slices, each once, by a number of 16 bits."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text; all texts beyond the last number share it."""
        if text not in self._numbers and len(self.texts) < MOST_LABELS:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers.get(text, MOST_LABELS - 1)

    def numbers(self, texts: Sequence[str]) -> npt.NDArray[np.uint16]:
        """The number of each text."""
        return np.array([self.number(text) for text in texts], np.uint16)


def part_groups(part: Part) -> list[TrackGroup]:
    """The groups of a part in the order in which they are shown, those without tracks left out."""
    names = [
        TrackGroup(
            f"p{part.number}/c{core.core.index}",
            f"Core {core.core.index}",
            f"nc {core.core.number} · {core.name or 'no program'}",
            "core",
            part.number,
            core.core.index,
        )
        for core in part.cores
    ]
    for core in part.cores:
        if len(core.movement.packets):
            title = f"DMA of core {core.core.index}"
            index = core.core.index
            names.append(
                TrackGroup(
                    f"p{part.number}/dma{index}", title, "by queue", "dma", part.number, index
                )
            )
    if any(len(core.throttle) for core in part.cores):
        names.append(
            TrackGroup(
                f"p{part.number}/clock", "Clock limit", "k of n cycles", "clock", part.number, 0
            )
        )
    if any(core.faults or core.unknown for core in part.cores):
        names.append(TrackGroup(f"p{part.number}/errors", "Errors", "", "errors", part.number, 0))
    return names


def part_slices(part: Part, labels: LabelBook) -> Iterator[TrackSlices]:
    """Every track of a part; row numbers count in the part's tables, core after core."""
    yield from _engines(part, labels)
    yield from _queues(part, labels)
    yield from _clocks(part, labels)
    yield from _errors(part, labels)
    yield from _unknown(part, labels)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _clipped(part: Part, start_ps: Times, end_ps: Times) -> tuple[Times, Times]:
    """Nanoseconds from the origin; what begins before it is drawn from it on."""
    start = np.maximum(part.ns(start_ps), 0)
    return start, np.maximum(part.ns(end_ps), start)


def _long_clipped(part: Part, start_ps: Times, end_ps: Times) -> tuple[Times, Times]:
    """The same of so many times that they are kept outside of memory."""
    start, end = Column(np.int64), Column(np.int64)
    for own in pieces(len(start_ps)):
        begins, stops = _clipped(part, start_ps[own], end_ps[own])
        start.append(begins)
        end.append(stops)
    return start.done(), end.done()


def _engines(part: Part, labels: LabelBook) -> Iterator[TrackSlices]:
    base = 0
    for core in part.cores:
        own = labels.numbers(core.slots.labels)
        opcode = core.slots.opcode[core.slot]
        for name, engine, is_matrix in ENGINE_TRACKS:
            chosen = core.rows.engine == engine
            if engine == 0:
                chosen &= (opcode == MATMUL) == is_matrix
            row = np.flatnonzero(chosen)
            start, end = _clipped(part, core.rows.start_ps[row], core.rows.end_ps[row])
            yield TrackSlices(
                key=f"p{part.number}/c{core.core.index}/{_slug(name)}",
                group=f"p{part.number}/c{core.core.index}",
                kind="engine",
                name=name,
                part=part.number,
                core=core.core.index,
                table="Instruction",
                row=row + base,
                start_ns=start,
                end_ns=end,
                colour=core.slots.colour[core.slot[row]],
                label=own[core.slot[row]],
                lane=None,
            )
        base += len(core.rows)


def _queues(part: Part, labels: LabelBook) -> Iterator[TrackSlices]:
    base = 0
    for core in part.cores:
        packets = core.movement.packets
        for number, track in enumerate(core.movement.tracks):
            first, last = np.searchsorted(core.movement.track, (number, number + 1)).tolist()
            place = slice(first, last)
            start, end = _long_clipped(part, packets.start_ps[place], packets.end_ps[place])
            is_spill = "SpillReload" in track.name
            yield TrackSlices(
                key=f"p{part.number}/dma{core.core.index}/{track.index}-{_slug(track.name)}",
                group=f"p{part.number}/dma{core.core.index}",
                kind="dma_queue",
                name=track.name,
                part=part.number,
                core=core.core.index,
                table="DmaPacket",
                row=column_of(
                    (np.arange(p.start, p.stop) + first + base for p in pieces(last - first)),
                    np.int64,
                ),
                start_ns=start,
                end_ns=end,
                colour=np.full(last - first, RED if is_spill else VIOLET, np.uint8),
                label=size_labels(packets.size[place], labels),
                lane=packets.engine[place] % np.uint8(ENGINES_PER_CORE),
                capacity=ENGINES_PER_CORE,
                engine_base=core.engine_base,
            )
        base += len(packets)


def size_text(size: int) -> str:
    """Bytes as people say them: 512 B, 4 KiB, 1.5 MiB."""
    if size < KIB:
        return f"{size} B"
    is_small = size < MIB - KIB // 2  # what would round up to 1024 KiB is a MiB
    number, unit = (size / KIB, "KiB") if is_small else (size / MIB, "MiB")
    return f"{number:.3g} {unit}" if number < 1000 else f"{number:.0f} {unit}"


def size_labels(sizes: npt.NDArray[np.uint32], labels: LabelBook) -> npt.NDArray[np.uint16]:
    """The size of each packet as a label; very many different sizes become powers of two."""
    distinct = _distinct(sizes)
    is_coarse = len(distinct) > MOST_SIZES
    if is_coarse:
        distinct = _distinct(_floors(distinct))
        texts = [f"from {size_text(size)}" for size in distinct.tolist()]
    else:
        texts = [size_text(size) for size in distinct.tolist()]
    numbers = labels.numbers(texts)
    found = (
        numbers[np.searchsorted(distinct, _floors(sizes[own]) if is_coarse else sizes[own])]
        for own in pieces(len(sizes))
    )
    return column_of(found, np.uint16)


def _distinct(values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    some = [np.unique(values[own]).astype(np.int64) for own in pieces(len(values))]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *some]))


def _floors(sizes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The power of two at or below each size."""
    result: npt.NDArray[np.int64] = 1 << np.log2(np.maximum(sizes, 1)).astype(np.int64)
    return result


def _clocks(part: Part, labels: LabelBook) -> Iterator[TrackSlices]:
    base = 0
    for core in part.cores:
        rows = core.throttle
        texts = [
            f"{k}/{n} {throttle_type(kind)}" if kind != NO_LIMIT_TYPE else f"{k}/{n}"
            for k, n, kind in zip(rows.k.tolist(), rows.n.tolist(), rows.kind.tolist(), strict=True)
        ]
        begin, length = part.ns(rows.start_ps), (rows.end_ps - rows.start_ps) // 1000
        start = np.maximum(begin, 0)
        if len(rows):
            yield TrackSlices(
                key=f"p{part.number}/clock/c{core.core.index}",
                group=f"p{part.number}/clock",
                kind="clock",
                name=f"Core {core.core.index}",
                part=part.number,
                core=core.core.index,
                table="Throttle",
                row=np.arange(len(rows)) + base,
                start_ns=start,
                end_ns=np.maximum(begin + length, start),
                colour=np.where(rows.k < rows.n, RED, GREY).astype(np.uint8),
                label=labels.numbers(texts),
                lane=None,
            )
        base += len(rows)


def _moments(
    part: Part,
    core: CorePart,
    table: str,
    base: int,
    times_ps: Times,
    look: tuple[str, int, npt.NDArray[np.uint16]],
) -> TrackSlices:
    """A track of moments: slices without a length. `look` is name, colour and labels."""
    name, colour, label = look
    start, _ = _clipped(part, times_ps, times_ps)
    return TrackSlices(
        key=f"p{part.number}/errors/c{core.core.index}-{_slug(name)}",
        group=f"p{part.number}/errors",
        kind="error",
        name=f"{name} of core {core.core.index}",
        part=part.number,
        core=core.core.index,
        table=table,
        row=np.arange(len(start)) + base,
        start_ns=start,
        end_ns=start,
        colour=np.full(len(start), colour, np.uint8),
        label=label,
        lane=None,
    )


def _errors(part: Part, labels: LabelBook) -> Iterator[TrackSlices]:
    base = 0
    for core in part.cores:
        if core.faults:
            times = np.array([fault.time_ps for fault in core.faults], np.int64)
            label = labels.numbers([fault.text for fault in core.faults])
            yield _moments(part, core, "Error", base, times, ("Errors", RED, label))
        base += len(core.faults)


def _unknown(part: Part, labels: LabelBook) -> Iterator[TrackSlices]:
    base = 0
    for core in part.cores:
        for kept in core.unknown:
            kind = f"{kept.trace_type}/{kept.block_type}"
            codes = (kept.records["w0"] >> 24) & 0x1F
            texts = labels.numbers([f"record {code:#04x} of {kind}" for code in range(32)])
            look = (f"Unknown records of {kind}", UNKNOWN, texts[codes])
            yield _moments(part, core, "UnknownRecord", base, kept.time_ps, look)
            base += len(kept.records)
