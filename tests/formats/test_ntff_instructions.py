"""START and END records become rows as in the worked examples."""

import numpy as np
import pytest

from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.facts import Patch
from ingest_worker.formats.ntff.instructions import (
    InstructionTrace,
    compiler_slots,
    read_instructions,
)
from ingest_worker.formats.ntff.reader import Image, parse_ntff
from ingest_worker.formats.ntff.window import Capture, open_capture
from tests.formats.message_bytes import record
from tests.formats.small_trace import (
    ACT,
    DVE,
    END,
    EXPLICIT,
    FIRST_PC,
    INSTRUCTIONS,
    PE,
    POOL,
    SP,
    START,
    Core,
    code,
    instruction,
    whole_trace,
)

T0 = 2321027867131624
WINDOW = (T0, T0 + 54_276_582)


def capture(records: bytes, *, version: int = 6, images: int = 60) -> Capture:
    core = Core(
        images={engine: [instruction(0xA4)] * images for engine in (PE, ACT, POOL, DVE, SP)},
        traces={(INSTRUCTIONS, 0): records},
    )
    data = whole_trace(version, [core], window=WINDOW if version == 6 else None)
    return open_capture(parse_ntff(memoryview(data), limits=DEFAULT_LIMITS))


def read(records: bytes) -> InstructionTrace:
    found = capture(records)
    return read_instructions(found, found.cores[0])


