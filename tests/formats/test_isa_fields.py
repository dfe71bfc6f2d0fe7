"""Every field of an instruction can be looked at, and no byte is hidden."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.isa.disassembler import disassemble
from ingest_worker.formats.isa.fields import READERS, decoded_fields, named_fields
from ingest_worker.formats.isa.layouts import HEADER, LAYOUTS, SHOWN_BY_NAME
from ingest_worker.formats.isa.patterns import access_patterns, byte_range
from ingest_worker.formats.isa.traffic import traffic
from tests.formats.slot_bytes import ENGINES, rows, slot, u16, u32, u64

SLOTS = st.binary(min_size=64, max_size=64)
KNOWN = st.sampled_from(sorted(LAYOUTS)).flatmap(
    lambda opcode: st.binary(min_size=63, max_size=63).map(lambda rest: bytes([opcode]) + rest)
)


def fields(raw: bytes) -> dict[str, str]:
    """The fields by name; no two share one."""
    found = decoded_fields(raw)
    assert len(dict(found)) == len(found)
    return dict(found)


def test_the_header_comes_first() -> None:
    raw = slot(0xA2, at_2=b"\x09\x02\x05\x06\x13\x04", at_8=u32(23))
    assert decoded_fields(raw) == [
        ("word_length", "16"),
        ("debug_command", "9"),
        ("debug_hint", "2"),
        ("wait_mode", "5"),
        ("wait_index", "6"),
        ("update_mode", "19"),
        ("update_index", "4"),
        ("sync_value", "23"),
    ]


def test_a_matmul_tells_its_groups() -> None:
    raw = slot(
        0x02,
        at_16=u32(0x100) + u16(1, 1, 1, 8, 1, 1),
        at_32=b"\x06\x03\x01",
        at_38=b"\x80\x40",
        at_43=b"\x03\x0f\x07",
        at_48=u32(0x2000000) + u16(1, 1, 1, 8, 1, 1),
    )
    found = fields(raw)
    assert found["src"] == "bfloat16@0x100[1,1,1][8,1,1]"
    assert found["dst"] == "0x2000000[1,1,1][8,1,1]"
    assert (found["row_groups"], found["column_groups"]) == ("0xf", "0x7")
    assert (found["rows"], found["columns"], found["transpose"]) == ("128", "64", "1")


def test_both_ends_of_a_dma_are_told_in_words() -> None:
    raw = slot(0xD4, at_16=u32(64) + b"\x05\0\0\x10", at_40=u32(32) + b"\x02\0\0\x20")
    assert fields(raw)["src"] == "variable 5 offset 0x40"
    assert fields(raw)["dst"] == "table 2 offset 0x20"
    assert fields(slot(0xB8, at_16=u64(0x8005C03B0000)))["src"] == "0x8005c03b0000"


def test_the_value_of_a_fill_is_read_in_its_data_type() -> None:
    raw = slot(0x49, at_32=b"\x0a", at_40=struct.pack("<f", -0.25))
    assert fields(raw)["value"] == "-0.25"


@pytest.mark.parametrize(
    ("dtype", "raw", "text"),
    [
        (0x06, b"\xc0\x3f\0\0", "1.5"),
        (0x07, b"\0\xc0\0\0", "-2.0"),
        (0x02, b"\xff\0\0\0", "-1"),
        (0x04, b"\xfe\xff\0\0", "-2"),
        (0x08, b"\xfd\xff\xff\xff", "-3"),
        (0x09, b"\x10\0\0\0", "0x10"),
        (0x0E, b"\x38\0\0\0", "0x38"),
    ],
)
def test_a_fill_is_as_wide_as_its_data_type(dtype: int, raw: bytes, text: str) -> None:
    assert fields(slot(0x49, at_32=bytes([dtype]), at_40=raw))["value"] == text


def test_bytes_behind_the_end_of_a_queue_name_are_shown() -> None:
    found = fields(slot(0xC1, at_12=b"qSPIO0\0x"))
    assert found["queue"] == "qSPIO0"
    assert found["byte_19"] == "0x78"


def test_a_byte_outside_the_known_fields_is_shown_by_its_place() -> None:
    found = fields(slot(0x46, at_36=b"\x07", at_40=b"\xff"))
    assert found["byte_36"] == "0x07"
    assert found["byte_40"] == "0xff"


def test_an_instruction_of_unknown_layout_shows_its_payload() -> None:
    assert fields(slot(0x1F, at_12=b"\xab"))["payload"] == "ab" + "00" * 51


def test_every_layout_stays_inside_the_slot_and_uses_known_kinds() -> None:
    for specs in (HEADER, *LAYOUTS.values()):
        assert all(0 <= spec.offset < 64 and spec.kind in READERS for spec in specs)


def test_fields_shown_as_operands_exist() -> None:
    for opcode, names in SHOWN_BY_NAME.items():
        assert [name for name, _ in named_fields(slot(opcode))] == list(names)


def test_a_register_beside_an_immediate_is_shown_as_a_byte() -> None:
    found = fields(slot(0xA8, at_14=b"\x01", at_18=b"\x09", at_24=u64(5)))
    assert (found["src1"], found["imm"]) == ("imm", "0x5")
    assert found["byte_18"] == "0x09"
    read = fields(slot(0xA8, at_18=b"\x09"))
    assert read["src1"] == "$R[9]"
    assert "byte_18" not in read


def test_a_queue_name_that_is_no_text_tells_its_bytes() -> None:
    assert fields(slot(0xC1, at_12=b"q\xf2\x9f"))["queue"] == "q\\xf2\\x9f"


@given(st.one_of(SLOTS, KNOWN))
def test_any_64_bytes_have_fields_and_none_is_hidden(raw: bytes) -> None:
    found = fields(raw)
    assert all(isinstance(text, str) and text for text in found.values())
    zeroed = bytearray(raw)
    for place in range(12, 64):
        if raw[place]:
            zeroed[place] = 0
            assert decoded_fields(bytes(zeroed)) != decoded_fields(raw)
            zeroed[place] = raw[place]


@given(st.lists(st.one_of(SLOTS, KNOWN), max_size=20), st.sampled_from(["trn1", "trn2", "trn3"]))
def test_any_slots_disassemble(slots: list[bytes], generation: str) -> None:
    found = disassemble(
        rows(*slots), semaphore_names=ENGINES, activation_names={7: "EXP"}, generation=generation
    )
    assert len(found.opcode) == len(found.operands) == len(found.activation_fn) == len(slots)
    assert all(found.operands)
    assert all(found.opcode)
    assert found.colour.shape == found.is_official.shape == (len(slots),)
    assert set((found.colour & 0xBF).tolist()) <= {*range(9), 255 & 0xBF}


@given(st.lists(st.one_of(SLOTS, KNOWN), max_size=20))
def test_any_slots_have_ranges_that_contain_their_elements(slots: list[bytes]) -> None:
    for found in access_patterns(rows(*slots)):
        first, last = byte_range(found)
        assert (first <= found.address).all()
        assert (last > found.address).all()
    counted = traffic(rows(*slots), rows(*slots))
    assert all((values >= -1).all() for values in counted.columns.values())
