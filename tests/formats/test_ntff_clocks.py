"""Counters become picoseconds exactly as in the worked examples of the documents."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.ntff.clocks import NO_TIME, floor_ns, to_picoseconds, wait_ns
from ingest_worker.formats.ntff.facts import Clock

PE_CLOCK = Clock(464077143846287, 731428, 731408)
DMA_CLOCK = Clock(155450825605146, 1024, 1204672)
INF2_T0 = 242728533782


def one(raw: int, clock: Clock) -> int:
    return int(to_picoseconds(np.array([raw], np.uint64), clock)[0])


def test_the_start_notice_of_the_inf2_example_is_the_origin() -> None:
    assert one(464319879017365, PE_CLOCK) == INF2_T0


def test_the_dma_packet_of_the_inf2_example_starts_at_3606_ns_and_lasts_101() -> None:
    start = one(155451031933268, DMA_CLOCK)
    end = one(155451031933354, DMA_CLOCK)
    assert start == 242732140025
    assert end == 242732241199
    assert floor_ns(np.array([start - INF2_T0, end - start])).tolist() == [3606, 101]


def test_without_clock_facts_the_counter_is_picoseconds() -> None:
    assert one(2321027867215790, Clock()) == 2321027867215790


def test_equal_increments_only_shift() -> None:
    assert one(1000, Clock(400, 7, 7)) == 600


def test_a_time_before_the_initial_one_is_rounded_down() -> None:
    assert one(99, Clock(100, 3, 2)) == -1


def test_a_time_beyond_any_clock_is_marked_not_wrapped() -> None:
    raw = np.array([(1 << 64) - 1, 1 << 62, (1 << 62) - 1], np.uint64)
    assert to_picoseconds(raw, Clock()).tolist() == [NO_TIME, NO_TIME, (1 << 62) - 1]
    assert one((1 << 62) - 1, Clock(0, 1, 1_000_000)) == NO_TIME


@given(
    raw=st.integers(0, 1 << 50),
    init=st.integers(0, 1 << 50),
    actual=st.integers(1, (1 << 32) - 1),
    expected=st.integers(1, (1 << 32) - 1),
)
def test_scaling_equals_the_formula_with_unbounded_integers(
    raw: int, init: int, actual: int, expected: int
) -> None:
    exact = (raw - init) * expected // actual
    found = one(raw, Clock(init, actual, expected))
    assert found == exact or (found == NO_TIME and abs(exact) > 1 << 61)


def test_waits_are_rounded_in_float32_as_the_official_tool_does() -> None:
    cycles = np.array([35833, 492, 0], np.uint16)
    assert wait_ns(cycles, 1.2).tolist() == [29860, 409, 0]


def test_waits_of_the_older_chips_use_their_clock() -> None:
    assert wait_ns(np.array([1400], np.uint16), 1.4).tolist() == [1000]
