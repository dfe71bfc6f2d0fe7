"""Stretches of time against slow readings of the same rules, nanosecond by nanosecond."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from profiles.metrics.intervals import innermost, union

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=12)


def arrays(spans: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    start = np.array([s for s, _ in spans], np.int64)
    return start, start + np.array([d for _, d in spans], np.int64)


@given(SPANS)
def test_a_union_covers_what_any_covers(spans: list[tuple[int, int]]) -> None:
    found = union(*arrays(spans))
    covered = {t for s, d in spans for t in range(s, s + d)}
    stretches = list(zip(found.start_ns.tolist(), found.end_ns.tolist(), strict=True))
    assert {t for s, e in stretches for t in range(s, e)} == covered
    assert found.length_ns == len(covered)
    assert all(e < s for (_, e), (s, _) in itertools.pairwise(stretches))


def test_between_lies_what_none_covers() -> None:
    found = union(*arrays([(0, 5), (3, 4), (7, 1), (20, 2), (30, 1)])).between
    assert found.start_ns.tolist() == [8, 22]
    assert found.end_ns.tolist() == [20, 30]


def test_one_stretch_or_none_has_nothing_between() -> None:
    for spans in ([], [(4, 3)]):
        assert union(*arrays(spans)).between.length_ns == 0


@given(SPANS, st.integers(0, 30), st.integers(0, 30))
def test_at_every_instant_the_last_begun_is_the_innermost(
    spans: list[tuple[int, int]], first: int, length: int
) -> None:
    starts, ends = [s for s, _ in spans], [s + d for s, d in spans]
    found = innermost(starts, ends, first, first + length)
    told = [place for place, ns in found for _ in range(ns)]
    expected = []
    for t in range(first, first + length):
        under_way = [n for n in range(len(spans)) if starts[n] <= t < ends[n]]
        expected.append(max(under_way, key=lambda n: (starts[n], -ends[n], n), default=-1))
    assert told == expected
