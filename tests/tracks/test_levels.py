"""Every level of the pyramid equals the slow reading of the rules, on random tracks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_worker.tracks.levels import Slices, levels
from tests.tracks.brute_force import Bar, level

BARS = st.lists(
    st.builds(
        Bar,
        start_ns=st.integers(0, 5000),
        duration_ns=st.one_of(st.integers(0, 40), st.integers(0, 3000)),
        lane=st.integers(0, 3),
        colour=st.sampled_from([0, 3, 8, 255]),
    ),
    max_size=60,
).map(lambda bars: sorted(bars, key=lambda bar: bar.start_ns))


def as_slices(bars: list[Bar]) -> Slices:
    return Slices(
        np.array([b.start_ns for b in bars], np.int64),
        np.array([b.duration_ns for b in bars], np.int64),
        np.array([b.lane for b in bars], np.uint8),
        np.array([b.colour for b in bars], np.uint8),
    )


@given(BARS, st.sampled_from([1, 8, 16]))
@settings(max_examples=150, deadline=None)
def test_every_level_equals_brute_force(bars: list[Bar], base_ns: int) -> None:
    for number, (cells, long) in enumerate(levels(as_slices(bars), base_ns, 6)):
        expected, expected_long = level(bars, base_ns * 4**number)
        assert long.tolist() == expected_long
        found = {
            (bucket, lane): (count, busy, longest, colour)
            for bucket, lane, count, busy, longest, colour in zip(
                cells.bucket.tolist(),
                cells.lane.tolist(),
                cells.count.tolist(),
                cells.busy_ns.tolist(),
                cells.longest.tolist(),
                cells.colour.tolist(),
                strict=True,
            )
        }
        assert found == {
            key: (cell.count, cell.busy_ns, cell.longest, cell.colour)
            for key, cell in expected.items()
        }


@given(BARS)
@settings(max_examples=60, deadline=None)
def test_counts_and_long_slices_of_every_level_are_the_rows(bars: list[Bar]) -> None:
    for cells, long in levels(as_slices(bars), 8, 7):
        assert int(cells.count.sum()) + len(long) == len(bars)


@given(BARS)
@settings(max_examples=60, deadline=None)
def test_covered_time_is_the_same_at_every_level(bars: list[Bar]) -> None:
    total = sum(bar.duration_ns for bar in bars)
    for cells, long in levels(as_slices(bars), 8, 7):
        assert int(cells.busy_ns.sum()) + sum(bars[i].duration_ns for i in long) == total


def test_a_slice_as_long_as_the_bucket_is_a_cell_and_one_longer_is_long() -> None:
    bars = [Bar(0, 8, 0, 1), Bar(16, 9, 0, 2)]
    cells, long = next(levels(as_slices(bars), 8, 1))
    assert cells.bucket.tolist() == [0]
    assert cells.busy_ns.tolist() == [8]
    assert long.tolist() == [1]


def test_a_slice_that_reaches_into_the_next_bucket_is_busy_there_and_counted_once() -> None:
    cells, long = next(levels(as_slices([Bar(6, 5, 0, 4)]), 8, 1))
    assert not len(long)
    assert cells.bucket.tolist() == [0, 1]
    assert cells.count.tolist() == [1, 0]
    assert cells.busy_ns.tolist() == [2, 3]
    assert cells.longest.tolist() == [0, -1]
    assert cells.colour.tolist() == [4, 4]


def test_the_colour_is_the_class_with_most_time_not_with_most_slices() -> None:
    bars = [Bar(0, 1, 0, 8), Bar(1, 1, 0, 8), Bar(2, 5, 0, 0)]
    cells, _ = next(levels(as_slices(bars), 8, 1))
    assert cells.colour.tolist() == [0]
    assert cells.count.tolist() == [3]


@pytest.mark.parametrize("count", [0, 1])
def test_tracks_of_no_or_one_slice_have_levels_too(count: int) -> None:
    bars = [Bar(5, 0, 0, 1)] * count
    for cells, long in levels(as_slices(bars), 8, 3):
        assert len(cells) == count
        assert not len(long)
