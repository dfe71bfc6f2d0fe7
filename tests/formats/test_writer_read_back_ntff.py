"""Whatever is written into a trace comes back from its reader, in versions 4, 5 and 6."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff import window
from ingest_worker.formats.ntff.faults import read_faults
from ingest_worker.formats.ntff.instructions import compiler_slots, read_instructions
from ingest_worker.formats.ntff.packets import read_packets
from ingest_worker.formats.ntff.reader import parse_ntff, read_ntff
from ingest_worker.formats.ntff.throttle import read_throttle
from ingest_worker.formats.ntff.updates import AXI_SOURCE, read_updates
from ingest_worker.formats.ntff.window import open_capture
from tests.make import control, records, wire
from tests.make.attention import attention_capture
from tests.make.description import (
    Capture,
    Clock,
    Core,
    Execution,
    Instruction,
    Packet,
    Program,
    Span,
    Throttle,
    Update,
)
from tests.make.ntff import make_ntff
from tests.make.pair import TRN1_CLOCKS, UUID, small_capture

VERSIONS = [4, 5, 6]


def opened(capture: Capture) -> window.Capture:
    return open_capture(parse_ntff(memoryview(make_ntff(capture)), limits=DEFAULT_LIMITS))


def exact(clock: Clock, capture: Capture, time_ps: int) -> int:
    """The picosecond which the written tick stands for (decoding notes, 3.1)."""
    return clock.time_ps(clock.raw(capture.origin_ps + time_ps))


def origin(capture: Capture) -> int:
    return exact(capture.cores[0].clocks.engines[0], capture, 0)


def measured(capture: Capture, start: int, end: int) -> bool:
    """Whether both ends lie in an execution, or behind the origin where none is stored."""
    if capture.version < 6:
        return start >= origin(capture)
    return any(
        capture.origin_ps + e.start_ps <= start and end <= capture.origin_ps + e.end_ps
        for e in capture.executions
    )


def written_instructions(capture: Capture, core: Core) -> Iterable[tuple[int, ...]]:
    for span in core.spans:
        if span.end_ps is None:
            continue
        clock = core.clocks.engines[span.engine]
        start, end = exact(clock, capture, span.start_ps), exact(clock, capture, span.end_ps)
        if measured(capture, start, end):
            yield (
                span.engine, span.slot, start, end, span.waited, span.crc_in, span.crc_out,
            )  # fmt: skip


def read_back_instructions(found: window.Capture, core: window.Core) -> list[tuple[int, ...]]:
    rows = read_instructions(found, core).rows
    columns = (rows.engine, rows.slot, rows.start_ps, rows.end_ps, rows.wait_cycles)
    lists = [column.tolist() for column in (*columns, rows.crc_in, rows.crc_out)]
    return sorted(zip(*lists, strict=True))


def check_instructions(capture: Capture) -> None:
    found = opened(capture)
    assert len(found.cores) == len(capture.cores)
    for core, own in zip(capture.cores, found.cores, strict=True):
        assert read_back_instructions(found, own) == sorted(written_instructions(capture, core))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_instruction_inside_the_window_returns(version: int) -> None:
    check_instructions(small_capture(version, 1 if version == 4 else 2))


def test_every_instruction_of_version_5_with_scaled_clocks_returns() -> None:
    check_instructions(small_capture(5, 1, is_scaled=True))


def test_every_instruction_of_the_sample_returns() -> None:
    check_instructions(attention_capture())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_packet_that_ended_returns(version: int) -> None:
    capture = small_capture(version, 2)
    found = opened(capture)
    for core, own in zip(capture.cores, found.cores, strict=True):
        half = 16 * (core.number % 2)
        expected = []
        for packet in core.packets:
            assert packet.end_ps is not None
            clock = core.clocks.dma[packet.engine]
            start = exact(clock, capture, packet.start_ps)
            end = exact(clock, capture, packet.end_ps)
            expected.append(
                (half + packet.engine, packet.queue, start, end, packet.size, packet.crc)
            )
        rows = read_packets(found, own).rows
        columns = (rows.engine, rows.queue, rows.start_ps, rows.end_ps, rows.size, rows.crc)
        lists = [column.tolist() for column in columns]
        assert sorted(zip(*lists, strict=True)) == sorted(expected)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_semaphore_value_returns_and_events_are_only_counted(version: int) -> None:
    capture = small_capture(version, 1)
    event = Update(0x1B, 9, 1, 3_000_000, mode=0xF1, is_semaphore=False)
    double = Update(0x17, 12, 77, 3_100_000, mode=0xF9, is_double=True)
    core = replace(capture.cores[0], updates=(*capture.cores[0].updates, event, double))
    capture = replace(capture, cores=(core,))
    found = opened(capture)
    trace = read_updates(found, found.cores[0])
    rows = trace.rows
    columns = (rows.time_ps, rows.semaphore, rows.value, rows.mode, rows.source, rows.is_double)
    expected = [
        (
            exact(core.clocks.events, capture, update.time_ps),
            update.index,
            update.value,
            update.mode,
            AXI_SOURCE if update.code == 0x1B else (update.code - 4) // 4,
            update.is_double,
        )
        for update in core.updates
        if update.is_semaphore
    ]
    assert sorted(zip(*(c.tolist() for c in columns), strict=True)) == sorted(expected)
    assert trace.event_count == len(core.updates)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_limit_lasts_until_the_next_one(version: int) -> None:
    capture = small_capture(version, 1)
    found = opened(capture)
    core = capture.cores[0]
    clock = core.clocks.throttle
    times = [exact(clock, capture, limit.time_ps) for limit in core.throttles]
    last_end = times[-1] + 5_000_000
    rows, _, _ = read_throttle(found, found.cores[0], last_end)
    assert rows.start_ps.tolist() == times
    assert rows.end_ps.tolist() == [*times[1:], last_end]
    assert rows.k.tolist() == [8, 4, 1]
    assert rows.n.tolist() == [8, 8, 1]
    assert rows.kind.tolist() == [0, 1, 99]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_error_returns_with_its_number_and_detail(version: int) -> None:
    capture = small_capture(version, 1)
    found = opened(capture)
    faults, _, unknown = read_faults(found, found.cores[0])
    assert [(fault.number, fault.text) for fault in faults] == [(1, "NaN")]
    clock = capture.cores[0].clocks.throttle
    assert faults[0].time_ps == exact(clock, capture, 6_000_000)
    assert int(faults[0].raw_hex, 16) == 0x1234
    assert not unknown.any()


@pytest.mark.parametrize("version", VERSIONS)
def test_images_patches_rings_clocks_and_memory_return(version: int) -> None:
    capture = small_capture(version, 2)
    ntff = parse_ntff(memoryview(make_ntff(capture)), limits=DEFAULT_LIMITS)
    for number, core in enumerate(capture.cores):
        graph = ntff.facts.subgraphs[number]
        assert (graph.name, graph.core, graph.duration_ps) == (
            core.name, core.number, core.duration_ps,
        )  # fmt: skip
        assert [(line.label, line.size_bytes) for line in graph.memory] == list(core.memory)
        for engine, program in core.programs.items():
            image = ntff.images[number, engine]
            assert image.slots.tobytes() == program.image
            assert image.start_address == program.start_address
            expected = [(slot, count, kind) for slot, count, kind in program.patches]
            assert [(p.slot, p.count, p.kind) for p in image.patches] == expected
            kept = [p for p, item in enumerate(program.instructions) if not item.is_deleted]
            behind = [-1] * len(program.behind)
            assert compiler_slots(image).tolist() == [-1] * len(program.before) + kept + behind
        rings = [
            (ring.engine, ring.index, ring.kind, ring.name, ring.event_id, ring.axi_port)
            for ring in graph.queues
        ]
        assert rings == [
            (16 * core.number + r.engine, r.queue, r.kind, r.name, r.event, r.port)
            for r in core.rings
        ]
        blocks = [[(b.block_id, b.packets) for b in ring.blocks] for ring in graph.queues]
        assert blocks == [[(b.number, b.packets) for b in ring.blocks] for ring in core.rings]
        clocks = (*graph.clocks.engines, graph.clocks.events, graph.clocks.throttle)
        expected_clocks = (*core.clocks.engines, core.clocks.events, core.clocks.throttle)
        assert [(c.init, c.actual, c.expected) for c in clocks] == [
            (c.init, c.actual, c.expected) for c in expected_clocks
        ]
        assert [c.init for c in graph.clocks.dma] == [c.init for c in core.clocks.dma]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_captured_by_what_returns(version: int) -> None:
    capture = small_capture(version, 1)
    facts = parse_ntff(memoryview(make_ntff(capture)), limits=DEFAULT_LIMITS).facts
    assert (facts.name, facts.uuid, facts.arch) == ("small.neff", UUID, capture.arch)
    assert facts.instance_type == capture.instance_type
    assert str(facts.runtime) == "2.30.51 (01234)"
    assert str(facts.driver) == "2.26.0 ()"
    stored = [(e.uid, e.start_ps, e.end_ps) for e in facts.executions]
    window_of_6 = capture.executions[0].end_ps + capture.origin_ps
    assert stored == ([(UUID, capture.origin_ps, window_of_6)] if version == 6 else [])
    assert not facts.unknown


def later(core: Core, gap_ps: int) -> tuple[Span, ...]:
    """The core's finished instructions, moved by a time."""
    return tuple(
        replace(span, start_ps=span.start_ps + gap_ps, end_ps=span.end_ps + gap_ps)
        for span in core.spans
        if span.end_ps is not None
    )


