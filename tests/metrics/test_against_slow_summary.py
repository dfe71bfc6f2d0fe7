"""Random runs: the summary says what the slow reading of the same rules says."""

import random
from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.events import Events
from profiles.metrics.host_gaps import activities_of, devices_of, processes_of
from profiles.metrics.steps import Rank, calls_of, steps_of
from profiles.metrics.stragglers import STEP_BEGIN
from profiles.metrics.system_summary import system_summary
from tests.metrics import slow_summary
from tests.metrics.system_events import event, running, write_rows

GRAPHS = ("context_encoding_model/_tp{}_bk0", "token_generation_model/_tp{}_bk1")
SEEDS = range(12)


def random_rows(seed: int) -> list[dict[str, Any]]:
    """Two hosts with equal process numbers, calls that overlap, nest, touch and stand alone."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for _ in range(chance.randrange(5, 60)):
        rank = chance.randrange(6)
        start = chance.randrange(600)
        end = start + chance.choice([0, 1, 7, 40, 120])
        place = {"process": 100 + rank % 2, "instance": f"i-{rank // 3}", "nc": rank % 2}
        kind = chance.randrange(4)
        if kind == 0:
            name = GRAPHS[chance.randrange(2)].format(rank)
            rows.append(event("nrt_execute", start, end, worker=rank, model_name=name, **place))
        elif kind == 1:
            rows.append(running(start, end, pcore=chance.randrange(2), worker=rank, **place))
        elif kind == 2:
            name = chance.choice(["tokenize", "sample", "forward"])
            rows.append(event(name, start, end, source="framework", **{**place, "nc": None}))
        else:
            rows.append(event("kbl_exec_wait", start, end, worker=rank, **place))
    return sorted(rows, key=lambda row: row["start_ts"])


def graphs_of(rows: list[dict[str, Any]]) -> dict[int, str]:
    """The graph of every call, from how it was written."""
    found = {}
    for number, row in enumerate(rows):
        if row["name"] == "nrt_execute":
            is_prefill = "context" in row["extra_attributes_json"]
            found[number] = (
                "context_encoding_model bucket 0"
                if is_prefill
                else "token_generation_model bucket 1"
            )
    return found


def written(folder: Path, rows: list[dict[str, Any]]) -> Events:
    return Events(write_rows(folder / "e.parquet", "SystemProfileEvents", rows, 7))


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_are_those_of_the_slow_reading(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed)
    found = steps_of(calls_of(written(tmp_path, rows)))
    expected = slow_summary.steps_of(rows, graphs_of(rows))
    assert [
        (step.graph, {rank: (c.start_ns, c.end_ns) for rank, c in step.calls.items()})
        for step in found
    ] == [
        (step.graph, {Rank(*rank): times for rank, times in step.calls.items()})
        for step in expected
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_call_is_in_one_step(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed)
    found = steps_of(calls_of(written(tmp_path, rows)))
    called = sorted(call.row for step in found for call in step.calls.values())
    assert called == [n for n, row in enumerate(rows) if row["name"] == "nrt_execute"]
    assert [step.number for step in found] == list(range(len(found)))


@pytest.mark.parametrize("seed", SEEDS)
def test_lateness_adds_up_over_the_meetings(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed)
    summary = system_summary(written(tmp_path, rows))
    slow = [s for s in slow_summary.steps_of(rows, graphs_of(rows)) if len(s.calls) > 1]
    if not slow:
        assert summary.stragglers == []
        return
    (begin,) = summary.stragglers
    assert (begin.name, len(begin.meetings)) == (STEP_BEGIN, len(slow))
    cost: dict[Rank, int] = {}
    for step in slow:
        arrived = sorted((start, rank) for rank, (start, _) in step.calls.items())
        last = Rank(*arrived[-1][1])
        cost[last] = cost.get(last, 0) + arrived[-1][0] - arrived[-2][0]
    assert {one.rank: one.cost_ns for one in begin.ranks if one.times_last} == cost
    assert begin.ranks[0].cost_ns == max(cost.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_running_time_and_gaps_are_those_of_the_slow_reading(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed)
    events = written(tmp_path, rows)
    for process, own in processes_of(events):
        devices = devices_of(events, process, own)
        place = (process.instance_id, process.process_id)
        expected = slow_summary.running_of(rows, place)
        instants = {
            t
            for t in (*devices.running.start_ns.tolist(), *devices.running.end_ns.tolist())
            if t not in expected
        }
        assert devices.running.length_ns == len(expected)
        between = devices.running.between
        found = set()
        for start, end in zip(between.start_ns.tolist(), between.end_ns.tolist(), strict=True):
            found |= set(range(start, end))
        # An execution of no length splits a gap, or begins one; it covers none of it.
        slow = {t for start, end in slow_summary.gaps_of(expected) for t in range(start, end)}
        assert slow <= found | instants
        assert not found & expected


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_host_did_is_that_of_the_slow_reading(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed)
    events = written(tmp_path, rows)
    for process, own in processes_of(events):
        place = (process.instance_id, process.process_id)
        for start, end in ((0, 300), (250, 251), (100, 720)):
            found: dict[str, int] = {}
            for one in activities_of(events, own, start, end):
                found[one.name] = found.get(one.name, 0) + one.ns
            assert found == slow_summary.host_did(rows, place, start, end)
