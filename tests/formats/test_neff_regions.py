"""Where prepared transfers read and write the state buffer, by hand."""

import pytest

from ingest_worker.formats.neff.json_text import Json
from ingest_worker.formats.neff.regions import Region, state_buffer_region

STRIDE = 0x40000


def region(offset: int, sizes: list[int], steps: list[int]) -> Region | None:
    descriptor = Json("def.json", {"to_off": offset, "to_sizes": sizes, "to_steps": steps})
    return state_buffer_region(descriptor, "to", is_write=True)


def test_the_documented_example_is_4000_bytes_into_each_partition() -> None:
    assert region(0, [4000, 128], [1, STRIDE]) == Region(True, 0, 4000, 0, 128)


def test_an_offset_is_a_partition_and_a_byte_within() -> None:
    assert region(32 * STRIDE + 64, [16, 8], [1, STRIDE]) == Region(True, 64, 80, 32, 8)


def test_steps_within_a_partition_widen_the_range() -> None:
    assert region(0, [4, 3, 2], [1, 100, STRIDE]) == Region(True, 0, 204, 0, 2)


def test_a_step_backwards_begins_below_the_offset() -> None:
    assert region(300, [4, 3], [1, -100]) == Region(True, 100, 304, 0, 1)


@pytest.mark.parametrize(
    ("offset", "sizes", "steps"),
    [
        (0, [], []),
        (0, [0, 4], [1, STRIDE]),
        (-5, [4], [1]),
        (128 * STRIDE, [4], [1]),
        (0, [4, 3], [1, -100]),
        (0, [1] * 17, [1] * 17),
    ],
)
def test_impossible_places_are_none(offset: int, sizes: list[int], steps: list[int]) -> None:
    assert region(offset, sizes, steps) is None


def test_no_more_than_the_memory_is_touched() -> None:
    assert region(120 * STRIDE + STRIDE - 8, [64, 99], [1, STRIDE]) == Region(
        True, STRIDE - 8, STRIDE, 120, 8
    )


def test_the_other_end_has_fields_of_its_own() -> None:
    descriptor = Json("d", {"from_off": 8, "from_sizes": [2], "from_steps": [1], "to_off": 0})
    assert state_buffer_region(descriptor, "from", is_write=False) == Region(False, 8, 10, 0, 1)
