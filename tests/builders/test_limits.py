"""Throttled time by cause, by hand and against walking instant by instant."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders import limits
from ingest_worker.builders.limits import EVERY_TYPE, legacy_limits, limit_sums
from ingest_worker.formats.ntff.throttle import ThrottleRows

TOTAL_PS = 60
RECORDS = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 8), st.sampled_from([1, 2, 8]), st.integers(0, 2)),
    min_size=1,
    max_size=12,
)


def core_of(records: list[tuple[int, int, int, int]], last: int = 90) -> Any:
    """A core whose limits begin at these times: (start, k, n, kind)."""
    ordered = sorted(records, key=lambda each: each[0])
    start = np.array([begin for begin, *_ in ordered], np.int64)
    end = np.append(start[1:], max(last, int(start[-1])))
    k, n, kind = (np.array([each[m] for each in ordered], np.uint8) for m in (1, 2, 3))
    rows = ThrottleRows(start, end, np.minimum(k, n), n, kind)
    return SimpleNamespace(core=SimpleNamespace(index=0), throttle=rows)


def part_of(core: Any, last_end_ps: int = 90) -> Any:
    return SimpleNamespace(cores=[core], origin_ps=0, last_end_ps=last_end_ps)


@pytest.fixture(autouse=True)
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "time_ps", lambda _: TOTAL_PS)


def walked(core: Any, cause: int | None) -> tuple[int, int, float]:
    """Recorded, throttled and weighted time, one picosecond after the other."""
    recorded = active = 0
    weighted = 0.0
    rows = core.throttle
    columns = (rows.start_ps, rows.end_ps, rows.k, rows.n, rows.kind)
    for start, end, k, n, kind in zip(*(column.tolist() for column in columns), strict=True):
        for now in range(start, end):
            if now < TOTAL_PS and cause in {None, kind}:
                recorded += 1
                active += k < n
                weighted += k / n
    return recorded, active, weighted


@given(RECORDS)
def test_limits_equal_a_walk_through_the_measured_time(
    records: list[tuple[int, int, int, int]],
) -> None:
    core = core_of(records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "time_ps", lambda _: TOTAL_PS)
        found = list(limit_sums(part_of(core)))
    for own in found:
        cause = None if own.cause == EVERY_TYPE else int(own.cause.removeprefix("activity_"))
        recorded, active, weighted = walked(core, cause)
        assert (own.recorded_ps, own.active_ps) == (recorded, active)
        assert own.weighted_ps == pytest.approx(weighted)
    kinds = {each[3] for each in records}
    assert [own.cause for own in found] == [*(f"activity_{n}" for n in sorted(kinds)), EVERY_TYPE]


def test_a_core_without_limits_is_left_out() -> None:
    nothing = np.zeros(0, np.int64)
    none = np.zeros(0, np.uint8)
    core = SimpleNamespace(
        core=SimpleNamespace(index=0), throttle=ThrottleRows(nothing, nothing, none, none, none)
    )
    assert list(limit_sums(part_of(core))) == []
    assert legacy_limits(part_of(core), core) == {}


def test_the_legacy_mean_takes_unrecorded_time_for_none_allowed() -> None:
    """Full speed from 20 to 60 us and half from there to 100 us, the end of the program."""
    core = core_of([(20_000_000, 8, 8, 0), (60_000_000, 4, 8, 1)], last=100_000_000)
    found = legacy_limits(part_of(core, 100_000_000), core)
    assert found["throttle_avg_util_limit_nc0_percent"] == pytest.approx(0.4 + 0.4 * 0.5)
    assert found["throttle_activity_0_active_time_nc0_percent"] == pytest.approx(0.4)
    assert found["throttle_activity_1_avg_util_limit_nc0_percent"] == pytest.approx(0.5)
    assert found["throttle_active_nc0_time_ns"] == 40_000


def test_a_trace_without_instructions_has_no_legacy_share() -> None:
    core = core_of([(5, 4, 8, 0)])
    assert legacy_limits(part_of(core, 0), core) == {}
