"""Operands are written byte for byte as the official tool writes them."""

import struct

import pytest

from tests.formats.slot_bytes import operands, read, slot, u16, u32, u64

T3 = u32(0x4000) + u16(1, 2, 3) + u16(4, 5, 6)
T3_TEXT = "0x4000[1,2,3][4,5,6]"
T4 = u32(0x4800) + u16(1, 1, 1, 1) + u16(8, 1, 1, 1)
T4_TEXT = "0x4800[1,1,1,1][8,1,1,1]"
PSUM = u32(0x2000800) + u16(1, 0, 0) + u16(512, 1, 1)


def test_the_worked_example_of_a_matmul() -> None:
    raw = bytes.fromhex(
        "02100000 00001305 00000000 00000000 00650300 01000000 00008000 01000100"
        "0a030100 00008080 00000003 0f0f0000 00000002 01000000 00008000 01000100"
    )
    assert operands(raw) == (
        "S[5] (Tensor)++@complete acc_flags=3 fp32_mode=LOW_HIGH "
        "src=fp32@0x36500[1,0,0][128,1,1] dst=0x2000000[1,0,0][128,1,1] 128*128 "
    )


def test_the_worked_example_of_a_reduction() -> None:
    raw = bytes.fromhex(
        "42100000 05061306 04000000 00480000 01000100 01000100 01000400 01000100"
        "0a0a8001 08020000 00000000 10480000 01000100 01000100 04000100 01000100"
    )
    assert operands(raw) == (
        "S[6] (Vector)>=4 S[6] (Vector)++@complete op=MAX dim=X negated=1 "
        "src=fp32@0x4800[1,1,1,1][1,4,1,1] dst=fp32@0x4810[1,1,1,1][4,1,1,1] channels=128 "
    )


def test_the_worked_example_of_a_second_sync_block() -> None:
    raw = slot(0xA0, at_32=bytes.fromhex("01021902 08000000 00000000"))
    assert operands(raw) == " setter=0 $S[2]==8 $S[2]=0@complete "


def test_the_worked_example_of_a_nop() -> None:
    assert operands(slot(0xA4, at_4=b"\x07\x04", at_12=u32(1))) == "$E[4]==1- cycle=1 "


def test_the_worked_example_of_two_sync_blocks() -> None:
    raw = slot(0xA0, at_4=b"\x05\x18", at_8=u32(16), at_32=b"\x05\x0a", at_36=u32(16))
    names = {24: "qSyncDynamicHW", 10: "qGpSimdDynamic"}
    assert operands(raw, semaphores=names) == (
        "S[24] (qSyncDynamicHW)>=16 setter=0 S[10] (qGpSimdDynamic)>=16  "
    )


def test_an_event_semaphore_without_anything_keeps_the_spaces_of_its_parts() -> None:
    assert operands(slot(0xA0)) == " setter=0   "


def test_a_drain_without_sync_is_one_space() -> None:
    assert operands(slot(0xA2)) == " "


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        (0, ""),
        (1, "S[5] (Tensor)==7"),
        (2, "S[5] (Tensor)<7"),
        (3, "S[5] (Tensor)<=7"),
        (4, "S[5] (Tensor)>7"),
        (5, "S[5] (Tensor)>=7"),
        (6, "$E[5]==1"),
        (7, "$E[5]==1-"),
        (14, "$E[5]==0"),
        (15, "$E[5]==0+"),
        (99, "wait_mode=99,5,7"),
    ],
)
def test_every_way_to_wait(mode: int, text: str) -> None:
    assert operands(slot(0xA2, at_4=bytes([mode, 5]), at_8=u32(7))) == f"{text} "


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        (1, "$E[9]+@read"),
        (2, "$E[9]-@read"),
        (3, "$S[9]++@read"),
        (4, "$S[9]--@read"),
        (5, "$S[9]+=7@read"),
        (7, "$S[9]-=7@read"),
        (9, "$S[9]=7@read"),
        (17, "$E[9]+@complete"),
        (19, "$S[9]++@complete"),
        (20, "$S[9]--@complete"),
        (21, "$S[9]+=7@complete"),
        (23, "$S[9]-=7@complete"),
        (25, "$S[9]=7@complete"),
        (77, "update_mode=77,9,7"),
    ],
)
def test_every_way_to_signal(mode: int, text: str) -> None:
    assert operands(slot(0xA2, at_6=bytes([mode, 9]), at_8=u32(7))) == f"{text} "


