"""Large sessions: as many events as asked for, every rank in every step, one late, one gap."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from tests.make.session.big import (
    CORES,
    INSTANCES,
    Plan,
    big_process,
    steps,
    write_big_session,
)
from tests.make.session.description import Process
from tests.make.session.read_back import events

PLAN = Plan(events=20_000, processes=2, straggler=6)


@pytest.fixture(scope="module")
def processes() -> list[Process]:
    taken = steps(PLAN)
    return [
        big_process(PLAN, taken, host, number)
        for host in range(len(INSTANCES))
        for number in range(PLAN.processes)
    ]


def test_there_are_as_many_events_as_asked_for_and_not_many_more(
    processes: list[Process],
) -> None:
    count = sum(len(process.events) for process in processes)
    assert 20_000 <= count < 20_500


def test_the_full_plan_has_64_ranks_and_a_million_events() -> None:
    plan = Plan()
    assert plan.ranks == plan.pairs == 64
    assert plan.steps > 600


def test_ranks_count_over_all_processes(processes: list[Process]) -> None:
    ranks = [event.worker for process in processes for event in process.events]
    assert set(ranks) == set(range(PLAN.ranks))
    assert len({(p.instance.name, p.pid) for p in processes}) == 4
    assert all({e.core for e in p.events} == set(range(CORES)) for p in processes)


def test_every_rank_runs_at_the_same_instant_and_the_late_one_arrives_last(
    processes: list[Process],
) -> None:
    arrived: dict[int, list[tuple[int, int]]] = defaultdict(list)
    begun: dict[int, set[int]] = defaultdict(set)
    for process in processes:
        for execution in process.executions:
            arrived[execution.exec_id].append((execution.arrived_ns, execution.worker))
            begun[execution.exec_id].add(execution.running[0][1])
    assert len(arrived) == PLAN.steps
    for step, ranks in arrived.items():
        assert len(ranks) == PLAN.ranks
        assert max(ranks)[1] == PLAN.straggler
        assert len(begun[step]) == 1


def test_the_largest_gap_is_behind_the_step_that_was_named() -> None:
    taken = steps(PLAN)
    gaps = [later.begin_ns - step.end_ns for step, later in pairwise(taken)]
    assert gaps.index(max(gaps)) == PLAN.gap_after
    assert max(gaps) - sorted(gaps)[-2] == PLAN.gap_ns


def test_model_numbers_are_each_processes_own_and_each_core_has_a_trace(
    processes: list[Process],
) -> None:
    numbers = [loaded.model_id for process in processes for loaded in process.models]
    assert len(set(numbers)) == 2 * len(processes)
    for process in processes:
        decode = process.models[1].model_id
        assert [trace.file_name for trace in process.traces] == [
            f"{decode}_instid_0_vnc_{core}.ntff" for core in range(CORES)
        ]


def test_the_directory_holds_what_was_told(processes: list[Process], tmp_path: Path) -> None:
    count = write_big_session(tmp_path, PLAN)
    assert count == sum(len(process.events) for process in processes)
    for process in processes:
        frames = events((tmp_path / process.folder / "ntrace.pb").read_bytes())
        assert len(frames) == process.frame_count
    assert len(list(tmp_path.rglob("*.ntff"))) == PLAN.ranks