def test_version_5_begins_where_the_earlier_core_does() -> None:
    capture = small_capture(5, 2)
    second = replace(capture.cores[1], spans=later(capture.cores[1], 8_000_000))
    found = opened(replace(capture, cores=(capture.cores[0], second)))
    assert found.origin_ps == capture.origin_ps
    assert found.core_origins_ps == (capture.origin_ps, capture.origin_ps + 8_000_000)


def test_each_execution_of_a_file_gets_the_instructions_inside_it() -> None:
    capture = small_capture(6, 1)
    core = capture.cores[0]
    gap_ps = 20_000_000
    shifted = later(core, gap_ps)
    first = capture.executions[0]
    windows = (first, Execution(first.start_ps + gap_ps, first.end_ps + gap_ps))
    twice = replace(capture, cores=(replace(core, spans=core.spans + shifted),), executions=windows)
    check_instructions(twice)
    found = opened(twice)
    rows = read_instructions(found, found.cores[0]).rows
    counts = [int((rows.execution == number).sum()) for number in (0, 1)]
    assert counts[0] == counts[1] > 30
    assert sorted(set(rows.occurrence.tolist())) == [0, 1]


def test_an_execution_of_another_program_uses_that_program() -> None:
    other = bytes(reversed(UUID))
    capture = small_capture(6, 1)
    second = Execution(40_000_000, 50_000_000, uuid=other)
    found = opened(replace(capture, executions=(*capture.executions, second)))
    assert [w.uid for w in found.windows] == [UUID, other]


