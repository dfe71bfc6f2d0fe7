"""A trace is opened in place, whatever its version, and every length is checked first."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError, LimitExceeded, Malformed, Truncated
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.reader import Ntff, parse_ntff, read_ntff
from tests.formats.message_bytes import blob, ntff, number, record
from tests.formats.small_trace import (
    DMA,
    EVENTS,
    INSTRUCTIONS,
    PE,
    Core,
    instruction,
    whole_trace,
)

RUN = record(0x84010232, 0x8BF90000, 2321027867215790) + record(
    0x85010232, 0xFFFFFFFF, 2321027867285790
)
IMAGE = [instruction(0xA4)] * 60


def small(version: int = 6) -> bytes:
    core = Core(images={PE: IMAGE}, traces={(INSTRUCTIONS, 0): RUN, (EVENTS, 0): b""})
    return whole_trace(version, [core], window=(1, 10) if version == 6 else None)


def opened(data: bytes, *, partial: bool = False) -> Ntff:
    return parse_ntff(memoryview(data), limits=DEFAULT_LIMITS, partial=partial)


@pytest.mark.parametrize("version", [4, 5, 6])
def test_images_and_traces_are_found_where_the_version_keeps_them(version: int) -> None:
    trace = opened(small(version))
    assert trace.version == version
    assert trace.images[0, PE].slots.shape == (60, 64)
    assert trace.images[0, PE].first_slot == 0x10200
    assert [len(t.records) for t in trace.traces] == [2, 0]
    assert trace.traces[0].records["w0"].tolist() == [0x84010232, 0x85010232]
    assert trace.traces[0].records["ts"].tolist() == [2321027867215790, 2321027867285790]
    assert trace.record_count == 2
    assert trace.notices == ()


def test_records_are_views_of_the_file_and_copy_nothing() -> None:
    data = np.frombuffer(small(), np.uint8)
    trace = parse_ntff(memoryview(data), limits=DEFAULT_LIMITS)  # type: ignore[arg-type]
    assert np.shares_memory(trace.traces[0].records, data)


def test_a_file_on_disk_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.ntff"
    path.write_bytes(small())
    assert read_ntff(path, limits=DEFAULT_LIMITS).record_count == 2


def test_an_empty_file_on_disk_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "empty.ntff"
    path.touch()
    with pytest.raises(Truncated):
        read_ntff(path, limits=DEFAULT_LIMITS)


def test_a_cut_trace_says_at_which_byte_the_file_ends() -> None:
    data = small()[:-5]
    with pytest.raises(Truncated) as caught:
        opened(data)
    assert (caught.value.code, caught.value.offset) == ("ntff.truncated", len(data))


def test_a_cut_trace_gives_its_whole_records_when_that_is_wanted() -> None:
    trace = opened(small()[:-5], partial=True)
    assert trace.is_cut
    assert [len(t.records) for t in trace.traces] == [1, 0]
    assert {notice.code for notice in trace.notices} == {"ntff.truncated", "ntff.odd_size"}


def test_a_trace_cut_before_its_images_still_opens_partly() -> None:
    data = small()
    trace = opened(data[: len(data) - 32 - 60 * 64], partial=True)
    assert trace.images[0, PE].slots.shape == (0, 64)
    assert trace.record_count == 0


def test_a_cut_in_the_description_leaves_nothing_to_read() -> None:
    with pytest.raises(Truncated):
        opened(small()[:140], partial=True)


def test_runs_that_overlap_are_malformed() -> None:
    entry = number(6, 32)
    data = ntff(6, blob(1, "x") + blob(16, entry) + blob(16, number(1, 1) + entry), RUN)
    with pytest.raises(Malformed) as caught:
        opened(data)
    assert caught.value.code == "ntff.malformed"


def test_an_offset_beyond_any_file_is_malformed() -> None:
    data = ntff(6, blob(1, "x") + blob(16, number(5, 1 << 63) + number(6, 16)), RUN)
    with pytest.raises(Malformed):
        opened(data)


def test_a_trace_size_that_is_no_multiple_of_16_is_told() -> None:
    data = ntff(6, blob(1, "x") + blob(16, number(6, 20)), RUN[:20])
    trace = opened(data)
    assert trace.record_count == 1
    assert [notice.code for notice in trace.notices] == ["ntff.odd_size"]


def test_bytes_behind_the_last_trace_are_told_and_counted() -> None:
    trace = opened(small() + b"\0" * 7)
    assert [(n.code, n.count) for n in trace.notices] == [("ntff.trailing_bytes", 7)]


def test_an_inline_trace_is_read_whatever_the_version() -> None:
    data = ntff(6, blob(1, "x") + blob(16, blob(2, RUN)))
    assert opened(data).record_count == 2


def test_unknown_fields_are_kept_in_mind_by_name_and_count() -> None:
    core = Core(images={PE: IMAGE}, extra=number(99, 1) + number(99, 2))
    trace = opened(whole_trace(6, [core], extra=blob(77, b"new")))
    assert trace.facts.unknown == {"ntff_info.77": 1, "subgraph_info.99": 2}
    assert {n.code for n in trace.notices} == {"ntff.unknown_field"}


def test_more_records_than_allowed_exceed_a_limit_before_anything_is_read() -> None:
    with pytest.raises(LimitExceeded) as caught:
        parse_ntff(memoryview(small()), limits=replace(DEFAULT_LIMITS, records=1))
    assert caught.value.code == "limit.records"


def test_a_larger_file_than_allowed_exceeds_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.ntff"
    path.write_bytes(small())
    with pytest.raises(LimitExceeded) as caught:
        read_ntff(path, limits=replace(DEFAULT_LIMITS, file_bytes=100))
    assert caught.value.code == "limit.bytes"


def test_facts_are_those_of_the_message() -> None:
    version = number(1, 2) + number(2, 30) + number(3, 51) + blob(5, "faafe12345")
    memory = blob(11, number(2, 4096) + blob(3, "act table")) + blob(11, number(1, 19))
    queue = (
        number(1, 79) + number(2, 14) + number(3, 2) + blob(4, "qActTable") + number(5, -1)
        + number(6, 1) + number(7, 2) + blob(8, number(1, 3) + number(2, 5))
    )  # fmt: skip
    core = Core(extra=memory + blob(7, queue) + number(14, 777))
    trace = opened(
        whole_trace(6, [core], extra=blob(8, version) + blob(9, "trn2.3xlarge"), window=(5, 9))
    )
    facts = trace.facts
    assert str(facts.runtime) == "2.30.51 (faafe)"
    assert str(facts.driver) == "0.0.0 ()"
    assert facts.instance_type == "trn2.3xlarge"
    assert [(e.start_ps, e.end_ps) for e in facts.executions] == [(5, 9)]
    graph = facts.subgraphs[0]
    assert (graph.name, graph.core, graph.duration_ps) == ("sg00", 4, 777)
    assert [(m.label, m.size_bytes) for m in graph.memory] == [("act table", 4096), ("type 19", 0)]
    found = graph.queues[0]
    assert (found.engine, found.index, found.kind, found.name) == (79, 14, 2, "qActTable")
    assert (found.event_id, found.axi_port, found.channel) == (-1, 1, 2)
    assert [(b.block_id, b.packets) for b in found.blocks] == [(3, 5)]


def test_the_clock_of_dve_stands_before_that_of_pool() -> None:
    clocks = blob(3, number(1, 33)) + blob(4, number(1, 44)) + blob(8, number(2, 1024))
    trace = opened(whole_trace(5, [Core(extra=blob(10, clocks))]))
    found = trace.facts.subgraphs[0].clocks
    assert [clock.init for clock in found.engines] == [0, 0, 44, 33, 0]
    assert (found.dma_ring(0).actual, found.dma_ring(5).actual) == (1024, 1)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_damaged_trace_opens_or_gives_a_coded_error(data: st.DataObject) -> None:
    raw = bytearray(small(data.draw(st.sampled_from([4, 5, 6]))))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    code = "ntff."
    try:
        trace = opened(bytes(raw), partial=data.draw(st.booleans()))
        assert trace.record_count * 16 <= len(raw)
    except FormatError as error:
        code = error.code
    assert code.startswith(("ntff.", "limit."))


def test_a_dma_trace_of_another_core_than_any_program_is_kept() -> None:
    data = ntff(6, blob(1, "x") + blob(16, number(1, DMA) + number(6, 32) + number(7, 9)), RUN)
    assert opened(data).traces[0].core == 9