def test_wait_and_update_stand_side_by_side() -> None:
    raw = slot(0xA2, at_4=bytes([5, 6, 19, 4]), at_8=u32(23))
    assert operands(raw) == "S[6] (Vector)>=23 S[4] (Scalar)++@complete "


def test_semaphore_seven_has_no_name() -> None:
    assert operands(slot(0xA2, at_4=b"\x05\x07")) == "$S[7]>=0 "


def test_a_debug_hint_follows_the_body() -> None:
    assert operands(slot(0xA9, at_3=b"\x02", at_48=u32(896))) == (
        " cmp_op=ALWAYS label_id=896 debugHint=2"
    )


@pytest.mark.parametrize(
    ("mode", "text"),
    [(0, ""), (1, "fp32_mode=LOW "), (2, "fp32_mode=HIGH "), (3, "fp32_mode=LOW_HIGH ")],
)
def test_weights_by_mode_and_transposed_or_not(mode: int, text: str) -> None:
    raw = slot(0x01, at_16=T3, at_32=bytes([6, mode, 1]), at_38=b"\x80\x40")
    assert operands(raw) == f" {text}transpose_mode=ENABLED src=bfloat16@{T3_TEXT} 128*64 "


@pytest.mark.parametrize("generation", ["trn1", "inf2"])
def test_the_first_generation_says_nothing_of_transposing(generation: str) -> None:
    raw = slot(0x01, at_16=T3, at_32=b"\x06", at_38=b"\x80\x80")
    assert operands(raw, generation=generation) == f" src=bfloat16@{T3_TEXT} 128*128 "


def test_weights_are_read_backwards() -> None:
    pattern = u32(0x37AFE) + u16(-1, 0, -32) + u16(32, 1, 4)
    raw = slot(0x01, at_16=pattern, at_32=b"\x06", at_38=b"\x80\x80")
    assert "src=bfloat16@0x37afe[-1,0,-32][32,1,4] " in operands(raw)


def test_the_target_of_a_matmul_has_no_data_type() -> None:
    raw = slot(0x02, at_16=T3, at_32=b"\x07", at_38=b"\x10\x20", at_43=b"\x01", at_48=PSUM)
    assert operands(raw) == (
        f" acc_flags=1 src=fp16@{T3_TEXT} dst=0x2000800[1,0,0][512,1,1] 16*32 "
    )


def test_an_activation_with_everything_in_the_instruction() -> None:
    raw = slot(
        0x21,
        at_12=b"\0\0\0\x01",
        at_16=T3,
        at_32=b"\xaa\x06\x80\x07",
        at_36=struct.pack("<3f", 1.0, 0.5, -2.25),
        at_48=T3,
    )
    assert operands(raw) == (
        f" EXP bias_imm=0.500000 src=fp32@{T3_TEXT} dst=bfloat16@{T3_TEXT} channels=128 "
        "scale=1.000000 imm=-2.250000 accumulator_cmd=IDLE"
    )


def test_an_activation_with_everything_behind_pointers() -> None:
    raw = slot(
        0x21,
        at_12=b"\x01\x01\x03\0",
        at_16=T3,
        at_32=b"\xa6\x0a\x40\x80",
        at_36=u32(0x6000, 0x6010, 0x6020),
        at_48=T3,
    )
    assert operands(raw) == (
        f" COPY bias_ptr=fp32@0x6010 src=bfloat16@{T3_TEXT} dst=fp32@{T3_TEXT} channels=64 "
        "scale=[0x6000] imm=[0x6020] accumulator_cmd=ZERO_ACCUMULATE"
    )


