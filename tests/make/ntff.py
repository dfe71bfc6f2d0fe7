"""Writes an NTFF file, versions 4, 5 and 6, from a description of what was captured.

Layout: notes on NTFF decoding, sections 1, 2, 3 and 9, and the message numbers of section 2 of
the notes on the format. Error records follow the documented layout only; no file holds one.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.make import records, wire
from tests.make.description import Capture, Clock, Clocks, Core, Program, Ring, Span

INSTRUCTIONS, EVENTS, FAULTS, EXPLICITS, DMA, THROTTLING = range(6)
NC, DMA_BLOCK, TOPSP = range(3)
TOPSP_UNITS = range(8, 12)
VERSION_WITH_WINDOW = 6


@dataclass(frozen=True)
class _Run:
    """A trace before it has a place: which kind, whose core, its records."""

    kind: int
    block: int
    core: int
    data: bytes
    unit: int = 0


def make_ntff(capture: Capture) -> bytes:
    """The whole file: 128 bytes of header, the message, then images (6) and traces."""
    area = bytearray()
    nodes = b"".join(graph_message(capture, core, area) for core in capture.cores)
    runs = [run for core in capture.cores for run in _runs(capture, core)]
    listed = b""
    if capture.version >= VERSION_WITH_WINDOW:
        listed = b"".join(wire.message(16, _trace_info(run, area, has_core=True)) for run in runs)
        uid = wire.blob(5, capture.uuid)
    else:
        uid = b""
    node = wire.message(4, wire.message(4, nodes), uid)
    message = b"".join((*about(capture), node, *_executions(capture), listed, capture.extra))
    return header(capture.version, len(message)) + message + bytes(area)


def header(version: int, message_size: int) -> bytes:
    """Version, length, and 119 bytes that a writer leaves as it finds them."""
    left_over = bytes((version * 31 + place * 7) & 0xFF for place in range(119))
    return struct.pack("<BQ", version, message_size) + left_over


def _put(area: bytearray, piece: bytes) -> int:
    """Appends a piece to the bytes behind the message; returns where it lies."""
    place = len(area)
    area += piece
    return place


def _version(number: int, version: tuple[int, int, int, str]) -> bytes:
    major, minor, patch, revision = version
    parts = (wire.uint(1, major), wire.uint(2, minor), wire.uint(3, patch), wire.text(5, revision))
    return wire.message(number, *parts)


def about(capture: Capture) -> Iterator[bytes]:
    """The fields which say what was captured, by what and where."""
    stored = capture.uuid if capture.stored_uuid is None else capture.stored_uuid
    yield wire.text(1, capture.name)
    yield wire.blob(2, stored)
    yield wire.uint(3, 10001)
    yield wire.uint(5, capture.arch)
    yield _version(8, capture.runtime)
    yield wire.text(9, capture.instance_type)
    yield wire.uint(10, 2)
    yield _version(11, capture.driver)
    yield _version(12, capture.collectives)
    for block, kind, size in (
        (NC, 0, 27),
        (NC, 1, 26),
        (NC, 2, 24),
        (DMA_BLOCK, 4, 27),
        (NC, 5, 26),
    ):
        yield wire.message(13, wire.uint(1, block), wire.uint(2, kind), wire.uint(3, 1 << size))
    yield wire.message(14, wire.uint(4, 0xFFFF_FFFF))


def _executions(capture: Capture) -> Iterator[bytes]:
    if capture.version < VERSION_WITH_WINDOW:
        return
    for execution in capture.executions:
        uid = capture.uuid if execution.uuid is None else execution.uuid
        yield wire.message(
            15,
            wire.blob(1, uid),
            wire.uint(2, capture.origin_ps + execution.start_ps),
            wire.uint(3, capture.origin_ps + execution.end_ps),
        )


def graph_message(capture: Capture, core: Core, area: bytearray) -> bytes:
    """The message of one core; puts its images and, before version 6, its traces in the area."""
    is_new = capture.version >= VERSION_WITH_WINDOW
    parts = [wire.text(1, core.name), wire.uint(3, core.number)]
    for engine, program in sorted(core.programs.items()):
        parts.append(wire.message(4, _image(engine, program, area, is_inline=not is_new)))
    for engine, program in sorted(core.programs.items()):
        parts.append(wire.message(5, _patches(engine, program)))
    if not is_new:
        own = _runs(capture, core)
        parts += [wire.message(6, _trace_info(run, area, has_core=False)) for run in own]
    parts += [wire.message(7, _ring(core.number, ring)) for ring in core.rings]
    parts.append(wire.message(10, _clocks(core.clocks)))
    parts += [
        wire.message(11, wire.uint(2, size), wire.text(3, name)) for name, size in core.memory
    ]
    parts.append(wire.uint(14, core.duration_ps))
    return wire.message(1, *parts)


def _image(engine: int, program: Program, area: bytearray, *, is_inline: bool) -> bytes:
    head = wire.uint(1, engine) + wire.uint(2, program.start_address)
    if is_inline:
        return head + wire.blob(3, program.image)
    return head + wire.uint(7, _put(area, program.image)) + wire.uint(8, len(program.image))


def _patches(engine: int, program: Program) -> bytes:
    places = b"".join(
        wire.message(2, wire.uint(1, slot * 64), wire.uint(2, count), wire.uint(3, kind))
        for slot, count, kind in program.patches
    )
    return wire.uint(1, engine) + places


def _trace_info(run: _Run, area: bytearray, *, has_core: bool) -> bytes:
    return b"".join(
        (
            wire.uint(1, run.kind),
            wire.uint(3, run.block),
            wire.uint(4, run.unit),
            wire.uint(5, _put(area, run.data)),
            wire.uint(6, len(run.data)),
            wire.uint(7, run.core if has_core else 0),
        )
    )


def _ring(core: int, ring: Ring) -> bytes:
    blocks = b"".join(
        wire.message(
            8,
            wire.uint(1, block.number),
            wire.uint(2, block.packets),
            wire.uint(3, block.reads or block.packets),
            wire.uint(4, block.writes or block.packets),
        )
        for block in ring.blocks
    )
    return b"".join(
        (
            wire.uint(1, 16 * core + ring.engine),
            wire.uint(2, ring.queue),
            wire.uint(3, ring.kind),
            wire.text(4, ring.name),
            wire.uint(5, ring.event),
            wire.uint(6, ring.port),
            wire.uint(7, ring.channel),
            blocks,
        )
    )


def _clock(number: int, clock: Clock) -> bytes:
    fields = (wire.uint(1, clock.init), wire.uint(2, clock.actual), wire.uint(3, clock.expected))
    return wire.message(number, *fields)


def _clocks(clocks: Clocks) -> bytes:
    """DVE is field 3 and POOL field 4 here, the other way round than everywhere else."""
    pe, act, pool, dve, sp = clocks.engines
    single = ((1, pe), (2, act), (3, dve), (4, pool), (5, sp), (6, clocks.events))
    parts = [_clock(number, clock) for number, clock in (*single, (7, clocks.throttle))]
    parts += [_clock(8, clock) for clock in clocks.dma]
    return b"".join((*parts, _clock(9, clocks.topsp)))


def _runs(capture: Capture, core: Core) -> Iterator[_Run]:
    """Every trace of a core in the order real files have; those of TOPSP are empty."""
    data = {
        INSTRUCTIONS: instruction_records(capture, core),
        EVENTS: _events(capture, core),
        FAULTS: _faults(capture, core),
        DMA: _transfers(capture, core),
        THROTTLING: _throttles(capture, core),
    }
    for kind, records_of_kind in data.items():
        behind = b"".join(raw for odd_kind, raw in core.odd if odd_kind == kind)
        block = DMA_BLOCK if kind == DMA else NC
        yield _Run(kind, block, core.number, records_of_kind + behind)
    for unit in TOPSP_UNITS:
        for kind in (INSTRUCTIONS, FAULTS, EVENTS):
            yield _Run(kind, TOPSP, core.number, b"", unit)


def _in_order(found: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(record for _, record in sorted(found, key=lambda pair: pair[0]))


def instruction_records(capture: Capture, core: Core) -> bytes:
    """Engines in turn, each in time order; the records of dynamic transfers come last."""
    spans: dict[int, list[Span]] = {}
    for span in core.spans:
        spans.setdefault(span.engine, []).append(span)
    streams = [
        _in_order(_engine_records(capture, core, engine, own))
        for engine, own in sorted(spans.items())
    ]
    return b"".join(_interleaved(streams)) + _notices(capture, core)


def _interleaved(streams: list[bytes], run: int = 16 * 32) -> Iterator[bytes]:
    """Pieces of each stream in turn: as in real files, no time order across engines."""
    longest = max((len(stream) for stream in streams), default=0)
    for place in range(0, longest, run):
        yield from (stream[place : place + run] for stream in streams)


def _engine_records(
    capture: Capture, core: Core, engine: int, spans: Iterable[Span]
) -> Iterator[tuple[int, bytes]]:
    clock, origin = core.clocks.engines[engine], capture.origin_ps
    base = _first_slot(core, engine)
    for span in spans:
        pc, raw = base + span.slot, clock.raw(origin + span.start_ps)
        yield raw, records.started(engine, pc, raw, hint=span.hint, waited=span.waited)
        if span.end_ps is not None:
            raw = clock.raw(origin + span.end_ps)
            yield (
                raw,
                records.ended(
                    engine, pc, raw, hint=span.hint, crc_in=span.crc_in, crc_out=span.crc_out
                ),
            )


def _first_slot(core: Core, engine: int) -> int:
    program = core.programs.get(engine)
    return program.start_address >> 6 if program else 0


def _notices(capture: Capture, core: Core) -> bytes:
    return b"".join(
        records.dynamic(
            notice.engine,
            None if notice.slot is None else _first_slot(core, notice.engine) + notice.slot,
            core.clocks.engines[notice.engine].raw(capture.origin_ps + notice.time_ps),
            engines=notice.engines,
            packets=notice.packets,
            is_upper_half=core.number % 2 == 1,
        )
        for notice in core.notices
    )


def _events(capture: Capture, core: Core) -> bytes:
    clock = core.clocks.events
    found = []
    for item in core.updates:
        raw = clock.raw(capture.origin_ps + item.time_ps)
        record = records.update(
            item.code,
            item.index,
            item.value,
            raw,
            mode=item.mode,
            is_semaphore=item.is_semaphore,
            is_double=item.is_double,
        )
        word = int.from_bytes(record[:4], "little") | item.flags
        found.append((raw, word.to_bytes(4, "little") + record[4:]))
    return _in_order(found)


def _faults(capture: Capture, core: Core) -> bytes:
    clock = core.clocks.throttle
    return b"".join(
        records.fault(
            fault.number, clock.raw(capture.origin_ps + fault.time_ps), detail=fault.detail
        )
        for fault in core.faults
    )


def _throttles(capture: Capture, core: Core) -> bytes:
    clock = core.clocks.throttle
    return b"".join(
        records.throttle(
            item.kind,
            item.k,
            item.n,
            clock.raw(capture.origin_ps + item.time_ps),
            activity=item.activity,
        )
        for item in core.throttles
    )


def _transfers(capture: Capture, core: Core) -> bytes:
    """Engine by engine; begins and ends in time order, completions behind them."""
    half = 16 if core.number % 2 else 0
    parts = []
    for engine in sorted({packet.engine for packet in core.packets}):
        clock = core.clocks.dma[engine % 16]
        moving, done = [], []
        for packet in core.packets:
            if packet.engine != engine:
                continue
            ring, queue = half + engine, packet.queue
            raw = clock.raw(capture.origin_ps + packet.start_ps)
            moving.append((raw, records.transfer(ring, queue, records.READ_BEGINS, raw)))
            if packet.end_ps is None:
                continue
            raw = clock.raw(capture.origin_ps + packet.end_ps)
            ended = records.transfer(
                ring, queue, records.WRITE_ENDS, raw, size=packet.size, crc=packet.crc
            )
            moving.append((raw, ended))
            raw += 40_000 * clock.actual // clock.expected
            done.append((raw, records.transfer(ring, queue, records.COMPLETED, raw)))
        parts += [_in_order(moving), _in_order(done)]
    return b"".join(parts)