def test_the_worked_example_is_slot_50_at_84_ns_for_70_ns() -> None:
    raw = bytes.fromhex(
        "320201840000f98bae078a69f63e0800"
        "32020185ffffffff1e198b69f63e0800"
    )  # fmt: skip
    rows = read(raw).rows
    assert rows.engine.tolist() == [PE]
    assert rows.slot.tolist() == [50]
    assert ((rows.start_ps - T0) // 1000).tolist() == [84]
    assert ((rows.end_ps - rows.start_ps) // 1000).tolist() == [70]
    assert rows.wait_cycles.tolist() == [35833]
    assert (rows.crc_in.tolist(), rows.crc_out.tolist()) == ([0xFFFF], [0xFFFF])


@pytest.mark.parametrize(
    ("engine", "first_code"), [(PE, 4), (ACT, 8), (POOL, 12), (DVE, 16), (SP, 20)]
)
def test_type_codes_are_quads_of_engines(engine: int, first_code: int) -> None:
    raw = record(first_code << 24 | FIRST_PC, 0, T0 + 1) + record(
        first_code + 1 << 24 | FIRST_PC, 0, T0 + 2
    )
    assert read(raw).rows.engine.tolist() == [engine]


def pair(pc: int, start: int, end: int, engine: int = PE) -> bytes:
    return record(code(engine, START) | FIRST_PC + pc, 0, T0 + start) + record(
        code(engine, END) | FIRST_PC + pc, 0, T0 + end
    )


def test_a_row_needs_both_ends_inside_the_window() -> None:
    length = WINDOW[1] - WINDOW[0]
    raw = pair(1, -5, 5) + pair(2, 0, length) + pair(3, length - 1, length + 1)
    assert read(raw).rows.slot.tolist() == [2]


def test_the_program_counter_wraps_at_20_bits() -> None:
    first = FIRST_PC - 1 & 0xFFFFF
    raw = record(code(PE, START) | first, 0, T0 + 1) + record(code(PE, END) | first, 0, T0 + 2)
    assert read(raw).rows.slot.tolist() == [0xFFFFF]


def test_the_debug_hint_is_no_part_of_the_program_counter() -> None:
    raw = record(code(PE, START) | 2 << 20 | FIRST_PC + 7, 0, T0 + 1) + record(
        code(PE, END) | 2 << 20 | FIRST_PC + 7, 0, T0 + 2
    )
    assert read(raw).rows.slot.tolist() == [7]


def test_executions_of_a_loop_are_told_apart_and_counted() -> None:
    rows = read(pair(4, 10, 20) + pair(4, 30, 35) + pair(5, 40, 41)).rows
    assert rows.occurrence.tolist() == [0, 1, 0]
    assert (rows.end_ps - rows.start_ps).tolist() == [10, 5, 1]


def test_engines_that_finish_out_of_order_are_paired_by_slot() -> None:
    starts = record(code(PE, START) | FIRST_PC + 1, 0, T0 + 1) + record(
        code(PE, START) | FIRST_PC + 2, 0, T0 + 2
    )
    ends = record(code(PE, END) | FIRST_PC + 2, 0, T0 + 5) + record(
        code(PE, END) | FIRST_PC + 1, 0, T0 + 9
    )
    rows = read(starts + ends).rows
    assert dict(zip(rows.slot.tolist(), (rows.end_ps - T0).tolist(), strict=True)) == {1: 9, 2: 5}


def test_one_start_without_an_end_is_usual_and_two_are_told() -> None:
    lone = record(code(PE, START) | FIRST_PC + 9, 0, T0 + 3)
    assert read(pair(1, 1, 2) + lone).notices == ()
    found = read(pair(1, 1, 2) + lone * 2).notices
    assert [(n.code, n.count) for n in found] == [("ntff.unpaired_start", 2)]


def test_an_end_without_a_start_is_told() -> None:
    lone = record(code(PE, END) | FIRST_PC + 9, 0, T0 + 3)
    assert [n.code for n in read(lone + pair(1, 4, 5)).notices] == ["ntff.unpaired_end"]


def test_a_time_beyond_any_clock_is_left_out_and_told() -> None:
    raw = record(code(PE, START) | FIRST_PC, 0, (1 << 63) - T0)
    found = read(raw + pair(1, 4, 5))
    assert len(found.rows) == 1
    assert [n.code for n in found.notices] == ["ntff.odd_time"]


def test_record_types_of_no_engine_are_marked_unknown() -> None:
    found = read(record(0x82000000, 1, T0 + 1) + pair(1, 4, 5) + record(0x9D000000, 0, T0 + 2))
    assert found.unknown["w0"].tolist() == [0x82000000, 0x9D000000]


def test_explicit_records_keep_their_words() -> None:
    raw = bytes.fromhex("4e22118effff020040faa79f14c12305")
    explicit = read(raw).explicit
    assert explicit.engine.tolist() == [POOL]
    assert explicit.hint.tolist() == [1]
    assert explicit.pc.tolist() == [0x1224E]
    assert explicit.word.tolist() == [0x0002FFFF]


def test_an_inferred_program_counter_is_that_of_the_latest_start_of_the_engine() -> None:
    inferred = record(code(SP, EXPLICIT) | 1 << 20, 0x4009_FFFF, T0 + 15)
    early = record(code(SP, EXPLICIT) | 1 << 20, 0x4009_FFFF, T0 + 1)
    raw = pair(3, 10, 20, SP) + pair(4, 16, 30, SP) + pair(9, 14, 40, POOL) + inferred + early
    assert read(raw).explicit.pc.tolist() == [FIRST_PC + 3, 0]


def image(count: int, *patches: Patch) -> Image:
    return Image(PE, 0, np.zeros((count, 64), np.uint8), patches)


def test_inserted_slots_have_no_compiler_slot_and_deleted_ones_are_skipped() -> None:
    patches = (Patch(0, 2, 0), Patch(3, 1, 2), Patch(5, 1, 0))
    assert compiler_slots(image(6, *patches)).tolist() == [-1, -1, 0, 2, 3, -1]


def test_a_delete_at_the_slot_after_an_insert_counts_before_it() -> None:
    assert compiler_slots(image(3, Patch(0, 1, 0), Patch(1, 4, 2))).tolist() == [-1, 4, 5]


def test_a_modified_slot_keeps_its_compiler_slot() -> None:
    assert compiler_slots(image(2, Patch(1, 1, 1))).tolist() == [0, 1]


def test_patches_beyond_the_image_do_no_harm() -> None:
    patches = (Patch(9, 1, 0), Patch(1, 1 << 40, 0), Patch(2, 7, 2))
    assert compiler_slots(image(2, *patches)).tolist() == [0, -1]
