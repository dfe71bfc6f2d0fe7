"""Which execution holds an instruction, however many there are and however they overlap."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.instructions import read_instructions
from ingest_worker.formats.ntff.reader import parse_ntff
from ingest_worker.formats.ntff.window import Capture, Window, open_capture
from tests.formats.message_bytes import blob, number
from tests.make import ntff as made
from tests.make import wire
from tests.make.description import Execution
from tests.make.pair import small_capture

EMPTY = open_capture(
    parse_ntff(memoryview(made.header(6, 3) + blob(1, "x")), limits=DEFAULT_LIMITS)
)


def capture_with(windows: list[tuple[int, int | None]]) -> Capture:
    found = sorted(windows, key=lambda window: window[0])
    return replace(EMPTY, windows=tuple(Window(b"", start, end) for start, end in found))


bounds = st.tuples(st.integers(0, 50), st.integers(0, 30))
windows = st.lists(bounds.map(lambda pair: (pair[0], pair[0] + pair[1])), min_size=1, max_size=6)


@given(windows, st.lists(bounds, max_size=20))
def test_an_interval_is_held_by_a_window_exactly_when_one_has_both_its_ends(
    chosen: list[tuple[int, int]], intervals: list[tuple[int, int]]
) -> None:
    capture = capture_with([(start, end) for start, end in chosen])
    start = np.array([begin for begin, _ in intervals], np.int64)
    end = start + np.array([length for _, length in intervals], np.int64)
    held = capture.holding(start, end).tolist()
    touched = capture.touching(start, end).tolist()
    for place, (begin, stop) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        fitting = [
            index
            for index, window in enumerate(capture.windows)
            if window.start_ps <= begin and stop <= (window.end_ps or 0)
        ]
        assert held[place] in fitting if fitting else held[place] == -1
        overlapping = [
            w for w in capture.windows if w.start_ps <= stop and begin <= (w.end_ps or 0)
        ]
        assert touched[place] == bool(overlapping)


def test_without_an_end_a_window_holds_everything_from_its_start_on() -> None:
    capture = capture_with([(100, None)])
    start = np.array([99, 100, 1 << 60], np.int64)
    assert capture.holding(start, start + 5).tolist() == [-1, 0, 0]
    assert capture.touching(start, start + 5).tolist() == [True, True, True]


def test_overlapping_executions_list_no_instruction_twice() -> None:
    once = small_capture(6, 1)
    same = once.executions[0]
    capture = open_capture(
        parse_ntff(
            memoryview(made.make_ntff(replace(once, executions=(same,) * 3))),
            limits=DEFAULT_LIMITS,
        )
    )
    alone = open_capture(parse_ntff(memoryview(made.make_ntff(once)), limits=DEFAULT_LIMITS))
    rows = read_instructions(capture, capture.cores[0]).rows
    assert len(rows) == len(read_instructions(alone, alone.cores[0]).rows)


def test_ten_thousand_executions_are_told_apart_at_once() -> None:
    once = small_capture(6, 1)
    many = tuple(Execution(1_000 * n, 1_000 * n + 999) for n in range(10_000))
    found = open_capture(
        parse_ntff(
            memoryview(made.make_ntff(replace(once, executions=many))), limits=DEFAULT_LIMITS
        )
    )
    times = np.arange(0, 10_000_000, 500, dtype=np.int64) + once.origin_ps
    assert (found.holding(times, times) == np.arange(20_000) // 2).all()


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (wire.message(16) * 60_000, "runs of records"),
        (wire.message(4, wire.message(4, wire.message(1) * 2_000)), "programs"),
        (
            wire.message(4, wire.message(4, wire.message(1, wire.message(4) * 60_000))),
            "runs of records",
        ),
    ],
    ids=["traces", "programs", "images"],
)
def test_a_description_that_floods_the_reader_is_refused(more: bytes, what: str) -> None:
    message = blob(1, "x") + more
    with pytest.raises(FormatError) as refused:
        parse_ntff(memoryview(made.header(6, len(message)) + message), limits=DEFAULT_LIMITS)
    assert refused.value.code == "ntff.malformed"
    assert what in refused.value.message


def test_of_many_unknown_fields_fifty_are_named_and_all_are_counted() -> None:
    message = blob(1, "x") + b"".join(number(n, 1) for n in range(1_000, 1_200))
    found = parse_ntff(memoryview(made.header(6, len(message)) + message), limits=DEFAULT_LIMITS)
    assert len(found.notices) == 51
    assert sum(notice.count for notice in found.notices) == 200
