"""Whole chains: back and forward to a depth, of every kind of edge, within bounds."""

import random
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiles.metrics.dependencies import NoSuchRowError
from profiles.metrics.dependency_chain import Way, dependency_chain, walk_chain
from profiles.metrics.dependency_edges import EdgeKind, EdgeSource
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.matches import within
from tests.metrics.device_tables import device, instruction
from tests.metrics.test_dependencies import TENSOR, edge, update


def made(folder: Path, edges: list[tuple[int, int]], count: int, **more: Any) -> DeviceRun:
    """Instructions at 0, 10, 20 ... ns on one engine, and edges between their places."""
    rows = [instruction("Vector", place * 10, 5) for place in range(count)]
    flow = [edge(before * 10, after * 10) for before, after in edges]
    return device(folder, Instruction=rows, Flow=flow, **more)


def reached(found: dict[str, Any]) -> dict[int, int]:
    """The distance of each row of a chain."""
    return {event["row"]: event["depth"] for event in found["events"]}


def pairs(found: dict[str, Any]) -> list[tuple[int, int, str]]:
    """The edges of a chain by rows and kind."""
    rows = [event["row"] for event in found["events"]]
    return [(rows[one["before"]], rows[one["after"]], one["kind"]) for one in found["edges"]]


def test_a_chain_goes_back_as_many_edges_as_asked_for(tmp_path: Path) -> None:
    run = made(tmp_path, [(0, 1), (1, 2), (2, 3), (3, 4)], 5)
    found = dependency_chain(run, 4, "back", 2)
    assert reached(found) == {4: 0, 3: 1, 2: 2}
    assert pairs(found) == [(3, 4, "flow"), (2, 3, "flow")]
    assert (found["cut"], found["beyond"]) == ("depth", 1)


def test_a_chain_goes_forward_to_its_end_and_says_that_nothing_lies_further(tmp_path: Path) -> None:
    found = dependency_chain(made(tmp_path, [(0, 1), (0, 2), (2, 3)], 4), 0, "forward", 9)
    assert reached(found) == {0: 0, 1: 1, 2: 1, 3: 2}
    assert (found["cut"], found["beyond"], found["edges_left_out"]) == (None, 0, 0)


def test_an_event_that_two_ways_lead_to_stands_once_with_both_edges(tmp_path: Path) -> None:
    found = dependency_chain(made(tmp_path, [(0, 1), (0, 2), (1, 3), (2, 3)], 4), 3, "back", 5)
    assert reached(found) == {3: 0, 1: 1, 2: 1, 0: 2}
    assert len(found["edges"]) == 4


def test_a_circle_ends(tmp_path: Path) -> None:
    run = made(tmp_path, [(0, 1), (1, 2), (2, 0), (1, 1)], 3)
    found = dependency_chain(run, 0, "forward", 1000)
    assert reached(found) == {0: 0, 1: 1, 2: 2}
    assert sorted(pairs(found)) == [(0, 1, "flow"), (1, 1, "flow"), (1, 2, "flow"), (2, 0, "flow")]
    assert found["cut"] is None


def test_what_the_bound_on_events_leaves_out_is_counted(tmp_path: Path) -> None:
    run = made(tmp_path, [(0, place) for place in range(1, 30)], 30)
    found = dependency_chain(run, 0, "forward", 3, most=10)
    assert len(found["events"]) == 10
    assert (found["cut"], found["beyond"]) == ("events", 20)
    nearest = sorted(reached(found))
    assert nearest == list(range(10)), "the nearest come first"


def test_many_edges_among_few_events_are_cut_but_each_event_keeps_one(tmp_path: Path) -> None:
    many = [(0, 1)] * 50 + [(0, 2)]
    found = dependency_chain(made(tmp_path, many, 3), 0, "forward", 1)
    assert {(before, after) for before, after, _ in pairs(found)} == {(0, 1), (0, 2)}
    assert len(found["edges"]) + found["edges_left_out"] == 51
    assert found["edges_left_out"] > 0


def test_without_time_the_walk_stops_and_says_so(tmp_path: Path) -> None:
    run = made(tmp_path, [(0, 1), (1, 2)], 3)
    source = EdgeSource(run.critical_links, None)
    kinds = frozenset(EdgeKind)
    chain = walk_chain(source, np.array([2]), "back", 5, kinds=kinds, time_limit_s=-1)
    assert (chain.rows, chain.cut, chain.beyond) == ([2], "time", 1)


@pytest.fixture
def handed(tmp_path: Path) -> DeviceRun:
    """Tensor works to 3,000 ns and raises a semaphore for which Vector waits."""
    return device(
        tmp_path,
        Instruction=[
            instruction("Tensor", 1000, 2000, "MATMUL", operands=TENSOR),
            instruction("Vector", 100, 100),
            instruction("Vector", 3060, 500, "CAST", operands="S[5] (Tensor)>=1"),
            instruction("Vector", 3570, 100),
        ],
        SemaphoreUpdate=[update(3010, 1)],
        Flow=[edge(1000, 3060, "ANTI_DEPENDENCE", 60), edge(3060, 3570, "ORDERED", 10)],
    )