def test_the_function_is_named_by_the_program_before_the_list_and_by_number_at_last() -> None:
    slots = [slot(0x21, at_35=bytes([number])) for number in (7, 36, 200)]
    found = read(*slots, functions={36: "SILU_OF_THIS_FILE"}).activation_fn
    assert found == ["EXP", "SILU_OF_THIS_FILE", "FUNC_200"]


def test_only_activations_have_a_function() -> None:
    assert read(slot(0x46, at_35=b"\x07")).activation_fn == [""]


def test_the_second_set_of_functions_is_told() -> None:
    assert operands(slot(0x23, at_35=b"\x01")) == " table_sel=1 "


@pytest.mark.parametrize("opcode", [0x46, 0x47, 0x48])
def test_copies_casts_and_reciprocals_share_a_form(opcode: int) -> None:
    raw = slot(opcode, at_12=T4, at_32=b"\x06\x0a\x80", at_44=T4)
    assert operands(raw) == f" src=bfloat16@{T4_TEXT} dst=fp32@{T4_TEXT} channels=128 "


@pytest.mark.parametrize(("code", "text"), [(2, "X"), (3, "XY"), (4, "XYZ"), (5, "XYZW"), (9, "9")])
def test_a_reduction_tells_its_dimensions(code: int, text: str) -> None:
    raw = slot(0x42, at_12=T4, at_32=bytes([10, 10, 128, 0, 4, code]), at_44=T4)
    assert operands(raw).startswith(f" op=ADD dim={text} src=fp32@")


def test_a_scalar_operation_with_a_pointer_and_a_zero() -> None:
    raw = slot(0x43, at_16=T3, at_32=b"\x0a\x0a\x80\x01\x06\0\0\0", at_40=u32(0x8040), at_48=T3)
    assert operands(raw) == (
        f" ops=MULTIPLY,BYPASS imm=0x8040,0 imm_src=PTR,INSTRUCTION src=fp32@{T3_TEXT} "
        f"dst=fp32@{T3_TEXT} channels=128 "
    )


@pytest.mark.parametrize(
    ("dtype", "raw", "text"),
    [
        (10, struct.pack("<f", 0.5), "0.5"),
        (6, struct.pack("<f", -3.0), "-3.0"),
        (8, u32(-4), "-4"),
        (9, u32(4_000_000_000), "4000000000"),
    ],
)
def test_a_number_in_a_scalar_operation_is_shown_by_its_data_type(
    dtype: int, raw: bytes, text: str
) -> None:
    own = slot(0x43, at_16=T3, at_32=bytes([dtype, 10, 1, 0, 4]), at_40=raw, at_48=T3)
    assert f" imm={text},0 imm_src=INSTRUCTION,INSTRUCTION " in operands(own)


def test_one_store_and_two_stores() -> None:
    one = slot(0xA5, at_12=b"\x04", at_16=u64(0x80100252F038), at_32=u64(2))
    two = slot(0xA5, at_12=b"\x04\x04", at_16=u64(0x10, 0x20), at_32=u64(2, 3))
    assert operands(one) == " data=0x2 size=4 dst=0x80100252f038 "
    assert operands(two) == " data=0x2,0x3 size=4,4 dst=0x10,0x20 "


def test_a_notification_begins_with_a_space_of_its_own() -> None:
    assert operands(slot(0xA6, at_36=b"\x02")) == ("  hint=2 notification=EXPLICIT  trace=START ")


def test_a_branch_compares_signed_and_unsigned_numbers_differently() -> None:
    def branch(dtype: int) -> str:
        return operands(
            slot(0xA9, at_12=bytes([3, dtype]), at_16=u32(-1), at_32=b"\x05", at_48=u32(-2752))
        )

    assert branch(8) == " cmp_op=EQ dtype=int32 cmp0=$R[5] cmp1=-1 label_id=4294964544 "
    assert branch(9) == " cmp_op=EQ dtype=uint32 cmp0=$R[5] cmp1=0xffffffff label_id=4294964544 "


