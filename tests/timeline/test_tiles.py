"""Arithmetic of tiles and levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.timeline.tiles import (
    SLICES,
    bucket_ns,
    covering,
    level_count,
    levels_between,
    tile_range,
)


@given(
    st.integers(0, 40),
    st.sampled_from([8, 128, 1024]),
    st.integers(0, 10**9),
    st.integers(1, 10**9),
)
def test_covering_tiles_cover_the_range_and_no_more(
    exponent: int, buckets: int, start: int, length: int
) -> None:
    size = 2**exponent
    found = covering(size, buckets, start, start + length)
    first, last = tile_range(size, buckets, found[0]), tile_range(size, buckets, found[-1])
    assert first[0] <= start < first[1]
    assert last[0] < start + length <= last[1]


@given(st.integers(1, 10**12))
def test_levels_go_up_until_few_buckets_cover_the_profile(duration: int) -> None:
    count = level_count(8, duration)
    assert bucket_ns(8, count - 1) * 2047 >= duration
    assert count == 1 or bucket_ns(8, count - 2) * 2047 < duration


def test_buckets_grow_fourfold_and_slices_lie_over_the_base() -> None:
    assert [bucket_ns(8, level) for level in (SLICES, 0, 1, 2)] == [8, 8, 32, 128]


def test_levels_between_two_bases_are_counted_in_steps_of_four() -> None:
    assert levels_between(8, 8) == 0
    assert levels_between(8, 512) == 3


@pytest.mark.parametrize(("fine", "coarse"), [(8, 16), (32, 8)])
def test_bases_that_are_no_levels_of_each_other_are_refused(fine: int, coarse: int) -> None:
    with pytest.raises(ValueError, match="no level above"):
        levels_between(fine, coarse)
