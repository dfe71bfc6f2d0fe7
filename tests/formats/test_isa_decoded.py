"""Operands of opcodes without official text: decoded fields by name, or the raw payload."""

import struct

from tests.formats.slot_bytes import operands, read, slot, u16, u32, u64

T3 = u32(0x4000) + u16(1, 2, 3) + u16(4, 5, 6)
T3_TEXT = "0x4000[1,2,3][4,5,6]"
T4 = u32(0x4800) + u16(1, 1, 1, 1) + u16(8, 1, 1, 1)
T4_TEXT = "0x4800[1,1,1,1][8,1,1,1]"


def test_a_tensor_operation_shows_its_fields_by_name() -> None:
    raw = slot(0x41, at_12=b"\xa6\x0a\x04\x80", at_16=T3, at_32=T3, at_48=T3)
    found = read(raw)
    assert found.operands == [
        f" decoded: op=ADD src0=bfloat16@{T3_TEXT} src1=fp32@{T3_TEXT} "
        f"dst=fp32@{T3_TEXT} channels=128 "
    ]
    assert found.is_official.tolist() == [False]


def test_a_fill_shows_its_fields_by_name() -> None:
    raw = slot(
        0x49,
        at_28=u32(8),
        at_32=b"\x0a\0\x80",
        at_40=struct.pack("<f", 1.5),
        at_44=T4,
    )
    assert operands(raw) == f" decoded: value=1.5 dst=fp32@{T4_TEXT} elements=8 channels=128 "


def test_register_arithmetic_shows_its_fields_by_name() -> None:
    immediate = slot(0xA8, at_12=b"\x04\x09\x01", at_16=b"\x3c\0\x07\0\x3d", at_24=u64(0x10000))
    register = slot(0xA8, at_12=b"\x05\x09\0", at_16=b"\x3c\0\x07\0\x3d")
    assert operands(immediate) == (
        " decoded: op=ADD dtype=uint32 src0=$R[60] src1=imm dst=$R[61] imm=0x10000 "
    )
    assert (
        operands(register)
        == " decoded: op=SUBTRACT dtype=uint32 src0=$R[60] src1=$R[7] dst=$R[61] imm=0x0 "
    )


def test_a_move_and_an_accumulator_read_show_their_fields_by_name() -> None:
    move = slot(0xA7, at_13=b"\x09", at_24=b"\x3d", at_32=u32(0x3F800000))
    accumulator = slot(0x24, at_32=b"\x0a\0\x80", at_44=u32(0x8000) + u16(1) + u16(1))
    assert operands(move) == " decoded: dtype=uint32 dst=$R[61] value=0x3f800000 "
    assert operands(accumulator) == " decoded: dst=fp32@0x8000[1][1] negated=0 channels=128 "


def test_an_affine_selection_shows_its_patterns_by_name() -> None:
    place = u32(0x58A8) + u16(1, 1) + u16(128, 1)
    raw = slot(
        0x92,
        at_12=b"\x80\xa6\x03\x3d",
        at_16=u32(0) + u16(1, 1, 1, 1) + u16(128, 1, 1, 1),
        at_36=place + place + u32(-1),
    )
    assert operands(raw) == (
        " decoded: pattern=0x0[1,1,1,1][128,1,1,1] src=bfloat16@0x58a8[1,1][128,1] "
        "dst=fp32@0x58a8[1,1][128,1] fill=0xffffffff channels=128 "
    )


def test_an_opcode_nobody_knows_shows_its_number_and_raw_payload() -> None:
    payload = bytes(range(12, 64))
    found = read(slot(0x1F, at_4=b"\x05\x05", at_12=payload))
    assert found.opcode == ["OP_0x1F"]
    assert found.operands == [f"S[5] (Tensor)>=0 payload={payload.hex()} "]
    assert found.is_official.tolist() == [False]


def test_a_named_opcode_of_unknown_layout_shows_its_raw_payload() -> None:
    found = read(slot(0x7E, at_12=b"\xab"))
    assert found.opcode == ["IOTA"]
    assert found.operands == [f" payload=ab{'00' * 51} "]


def test_equal_slots_have_equal_texts_in_their_own_places() -> None:
    found = read(slot(0xA2), slot(0xB1), slot(0xA2))
    assert found.opcode == ["DRAIN", "SET_ORDERING_MODE", "DRAIN"]
    assert found.operands == [" ", " ordering_mode=relaxed ", " "]


def test_no_slots_give_no_texts() -> None:
    found = read()
    assert found.opcode == []
    assert found.colour.shape == (0,)
