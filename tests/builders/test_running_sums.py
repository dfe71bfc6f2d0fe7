"""Sums that run over a capture in stretches equal those over all rows at once."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.builders import intervals
from ingest_worker.builders.intervals import Pieces, merged, merged_in_time
from ingest_worker.builders.moments import moments
from ingest_worker.builders.part import Part
from ingest_worker.builders.rate import rate_bytes_per_s
from ingest_worker.builders.unions import RunningUnion, covered_by
from ingest_worker.builders.usage import sampled, usage_samples
from ingest_worker.formats import runs
from profiles.timeline import value_grid
from profiles.timeline.value_grid import buckets_of

OWNED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(0, 15)), max_size=40)
PACKETS = st.lists(
    st.tuples(st.integers(0, 200_000), st.integers(1, 90_000), st.integers(1, 5000)), max_size=40
)
SMALL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
Rows = Sequence[tuple[int, int, int]]


def columns(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    owner, start, length = (np.array([row[n] for row in rows], np.int64) for n in range(3))
    return owner, start, start + length


def in_stretches(rows: Rows, size: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The rows by start, some at a time; no start is parted."""
    ordered = sorted(rows, key=lambda row: row[1])
    begin = 0
    while begin < len(ordered):
        stop = min(begin + size, len(ordered))
        while stop < len(ordered) and ordered[stop][1] == ordered[stop - 1][1]:
            stop += 1
        yield columns(ordered[begin:stop])
        begin = stop


@given(OWNED, st.integers(1, 9))
def test_lengths_of_unions_do_not_depend_on_stretches(rows: Rows, size: int) -> None:
    union = RunningUnion(4)
    for owner, start, end in in_stretches(rows, size):
        union.add(owner, start, end)
    owner, start, end = columns(rows)
    assert union.lengths.tolist() == covered_by(owner, 4, start, end).tolist()


@given(OWNED, st.integers(1, 9))
def test_what_is_new_of_a_union_never_overlaps_what_was_there(rows: Rows, size: int) -> None:
    union = RunningUnion(4)
    seen: set[tuple[int, int]] = set()
    for stretch in in_stretches(rows, size):
        new = union.add(*stretch)
        for owner, begin, end in zip(
            new.owner.tolist(), new.start.tolist(), new.end.tolist(), strict=True
        ):
            instants = {(owner, time) for time in range(begin, end)}
            assert not instants & seen
            seen |= instants
    assert len(seen) == int(union.lengths.sum())


def pieces_of(rows: Rows) -> Pieces:
    owner, start, end = columns(rows)
    return Pieces(owner, start, end, (end - start, np.ones_like(start)))


def listed(found: intervals.Intervals) -> list[list[tuple[int, ...]]]:
    own = found.pieces
    values = (own.group, own.start_ps, own.end_ps, *own.amounts)
    rows = list(zip(*(column.tolist() for column in values), strict=True))
    bounds = zip(found.first[:-1].tolist(), found.first[1:].tolist(), strict=True)
    return [rows[begin:stop] for begin, stop in bounds]


@SMALL
@given(OWNED.filter(bool), st.integers(1, 9), st.integers(1, 9))
def test_intervals_of_groups_do_not_depend_on_stretches(
    monkeypatch: pytest.MonkeyPatch, rows: Rows, size: int, slab: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", slab)
    stretches = (
        Pieces(owner, start, end, (end - start, np.ones_like(start)))
        for owner, start, end in in_stretches(rows, size)
    )
    assert listed(merged_in_time(stretches, 4)) == listed(merged(pieces_of(rows), 4))


def test_without_rows_no_group_has_intervals() -> None:
    assert listed(merged_in_time(iter([]), 3)) == [[], [], []]


@SMALL
@given(OWNED.filter(bool), st.integers(1, 9))
def test_sums_of_groups_do_not_depend_on_how_many_intervals_are_added_at_once(
    monkeypatch: pytest.MonkeyPatch, rows: Rows, slab: int
) -> None:
    found = merged(pieces_of(rows), 4)
    expected = [sum(end - start for _, start, end, *_ in own) for own in listed(found)]
    monkeypatch.setattr(runs, "SLAB_ROWS", slab)
    assert found.durations().tolist() == expected


def test_too_many_intervals_of_a_group_are_joined_with_their_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intervals, "MOST_INTERVALS", 2)
    rows = [(0, 10 * n, 3) for n in range(5)] + [(2, 100, 7)]
    found = listed(merged(pieces_of(rows), 3).coarse())
    assert found == [
        [(0, 0, 23, 9, 3), (0, 30, 43, 6, 2)],
        [],
        [(2, 100, 107, 7, 1)],
    ]


def a_part() -> Part:
    return cast("Part", SimpleNamespace(ns=lambda times: times // 1000))


@SMALL
@given(PACKETS, st.integers(1, 9))
def test_samples_of_throughput_do_not_depend_on_stretches(
    monkeypatch: pytest.MonkeyPatch, rows: Rows, slab: int
) -> None:
    monkeypatch.setattr(runs, "SLAB_ROWS", slab)
    ordered = sorted(rows)
    start = np.array([begin for begin, _, _ in ordered], np.int64)
    end = start + np.array([length for _, length, _ in ordered], np.int64)
    size = np.array([size for *_, size in ordered], np.int64)
    rate = rate_bytes_per_s(size, end - start)
    times, level, total = usage_samples(start, end, size, rate)
    found = sampled(a_part(), 3, moments(start, end), lambda own: (size[own], rate[own]))
    assert found.core == 3
    assert found.time_ns.tolist() == (times // 1000).tolist()
    assert found.rate.tobytes() == level.tobytes()
    assert found.total.tolist() == total.tolist()


@SMALL
@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), min_size=1, max_size=30),
    st.integers(1, 9),
)
def test_means_over_time_do_not_depend_on_how_many_values_are_added_at_once(
    monkeypatch: pytest.MonkeyPatch, samples: Sequence[tuple[int, int]], at_once: int
) -> None:
    ordered = sorted(samples)
    times = np.array([time for time, _ in ordered], np.int64)
    values = np.array([value for _, value in ordered], np.float64)
    edges = np.arange(0, 121, 10)
    whole = buckets_of(times, values, edges)
    monkeypatch.setattr(value_grid, "_VALUES_AT_ONCE", at_once)
    found: Any = buckets_of(times, values, edges)
    assert found.tobytes() == whole.tobytes()
