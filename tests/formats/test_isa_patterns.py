"""Where instructions read and write, and how much, by worked examples."""

import numpy as np
import pytest

from ingest_worker.formats.isa.patterns import access_patterns, byte_range
from ingest_worker.formats.isa.traffic import COLUMNS, traffic
from tests.formats.slot_bytes import rows, slot, u16, u32

SBUF, PSUM = 0x4000, 0x2000000
FP32, BF16 = 0x0A, 0x06


def t3(address: int, steps: tuple[int, int, int], counts: tuple[int, int, int]) -> bytes:
    """A pattern of three dimensions."""
    return u32(address) + u16(*steps) + u16(*counts)


def t4(address: int, count: int) -> bytes:
    """A pattern of four dimensions, all but the first of one element."""
    return u32(address) + u16(1, 1, 1, 1) + u16(count, 1, 1, 1)


def counts_of(*slots: bytes, neff: tuple[bytes, ...] = ()) -> list[dict[str, int]]:
    """The columns that apply to each slot."""
    found = traffic(rows(*slots), rows(*neff) if neff else None)
    return [
        {name: int(found.columns[name][row]) for name in COLUMNS if found.columns[name][row] >= 0}
        for row in range(len(slots))
    ]


def weights(pattern: bytes) -> bytes:
    return slot(0x01, at_16=pattern, at_32=bytes([BF16]), at_38=b"\x80\x80")


def test_a_pattern_is_read_as_arrays_padded_to_four_dimensions() -> None:
    (found,) = access_patterns(rows(weights(t3(0x37AFE, (-1, 0, -32), (32, 1, 4)))))
    assert found.name == "src"
    assert found.dtype.tolist() == [BF16]
    assert found.address.tolist() == [0x37AFE]
    assert found.steps.tolist() == [[-1, 0, -32, 0]]
    assert found.counts.tolist() == [[32, 1, 4, 1]]
    assert found.elements.tolist() == [128]
    assert found.size_bytes.tolist() == [256]


def test_patterns_keep_the_row_of_their_slot() -> None:
    slots = rows(slot(0xA2), weights(t3(0, (1, 1, 1), (1, 1, 1))), slot(0xA2))
    assert [found.slot.tolist() for found in access_patterns(slots)] == [[1]]


def test_a_tensor_operation_has_two_sources_of_their_own_types() -> None:
    raw = slot(
        0x41,
        at_12=bytes([FP32 << 4 | BF16, FP32]),
        at_16=t3(1, (1, 1, 1), (2, 1, 1)),
        at_32=t3(2, (1, 1, 1), (2, 1, 1)),
        at_48=t3(3, (1, 1, 1), (2, 1, 1)),
    )
    found = {own.name: own for own in access_patterns(rows(raw))}
    assert [found[name].dtype.tolist() for name in ("src0", "src1", "dst")] == [
        [BF16],
        [FP32],
        [FP32],
    ]
    assert [own.is_write for own in found.values()] == [False, False, True]


def test_the_range_of_a_forward_pattern() -> None:
    (found,) = access_patterns(rows(weights(t3(100, (1, 10, 7), (4, 3, 1)))))
    first, last = byte_range(found)
    assert (first.tolist(), last.tolist()) == ([100], [100 + (3 + 20 + 1) * 2])


def test_the_range_of_a_backward_pattern_lies_below_its_address() -> None:
    """Section 10: lo = addr + neg * size, hi = addr + (pos + 1) * size; neg = -31 - 96."""
    (found,) = access_patterns(rows(weights(t3(0x37AFE, (-1, 5, -32), (32, 1, 4)))))
    first, last = byte_range(found)
    assert first.tolist() == [0x37AFE - 127 * 2]
    assert last.tolist() == [0x37AFE + 2]


def test_the_published_range_of_a_backward_pattern_is_one_element_lower() -> None:
    (found,) = access_patterns(rows(weights(t3(0x37AFE, (-1, 5, -32), (32, 1, 4)))))
    first, last = byte_range(found, as_published=True)
    assert first.tolist() == [0x37AFE - 128 * 2]
    assert last.tolist() == [0x37AFE]


def test_the_published_range_of_a_forward_pattern_is_the_same() -> None:
    (found,) = access_patterns(rows(weights(t3(100, (1, 1, 1), (4, 1, 1)))))
    plain, published = byte_range(found), byte_range(found, as_published=True)
    assert [side.tolist() for side in plain] == [side.tolist() for side in published]


def test_steps_in_both_directions_reach_to_both_sides() -> None:
    (found,) = access_patterns(rows(weights(t3(1000, (-2, 3, 1), (5, 4, 1)))))
    first, last = byte_range(found)
    assert (first.tolist(), last.tolist()) == ([1000 - 16], [1000 + 20])


