"""Live bytes: by hand, and against following every byte by itself."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders import occupancy
from ingest_worker.builders.occupancy import Touches, live_changes

READ, WRITE = False, True
Access = tuple[bool, int, int, int, int]  # is_write, start, length, first, length in bytes
ACCESSES = st.lists(
    st.tuples(
        st.booleans(), st.integers(0, 20), st.integers(0, 9), st.integers(0, 14), st.integers(1, 6)
    ),
    min_size=1,
    max_size=25,
)


def touches_of(accesses: list[Access]) -> tuple[Touches, list[int]]:
    """In order of start, reads first; with the instants that places stand for."""
    ordered = sorted(accesses, key=lambda each: (each[1], each[0]))
    instants = sorted({t for _, start, length, *_ in ordered for t in (start, start + length)})
    place = {time: number for number, time in enumerate(instants)}
    columns = [
        (w, place[start], place[start + length], first, first + size)
        for w, start, length, first, size in ordered
    ]
    is_write, begin, end, first, last = zip(*columns, strict=True)
    return Touches(
        np.array(is_write, bool), *(np.array(c, np.int32) for c in (begin, end, first, last))
    ), instants


def live(accesses: list[Access], edges: tuple[int, ...] = (0, 64)) -> dict[int, list[int]]:
    """Part of the memory to its live bytes at every instant."""
    touches, instants = touches_of(accesses)
    ends = touches.end.copy()
    found = live_changes(touches, len(instants), np.array(edges, np.int64), ends)
    return {part: np.cumsum(change).tolist() for part, change in found}


def slowly(accesses: list[Access], edges: tuple[int, ...]) -> dict[int, list[int]]:
    """Every byte by itself: its values one after the other, and what is live at each instant."""
    touches, instants = touches_of(accesses)
    by_byte = defaultdict(list)
    columns = (touches.is_write, touches.start, touches.end, touches.first, touches.last)
    for w, start, end, first, last in zip(*(c.tolist() for c in columns), strict=True):
        for byte in range(first, last):
            by_byte[byte].append((w, start, end))
    found: dict[int, list[int]] = {}
    for byte, own in by_byte.items():
        values: list[list[int]] = []
        for w, start, end in own:
            if w:
                values.append([start, end])
            elif values:
                values[-1][1] = max(values[-1][1], end)
        part = max(n for n, edge in enumerate(edges[:-1]) if edge <= byte)
        for place in range(len(instants)):
            if any(a <= place < b for a, b in values):
                found.setdefault(part, [0] * len(instants))[place] += 1
    return found


def test_a_value_lives_from_its_write_to_the_end_of_its_last_read() -> None:
    """Instants 0, 2 (write ends), 5 to 7 (a read), 9 to 12 (another)."""
    accesses = [(WRITE, 0, 2, 0, 4), (READ, 5, 2, 0, 4), (READ, 9, 3, 0, 4)]
    assert live(accesses) == {0: [4, 4, 4, 4, 4, 0]}


def test_a_value_that_nobody_reads_lives_while_it_is_written() -> None:
    assert live([(WRITE, 3, 4, 0, 2)]) == {0: [2, 0]}


def test_reads_before_any_write_open_nothing() -> None:
    assert not any(live([(READ, 0, 5, 0, 8)]).values())


def test_the_next_write_ends_a_value_only_when_its_reads_have_ended() -> None:
    """The read that began before the second write keeps the first value until 6."""
    accesses = [(WRITE, 0, 1, 0, 1), (READ, 2, 4, 0, 1), (WRITE, 5, 2, 0, 1)]
    assert live(accesses) == {0: [1, 1, 1, 1, 1, 0]}


def test_a_read_that_starts_with_the_next_write_reads_the_old_value() -> None:
    accesses = [(WRITE, 0, 1, 0, 1), (WRITE, 4, 1, 0, 1), (READ, 4, 5, 0, 1)]
    assert live(accesses) == {0: [1, 1, 1, 1, 0]}  # instants 0, 1, 4, 5, 9


def test_only_the_bytes_that_are_read_live_on() -> None:
    accesses = [(WRITE, 0, 1, 0, 8), (READ, 3, 1, 2, 3)]
    assert live(accesses) == {0: [8, 3, 3, 0]}


def test_parts_of_the_memory_are_counted_apart() -> None:
    accesses = [(WRITE, 0, 2, 6, 4), (WRITE, 1, 2, 20, 1)]
    assert live(accesses, (0, 8, 16, 24)) == {0: [2, 2, 0, 0], 1: [2, 2, 0, 0], 2: [0, 1, 1, 0]}


@given(ACCESSES)
def test_live_bytes_equal_following_every_byte(accesses: list[Access]) -> None:
    edges = (0, 8, 16, 24)
    found = {part: levels for part, levels in live(accesses, edges).items() if any(levels)}
    assert found == slowly(accesses, edges)


@given(ACCESSES)
def test_the_size_of_blocks_changes_nothing(accesses: list[Access]) -> None:
    edges = (0, 8, 24)
    whole = live(accesses, edges)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(occupancy, "PAIRS_AT_ONCE", 3)
        patch.setattr(occupancy, "MOST_SEGMENTS_AT_ONCE", 2)
        assert live(accesses, edges) == whole


def ends_of(accesses: list[Access]) -> list[int]:
    """When the value of each write ends, in order of the writes."""
    touches, instants = touches_of(accesses)
    ends = touches.end.copy()
    list(live_changes(touches, len(instants), np.array([0, 64]), ends))
    return [instants[place] for place in ends[touches.is_write].tolist()]


def test_a_write_is_wanted_until_the_last_reader_of_any_of_its_bytes_ends() -> None:
    accesses = [(WRITE, 0, 2, 0, 8), (READ, 4, 2, 0, 2), (READ, 5, 9, 6, 2), (WRITE, 20, 3, 0, 8)]
    assert ends_of(accesses) == [14, 23]


def test_a_value_written_over_is_not_wanted_by_later_readers() -> None:
    assert ends_of([(WRITE, 0, 2, 0, 4), (WRITE, 5, 1, 0, 4), (READ, 8, 1, 0, 4)]) == [2, 9]