def test_a_semaphore_that_is_handed_over_is_an_edge_of_its_own(handed: DeviceRun) -> None:
    found = dependency_chain(handed, 3, "back", 4)
    assert sorted(pairs(found)) == [(0, 2, "anti"), (0, 2, "semaphore"), (2, 3, "order")]
    gaps = {one["kind"]: one["gap_ns"] for one in found["edges"]}
    assert gaps == {"anti": 60, "semaphore": 60, "order": 10}


def test_forward_finds_the_same_hand_over(handed: DeviceRun) -> None:
    assert (0, 2, "semaphore") in pairs(dependency_chain(handed, 0, "forward", 1))


def test_the_wait_of_a_chain_sums_the_idle_time_before_its_events(handed: DeviceRun) -> None:
    found = dependency_chain(handed, 3, "back", 4)
    assert {one["row"]: one["waited_ns"] for one in found["events"]} == {3: 10, 2: 2860, 0: None}
    assert found["waited_ns"] == 2870


def test_only_the_kinds_asked_for_are_followed(handed: DeviceRun) -> None:
    kinds = frozenset({EdgeKind.ENGINE})
    found = dependency_chain(handed, 3, "back", 4, kinds=kinds)
    assert pairs(found) == [(2, 3, "engine")]
    assert dependency_chain(handed, 3, "back", 4, kinds=frozenset({EdgeKind.FLOW}))["edges"] == []


def transfer(queue: str, trigger_ns: int, **more: Any) -> dict[str, Any]:
    return {"id": 900, "pcore_idx": 0, "trigger": trigger_ns, "queue_name": queue} | more


@pytest.fixture
def moved(tmp_path: Path) -> DeviceRun:
    """Sync starts a transfer that raises S[9]; Vector goes on by it."""
    return device(
        tmp_path,
        Instruction=[
            instruction("Sync", 100, 20, "DMA_TRIGGER", operands="S[9] (qLoad)+=16@dma"),
            instruction("Vector", 700, 50, operands="S[9] (qLoad)>=16"),
        ],
        SemaphoreUpdate=[{**update(690, 16), "id": "S[9] (qLoad)", "update_source": "DMA or host"}],
        DmaPacketAggregated=[transfer("qLoad", 100, semaphore_id="9", start_ts=200, end_ts=680)],
        DmaPacket=[
            {"start_ts": 200, "end_ts": 680, "pcore_idx": 0, "packet_aggregation_id": 900},
            {"start_ts": 300, "end_ts": 680, "pcore_idx": 0, "packet_aggregation_id": 901},
        ],
    )


def test_a_packet_leads_back_to_who_started_it_and_forward_to_whom_it_let_go_on(
    moved: DeviceRun,
) -> None:
    back = dependency_chain(moved, 0, "back", 3, table="DmaPacket")
    forward = dependency_chain(moved, 0, "forward", 3, table="DmaPacket")
    assert reached(back) == {0: 1}
    assert reached(forward) == {1: 1}
    direct = dependency_chain(moved, 1, "back", 3)
    assert [(one["kind"], one["queue"]) for one in direct["edges"]] == [("transfer", "qLoad")]


def test_a_packet_of_an_unknown_transfer_has_no_chain(moved: DeviceRun) -> None:
    assert dependency_chain(moved, 1, "back", 3, table="DmaPacket")["events"] == []


@pytest.mark.parametrize(
    ("table", "row"), [("Instruction", 9), ("DmaPacket", 2), ("DmaPacket", -1)]
)
def test_a_row_that_is_not_there_is_refused(moved: DeviceRun, table: str, row: int) -> None:
    with pytest.raises(NoSuchRowError):
        dependency_chain(moved, row, "back", 3, table=table)


def test_places_are_found_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    side = np.array([3, 1, 3, 2, 3])
    order = np.argsort(side, kind="stable")
    found, unseen = within(side, order, np.array([3, 7, 1]))
    assert (found.tolist(), unseen) == ([0, 2, 4, 1], 0)
    monkeypatch.setattr("profiles.metrics.matches.MOST_EXPANDED", 2)
    found, unseen = within(side, order, np.array([3, 1]))
    assert (found.tolist(), unseen) == ([0, 2], 2)


def slow_distances(edges: list[tuple[int, int]], begin: int, way: Way) -> dict[int, int]:
    """Breadth first, an edge at a time."""
    distance = {begin: 0}
    queue = deque([begin])
    while queue:
        now = queue.popleft()
        for before, after in edges:
            here, there = (before, after) if way == "forward" else (after, before)
            if here == now and there not in distance:
                distance[there] = distance[now] + 1
                queue.append(there)
    return distance


@pytest.mark.parametrize("seed", range(6))
def test_distances_are_those_of_a_search_edge_by_edge(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    count = 40
    edges = [(draw.randrange(count), draw.randrange(count)) for _ in range(60)]
    run = made(tmp_path, edges, count)
    for way in ("back", "forward"):
        for begin in range(0, count, 7):
            slow = slow_distances(edges, begin, way)
            for depth in (1, 3, 1000):
                found = dependency_chain(run, begin, way, depth)
                expected = {row: at for row, at in slow.items() if at <= depth}
                assert reached(found) == expected
                assert (found["cut"] is None) == (len(expected) == len(slow))
                assert found["beyond"] == sum(at == depth + 1 for at in slow.values())
