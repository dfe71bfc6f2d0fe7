"""Starts and ends taken some at a time come in the order in which sorting all of them puts them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.builders.moments import ascending_runs, last_of_each, moments, rows_in_time
from ingest_worker.formats import runs

TRACKS = st.lists(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 15)), max_size=20), max_size=5
)
SMALL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def by_track(tracks: Sequence[Sequence[tuple[int, int]]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows by track, then start, as tables have them."""
    rows = [row for track in tracks for row in sorted(track)]
    start = np.array([begin for begin, _ in rows], np.int64)
    return start, start + np.array([length for _, length in rows], np.int64)


def slowly(start: np.ndarray, end: np.ndarray) -> list[tuple[int, bool, int]]:
    """Time, whether it is an end, and row: starts before ends, each in order of rows."""
    begins = [(int(time), False, row) for row, time in enumerate(start)]
    ends = [(int(time), True, row) for row, time in enumerate(end)]
    return sorted([*begins, *ends])


@SMALL
@given(TRACKS, st.integers(1, 12))
def test_moments_are_those_of_one_sort(
    monkeypatch: pytest.MonkeyPatch, tracks: Sequence[Sequence[tuple[int, int]]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    start, end = by_track(tracks)
    found = [
        (time, is_end, row)
        for step in moments(start, end)
        for time, is_end, row in zip(
            step.times.tolist(), step.is_end.tolist(), step.row.tolist(), strict=True
        )
    ]
    assert found == slowly(start, end)


@SMALL
@given(TRACKS, st.integers(1, 12))
def test_rows_that_are_not_chosen_have_no_moments(
    monkeypatch: pytest.MonkeyPatch, tracks: Sequence[Sequence[tuple[int, int]]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    start, end = by_track(tracks)
    seen = [
        row for step in moments(start, end, lambda own: own % 2 == 1) for row in step.row.tolist()
    ]
    assert sorted(seen) == sorted([row for row in range(len(start)) if row % 2] * 2)


@SMALL
@given(TRACKS, st.integers(1, 12))
def test_no_instant_is_parted(
    monkeypatch: pytest.MonkeyPatch, tracks: Sequence[Sequence[tuple[int, int]]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    steps = [step.times.tolist() for step in moments(*by_track(tracks))]
    filled = [times for times in steps if times]
    assert all(before[-1] < after[0] for before, after in pairwise(filled))


@SMALL
@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 7))
def test_runs_part_times_where_they_fall_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, times: Sequence[int], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    found = ascending_runs(np.array(times, np.int64))
    falls = [place for place in range(1, len(times)) if times[place] < times[place - 1]]
    begins = [0, *falls] if times else []
    ends = [*falls, len(times)] if times else []
    assert found == [slice(a, b) for a, b in zip(begins, ends, strict=True)]


@SMALL
@given(TRACKS, st.integers(1, 12))
def test_every_row_lies_in_one_stretch_of_time(
    monkeypatch: pytest.MonkeyPatch, tracks: Sequence[Sequence[tuple[int, int]]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    start, _ = by_track(tracks)
    seen: list[int] = []
    for own, until in rows_in_time(start):
        assert own.tolist() == sorted(own.tolist())
        if until is not None:
            assert (start[own] < until).all()
        seen += own.tolist()
    assert sorted(seen) == list(range(len(start)))


def test_the_last_of_equal_times_is_marked() -> None:
    assert last_of_each(np.array([1, 1, 2, 3, 3])).tolist() == [False, True, True, False, True]
    assert last_of_each(np.zeros(0, np.int64)).tolist() == []
