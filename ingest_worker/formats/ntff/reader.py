"""Opens an NTFF file: description, images and traces, seen in place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest_worker.formats.errors import LimitExceeded, Malformed, Truncated
from ingest_worker.formats.limits import Limits
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.facts import Facts, FactsReader, ImagePlace, Patch, TracePlace
from ingest_worker.formats.ntff.header import FORM, HEADER_SIZE, Header, read_header
from ingest_worker.formats.ntff.record import RECORD_SIZE, Bytes, Records, as_records
from ingest_worker.formats.spill import mapped
from ingest_worker.formats.wire import Message

SLOT_SIZE = 64
FARTHEST_OFFSET = 1 << 62
MOST_NAMED = 50


@dataclass(frozen=True)
class Image:
    """The instructions an engine really ran: (n, 64) bytes, and what the runtime changed."""

    engine: int
    start_address: int
    slots: Bytes
    patches: tuple[Patch, ...]

    @property
    def first_slot(self) -> int:
        """The program counter of slot 0, in instructions, as 20 bits."""
        return (self.start_address >> 6) & 0xFFFFF


@dataclass(frozen=True)
class Trace:
    """A run of records of one kind and core; `core` is the number the file gives the core."""

    trace_type: int
    block_type: int
    unit: int
    core: int
    subgraph: int | None
    records: Records


@dataclass(frozen=True)
class Ntff:
    """An opened trace file. `images` are by (subgraph, engine); records are views of the file."""

    header: Header
    facts: Facts
    images: dict[tuple[int, int], Image]
    traces: tuple[Trace, ...]
    notices: tuple[Notice, ...]
    is_cut: bool = False

    @property
    def version(self) -> int:
        """The version byte: 4, 5 or 6."""
        return self.header.version

    @property
    def record_count(self) -> int:
        """Records of all traces together."""
        return sum(len(trace.records) for trace in self.traces)


def read_ntff(path: Path, *, limits: Limits, partial: bool = False) -> Ntff:
    """Opens `path`; the file stays mapped as long as the result lives.

    Raises FormatError with `ntff.not_this_format`, `ntff.unsupported_version`, `ntff.truncated`,
    `ntff.malformed`, `limit.bytes` or `limit.records`. With `partial` a trace cut by the end of
    the file gives the whole records before the cut, and a notice.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise LimitExceeded(
            "limit.bytes", f"The trace has {size} bytes, {limits.file_bytes} are allowed."
        )
    return parse_ntff(_mapped(path, size), limits=limits, partial=partial)


def _mapped(path: Path, size: int) -> memoryview:
    if size == 0:
        return memoryview(b"")
    with path.open("rb") as file:
        return memoryview(mapped(file))


def parse_ntff(data: memoryview, *, limits: Limits, partial: bool = False) -> Ntff:
    """As `read_ntff`, over bytes that are already in memory or mapped."""
    header = read_header(data)
    root = Message(
        data[HEADER_SIZE : header.base],
        form=FORM,
        base=HEADER_SIZE,
        most_fields=limits.message_fields,
    )
    facts = FactsReader().read(root)
    blob = _Blob(data, header.base, partial=partial)
    blob.check_overlap(_places(facts))
    images = {
        (number, place.engine): _image(place, graph.patches.get(place.engine, ()), blob)
        for number, graph in enumerate(facts.subgraphs)
        for place in graph.images
    }
    traces = tuple(_traces(facts, blob, limits))
    blob.check_tail(_places(facts))
    notices = (*blob.notices, *_unknown_fields(facts))
    return Ntff(header, facts, images, traces, notices, is_cut=blob.is_cut)


def _unknown_fields(facts: Facts) -> Iterable[Notice]:
    named = sorted(facts.unknown.items())
    for name, count in named[:MOST_NAMED]:
        yield Notice("ntff.unknown_field", f"Field {name} of the description is not known.", count)
    if len(named) > MOST_NAMED:
        rest = sum(count for _, count in named[MOST_NAMED:])
        yield Notice("ntff.unknown_field", "Further fields of the description are unknown.", rest)


