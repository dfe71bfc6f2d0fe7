"""Which packets the official tool shows: whole rings go, or single packets, by version."""

from collections.abc import Callable
from threading import Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders.built import Once
from ingest_worker.builders.legacy import shown_packets

ORIGIN, LAST = 100, 200
PACKETS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(60, 240), st.integers(0, 60)),
    max_size=25,
)

Packet = tuple[int, int, int, int]  # engine, queue, start, length


def shown(packets: list[Packet], *, is_windowed: bool, last: int | None = LAST) -> list[bool]:
    start = np.array([begin for _, _, begin, _ in packets], np.int64)
    rows = SimpleNamespace(
        engine=np.array([engine for engine, *_ in packets], np.uint8),
        queue=np.array([queue for _, queue, _, _ in packets], np.uint8),
        start_ps=start,
        end_ps=start + np.array([length for *_, length in packets], np.int64),
    )
    part: Any = SimpleNamespace(
        origin_ps=ORIGIN,
        capture=SimpleNamespace(is_windowed=is_windowed, windows=[SimpleNamespace(end_ps=last)]),
    )
    core: Any = SimpleNamespace(movement=SimpleNamespace(packets=rows))
    return [bool(each) for each in shown_packets(part, core)]


def test_a_ring_with_a_packet_across_an_edge_is_not_shown_at_all() -> None:
    early, late = (0, 1, 90, 20), (1, 1, 190, 20)
    inside = [(0, 1, 150, 5), (1, 1, 150, 5), (2, 1, 150, 5), (0, 2, 150, 5)]
    found = shown([early, late, *inside], is_windowed=True)
    assert found == [False, False, False, False, True, True]


def test_edges_belong_to_the_window() -> None:
    packets = [(0, 0, ORIGIN, 10), (1, 0, LAST - 10, 10), (2, 0, LAST - 10, 11)]
    assert shown(packets, is_windowed=True) == [True, True, False]


def test_a_window_without_an_end_breaks_rings_at_its_beginning_only() -> None:
    packets = [(0, 0, 99, 10), (0, 0, 150, 1), (1, 0, 500, 10)]
    assert shown(packets, is_windowed=True, last=None) == [False, False, True]


def test_without_a_stored_window_only_early_packets_are_left_out() -> None:
    packets = [(0, 0, 99, 10), (0, 0, 150, 1), (0, 0, 500, 10)]
    assert shown(packets, is_windowed=False) == [False, True, True]


@given(PACKETS)
def test_rings_are_shown_whole_or_not_at_all(packets: list[Packet]) -> None:
    by_ring: dict[tuple[int, int], set[bool]] = {}
    for (engine, queue, *_), is_shown in zip(
        packets, shown(packets, is_windowed=True), strict=True
    ):
        by_ring.setdefault((engine, queue), set()).add(is_shown)
    assert all(len(states) == 1 for states in by_ring.values())
    broken = {
        (engine, queue)
        for engine, queue, start, length in packets
        if start < ORIGIN or start + length > LAST
    }
    assert {ring for ring, states in by_ring.items() if states == {False}} == broken


def in_threads(count: int, do: Callable[[], object]) -> None:
    threads = [Thread(target=do) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_tables_share_is_made_once_by_whichever_thread_comes_first() -> None:
    made: list[int] = []
    found: list[object] = []

    def make() -> object:
        made.append(1)
        return object()

    once = Once(make)
    in_threads(8, lambda: found.append(once()))
    assert len(made) == 1
    assert len(set(map(id, found))) == 1


def test_what_cannot_be_made_is_tried_again_by_the_next() -> None:
    tries: list[int] = []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise MemoryError
        return len(tries)

    once = Once(make)
    with pytest.raises(MemoryError):
        once()
    assert (once(), once()) == (2, 2)