def test_weights_read_the_state_buffer() -> None:
    assert counts_of(weights(t3(SBUF, (1, 1, 1), (32, 1, 4)))) == [{"sbuf_read_bytes": 256}]


def test_a_matmul_counts_elements_and_writes_4_bytes_for_each() -> None:
    raw = slot(
        0x02,
        at_16=t3(SBUF, (1, 0, 0), (512, 1, 1)),
        at_32=bytes([BF16]),
        at_38=b"\x80\x80",
        at_48=t3(PSUM, (1, 0, 0), (512, 1, 1)),
    )
    assert counts_of(raw) == [
        {"tensor_elements": 8388608, "sbuf_read_bytes": 1024, "psum_write_bytes": 2048}
    ]


def test_a_copy_from_the_accumulators_is_counted_as_such() -> None:
    raw = slot(0x46, at_12=t4(PSUM, 512), at_32=bytes([FP32, BF16, 128]), at_44=t4(SBUF, 512))
    assert counts_of(raw) == [
        {"psum_read_bytes": 2048, "sbuf_write_bytes": 1024, "psum_read_sbuf_write_bytes": 1024}
    ]


def test_a_copy_inside_the_state_buffer_is_not() -> None:
    raw = slot(0x47, at_12=t4(SBUF, 4), at_32=bytes([FP32, FP32, 128]), at_44=t4(SBUF, 4))
    assert counts_of(raw) == [{"sbuf_read_bytes": 16, "sbuf_write_bytes": 16}]


def test_a_reduction_writes_less_than_it_reads() -> None:
    raw = slot(0x42, at_12=t4(SBUF, 512), at_32=bytes([FP32, FP32, 128]), at_44=t4(SBUF, 1))
    assert counts_of(raw) == [{"sbuf_read_bytes": 2048, "sbuf_write_bytes": 4}]


@pytest.mark.parametrize("opcode", [0x21, 0x43])
def test_pointers_are_not_counted(opcode: int) -> None:
    pattern = t3(SBUF, (1, 1, 1), (8, 1, 1))
    raw = slot(opcode, at_16=pattern, at_32=bytes([0xAA, FP32, 1, 1]), at_48=pattern)
    dtype = 0x0A if opcode == 0x21 else 0
    assert counts_of(raw)[0]["sbuf_read_bytes"] == (32 if dtype else 0)


def test_control_instructions_count_nothing() -> None:
    assert counts_of(slot(0xA0), slot(0x1F)) == [{}, {}]


def transfer(opcode: int, source: bytes, target: bytes) -> bytes:
    return slot(
        opcode,
        at_16=source,
        at_32=u16(128, 2, 512),
        at_40=target,
        at_56=u16(64, 4, 256),
    )


VARIABLE, BUFFER, TABLE = b"\0\0\0\0\x05\0\0\x10", b"\0\0\0\x0c\0\0\0\x10", b"\0\0\0\0\0\0\0\x20"


def test_a_dma_counts_whole_bytes_by_the_memory_the_compiler_named() -> None:
    image = transfer(0xB8, bytes(8), bytes(8))
    compiled = transfer(0xD4, VARIABLE, BUFFER)
    assert counts_of(image, neff=(compiled,)) == [
        {"hbm_read_bytes": 131072, "sbuf_write_bytes": 65536}
    ]


def test_a_dma_through_a_table_is_in_memory() -> None:
    image, compiled = transfer(0xB8, bytes(8), bytes(8)), transfer(0xD4, BUFFER, TABLE)
    assert counts_of(image, neff=(compiled,)) == [
        {"sbuf_read_bytes": 131072, "hbm_write_bytes": 65536}
    ]


def test_without_the_compiled_slot_the_memory_of_a_dma_is_not_known() -> None:
    assert counts_of(transfer(0xB8, VARIABLE, BUFFER)) == [{}]


def test_counts_larger_than_32_bits_are_whole() -> None:
    pattern = t3(SBUF, (1, 1, 1), (65535, 65535, 65535))
    (found,) = access_patterns(rows(weights(pattern)))
    assert found.size_bytes.tolist() == [65535**3 * 2]


def test_counts_of_a_damaged_slot_do_not_wrap_around() -> None:
    raw = slot(0x46, at_20=u16(*[65535] * 6), at_32=b"\x0a\x0a", at_56=u16(*[65535] * 4))
    assert counts_of(raw)[0]["sbuf_write_bytes"] == 4 << 56


def test_a_column_tells_where_it_is_absent() -> None:
    values, is_absent = traffic(rows(slot(0xA2), weights(bytes(16)))).column("sbuf_read_bytes")
    assert is_absent.tolist() == [True, False]
    assert values[1] == 0


def test_no_slots_have_no_patterns() -> None:
    empty = np.zeros((0, 64), np.uint8)
    assert access_patterns(empty) == []
    assert len(traffic(empty, empty).columns["hbm_read_bytes"]) == 0
