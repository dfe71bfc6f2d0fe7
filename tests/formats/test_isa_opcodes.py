"""Opcodes have the names people know and a colour class each."""

import numpy as np
import pytest

from ingest_worker.formats.isa.disassembler import TRANSPOSE_BIT, compiler_text
from ingest_worker.formats.isa.opcodes import COLOURS, ISA_NAMES, is_known, opcode_name
from ingest_worker.formats.isa.vocabulary import (
    DTYPE_BITS,
    alu_text,
    dtype_bytes,
    dtype_text,
    queue_display_name,
)
from tests.formats.slot_bytes import ENGINES, read, rows, slot, u32


@pytest.mark.parametrize(
    ("byte", "name"),
    [
        (0x01, "LDWEIGHTS"),
        (0x02, "MATMUL"),
        (0x21, "ACTIVATE"),
        (0x23, "ACT_TABLE_LOAD"),
        (0x24, "ACTIVATION_READ_ACCUMULATOR"),
        (0x41, "TENSOR_TENSOR"),
        (0x42, "TENSOR_REDUCE"),
        (0x43, "TENSOR_SCALAR"),
        (0x45, "POOL"),
        (0x46, "COPY"),
        (0x47, "CAST"),
        (0x48, "RECIPROCAL"),
        (0x49, "MEMSET"),
        (0x51, "TENSOR_TENSOR_BITVEC"),
        (0x6A, "STREAM_SHUFFLE"),
        (0x6B, "STREAM_TRANSPOSE"),
        (0x92, "TENSOR_SCALAR_AFFINE_SELECT"),
        (0xA0, "EVENT_SEMAPHORE"),
        (0xA2, "DRAIN"),
        (0xA4, "NOP"),
        (0xA5, "WRITE"),
        (0xA6, "NOTIFY"),
        (0xA7, "MOVE"),
        (0xA8, "ALU_OP"),
        (0xA9, "COMPARE_BRANCH"),
        (0xAA, "TENSOR_LOAD"),
        (0xAB, "TENSOR_STORE"),
        (0xB0, "EVENT_SEMAPHORE_RANGE_CLEAR"),
        (0xB1, "SET_ORDERING_MODE"),
        (0xB8, "DMA_DIRECT2D"),
        (0xC1, "PSEUDO_DMA_TRIGGER"),
        (0xD4, "PSEUDO_DMA_DIRECT2D"),
        (0xE5, "TENSOR_TENSOR_SCAN"),
        (0x85, "CUSTOM_OP_HEADER"),
        (0x00, "OP_0x00"),
        (0xFE, "OP_0xFE"),
    ],
)
def test_an_opcode_has_the_name_viewers_show(byte: int, name: str) -> None:
    assert opcode_name(byte) == name


def test_the_table_knows_every_listed_opcode_once() -> None:
    listed = [0x0A, 0x26, 0x4F, 0x54, 0x5F, 0x88, 0x8F, 0x9F, 0xB6, 0xBF, 0xDF, 0xEA, 0xF4, 0xFF]
    assert all(is_known(byte) for byte in listed)
    assert len(ISA_NAMES) == 172
    assert len(set(ISA_NAMES.values())) == len(ISA_NAMES)


def test_no_two_opcodes_are_shown_alike() -> None:
    shown = [opcode_name(byte) for byte in ISA_NAMES]
    assert len(set(shown)) == len(shown)


def test_every_class_of_the_palette_is_used_and_no_other() -> None:
    assert set(COLOURS.values()) == set(range(9))


@pytest.mark.parametrize(
    ("opcode", "colour"),
    [
        (0x02, 0),
        (0x01, 1),
        (0x41, 2),
        (0x42, 3),
        (0x21, 4),
        (0x23, 4),
        (0x46, 5),
        (0x49, 5),
        (0xB8, 6),
        (0xC8, 7),
        (0xA0, 8),
        (0x1F, 255),
    ],
)
def test_a_slot_has_the_colour_of_its_class(opcode: int, colour: int) -> None:
    assert read(slot(opcode)).colour.tolist() == [colour]


@pytest.mark.parametrize("opcode", [0x01, 0x02])
def test_a_transposing_matmul_carries_the_bit(opcode: int) -> None:
    plain, turned = read(slot(opcode), slot(opcode, at_34=b"\x01")).colour.tolist()
    assert turned == plain | TRANSPOSE_BIT


def test_opcodes_that_always_transpose_carry_the_bit() -> None:
    assert read(slot(0x6B)).colour.tolist() == [5 | TRANSPOSE_BIT]


def test_the_third_flag_byte_of_other_opcodes_is_no_transposing() -> None:
    assert read(slot(0x46, at_34=b"\x01")).colour.tolist() == [5]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("qSPIO0", "qSyncIO0"),
        ("qPoolDynamic", "qGpSimdDynamic"),
        ("qActDynamicHW", "qScalarDynamicHW"),
        ("qDVESpillReload0", "qVectorSpillReload0"),
        ("qDveTable", "qDveTable"),
        ("other", "other"),
    ],
)
def test_a_queue_is_shown_with_the_engine_as_people_call_it(name: str, shown: str) -> None:
    assert queue_display_name(name) == shown


def test_data_types_and_operations_nobody_knows_keep_their_numbers() -> None:
    assert dtype_text(0x14) == "dtype_0x14"
    assert alu_text(0x77) == "ALU_0x77"
    assert dtype_bytes(0x14) == 0


def test_half_bytes_are_rounded_up() -> None:
    assert DTYPE_BITS[0x10] == 4
    assert dtype_bytes(0x10, 3) == 2
    assert dtype_bytes(0x0A, 3) == 12


def test_compiler_text_stands_only_where_the_runtime_changed_the_opcode() -> None:
    trigger = slot(0xC1, at_12=b"qActIO0", at_48=u32(3))
    neff, image = rows(trigger, slot(0xA2)), rows(slot(0xA5), slot(0xA2))
    opcodes, texts = compiler_text(
        neff, image, semaphore_names=ENGINES, activation_names={}, generation="trn2"
    )
    assert opcodes == ["PSEUDO_DMA_TRIGGER", None]
    assert texts == [" qScalarIO0 block_id=3 ", None]


def test_slots_need_not_lie_in_one_piece() -> None:
    wide: np.ndarray[tuple[int, int], np.dtype[np.uint8]] = np.zeros((2, 128), np.uint8)
    wide[:, 0] = 0xA2, 0xB1
    found = compiler_text(
        wide[:, :64],
        np.zeros((2, 64), np.uint8),
        semaphore_names={},
        activation_names={},
        generation="trn2",
    )
    assert found[0] == ["DRAIN", "SET_ORDERING_MODE"]
