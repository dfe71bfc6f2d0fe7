"""Slices counted by kind in a range, against a loop over all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.metrics import tally as tally_module
from profiles.metrics.tally import Tally

SLICES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20), st.integers(0, 3)), max_size=40)


def tally(slices: list[tuple[int, int, int]]) -> Tally:
    start, length, kind = (np.array([one[n] for one in slices], np.int64) for n in range(3))
    return Tally(start, start + length, kind, 4)


def slow(slices: list[tuple[int, int, int]], first: int, last: int) -> tuple[list[float], ...]:
    started, executions, time = [0.0] * 4, [0.0] * 4, [0.0] * 4
    for begin, length, kind in slices:
        inside = max(min(begin + length, last) - max(begin, first), 0)
        starts = first <= begin < last
        started[kind] += starts
        time[kind] += inside
        executions[kind] += inside / length if length else starts
    return started, executions, time


@given(SLICES, st.integers(0, 80), st.integers(1, 80))
def test_a_range_holds_what_a_loop_finds(
    slices: list[tuple[int, int, int]], first: int, length: int
) -> None:
    found = tally(slices).over(first, first + length)
    started, executions, time = slow(slices, first, first + length)
    assert found.started.tolist() == started
    assert found.time_ns.tolist() == pytest.approx(time)
    assert found.executions.tolist() == pytest.approx(executions)


@given(SLICES, st.integers(1, 79))
def test_two_ranges_side_by_side_add_up_to_the_whole(
    slices: list[tuple[int, int, int]], at: int
) -> None:
    own = tally(slices)
    left, right, whole = own.over(0, at), own.over(at, 100), own.over(0, 100)
    assert (left.started + right.started).tolist() == whole.started.tolist()
    assert (left.time_ns + right.time_ns).tolist() == pytest.approx(whole.time_ns.tolist())
    summed = (left.executions + right.executions).tolist()
    assert summed == pytest.approx(whole.executions.tolist())


@given(SLICES)
def test_many_checkpoints_change_nothing(slices: list[tuple[int, int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally_module, "MOST_CHECKPOINTS", 1)
        plain = tally(slices).over(7, 41)
    found = tally(slices).over(7, 41)
    assert found.started.tolist() == plain.started.tolist()
    assert found.time_ns.tolist() == plain.time_ns.tolist()


@given(SLICES, st.integers(0, 60), st.integers(1, 40))
def test_slices_that_touch_a_range_are_found(
    slices: list[tuple[int, int, int]], first: int, length: int
) -> None:
    own, last = tally(slices), first + length
    places = own.touching(first, last)
    expected = sorted(
        number
        for number, (begin, size, _) in enumerate(slices)
        if first <= begin < last or begin < first < begin + size
    )
    assert sorted(own.order[places].tolist()) == expected


@given(SLICES, st.integers(0, 3))
def test_durations_of_a_kind_are_those_that_start_in_the_range(
    slices: list[tuple[int, int, int]], kind: int
) -> None:
    expected = sorted(length for begin, length, own in slices if own == kind and 10 <= begin < 50)
    assert sorted(tally(slices).lengths(kind, 10, 50).tolist()) == expected


@given(SLICES)
def test_coverage_is_kept_and_right(slices: list[tuple[int, int, int]]) -> None:
    own = tally(slices)
    chosen = np.array([True, False, True, False])
    expected = {
        at
        for begin, length, kind in slices
        if kind in (0, 2)
        for at in range(begin, begin + length)
    }
    assert own.coverage(chosen).length_ns(0, 100) == len(expected)
    assert own.coverage(chosen) is own.coverage(chosen.copy())


def test_coverages_that_are_too_many_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "MOST_KEPT_STRETCHES", 2)
    own = tally([(0, 1, 0), (2, 1, 1), (4, 1, 2), (6, 1, 3)])
    first = own.coverage(np.array([True, True, False, False]))
    own.coverage(np.array([False, False, True, True]))
    assert own.coverage(np.array([True, True, False, False])) is not first


@given(SLICES, st.integers(0, 60), st.integers(1, 60))
def test_the_longest_of_a_range_are_found_and_all_are_counted(
    slices: list[tuple[int, int, int]], first: int, length: int
) -> None:
    own, last = tally(slices), first + length
    kinds = np.array([True, True, False, False])
    touching = [
        (size, number)
        for number, (begin, size, kind) in enumerate(slices)
        if kind < 2 and (first <= begin < last or begin < first < begin + size)
    ]
    places, count = own.longest(kinds, first, last, 3)
    assert count == len(touching)
    sizes = [slices[number][1] for number in own.order[places].tolist()]
    assert sizes == sorted((size for size, _ in touching), reverse=True)[:3]


def test_of_very_many_the_longest_of_each_kind_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "SCANNED_AT_ONCE", 10)
    monkeypatch.setattr(tally_module, "KNOWN_OF_A_KIND", 2)
    slices = [(10 * number, 1 + (number * 7) % 9, number % 2) for number in range(100)]
    slices[90] = (900, 500, 0)
    own = tally(slices)
    places, count = own.longest(np.array([True, False, False, False]), 0, 2000, 5)
    assert count == 50
    assert own.order[places[0]] == 90
    assert len(places) == 5
    _, counted = own.longest(np.array([True, True, False, False]), 905, 906, 5)
    assert counted == 1


@given(SLICES, st.sets(st.integers(0, 3)), st.integers(0, 80), st.integers(1, 80))
def test_the_longest_of_some_kinds_is_what_a_loop_finds(
    slices: list[tuple[int, int, int]], kinds: set[int], first: int, length: int
) -> None:
    own = tally(slices)
    places = [
        place
        for place in range(len(own))
        if int(own.kind[place]) in kinds and first <= own.start_ns[place] < first + length
    ]
    lengths = {place: int(own.end_ns[place] - own.start_ns[place]) for place in places}
    expected = min(places, key=lambda place: (-lengths[place], place), default=None)
    assert own.longest_started(sorted(kinds), first, first + length) == expected


TIMES = st.integers(0, 80)
SOME_KINDS = st.lists(st.booleans(), min_size=4, max_size=4).map(lambda own: np.array(own, bool))


def in_order(slices: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """As a tally holds them: by start, else as they were given; starts, ends, kinds."""
    ordered = sorted(slices, key=lambda one: one[0])
    return [(start, start + length, kind) for start, length, kind in ordered]


@given(slices=SLICES, mask=SOME_KINDS, most=st.integers(1, 5), edges=st.tuples(TIMES, TIMES))
def test_the_last_slices_of_a_range_come_last_first(
    slices: list[tuple[int, int, int]], mask: np.ndarray, most: int, edges: tuple[int, int]
) -> None:
    first, last = sorted(edges)
    found = tally(slices).last_of(mask, first, last, most).tolist()
    wanted = [
        place
        for place, (start, end, kind) in enumerate(in_order(slices))
        if mask[kind] and (first <= start < last or start < first < end)
    ]
    assert found == wanted[-most:][::-1]


@given(slices=SLICES, mask=SOME_KINDS, edges=st.tuples(TIMES, TIMES))
def test_what_ended_last_is_found_however_few_are_looked_at_at_once(
    slices: list[tuple[int, int, int]], mask: np.ndarray, edges: tuple[int, int]
) -> None:
    first, last = sorted(edges)
    whole = tally(slices).ended_last(mask, first, last)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally_module, "SCANNED_AT_ONCE", 2)
        assert tally(slices).ended_last(mask, first, last) == whole


@given(slices=SLICES)
def test_slices_tell_their_start_end_kind_and_row(slices: list[tuple[int, int, int]]) -> None:
    own = tally(slices)
    places = np.arange(len(own))
    found = zip(
        own.starts(places).tolist(),
        own.ends(places).tolist(),
        own.kinds_at(places).tolist(),
        strict=True,
    )
    assert list(found) == in_order(slices)
    assert sorted(own.rows_at(places).tolist()) == places.tolist()
    for place in range(1, len(own) + 1):
        assert own.reach_before(place) == max(end for _, end, _ in in_order(slices)[:place])
