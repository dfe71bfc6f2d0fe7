"""FLOP/s over time: each multiplication spread evenly over its time, and 0 where none runs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.tensor_rate import rate_steps

JOBS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 15), st.integers(1, 1000)), max_size=20
)


def steps(jobs: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    start = np.array([begin for begin, _, _ in jobs], np.int64)
    end = start + np.array([length for _, length, _ in jobs], np.int64)
    rates = np.array([[flops / length for _, length, flops in jobs]]).reshape(1, len(jobs))
    return rate_steps(start, end, rates)


@given(JOBS)
def test_the_steps_are_the_sum_of_what_is_under_way(jobs: list[tuple[int, int, int]]) -> None:
    times, levels = steps(jobs)
    for time, level in zip(times.tolist(), levels[0].tolist(), strict=True):
        wanted = sum(flops / length for at, length, flops in jobs if at <= time < at + length)
        assert abs(level - wanted) < 1e-6


@given(JOBS)
def test_the_area_under_the_steps_is_all_the_work(jobs: list[tuple[int, int, int]]) -> None:
    times, levels = steps(jobs)
    area = float((levels[0, :-1] * np.diff(times)).sum()) if len(times) else 0.0
    assert abs(area - sum(flops for _, _, flops in jobs)) < 1e-6


@given(JOBS)
def test_the_last_step_is_exactly_zero(jobs: list[tuple[int, int, int]]) -> None:
    _, levels = steps(jobs)
    assert not levels.shape[1] or levels[0, -1] == 0.0
