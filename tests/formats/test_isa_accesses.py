"""Which bytes and partitions instructions touch, by hand."""

import pytest

from ingest_worker.formats.isa.accesses import joined_accesses, slot_accesses
from tests.formats.slot_bytes import rows
from tests.make import control, slots
from tests.make.slots import PSUM, Access

Touch = tuple[int, bool, bool, int, int, int, int]


def touched(*each: bytes) -> list[Touch]:
    """(slot, is_write, is_psum, first, last, partition, partitions) of every access."""
    found = slot_accesses(rows(*each))
    columns = (found.slot, found.is_write, found.is_psum, found.first, found.last)
    more = (found.partition, found.partitions)
    return list(zip(*(column.tolist() for column in (*columns, *more)), strict=True))


def test_a_product_reads_its_rows_and_writes_four_bytes_an_element() -> None:
    source, bank = Access(0x100, (1,), (64,)), Access(PSUM + 0x800, (1,), (64,))
    assert touched(slots.matmul(source, bank, rows=96, columns=32)) == [
        (0, False, False, 0x100, 0x100 + 128, 0, 96),
        (0, True, True, 0x800, 0x800 + 256, 0, 32),
    ]


def test_weights_read_backwards_lie_one_element_low() -> None:
    """Elements 0x400 to 0x302 and back: the official tool counts them one element lower."""
    backwards = Access(0x400, (-1, 0, 0), (128, 1, 1))
    assert touched(slots.load_weights(backwards))[0][3:5] == (0x400 - 256, 0x400)


def test_every_other_engine_has_its_own_data_types() -> None:
    source, target = Access(PSUM, (1,), (10,)), Access(0x20, (2,), (10,))
    assert touched(slots.activate(source, target, slots.EXP, channels=64)) == [
        (0, False, True, 0, 40, 0, 64),
        (0, True, False, 0x20, 0x20 + 38, 0, 64),
    ]


def test_two_sources_are_two_reads_and_come_before_the_write() -> None:
    add = slots.tensor_tensor(Access(0), Access(8), Access(16), slots.ADD, channels=7)
    assert [(each[1], each[3]) for each in touched(add)] == [(False, 0), (False, 8), (True, 16)]
    assert {each[6] for each in touched(add)} == {7}


def test_a_memset_only_writes() -> None:
    assert touched(slots.fill(Access(4, (1,), (3,)), 1.0, elements=3)) == [
        (0, True, False, 4, 16, 0, 128)
    ]


@pytest.mark.parametrize(("address", "partition"), [(0, 0), (0x800000, 32), (0x1800010, 96)])
def test_quadrants_begin_at_their_own_addresses(address: int, partition: int) -> None:
    found = touched(slots.fill(Access(address), 0.0, elements=1, channels=32))
    assert [(each[5], each[3]) for each in found] == [(partition, address % 0x40000)]


@pytest.mark.parametrize("address", [0x80000010, 0x20000000, 0x40000000, 0x4000000])
def test_addresses_in_registers_are_no_accesses(address: int) -> None:
    assert touched(slots.fill(Access(address), 0.0, elements=1)) == []


def test_ranges_end_with_the_partition() -> None:
    assert touched(slots.fill(Access(PSUM + 0x3FF0, (1,), (64,)), 0.0, elements=64))[0][3:5] == (
        0x3FF0,
        0x4000,
    )


def test_slots_without_operands_touch_nothing_and_numbers_are_kept() -> None:
    found = touched(control.nop(), slots.fill(Access(0), 0.0, elements=1), control.nop())
    assert [each[0] for each in found] == [1]
    assert len(joined_accesses([])) == 0