def _places(facts: Facts) -> list[tuple[int, int, str]]:
    """Offset, size and name of everything that lies in the blob."""
    images = [
        (place.offset, place.size, f"the image of engine {place.engine} of {graph.name}")
        for graph in facts.subgraphs
        for place in graph.images
        if not len(place.inline)
    ]
    listed = [*facts.traces, *(place for graph in facts.subgraphs for place in graph.traces)]
    traces = [
        (place.offset, place.size, f"trace {place.trace_type}/{place.block_type}")
        for place in listed
        if not len(place.inline)
    ]
    return [place for place in images + traces if place[1]]


class _Blob:
    """The area behind the message, from which images and traces are cut out with checks."""

    def __init__(self, data: memoryview, base: int, *, partial: bool) -> None:
        self.data = data
        self.base = base
        self.size = len(data) - base
        self.partial = partial
        self.is_cut = False
        self.notices: list[Notice] = []

    def check_overlap(self, places: list[tuple[int, int, str]]) -> None:
        """No byte belongs to two runs: else a small file could claim endless records."""
        end = 0
        for offset, size, what in sorted(places):
            if offset + size >= FARTHEST_OFFSET:
                raise Malformed("ntff.malformed", f"{what} lies beyond any file.", HEADER_SIZE)
            if offset < end:
                raise Malformed(
                    "ntff.malformed",
                    f"{what} begins inside the run before it.",
                    self.base + offset,
                )
            end = offset + size

    def check_tail(self, places: list[tuple[int, int, str]]) -> None:
        """Bytes behind the last run are told, not refused."""
        extra = self.size - max((offset + size for offset, size, _ in places), default=0)
        if extra > 0:
            self.notices.append(
                Notice("ntff.trailing_bytes", "Bytes behind the last trace are not used.", extra)
            )

    def cut_out(self, offset: int, size: int, what: str) -> memoryview:
        """Bytes of a run; Truncated past the end of the file, unless `partial` is wanted."""
        if offset + size > self.size:
            if not self.partial:
                raise Truncated(
                    "ntff.truncated",
                    f"{what} ends at byte {self.base + offset + size}, "
                    f"the file at byte {len(self.data)}.",
                    len(self.data),
                )
            self.is_cut = True
            self.notices.append(
                Notice(
                    "ntff.truncated",
                    f"{what} is cut: {max(0, self.size - offset)} of {size} bytes are there.",
                )
            )
        begin = min(offset, self.size)
        return self.data[self.base + begin : self.base + min(offset + size, self.size)]


def _image(place: ImagePlace, patches: tuple[Patch, ...], blob: _Blob) -> Image:
    what = f"The image of engine {place.engine}"
    raw = place.inline if len(place.inline) else blob.cut_out(place.offset, place.size, what)
    count = len(raw) // SLOT_SIZE
    if len(raw) % SLOT_SIZE:
        blob.notices.append(
            Notice("ntff.odd_size", f"{what} is not a whole number of instructions.")
        )
    slots = np.frombuffer(raw, np.uint8, count=count * SLOT_SIZE).reshape(count, SLOT_SIZE)
    return Image(place.engine, place.start_address, slots, patches)


def _traces(facts: Facts, blob: _Blob, limits: Limits) -> Iterable[Trace]:
    listed: list[tuple[TracePlace, int | None, int]] = [
        (place, number, graph.core)
        for number, graph in enumerate(facts.subgraphs)
        for place in graph.traces
    ]
    listed += [(place, None, place.core) for place in facts.traces]
    total = sum(max(len(place.inline), place.size) for place, _, _ in listed) // RECORD_SIZE
    if total > limits.records:
        raise LimitExceeded(
            "limit.records", f"The trace has {total} records, {limits.records} are allowed."
        )
    for place, subgraph, core in listed:
        records = as_records(_trace_bytes(place, blob))
        yield Trace(place.trace_type, place.block_type, place.unit, core, subgraph, records)


def _trace_bytes(place: TracePlace, blob: _Blob) -> memoryview:
    what = f"The trace {place.trace_type}/{place.block_type} of core {place.core}"
    raw = place.inline if len(place.inline) else blob.cut_out(place.offset, place.size, what)
    if len(raw) % RECORD_SIZE:
        blob.notices.append(Notice("ntff.odd_size", f"{what} does not end with a whole record."))
    return raw
