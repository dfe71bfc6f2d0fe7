"""What overlaps is stacked, and nothing in a lane overlaps before the lanes run out."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_worker.tracks.depth import MOST_LANES, stack

SPANS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=50).map(
    lambda spans: sorted((start, start + length) for start, length in spans)
)


def stacked(spans: list[tuple[int, int]]) -> tuple[list[int], int]:
    lanes, deepest = stack(
        np.array([s for s, _ in spans], np.int64), np.array([e for _, e in spans], np.int64)
    )
    return lanes.tolist(), deepest


@given(SPANS)
@settings(max_examples=200, deadline=None)
def test_slices_of_a_lane_do_not_overlap_except_in_the_last(spans: list[tuple[int, int]]) -> None:
    lanes, deepest = stacked(spans)
    for lane in range(MOST_LANES if deepest <= MOST_LANES else MOST_LANES - 1):
        own = [span for span, where in zip(spans, lanes, strict=True) if where == lane]
        long = [span for span in own if span[1] > span[0]]
        assert all(a[1] <= b[0] for a, b in pairwise(long))


@given(SPANS)
@settings(max_examples=100, deadline=None)
def test_as_many_lanes_as_run_at_once(spans: list[tuple[int, int]]) -> None:
    _, deepest = stacked(spans)
    at_once = max((sum(s <= at < e for s, e in spans) for at in {s for s, _ in spans}), default=0)
    assert deepest >= at_once
    assert deepest <= max(1, len(spans))


def test_one_after_the_other_takes_one_lane() -> None:
    assert stacked([(0, 5), (5, 9), (9, 9), (9, 12)]) == ([0, 0, 0, 0], 1)


def test_a_pipelined_pair_takes_two_lanes_and_the_first_free_one_is_used_again() -> None:
    assert stacked([(0, 10), (5, 15), (10, 20), (15, 25)]) == ([0, 1, 0, 1], 2)


def test_lanes_beyond_the_fourth_share_it_and_are_counted() -> None:
    lanes, deepest = stacked([(i, 100) for i in range(6)])
    assert lanes == [0, 1, 2, 3, 3, 3]
    assert deepest == 6


def test_no_slices_take_no_lane() -> None:
    assert stacked([]) == ([], 0)
