"""Unions of intervals, one owner after the other and all at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.unions import clipped, covered, covered_by

OWNED = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-50, 60), st.integers(0, 15)), max_size=30
)


def arrays(owned: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    owner = np.array([who for who, _, _ in owned], np.int64)
    start = np.array([begin for _, begin, _ in owned], np.int64)
    return owner, start, start + np.array([length for _, _, length in owned], np.int64)


@given(OWNED)
def test_every_owner_has_the_length_of_its_own_union(owned: list[tuple[int, int, int]]) -> None:
    owner, start, end = arrays(owned)
    found = covered_by(owner, 4, start, end)
    expected = [
        len({t for who, a, length in owned if who == own for t in range(a, a + length)})
        for own in range(4)
    ]
    assert found.tolist() == expected


@given(OWNED)
def test_times_of_a_damaged_trace_change_only_how_it_is_computed(
    owned: list[tuple[int, int, int]],
) -> None:
    owner, start, end = arrays(owned)
    far = np.int64(1) << 61
    spread = covered_by(np.append(owner, 0), 4, np.append(start, -far), np.append(end, -far + 3))
    expected = covered_by(owner, 4, start, end)
    expected[0] += 3
    assert spread.tolist() == expected.tolist()


def test_intervals_are_cut_at_the_edges() -> None:
    start, end = clipped(np.array([-5, 3, 8, 20]), np.array([2, 4, 12, 30]), 0, 10)
    assert (start.tolist(), end.tolist()) == ([0, 3, 8, 10], [2, 4, 10, 10])
    assert covered(start, end) == 5
