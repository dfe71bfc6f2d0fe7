"""Slices out of a kept file: every question has the answer that all slices in memory give."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.metrics.kept import write as kept_write
from profiles.metrics.kept.tally import KeptTally, sorted_within
from profiles.metrics.kept.write import longest_of_each, mask_key
from profiles.metrics.tally import Tally, longest_first
from tests.metrics.kept_files import Row, blocks_of, kept_of, pairs, tally_of

KINDS = 5
SLICE = st.tuples(st.integers(0, 300), st.integers(0, 60), st.integers(0, KINDS - 1))
SLICES = st.lists(SLICE, max_size=60)
EDGES = st.tuples(st.integers(-5, 380), st.integers(-5, 380)).map(sorted)
MASK = st.lists(st.booleans(), min_size=KINDS, max_size=KINDS).map(lambda own: np.array(own, bool))
SOME = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _small_blocks() -> Iterator[None]:
    with blocks_of(4):
        yield


def both(folder: Path, rows: list[Row], first: int, last: int) -> tuple[Tally, KeptTally]:
    full = tally_of(rows, KINDS)
    return full, kept_of(folder / "own.columns", full, (first, last))


@SOME
@given(rows=SLICES, edges=EDGES)
def test_sums_of_a_range_are_those_of_all_slices(
    tmp_path: Path, rows: list[Row], edges: list[int]
) -> None:
    full, kept = both(tmp_path, rows, *edges)
    one, other = full.over(*edges), kept.over(*edges)
    assert one.started.tolist() == other.started.tolist()
    assert one.executions.tolist() == other.executions.tolist()
    assert one.time_ns.tolist() == other.time_ns.tolist()
    assert full.counts.tolist() == kept.counts.tolist()
    assert len(full) == len(kept)


@SOME
@given(rows=SLICES, edges=EDGES)
def test_slices_are_found_by_place_time_and_row(
    tmp_path: Path, rows: list[Row], edges: list[int]
) -> None:
    full, kept = both(tmp_path, rows, *edges)
    assert full.starting(*edges) == kept.starting(*edges)
    assert full.across(edges[0]).tolist() == kept.across(edges[0]).tolist()
    places = full.touching(*edges)
    assert places.tolist() == kept.touching(*edges).tolist()
    for name in ("starts", "ends", "kinds_at", "rows_at"):
        assert getattr(full, name)(places).tolist() == getattr(kept, name)(places).tolist()
    assert all(
        kept._slices.place_of(int(row)) == place
        for place, row in zip(places.tolist(), full.rows_at(places).tolist(), strict=True)
    )


@SOME
@given(rows=SLICES, edges=EDGES, mask=MASK, most=st.integers(1, 7))
def test_the_longest_the_last_and_the_durations_are_the_same(
    tmp_path: Path, rows: list[Row], edges: list[int], mask: np.ndarray, most: int
) -> None:
    full, kept = both(tmp_path, rows, *edges)
    one, other = full.longest(mask, *edges, most), kept.longest(mask, *edges, most)
    assert (one[0].tolist(), one[1]) == (other[0].tolist(), other[1])
    chosen = np.flatnonzero(mask).tolist()
    assert full.longest_started(chosen, *edges) == kept.longest_started(chosen, *edges)
    assert full.last_of(mask, *edges, most).tolist() == kept.last_of(mask, *edges, most).tolist()
    assert full.ended_last(mask, *edges) == kept.ended_last(mask, *edges)
    for kind in range(KINDS):
        assert sorted(full.lengths(kind, *edges).tolist()) == kept.lengths(kind, *edges).tolist()


@given(
    rows=st.lists(
        st.tuples(st.integers(0, KINDS - 1), st.sampled_from([0, 1, 7, 1 << 29, 1 << 40, 1 << 61])),
        max_size=30,
    )
)
def test_durations_are_sorted_within_their_kinds_however_long_they_are(
    rows: list[tuple[int, int]],
) -> None:
    kinds, length = (np.array([row[n] for row in rows], np.int64) for n in range(2))
    assert sorted_within(kinds, length).tolist() == [own for _, own in sorted(rows)]


def test_rows_of_the_longest_slices_are_told_without_reading_where_they_lie(tmp_path: Path) -> None:
    full, kept = both(tmp_path, [(10 * n, 1 + n % 7, n % KINDS) for n in range(60)], 0, 600)
    known = kept._known("known")[::-1]
    read = set(kept._file._cache)
    assert kept.rows_at(known).tolist() == full.rows_at(known).tolist()
    added = {name for name, _ in set(kept._file._cache) - read}
    assert added == {"own.known_rows", "own.known_row"}
    every = np.arange(60)
    assert kept.rows_at(every).tolist() == full.rows_at(every).tolist()


def test_a_coverage_that_several_share_is_read_once(tmp_path: Path) -> None:
    full = tally_of([(0, 5, 0), (20, 5, 0)], KINDS)
    one, other = (np.arange(KINDS) < last for last in (1, 2))
    kept = kept_of(tmp_path / "own.columns", full, (0, 30), [one, other])
    assert kept.coverage(one) is kept.coverage(other)
    assert pairs(kept.coverage(one), (0, 30)) == [(0, 5), (20, 25)]


@SOME
@given(rows=SLICES, edges=EDGES, mask=MASK, asked=st.lists(MASK, max_size=3))
def test_a_coverage_is_right_whether_it_was_kept_or_not(
    tmp_path: Path, rows: list[Row], edges: list[int], mask: np.ndarray, asked: list[np.ndarray]
) -> None:
    window = edges[0], edges[1] + 1
    full = tally_of(rows, KINDS)
    kept = kept_of(tmp_path / "own.columns", full, window, asked)
    for chosen in (mask, *asked):
        assert pairs(kept.coverage(chosen), window) == pairs(full.covered(chosen), window)


@SOME
@given(rows=SLICES, edges=EDGES, mask=MASK)
def test_what_ended_last_is_what_a_loop_finds(
    rows: list[Row], edges: list[int], mask: np.ndarray
) -> None:
    first, last = edges
    found = tally_of(rows, KINDS).ended_last(mask, first, last)
    ended = [
        (start + length, start, row)
        for row, (start, length, kind) in enumerate(rows)
        if mask[kind] and start < last and first < start + length <= last
    ]
    if ended:
        end, start, row = max(ended)
        place = np.array([found])
        own = tally_of(rows, KINDS)
        assert (own.ends(place)[0], own.starts(place)[0], own.rows_at(place)[0]) == (
            end, start, row,
        )  # fmt: skip
    else:
        assert found < 0 or rows[int(tally_of(rows, KINDS).rows_at(np.array([found]))[0])][1] == 0


@SOME
@given(lengths=st.lists(st.integers(0, 9), max_size=40), most=st.integers(1, 12))
def test_the_largest_come_first_and_of_equals_the_earlier(lengths: list[int], most: int) -> None:
    found = longest_first(np.array(lengths, np.int64), most).tolist()
    assert found == sorted(range(len(lengths)), key=lambda n: (-lengths[n], n))[:most]


def test_the_longest_of_each_kind_is_the_first_of_them() -> None:
    kind, length = np.array([0, 2, 0, 2, 2]), np.array([5, 1, 5, 7, 7])
    top, at = longest_of_each(kind, length, 3)
    assert top.tolist() == [5, -1, 7]
    assert [at[0], at[2]] == [0, 3]


def test_a_table_of_few_stretches_needs_no_rows_in_the_file(tmp_path: Path) -> None:
    rows = [(at, 5, 0) for at in range(0, 90, 7)] + [(at, 5, 1) for at in range(3, 90, 7)]
    full, kept = both(tmp_path, rows, 0, 100)
    assert kept._slices._groups == [0, 13]
    assert "own.row" not in kept._file
    assert kept.rows_at(np.arange(26)).tolist() == full.order.tolist()


def test_a_table_in_no_order_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_write, "MOST_RUNS", 3)
    rows = [(at * 37 % 101, 5, at % 2) for at in range(40)]
    full, kept = both(tmp_path, rows, 0, 100)
    assert "own.row" in kept._file
    assert kept.rows_at(np.arange(40)).tolist() == full.order.tolist()
    assert [kept._slices.place_of(row) for row in full.order.tolist()] == list(range(40))


def test_checkpoints_stand_further_apart_where_there_are_many_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_write, "MOST_CELLS", 10)
    rows = [(at, 3, at % KINDS) for at in range(60)]
    full, kept = both(tmp_path, rows, 11, 44)
    assert kept._step == 8 * 4
    assert kept.over(11, 44).started.tolist() == full.over(11, 44).started.tolist()
    assert kept.longest_started([1, 3], 11, 44) == full.longest_started([1, 3], 11, 44)


def test_kinds_that_do_not_occur_in_the_window_tell_no_coverages_apart(tmp_path: Path) -> None:
    rows = [(0, 10, 0), (100, 10, 1), (200, 10, 2)]
    full = tally_of(rows, KINDS)
    every = np.ones(KINDS, bool)
    kept = kept_of(tmp_path / "own.columns", full, (95, 130), [every])
    only = np.array([False, True, False, False, False])
    assert kept._kept.named("own", mask_key(only)) is None
    assert pairs(kept.coverage(only), (95, 130)) == [(100, 110)]
    assert kept.coverage(only) is kept.coverage(only)


def test_a_coverage_is_read_where_the_window_is(tmp_path: Path) -> None:
    rows = [(at * 10, 5, 0) for at in range(40)]
    kept = kept_of(tmp_path / "own.columns", tally_of(rows, KINDS), (102, 131))
    read = kept.coverage(np.array([True, False, False, False, False])).stretches
    assert read.start_ns.tolist() == [100, 110, 120, 130]
