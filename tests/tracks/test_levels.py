"""Every level of the pyramid equals the slow reading of the rules, on random tracks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_worker.tracks.depth import own_starts
from ingest_worker.tracks.levels import Slices, levels
from tests.tracks.brute_force import Bar, level, own_instants

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
    start = np.array([b.start_ns for b in bars], np.int64)
    end = start + np.array([b.duration_ns for b in bars], np.int64)
    lane = np.array([b.lane for b in bars], np.uint8)
    colour = np.array([b.colour for b in bars], np.uint8)
    return Slices(start, end, own_starts(start, end, lane), lane, colour)


@given(BARS, st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_every_level_equals_brute_force(bars: list[Bar], base_bits: int) -> None:
    for number, (cells, long) in enumerate(levels(as_slices(bars), base_bits, 6)):
        expected, expected_long = level(bars, 2**base_bits * 4**number)
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
    for cells, long in levels(as_slices(bars), 3, 7):
        assert int(cells.count.sum()) + len(long) == len(bars)


@given(BARS)
@settings(max_examples=60, deadline=None)
def test_no_instant_of_a_lane_is_busy_twice_and_none_is_lost(bars: list[Bar]) -> None:
    own = own_instants(bars)
    covered = {(bar.lane, instant) for bar in bars for instant in bar.instants}
    for cells, long in levels(as_slices(bars), 3, 7):
        in_bars = sum(len(own[index]) for index in long.tolist())
        assert int(cells.busy_ns.sum()) + in_bars == len(covered)


def test_two_slices_at_the_same_time_in_one_lane_make_it_busy_once() -> None:
    cells, _ = next(levels(as_slices([Bar(0, 6, 3, 1), Bar(2, 6, 3, 2)]), 3, 1))
    assert cells.busy_ns.tolist() == [8]
    assert cells.count.tolist() == [2]
    assert cells.colour.tolist() == [1]


def test_a_slice_as_long_as_the_bucket_is_a_cell_and_one_longer_is_long() -> None:
    bars = [Bar(0, 8, 0, 1), Bar(16, 9, 0, 2)]
    cells, long = next(levels(as_slices(bars), 3, 1))
    assert cells.bucket.tolist() == [0]
    assert cells.busy_ns.tolist() == [8]
    assert long.tolist() == [1]


def test_a_slice_that_reaches_into_the_next_bucket_is_busy_there_and_counted_once() -> None:
    cells, long = next(levels(as_slices([Bar(6, 5, 0, 4)]), 3, 1))
    assert not len(long)
    assert cells.bucket.tolist() == [0, 1]
    assert cells.count.tolist() == [1, 0]
    assert cells.busy_ns.tolist() == [2, 3]
    assert cells.longest.tolist() == [0, -1]
    assert cells.colour.tolist() == [4, 4]


def test_the_colour_is_the_class_with_most_time_not_with_most_slices() -> None:
    bars = [Bar(0, 1, 0, 8), Bar(1, 1, 0, 8), Bar(2, 5, 0, 0)]
    cells, _ = next(levels(as_slices(bars), 3, 1))
    assert cells.colour.tolist() == [0]
    assert cells.count.tolist() == [3]


@pytest.mark.parametrize("count", [0, 1])
def test_tracks_of_no_or_one_slice_have_levels_too(count: int) -> None:
    bars = [Bar(5, 0, 0, 1)] * count
    for cells, long in levels(as_slices(bars), 3, 3):
        assert len(cells) == count
        assert not len(long)