def test_overflow_bits_are_told_and_lose_nothing() -> None:
    capture = small_capture(6, 1)
    core = capture.cores[0]
    flagged = tuple(
        replace(u, flags=records.HARDWARE_OVERFLOW if n % 2 else records.SOFTWARE_OVERFLOW)
        for n, u in enumerate(core.updates)
    )
    found = opened(replace(capture, cores=(replace(core, updates=flagged),)))
    assert len(read_updates(found, found.cores[0]).rows) == len(core.updates)


def test_records_of_unknown_type_are_marked_and_the_others_read() -> None:
    odd = records.pack(records.word0(0x19, 5), 6, 7) * 3
    capture = small_capture(6, 1)
    core = replace(capture.cores[0], odd=((0, odd), (1, odd), (2, odd), (5, odd)))
    capture = replace(capture, cores=(core,))
    check_instructions(capture)
    found = opened(capture)
    assert len(read_instructions(found, found.cores[0]).unknown) == 3
    assert len(read_updates(found, found.cores[0]).unknown) == 3
    assert read_faults(found, found.cores[0])[2].sum() == 3


def test_unknown_fields_of_the_message_are_counted_and_change_nothing() -> None:
    extra = wire.written(77, 1) + wire.text(78, "later") + wire.written(77, 2)
    ntff = parse_ntff(
        memoryview(make_ntff(replace(small_capture(), extra=extra))), limits=DEFAULT_LIMITS
    )
    assert ntff.facts.unknown == {"ntff_info.77": 2, "ntff_info.78": 1}
    assert {notice.code for notice in ntff.notices} == {"ntff.unknown_field"}
    assert ntff.record_count == 1624


