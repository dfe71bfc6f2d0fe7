"""Time that is covered, against counting every nanosecond."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from profiles.metrics.coverage import Coverage
from profiles.metrics.intervals import Stretches, union

PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=12)


def coverage(pairs: list[tuple[int, int]]) -> Coverage:
    start = np.array([begin for begin, _ in pairs], np.int64)
    return Coverage.of(union(start, start + np.array([length for _, length in pairs], np.int64)))


def instants(pairs: list[tuple[int, int]]) -> set[int]:
    return {at for begin, length in pairs for at in range(begin, begin + length)}


def instants_of(stretches: Stretches) -> set[int]:
    edges = zip(stretches.start_ns.tolist(), stretches.end_ns.tolist(), strict=True)
    return {at for start, end in edges for at in range(start, end)}


@given(PAIRS, st.integers(0, 80), st.integers(0, 80))
def test_its_length_in_a_range_is_what_counting_gives(
    pairs: list[tuple[int, int]], first: int, last: int
) -> None:
    expected = {at for at in instants(pairs) if first <= at < last}
    assert coverage(pairs).length_ns(first, last) == len(expected)
    if first < last:
        assert instants_of(coverage(pairs).within(first, last)) == expected


@given(PAIRS)
def test_gaps_are_what_of_a_range_is_not_covered(pairs: list[tuple[int, int]]) -> None:
    assert instants_of(coverage(pairs).gaps(5, 50)) == set(range(5, 50)) - instants(pairs)


@given(PAIRS, PAIRS)
def test_what_two_have_in_common_and_what_one_has_alone(
    pairs: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    one, other = coverage(pairs), coverage(others)
    both, alone = instants(pairs) & instants(others), instants(pairs) - instants(others)
    assert one.common_ns(other.stretches) == len(both)
    assert instants_of(one.common(other).stretches) == both
    assert instants_of(one.without(other).stretches) == alone


@given(st.lists(PAIRS, max_size=3))
def test_several_together_cover_what_any_of_them_covers(
    many: list[list[tuple[int, int]]],
) -> None:
    joined = Coverage.joined([coverage(pairs) for pairs in many])
    expected = set().union(*(instants(pairs) for pairs in many))
    assert instants_of(joined.stretches) == expected


def test_a_slice_without_length_covers_nothing() -> None:
    assert coverage([(5, 0)]).stretches.start_ns.tolist() == []
    assert coverage([(5, 0), (5, 3)]).length_ns(0, 10) == 3