@pytest.mark.parametrize("opcode", [0xAA, 0xAB])
def test_registers_are_loaded_and_stored(opcode: int) -> None:
    raw = slot(
        opcode,
        at_12=b"\x09\0\x02\x01",
        at_16=u64(0x8005C035E000),
        at_24=u16(1, -1),
        at_32=b"\x03\x04",
    )
    assert operands(raw) == " addr=uint32@0x8005c035e000[1,-1][2,1] data=$R[3],$R[4] "


def test_a_load_without_a_first_data_type_uses_the_second() -> None:
    raw = slot(0xAA, at_12=b"\0\x08\x01\x01")
    assert operands(raw).startswith(" addr=int32@0x0[0,0][1,1] data=$R[0] ")


def test_a_load_of_more_registers_than_fit_names_those_there_are() -> None:
    raw = slot(0xAA, at_12=b"\x09\0\xff\xff")
    assert operands(raw).count("$R[") == 32


def test_semaphores_are_cleared_by_range() -> None:
    raw = slot(0xB0, at_12=b"\x01\xcf\xff")
    assert operands(raw) == " mode=SEMAPHORE_ZERO first=207 last=255 "


@pytest.mark.parametrize(("mode", "text"), [(0, "relaxed"), (1, "strict"), (2, "2")])
def test_ordering_modes(mode: int, text: str) -> None:
    assert operands(slot(0xB1, at_12=bytes([mode]))) == f" ordering_mode={text} "


def dma(opcode: int, source: bytes, target: bytes, types: bytes = b"\x06\x06") -> bytes:
    """A transfer of 128 pieces of 512 bytes."""
    return slot(
        opcode,
        at_13=b"\x18\x10",
        at_16=source,
        at_24=u32(512, 1) + u16(128, 1, 512),
        at_40=target,
        at_48=u32(262144, 1) + u16(128, 1, 512) + types,
    )


SHAPES = (
    "semaphore=24 sem_increment=16  src_elem_size=512 dst_elem_size=512 "
    "src_pattern=[512,1][128,1] dst_pattern=[262144,1][128,1] "
)


def test_a_dma_between_addresses() -> None:
    raw = dma(0xB8, u64(0x8005C03B0000), u64(0x802000033000))
    assert operands(raw) == (
        f" {SHAPES}src_addr_imm=0x8005c03b0000 src_shape_reg=0 dst_addr_imm=0x802000033000 "
        "dst_shape_reg=0 compute_op=NONE "
    )


def test_a_dma_through_a_table_that_casts() -> None:
    table = u32(0x40) + b"\x02\0\0\x20"
    raw = dma(0xB8, table, u64(0x1000), types=b"\x06\x0a")
    assert operands(raw) == (
        f" {SHAPES}src_table_offset_imm=0x40 src_table_index=2 src_shape_reg=0 "
        "dst_addr_imm=0x1000 dst_shape_reg=0 in_dtype=bfloat16 out_dtype=fp32 compute_op=NONE "
    )


def test_a_compiled_dma_names_variables() -> None:
    raw = dma(0xD4, u32(0) + b"\x05\0\0\x10", u32(208896) + b"\0\0\0\x10")
    assert operands(raw) == (
        f" dge_op=DIRECT2D {SHAPES}src_var_id=5 src_var_offset=0 src_shape_reg=0 "
        "dst_var_id=0 dst_var_offset=208896 dst_shape_reg=0   "
    )


def test_a_compiled_dma_through_a_table_has_a_decimal_offset() -> None:
    raw = dma(0xD4, u32(64) + b"\x02\x01\0\x20", u32(0) + b"\0\0\0\x10")
    assert "src_table_offset_imm=64 src_table_index=258 " in operands(raw)


def test_a_compiled_trigger_names_queue_and_block() -> None:
    raw = slot(0xC1, at_12=b"qSPSpillReload0\0junk", at_48=u32(17))
    assert operands(raw) == " qSyncSpillReload0 block_id=17 "
