"""Unions, samples and counters equal what one computes slowly, one event after the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.rate import rate_bytes_per_s
from ingest_worker.builders.unions import merged
from ingest_worker.builders.usage import spaced, usage_samples

INTERVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=30)


def arrays(intervals: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    start = np.array([begin for begin, _ in intervals], np.int64)
    return start, start + np.array([length for _, length in intervals], np.int64)


@given(INTERVALS)
def test_a_union_covers_exactly_the_covered_instants(intervals: list[tuple[int, int]]) -> None:
    start, end = merged(*arrays(intervals))
    covered = {t for begin, length in intervals for t in range(begin * 2, (begin + length) * 2 + 1)}
    found = {
        t
        for a, b in zip(start.tolist(), end.tolist(), strict=True)
        for t in range(a * 2, b * 2 + 1)
    }
    assert found == covered


@given(INTERVALS)
def test_the_intervals_of_a_union_never_touch(intervals: list[tuple[int, int]]) -> None:
    start, end = merged(*arrays(intervals))
    assert (start[1:] > end[:-1]).all()


def test_intervals_that_touch_become_one() -> None:
    start, end = merged(np.array([5, 0]), np.array([9, 5]))
    assert (start.tolist(), end.tolist()) == ([0], [9])


@given(st.lists(st.integers(0, 500), max_size=60), st.integers(1, 50))
def test_spaced_positions_are_those_of_a_walk_one_by_one(times: list[int], distance: int) -> None:
    ordered = sorted(times)
    expected: list[int] = []
    for place, time in enumerate(ordered):
        if not expected or time - ordered[expected[-1]] >= distance:
            expected.append(place)
    assert spaced(np.array(ordered, np.int64), distance).tolist() == expected


def test_positions_are_spaced_across_the_blocks_of_the_walk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = np.arange(0, 1000, 3)
    whole = spaced(times, 10).tolist()
    monkeypatch.setattr("ingest_worker.builders.usage.WALK_ROWS", 7)
    assert spaced(times, 10).tolist() == whole


@pytest.mark.parametrize(("gap_ps", "samples"), [(9_999, 1), (10_000, 2)])
def test_a_sample_is_kept_10000_ps_after_the_last_one(gap_ps: int, samples: int) -> None:
    start, end = np.array([0]), np.array([gap_ps])
    moments, level, total = usage_samples(start, end, np.array([4]), np.array([2.0], np.float32))
    assert moments.tolist() == [0, gap_ps][:samples]
    assert level.tolist() == [2.0, 0.0][:samples]
    assert total.tolist() == [4, 4][:samples]


def test_events_of_one_picosecond_count_together() -> None:
    start, end = np.array([0, 20_000]), np.array([20_000, 50_000])
    rate = np.array([3.0, 5.0], np.float32)
    moments, level, total = usage_samples(start, end, np.array([10, 20]), rate)
    assert moments.tolist() == [0, 20_000, 50_000]
    assert level.tolist() == [3.0, 5.0, 0.0]
    assert total.tolist() == [10, 30, 30]


@given(
    st.lists(
        st.tuples(st.integers(0, 90_000), st.integers(1_000, 40_000), st.integers(4, 1 << 16)),
        max_size=20,
    )
)
def test_samples_equal_a_simulation_event_by_event(packets: list[tuple[int, int, int]]) -> None:
    start = np.array([begin for begin, _, _ in packets], np.int64)
    end = start + np.array([length for _, length, _ in packets], np.int64)
    size = np.array([amount for _, _, amount in packets], np.int64)
    rate = rate_bytes_per_s(size, end - start)
    expected = []
    rates = rate.astype(np.float64).tolist()
    for now in sorted({*start.tolist(), *end.tolist()}):
        if expected and now - expected[-1][0] < 10_000:
            continue
        active = sum(
            r for r, a, b in zip(rates, start.tolist(), end.tolist(), strict=True) if a <= now < b
        )
        total = sum(n for n, a in zip(size.tolist(), start.tolist(), strict=True) if a <= now)
        expected.append((now, total, active))
    moments, level, total_bytes = usage_samples(start, end, size, rate)
    found = list(zip(moments.tolist(), total_bytes.tolist(), strict=True))
    assert found == [(now, total) for now, total, _ in expected]
    assert level == pytest.approx([active for _, _, active in expected], rel=1e-6)


def test_a_rate_is_float32_bytes_over_float32_seconds() -> None:
    found = rate_bytes_per_s(np.array([2048], np.uint32), np.array([81176]))
    assert found.dtype == np.float32
    assert found[0] == np.float32(2048) / np.float32(81176 / 1e12)


def test_a_packet_without_a_duration_has_no_rate() -> None:
    assert rate_bytes_per_s(np.array([8]), np.array([0])).tolist() == [0.0]
