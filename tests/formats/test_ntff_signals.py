"""Semaphore updates, clock limits and errors, as in the worked examples."""

import pytest

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.faults import custom_fault, fault_metadata, read_faults
from ingest_worker.formats.ntff.reader import parse_ntff
from ingest_worker.formats.ntff.throttle import read_throttle
from ingest_worker.formats.ntff.updates import AXI_SOURCE, read_updates
from ingest_worker.formats.ntff.window import Capture, open_capture
from tests.formats.message_bytes import blob, number, record
from tests.formats.small_trace import (
    EVENTS,
    FAULTS,
    THROTTLE,
    Core,
    whole_trace,
)

T0 = 2321027867131624
T1 = T0 + 54_276_582


def capture(kind: int, records: bytes, *, version: int = 6, extra: bytes = b"") -> Capture:
    core = Core(traces={(kind, 0): records}, extra=extra)
    data = whole_trace(version, [core], window=(T0, T1) if version == 6 else None)
    return open_capture(parse_ntff(memoryview(data), limits=DEFAULT_LIMITS))


def test_the_worked_semaphore_example_is_2_becoming_1_at_2981_ns() -> None:
    found = capture(EVENTS, bytes.fromhex("0201f38701000000063eb669f63e0800"))
    rows = read_updates(found, found.cores[0]).rows
    assert ((rows.time_ps - T0) // 1000).tolist() == [2981]
    assert (rows.semaphore.tolist(), rows.value.tolist()) == ([2], [1])
    assert (rows.mode.tolist(), rows.source.tolist()) == ([0xF3], [0])
    assert rows.is_double.tolist() == [False]


def test_events_are_counted_and_not_listed() -> None:
    event = record(0x9BF10008, 1, T0 + 5)
    semaphore = record(0x9BF10308, 1, T0 + 6)
    found = capture(EVENTS, event + semaphore + record(0x9BF10108, 1, T0 - 1))
    trace = read_updates(found, found.cores[0])
    assert trace.event_count == 2
    assert trace.rows.source.tolist() == [AXI_SOURCE]
    assert trace.rows.is_double.tolist() == [True]


def test_both_edges_of_the_window_belong_to_it() -> None:
    records = b"".join(record(0x87F30102, 1, t) for t in (T0 - 1, T0, T1, T1 + 1))
    found = capture(EVENTS, records)
    assert read_updates(found, found.cores[0]).rows.time_ps.tolist() == [T0, T1]


def test_instruction_records_in_an_event_trace_are_unknown() -> None:
    found = capture(EVENTS, record(0x84F30102, 1, T0 + 1) + record(0x87F30102, 1, T0 + 2))
    trace = read_updates(found, found.cores[0])
    assert trace.unknown["w0"].tolist() == [0x84F30102]
    assert len(trace.rows) == 1


def test_before_version_6_all_records_count_as_events() -> None:
    found = capture(EVENTS, record(0x87F30102, 1, T0) * 3, version=5)
    assert read_updates(found, found.cores[0]).event_count == 3


def test_the_worked_limits_are_8_of_8_then_4_of_8() -> None:
    raw = bytes.fromhex(
        "cc00089e08000000d1df006bf63e0800"  # 8 of 8, type 0
        "0000089e040100001135d16bf63e0800"  # 4 of 8, type 1
    )
    found = capture(THROTTLE, raw)
    rows, _, is_unknown = read_throttle(found, found.cores[0], T0 + 38_623_500)
    assert ((rows.start_ps - T0) // 1000).tolist() == [24649, 38303]
    assert ((rows.end_ps - rows.start_ps) // 1000).tolist() == [13653, 320]
    assert (rows.k.tolist(), rows.n.tolist(), rows.kind.tolist()) == ([8, 4], [8, 8], [0, 1])
    assert not is_unknown.any()


def test_no_limit_in_force_is_type_99_with_one_of_one() -> None:
    found = capture(THROTTLE, record(0x9E000000, 0x80, T0 + 5))
    rows, _, _ = read_throttle(found, found.cores[0], T0 + 9)
    assert (rows.k.tolist(), rows.n.tolist(), rows.kind.tolist()) == ([1], [1], [99])


def test_a_limit_after_the_last_instruction_has_no_length() -> None:
    found = capture(THROTTLE, record(0x9E080000, 8, T0 + 50))
    rows, _, _ = read_throttle(found, found.cores[0], T0 + 9)
    assert (rows.end_ps - rows.start_ps).tolist() == [0]


@pytest.mark.parametrize(
    ("number_", "text"),
    [(0, "underflow"), (1, "NaN"), (2, "Infinity"), (3, "overflow"), (4, "Memory"), (8, "PSUM")],
)
def test_error_numbers_have_their_texts(number_: int, text: str) -> None:
    found = capture(FAULTS, record(0x9F000000 | number_, 0, T0 + 7))
    rows, _, _ = read_faults(found, found.cores[0])
    assert [(row.category, row.number, row.time_ps - T0) for row in rows] == [
        ("Errors", number_, 7)
    ]
    assert text in rows[0].text


def test_the_metadata_of_an_error_is_48_bits_and_shown_raw() -> None:
    assert fault_metadata(0x9FABCD01, 0x12345678) == 0x12345678ABCD
    found = capture(FAULTS, record(0x9FABCD01, 0x12345678, T0 + 7))
    assert read_faults(found, found.cores[0])[0][0].raw_hex == "0x12345678abcd"


def test_a_sequencer_error_tells_block_pc_and_info() -> None:
    found = capture(FAULTS, record(0x9F00000A, 0x3_0AB_45_00, T0 + 7))
    fault = read_faults(found, found.cores[0])[0][0]
    assert fault.details == "block=3 pc=171 info=69"
    assert "fatal" in fault.text


def test_an_error_number_nobody_knows_is_kept() -> None:
    found = capture(FAULTS, record(0x9F000063, 0, T0 + 7))
    assert read_faults(found, found.cores[0])[0][0].text == "Unknown error 99"


def test_interrupts_and_warnings_are_told_apart() -> None:
    found = capture(FAULTS, record(0x83000002, 0, T0 + 7) + record(0x8300000A, 0, T0 + 8))
    rows, _, _ = read_faults(found, found.cores[0])
    assert [(row.category, row.number) for row in rows] == [("Errors", 2), ("Warnings", 2)]


def test_other_types_in_an_error_trace_are_unknown() -> None:
    found = capture(FAULTS, record(0x84000002, 0, T0 + 7))
    rows, _, is_unknown = read_faults(found, found.cores[0])
    assert (rows, is_unknown.tolist()) == ([], [True])


def test_custom_notifications_have_names_where_known() -> None:
    assert custom_fault(6 << 16 | 7, 5).text == "Tensor completion"
    assert custom_fault(6 << 16 | 77, 5).text == "Custom notification 77"
    assert custom_fault(6 << 16 | 7, 5).category == "Custom Notification"


def test_errors_and_limits_share_a_clock() -> None:
    clocks = blob(10, blob(7, number(1, 100) + number(2, 1024) + number(3, 731408)))
    found = capture(FAULTS, record(0x9F000001, 0, 1124), version=5, extra=clocks)
    rows, _, _ = read_faults(found, found.cores[0])
    assert [row.time_ps for row in rows] == [731408]
