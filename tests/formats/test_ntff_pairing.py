"""The k-th START of a key belongs to its k-th END, in whole arrays as one by one."""

from collections import defaultdict, deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.ntff.pairing import orphan_ends, pair_by_rank, pair_in_time

KEYS = st.lists(st.integers(0, 4), max_size=40)


def keys(values: list[int]) -> np.ndarray:
    return np.array(values, np.uint32)


def slowly(starts: list[int], ends: list[int]) -> list[tuple[int, int]]:
    """One queue of ENDs a key, taken in order."""
    waiting: dict[int, deque[int]] = defaultdict(deque)
    for place, key in enumerate(ends):
        waiting[key].append(place)
    return [(place, waiting[key].popleft()) for place, key in enumerate(starts) if waiting[key]]


@given(KEYS, KEYS)
def test_pairing_by_rank_equals_one_queue_a_key(starts: list[int], ends: list[int]) -> None:
    pairs = pair_by_rank(keys(starts), keys(ends))
    assert list(zip(pairs.start.tolist(), pairs.end.tolist(), strict=True)) == slowly(starts, ends)


@given(KEYS, KEYS)
def test_no_record_is_lost_or_used_twice(starts: list[int], ends: list[int]) -> None:
    pairs = pair_by_rank(keys(starts), keys(ends))
    assert sorted([*pairs.start.tolist(), *pairs.lone_starts.tolist()]) == list(range(len(starts)))
    assert sorted([*pairs.end.tolist(), *pairs.lone_ends.tolist()]) == list(range(len(ends)))


@given(KEYS, KEYS)
def test_the_rank_counts_the_pairs_of_a_key(starts: list[int], ends: list[int]) -> None:
    pairs = pair_by_rank(keys(starts), keys(ends))
    seen: dict[int, int] = defaultdict(int)
    for place, rank in zip(pairs.start.tolist(), pairs.rank.tolist(), strict=True):
        assert rank == seen[starts[place]]
        seen[starts[place]] += 1


def test_overlapping_executions_of_different_slots_do_not_mix() -> None:
    pairs = pair_by_rank(keys([1, 2, 1]), keys([2, 1, 1]))
    assert pairs.start.tolist() == [0, 1, 2]
    assert pairs.end.tolist() == [1, 0, 2]


def test_the_last_start_without_an_end_is_left_over() -> None:
    pairs = pair_by_rank(keys([7, 7, 9]), keys([7, 7]))
    assert pairs.lone_starts.tolist() == [2]
    assert pairs.lone_ends.tolist() == []


def test_an_end_whose_start_was_lost_is_not_given_to_a_later_start() -> None:
    start_ps, end_ps = np.array([10, 20]), np.array([5, 12, 22])
    pairs = pair_in_time(keys([3, 3]), start_ps, keys([3, 3, 3]), end_ps)
    assert end_ps[pairs.end].tolist() == [12, 22]
    assert pairs.lone_ends.tolist() == [0]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=25),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=25),
)
def test_orphans_are_the_ends_met_while_nothing_of_their_key_is_open(
    starts: list[tuple[int, int]], ends: list[tuple[int, int]]
) -> None:
    moments = [(time, 0, key, -1) for key, time in starts]
    moments += [(time, 1, key, place) for place, (key, time) in enumerate(ends)]
    open_now: dict[int, int] = defaultdict(int)
    expected = [False] * len(ends)
    for _, is_end, key, place in sorted(moments):
        if not is_end:
            open_now[key] += 1
        elif open_now[key]:
            open_now[key] -= 1
        else:
            expected[place] = True
    found = orphan_ends(
        keys([key for key, _ in starts]),
        np.array([time for _, time in starts], np.int64),
        keys([key for key, _ in ends]),
        np.array([time for _, time in ends], np.int64),
    )
    assert found.tolist() == expected