def test_a_start_without_its_end_is_not_a_row() -> None:
    capture = small_capture(6, 1)
    core = capture.cores[0]
    open_ones = (Span(0, 3, 1_000_000, None), Span(2, 3, 1_000_000, None))
    check_instructions(replace(capture, cores=(replace(core, spans=core.spans + open_ones),)))


def test_a_file_and_its_bytes_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "small.ntff"
    path.write_bytes(make_ntff(small_capture()))
    ntff = read_ntff(path, limits=DEFAULT_LIMITS)
    assert ntff.record_count == 1624
    assert not ntff.notices


sums = st.integers(0, 0xFFFF)
step = st.tuples(
    st.integers(0, 4), st.integers(0, 40), st.integers(0, 3_000_000), st.integers(0, 2_000_000),
    sums, sums, sums,
)  # fmt: skip


def sequential(steps: list[tuple[int, ...]]) -> tuple[Span, ...]:
    """Spans that follow each other on each engine, the gap and length of each as given."""
    now = dict.fromkeys(range(5), 500_000)
    found = []
    for engine, slot, gap, length, waited, crc_in, crc_out in steps:
        start = now[engine] + gap
        now[engine] = start + length
        found.append(Span(engine, slot, start, start + length, waited, crc_in, crc_out))
    return tuple(found)


@settings(max_examples=25, deadline=None)
@given(st.lists(step, max_size=60), st.sampled_from(VERSIONS))
def test_any_sequence_of_instructions_returns(steps: list[tuple[int, ...]], version: int) -> None:
    begin = Span(0, 0, -100_000, 0)
    program = Program((Instruction(control.notify(2)),) + (Instruction(control.nop()),) * 40)
    clocks = TRN1_CLOCKS if version == 4 else Core().clocks
    core = Core(
        programs=dict.fromkeys(range(5), program),
        spans=(begin, *sequential([(e, s % 39 + 1, *rest) for e, s, *rest in steps])),
        clocks=clocks,
    )
    check_instructions(
        Capture(version=version, uuid=UUID, cores=(core,), executions=(Execution(0, 1 << 40),))
    )


transfer = st.tuples(
    st.integers(0, 15), st.integers(0, 15), st.integers(0, 500_000), st.integers(0, 900_000),
    st.integers(0, (1 << 24) - 1), sums,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(transfer, max_size=60), st.integers(0, 9))
def test_any_sequence_of_packets_returns(steps: list[tuple[int, ...]], number: int) -> None:
    now: dict[tuple[int, int], int] = {}
    packets = []
    for engine, queue, gap, length, size, crc in steps:
        start = now.get((engine, queue), 0) + gap
        now[engine, queue] = start + length
        packets.append(Packet(engine, queue, start, start + length, size, crc))
    core = Core(number=number, packets=tuple(packets))
    capture = Capture(uuid=UUID, cores=(core,), executions=(Execution(0, 1 << 40),))
    found = opened(capture)
    rows = read_packets(found, found.cores[0]).rows
    columns = (rows.engine, rows.queue, rows.start_ps, rows.end_ps, rows.size, rows.crc)
    expected = [
        (p.engine + 16 * (number % 2), p.queue, capture.origin_ps + p.start_ps,
         capture.origin_ps + (p.end_ps or 0), p.size, p.crc)
        for p in packets
    ]  # fmt: skip
    assert sorted(zip(*(c.tolist() for c in columns), strict=True)) == sorted(expected)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**7), st.integers(0, 9), st.integers(0, 127), st.integers(1, 255)
        ),
        max_size=20,
    )
)
def test_any_sequence_of_limits_returns(steps: list[tuple[int, ...]]) -> None:
    limits = tuple(Throttle(time, kind, k, n) for time, kind, k, n in sorted(steps))
    capture = Capture(
        uuid=UUID, cores=(Core(throttles=limits),), executions=(Execution(0, 1 << 40),)
    )
    found = opened(capture)
    rows, _, _ = read_throttle(found, found.cores[0], capture.origin_ps)
    columns = (rows.start_ps, rows.kind, rows.k, rows.n)
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == [
        (capture.origin_ps + limit.time_ps, limit.kind, limit.k, limit.n) for limit in limits
    ]
