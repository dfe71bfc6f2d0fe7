"""Counts and lanes by stretches of time are those of the hits, at any width of the stretches."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.timeline.search.grid import (
    LEAST_BUCKETS,
    MOST_BUCKETS,
    MOST_CELLS,
    Row,
    grid_bits,
)

slices = st.lists(
    st.tuples(st.integers(-300, 900), st.integers(0, 400), st.integers(0, 17)), max_size=30
)


def columns(
    hits: list[tuple[int, int, int]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    start = np.array([hit[0] for hit in hits], np.int64)
    length = np.array([hit[1] for hit in hits], np.int64)
    return start, start + length, np.array([hit[2] for hit in hits], np.uint8)


def filled(hits: list[tuple[int, int, int]], buckets: int, bits: int) -> Row:
    row = Row.empty(buckets)
    row.add(*columns(hits), bits)
    return row


def slowly(hits: list[tuple[int, int, int]], buckets: int, bits: int) -> tuple[Any, Any]:
    """Bucket by bucket: how many begin there, and the lanes that have any of their time there."""
    starts, lanes = [0] * buckets, [0] * buckets
    for start, length, lane in hits:
        # A hit without length is there for the instant at which it begins.
        for at in {start, *range(start, start + length)}:
            bucket = at >> bits
            if 0 <= bucket < buckets:
                lanes[bucket] |= 1 << min(lane, 15)
        if 0 <= start >> bits < buckets:
            starts[start >> bits] += 1
    return starts, lanes


@given(slices, st.integers(1, 40), st.integers(0, 6))
def test_a_bucket_knows_what_begins_and_what_lies_there(
    hits: list[tuple[int, int, int]], buckets: int, bits: int
) -> None:
    row = filled(hits, buckets, bits)
    starts, lanes = slowly(hits, buckets, bits)
    assert row.starts.tolist() == starts
    assert row.lanes.tolist() == lanes


@given(slices, slices, st.integers(0, 5))
def test_hits_may_come_in_pieces(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]], bits: int
) -> None:
    row = filled(first, 20, bits)
    row.add(*columns(second), bits)
    whole = filled(first + second, 20, bits)
    assert row.starts.tolist() == whole.starts.tolist()
    assert row.lanes.tolist() == whole.lanes.tolist()


@given(slices, st.integers(0, 3), st.integers(1, 3))
def test_coarser_buckets_are_what_they_would_have_been(
    hits: list[tuple[int, int, int]], bits: int, more: int
) -> None:
    ratio = 1 << more
    fine = filled(hits, 16 * ratio, bits)
    coarse = filled(hits, 16, bits + more)
    found = fine.coarser(0, 16 * ratio, ratio)
    assert found.starts.tolist() == coarse.starts.tolist()
    assert found.lanes.tolist() == coarse.lanes.tolist()


def test_coarser_buckets_of_a_part_hold_nothing_beyond_the_end() -> None:
    row = filled([(0, 1, 0), (9, 1, 1)], 10, 0)
    found = row.coarser(8, 16, 4)
    assert found.starts.tolist() == [1, 0]
    assert found.lanes.tolist() == [2, 0]
    assert row.coarser(16, 20, 4).starts.tolist() == [0]


@pytest.mark.parametrize("tracks", [1, 20, 300, 5000])
@pytest.mark.parametrize("duration_ns", [0, 1, 1023, 1024, 50_000, 10**9, 10**15])
def test_a_grid_covers_the_duration_and_stays_small(duration_ns: int, tracks: int) -> None:
    bits, buckets = grid_bits(duration_ns, tracks)
    assert buckets << bits > duration_ns
    assert 1 <= buckets <= MOST_BUCKETS
    assert buckets <= LEAST_BUCKETS or buckets * tracks <= MOST_CELLS
    if bits:
        # No finer one would have been small enough.
        room = max(LEAST_BUCKETS, min(MOST_BUCKETS, MOST_CELLS // tracks))
        assert (duration_ns >> (bits - 1)) + 1 > room


def test_nothing_changes_an_empty_row() -> None:
    row = filled([], 5, 3)
    assert row.starts.tolist() == row.lanes.tolist() == [0] * 5
    assert row.size_bytes == 5 * 6
