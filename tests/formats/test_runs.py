"""Runs taken some rows at a time give what sorting all of them at once would."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats import runs
from ingest_worker.formats.runs import is_ascending, merged_runs, pieces, slabs, stable_order

TIMES = st.lists(st.integers(0, 40), max_size=60)
RUNS = st.lists(TIMES, min_size=1, max_size=6)


@given(RUNS, st.integers(1, 20))
def test_stretches_hold_every_row_once_in_order_of_time(
    found: Sequence[Sequence[int]], rows: int
) -> None:
    own = [np.array(sorted(times), np.int64) for times in found]
    before, seen = -1, 0
    for slab in slabs(own, rows):
        held = [time for run, at in zip(own, slab.places, strict=True) for time in run[at].tolist()]
        seen += len(held)
        assert all(time >= before for time in held)
        if slab.until is not None:
            assert all(time < slab.until for time in held)
            before = slab.until
    assert seen == sum(map(len, found))


@given(st.integers(1, 5), st.integers(50, 400), st.integers(20, 60))
def test_stretches_of_different_times_are_not_much_longer_than_asked_for(
    count: int, length: int, rows: int
) -> None:
    own = [np.arange(length) * count + number for number in range(count)]
    sizes = [sum(at.stop - at.start for at in slab.places) for slab in slabs(own, rows)]
    assert max(sizes) <= rows + 2 * count


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TIMES, st.integers(1, 9))
def test_a_long_order_is_that_of_a_stable_sort(
    monkeypatch: pytest.MonkeyPatch, times: Sequence[int], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    values = np.array(times, np.int64)
    assert stable_order(values).tolist() == np.argsort(values, kind="stable").tolist()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RUNS, st.integers(1, 9))
def test_merged_runs_keep_the_order_of_runs_at_one_time(
    monkeypatch: pytest.MonkeyPatch, found: Sequence[Sequence[int]], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    every = np.array([time for times in found for time in times], np.int64)
    ends = np.cumsum([len(times) for times in found]).tolist()
    places = [slice(end - len(times), end) for end, times in zip(ends, found, strict=True)]
    merged = np.concatenate(
        [np.zeros(0, np.int64), *merged_runs([every[place] for place in places], places)]
    )
    assert merged.tolist() == np.argsort(every, kind="stable").tolist()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TIMES, st.integers(1, 9))
def test_a_fall_is_seen_wherever_it_lies(
    monkeypatch: pytest.MonkeyPatch, times: Sequence[int], rows: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    assert is_ascending(np.array(times, np.int64)) is (list(times) == sorted(times))


def test_pieces_cover_all_rows() -> None:
    assert list(pieces(7, 3)) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert list(pieces(0, 3)) == []
