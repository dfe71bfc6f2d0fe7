"""FLOP/s over time: each multiplication spread evenly over its time, and 0 where none runs."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.builders.tensor_rate import PS_PER_S, rate_columns
from ingest_worker.formats import runs

JOBS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 15), st.integers(1, 1000)), max_size=20
)
NEARLY = 1e-3
"""Rates are written as float32."""


def steps(jobs: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """The rates of jobs, one slot each, in FLOPs a picosecond; their times are not rounded."""
    ordered = sorted(jobs)
    start = np.array([begin for begin, _, _ in ordered], np.int64)
    end = start + np.array([length for _, length, _ in ordered], np.int64)
    flops: Any = pa.array([flops for *_, flops in ordered], pa.int64())
    core = SimpleNamespace(
        rows=SimpleNamespace(start_ps=start, end_ps=end),
        slot=np.arange(len(ordered), dtype=np.int32),
        slots=SimpleNamespace(
            columns={"raw_flops": flops}, opcode=np.zeros(len(ordered), np.int16)
        ),
    )
    part = SimpleNamespace(ns=lambda times: times)
    times, columns = rate_columns(cast("Any", part), cast("Any", core))
    return times, np.stack(columns).astype(np.float64) / PS_PER_S


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JOBS, st.integers(1, 9))
def test_the_steps_do_not_depend_on_how_many_rows_are_taken_at_a_time(
    monkeypatch: pytest.MonkeyPatch, jobs: list[tuple[int, int, int]], rows: int
) -> None:
    with monkeypatch.context() as whole:
        whole.setattr(runs, "SLAB_ROWS", 1_000_000)
        times, levels = steps(jobs)
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    found_times, found = steps(jobs)
    assert found_times.tolist() == times.tolist()
    assert found.tobytes() == levels.tobytes()


@given(JOBS)
def test_the_steps_are_the_sum_of_what_is_under_way(jobs: list[tuple[int, int, int]]) -> None:
    times, levels = steps(jobs)
    for time, level in zip(times.tolist(), levels[0].tolist(), strict=True):
        wanted = sum(flops / length for at, length, flops in jobs if at <= time < at + length)
        assert abs(level - wanted) < NEARLY


@given(JOBS)
def test_the_area_under_the_steps_is_all_the_work(jobs: list[tuple[int, int, int]]) -> None:
    times, levels = steps(jobs)
    area = float((levels[0, :-1] * np.diff(times)).sum()) if len(times) else 0.0
    assert abs(area - sum(flops for _, _, flops in jobs)) < NEARLY


@given(JOBS)
def test_the_last_step_is_exactly_zero(jobs: list[tuple[int, int, int]]) -> None:
    _, levels = steps(jobs)
    assert not levels.shape[1] or levels[0, -1] == 0.0
