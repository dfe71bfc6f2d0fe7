"""Where time begins and ends, for each version, core and execution."""

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.instructions import read_instructions
from ingest_worker.formats.ntff.reader import parse_ntff
from ingest_worker.formats.ntff.window import Capture, open_capture
from tests.formats.message_bytes import blob, number, record
from tests.formats.small_trace import (
    ACT,
    DMA,
    END,
    EVENTS,
    FIRST_PC,
    INSTRUCTIONS,
    PE,
    START,
    UID,
    Core,
    code,
    instruction,
    whole_trace,
)

NOTIFY_START = instruction(0xA6, b36=2)
NOTIFY_END = instruction(0xA6, b36=3)
NOP = instruction(0xA4)
IMAGE = [NOP, NOTIFY_START, NOP, NOTIFY_END]


def pair(pc: int, start: int, end: int, engine: int = PE) -> bytes:
    return record(code(engine, START) | FIRST_PC + pc, 0, start) + record(
        code(engine, END) | FIRST_PC + pc, 0, end
    )


def opened(version: int, cores: list[Core], **facts: object) -> Capture:
    data = whole_trace(version, cores, **facts)  # type: ignore[arg-type]
    return open_capture(parse_ntff(memoryview(data), limits=DEFAULT_LIMITS))


def core(records: bytes, *, number: int = 0, images: tuple[int, ...] = (PE,)) -> Core:
    return Core(
        number=number,
        name=f"sg{number:02d}",
        images=dict.fromkeys(images, IMAGE),
        traces={(INSTRUCTIONS, 0): records},
    )


def test_version_6_stores_the_window_of_its_execution() -> None:
    found = opened(6, [core(pair(0, 5, 6))], window=(100, 900))
    assert (found.origin_ps, found.is_windowed) == (100, True)
    assert [(w.start_ps, w.end_ps, w.uid) for w in found.windows] == [(100, 900, UID)]


def test_before_version_6_time_begins_when_pe_ends_its_start_notice() -> None:
    for version in (4, 5):
        raw = pair(0, 10, 20) + pair(1, 30, 44) + pair(2, 50, 60) + pair(3, 70, 80)
        found = opened(version, [core(raw)])
        assert (found.origin_ps, found.is_windowed) == (44, False)
        rows = read_instructions(found, found.cores[0]).rows
        assert rows.slot.tolist() == [2, 3]
        assert (rows.start_ps - found.origin_ps).tolist() == [6, 26]


def test_the_start_notice_of_pe_counts_even_when_another_engine_is_later() -> None:
    raw = pair(1, 30, 44) + pair(1, 30, 48, ACT)
    assert opened(4, [core(raw, images=(PE, ACT))]).origin_ps == 44


def test_without_a_notice_of_pe_the_latest_other_engine_counts() -> None:
    raw = pair(1, 30, 48, ACT)
    assert opened(5, [core(raw, images=(PE, ACT))]).origin_ps == 48


def test_two_cores_before_version_6_share_the_earlier_origin() -> None:
    found = opened(5, [core(pair(1, 30, 52), number=4), core(pair(1, 30, 44), number=5)])
    assert found.origin_ps == 44
    assert found.core_origins_ps == (52, 44)


def test_without_any_notice_time_begins_at_the_first_record_and_that_is_said() -> None:
    found = opened(5, [core(pair(0, 17, 20))])
    assert found.origin_ps == 17
    assert [n.code for n in found.notices] == ["ntff.no_origin"]


def test_a_trace_without_records_begins_at_zero() -> None:
    assert opened(5, [core(b"")]).origin_ps == 0


def test_an_execution_that_ends_before_it_begins_is_left_out() -> None:
    found = opened(6, [core(pair(1, 30, 44))], window=(900, 100))
    assert found.origin_ps == 44
    assert "ntff.bad_window" in [n.code for n in found.notices]


def test_each_of_several_executions_has_its_window() -> None:
    second = blob(15, blob(1, UID) + number(2, 500) + number(3, 600))
    raw = pair(0, 110, 120) + pair(0, 250, 260) + pair(2, 510, 520)
    found = opened(6, [core(raw)], window=(100, 200), extra=second)
    rows = read_instructions(found, found.cores[0]).rows
    assert rows.execution.tolist() == [0, 1]
    assert (rows.start_ps - found.origin_ps).tolist() == [10, 410]


def test_cores_are_counted_from_zero_and_keep_their_numbers() -> None:
    found = opened(6, [core(b"", number=4), core(b"", number=5)], window=(1, 2))
    assert [(c.index, c.number) for c in found.cores] == [(0, 4), (1, 5)]
    assert [found.name(c) for c in found.cores] == ["sg04", "sg05"]


def test_a_trace_of_a_core_without_a_program_is_a_core_of_its_own() -> None:
    lone = blob(16, number(1, DMA) + number(3, 1) + blob(2, record(0, 1, 5)) + number(7, 9))
    found = opened(6, [core(b"", number=4)], window=(1, 20), extra=lone)
    assert [c.number for c in found.cores] == [4, 9]
    assert found.name(found.cores[1]) == ""
    assert len(found.records(found.cores[1], DMA, 1)) == 1


def test_several_runs_of_one_kind_are_read_in_their_order() -> None:
    entry = number(1, EVENTS) + number(7, 4)
    runs = blob(16, entry + blob(2, record(1, 0, 5))) + blob(16, entry + blob(2, record(2, 0, 4)))
    found = opened(6, [core(b"", number=4)], window=(1, 20), extra=runs)
    assert found.records(found.cores[0], EVENTS, 0)["w0"].tolist() == [1, 2]
