"""Spans inside spans: a lane below, never on top of one another, the twelfth lane for the rest."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.tracks.nesting import MOST_NESTED_LANES, nested_lanes

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=40)


def ordered(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(start, end) by start, the longer ones first."""
    return sorted(((a, a + size) for a, size in spans), key=lambda span: (span[0], -span[1]))


def lanes(spans: list[tuple[int, int]]) -> tuple[list[int], int]:
    start = np.array([span[0] for span in spans], np.int64)
    end = np.array([span[1] for span in spans], np.int64)
    lane, deepest = nested_lanes(start, end)
    return lane.tolist(), deepest


def test_a_span_lies_below_the_one_that_is_open_around_it() -> None:
    spans = [(0, 100), (10, 90), (20, 30), (40, 80), (50, 60), (95, 99), (120, 130)]
    assert lanes(spans) == ([0, 1, 2, 2, 3, 1, 0], 4)


def test_spans_that_touch_share_a_lane() -> None:
    assert lanes([(0, 10), (10, 20), (20, 30)]) == ([0, 0, 0], 1)


def test_spans_that_overlap_without_nesting_take_a_free_lane() -> None:
    assert lanes([(0, 10), (5, 15), (12, 20), (14, 30)]) == ([0, 1, 0, 2], 3)


def test_instants_take_no_room() -> None:
    assert lanes([(0, 10), (5, 5), (5, 5), (6, 8)]) == ([0, 1, 1, 1], 2)


def test_nothing_has_no_lane_and_one_has_one() -> None:
    assert lanes([]) == ([], 0)
    assert lanes([(3, 3)]) == ([0], 1)


def test_what_is_deeper_than_the_twelfth_lane_shares_it() -> None:
    spans = [(n, 1000 - n) for n in range(30)]
    found, deepest = lanes(spans)
    assert deepest == 30
    assert found == [min(n, MOST_NESTED_LANES - 1) for n in range(30)]


@given(SPANS)
def test_no_two_spans_of_a_lane_overlap_but_in_the_last(spans: list[tuple[int, int]]) -> None:
    chosen = ordered(spans)
    found, _ = lanes(chosen)
    for lane in range(MOST_NESTED_LANES - 1):
        own = [span for span, at in zip(chosen, found, strict=True) if at == lane]
        solid = [(a, b) for a, b in own if b > a]
        assert all(before[1] <= after[0] for before, after in pairwise(solid))


@given(SPANS)
def test_a_span_inside_another_is_never_above_it_when_all_nest(
    spans: list[tuple[int, int]],
) -> None:
    chosen = ordered(spans)
    crossing = any(a[0] < b[0] < a[1] < b[1] for n, a in enumerate(chosen) for b in chosen[n + 1 :])
    if crossing:
        return
    found, deepest = lanes(chosen)
    for n, outer in enumerate(chosen):
        for m, inner in enumerate(chosen[n + 1 :], n + 1):
            if outer[0] <= inner[0] < inner[1] <= outer[1]:
                assert found[m] > found[n] or found[n] == MOST_NESTED_LANES - 1
    assert deepest <= max(len(chosen), 1)


@given(SPANS)
def test_the_lanes_used_are_as_many_as_said(spans: list[tuple[int, int]]) -> None:
    found, deepest = lanes(ordered(spans))
    assert max(found, default=-1) + 1 == min(deepest, MOST_NESTED_LANES)


@pytest.mark.parametrize("count", [2, 100, 5000])
def test_many_in_a_row_need_one_lane(count: int) -> None:
    spans = [(10 * n, 10 * n + 9) for n in range(count)]
    assert lanes(spans) == ([0] * count, 1)
