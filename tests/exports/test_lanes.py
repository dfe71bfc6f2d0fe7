"""On every row, ends close the slice they belong to, however the slices lie and are written."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.exports.perfetto.lanes import lanes

SLICES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=30
)


def as_the_tool_reads(
    starts: list[int], ends: list[int], track: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Start and end of each slice where every end closes what was opened last on its row."""
    moments = []
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        moments += [(start, len(moments), row, True), (end, len(moments) + 1, row, False)]
    opened: dict[tuple[int, int], list[int]] = {}
    closed = [(-1, -1)] * len(starts)
    for time, _, row, is_start in sorted(moments):
        stack = opened.setdefault(track[row], [])
        if is_start:
            stack.append(row)
        else:
            which = stack.pop()
            closed[which] = (starts[which], time)
    return closed


def placed(slices: list[tuple[int, int, int]], *, nested: bool) -> list[int]:
    group, start, length = (np.array(column, np.int64) for column in zip(*slices, strict=True))
    return lanes(group, start, start + length, nested=nested).tolist()


def check(slices: list[tuple[int, int, int]], *, nested: bool) -> None:
    found = placed(slices, nested=nested)
    starts = [start for _, start, _ in slices]
    ends = [start + length for _, start, length in slices]
    track = [(group, lane) for (group, _, _), lane in zip(slices, found, strict=True)]
    assert as_the_tool_reads(starts, ends, track) == list(zip(starts, ends, strict=True))


@given(SLICES)
def test_nested_rows_keep_every_duration(slices: list[tuple[int, int, int]]) -> None:
    check(slices, nested=True)


@given(SLICES)
def test_single_rows_keep_every_duration(slices: list[tuple[int, int, int]]) -> None:
    check(slices, nested=False)


@given(SLICES)
def test_single_rows_hold_one_slice_at_a_time(slices: list[tuple[int, int, int]]) -> None:
    found = placed(slices, nested=False)
    for row, (group, start, length) in enumerate(slices):
        for other, (group_2, start_2, length_2) in enumerate(slices[:row]):
            if group == group_2 and found[row] == found[other]:
                assert start + length <= start_2 or start_2 + length_2 <= start


def test_what_lies_within_stays_on_the_row() -> None:
    assert placed([(0, 0, 10), (0, 2, 3), (0, 5, 5), (0, 10, 1)], nested=True) == [0, 0, 0, 0]


def test_what_overlaps_without_nesting_gets_a_row_of_its_own() -> None:
    assert placed([(0, 0, 10), (0, 5, 10), (1, 5, 10)], nested=True) == [0, 1, 0]


def test_of_slices_that_start_together_the_one_written_before_an_end_stays_off_its_row() -> None:
    check([(0, 0, 4), (0, 9, 1), (0, 3, 6), (0, 9, 2)], nested=False)
    check([(0, 0, 4), (0, 9, 1), (0, 3, 6), (0, 9, 2)], nested=True)


def test_no_slices_take_no_rows() -> None:
    none = np.zeros(0, np.int64)
    assert lanes(none, none, none, nested=True).tolist() == []
