"""Whole transfers of a range: those that start in it, those that touch it, in any order of rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.metrics.device_run import Transfers
from profiles.metrics.events import Coded

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 25)), max_size=25)
EDGES = st.tuples(st.integers(-3, 90), st.integers(-3, 90)).map(sorted)


def transfers(spans: list[tuple[int, int]]) -> Transfers:
    start, length = (np.array([span[n] for span in spans], np.int64) for n in (0, 1))
    nothing = np.zeros(len(spans), np.int64)
    texts = Coded(nothing, [""])
    return Transfers(
        nothing, start, start + length, length, nothing - 1, nothing - 1, texts, texts, texts
    )


@settings(max_examples=100, deadline=None)
@given(spans=SPANS, edges=EDGES)
def test_those_that_start_in_a_range_come_in_order_of_time(
    spans: list[tuple[int, int]], edges: list[int]
) -> None:
    first, last = edges
    wanted = [row for row, (start, _) in enumerate(spans) if first <= start < last]
    wanted.sort(key=lambda row: (spans[row][0], row))
    assert transfers(spans).starting(first, last).tolist() == wanted


@settings(max_examples=100, deadline=None)
@given(spans=SPANS, edges=EDGES)
def test_those_that_touch_a_range_come_in_order_of_rows(
    spans: list[tuple[int, int]], edges: list[int]
) -> None:
    first, last = edges
    wanted = [
        row for row, (start, length) in enumerate(spans) if start < last and start + length > first
    ]
    assert transfers(spans).touching(first, last).tolist() == wanted


@pytest.mark.parametrize("edges", [(0, 10), (-5, 0), (5, 5)])
def test_without_any_there_are_none(edges: tuple[int, int]) -> None:
    assert transfers([]).starting(*edges).tolist() == []
    assert transfers([]).touching(*edges).tolist() == []
