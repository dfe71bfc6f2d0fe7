"""Steps, stragglers and host gaps of small runs, every number by hand."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.events import Events
from profiles.metrics.host_gaps import Activity, Process
from profiles.metrics.steps import Rank, calls_of, steps_of
from profiles.metrics.stragglers import STEP_BEGIN, Stragglers
from profiles.metrics.system_summary import SystemSummary, system_summary
from tests.metrics.system_events import HARDWARE, event, running, write_rows

PREFILL = "context_encoding_model/_tp{}_bk0"
DECODE = "token_generation_model/_tp{}_bk0"
FRAMEWORK = "framework"


def execute(rank: int, start: int, end: int, name: str = DECODE, **more: Any) -> dict[str, Any]:
    """A call of one rank; two ranks a process."""
    return event(
        "nrt_execute",
        start,
        end,
        nc=rank % 2,
        process=100 + rank // 2,
        worker=rank,
        **{"model_id": 7 + rank, "model_name": name.format(rank), **more},
    )


def barrier(rank: int, start: int, end: int, pcore: int = 0) -> dict[str, Any]:
    return event(
        "cc_exec_barrier",
        start,
        end,
        nc=rank % 2,
        pcore=pcore,
        process=100 + rank // 2,
        worker=rank,
        source=HARDWARE,
    )


def summary_of(folder: Path, rows: list[dict[str, Any]]) -> SystemSummary:
    path = write_rows(folder / "e.parquet", "SystemProfileEvents", rows)
    return system_summary(Events(path))


def meetings(summary: SystemSummary, name: str) -> Stragglers:
    return next(one for one in summary.stragglers if one.name == name)


def test_ranks_that_run_together_are_one_step(tmp_path: Path) -> None:
    rows = [
        execute(0, 0, 100, PREFILL),
        execute(1, 10, 100, PREFILL),
        execute(2, 20, 110, PREFILL),
        *[execute(rank, 200 + rank, 250) for rank in range(3)],
        *[execute(rank, 300 + rank, 360) for rank in range(3)],
    ]
    summary = summary_of(tmp_path, rows)
    decode, prefill = sorted(summary.graphs, key=lambda one: one.role or "")
    assert (prefill.role, prefill.ranks, prefill.durations.count) == ("prefill", 3, 1)
    assert prefill.durations.median_ns == 110
    assert (decode.role, decode.durations.count) == ("decode", 2)
    assert (decode.durations.median_ns, decode.durations.p99_ns) == (50, 60)
    assert (decode.slowest.number, decode.slowest.start_ns) == (2, 300)


def test_a_rank_that_calls_again_begins_a_new_step(tmp_path: Path) -> None:
    rows = [execute(0, 0, 100), execute(1, 0, 100), execute(0, 90, 190), execute(1, 95, 190)]
    path = write_rows(tmp_path / "e.parquet", "SystemProfileEvents", rows)
    steps = steps_of(calls_of(Events(path)))
    assert [(step.start_ns, step.end_ns, len(step.calls)) for step in steps] == [
        (0, 100, 2),
        (90, 190, 2),
    ]


def test_calls_that_do_not_overlap_are_steps_of_their_own(tmp_path: Path) -> None:
    rows = [execute(0, 0, 100), execute(1, 100, 200)]
    (graph,) = summary_of(tmp_path, rows).graphs
    assert graph.durations.count == 2


def test_models_without_a_telling_name_are_told_apart_by_it(tmp_path: Path) -> None:
    rows = [
        event("nrt_execute", 0, 10, model_id=5),
        event("nrt_execute", 20, 30, model_id="6"),
        event("nrt_execute", 40, 50),
    ]
    found = summary_of(tmp_path, rows)
    assert {one.graph: one.role for one in found.graphs} == {
        "model 5": None,
        "model 6": None,
        "unknown": None,
    }


def test_the_rank_that_costs_most_is_named(tmp_path: Path) -> None:
    rows = []
    for step in range(3):
        zero = 1000 * step
        for rank, late in enumerate((0, 5, 300)):
            rows.append(execute(rank, zero + late, zero + 900))
            rows += [barrier(rank, zero + late + 50 + pcore, zero + 400, pcore) for pcore in (0, 1)]
    summary = summary_of(tmp_path, rows)
    begin, waited = meetings(summary, STEP_BEGIN), meetings(summary, "cc_exec_barrier")
    worst = begin.ranks[0]
    assert worst.rank == Rank(2, "i-1", 101, 0)
    assert (worst.times_last, worst.meetings, worst.cost_ns) == (3, 3, 3 * 295)
    assert worst.median_after_first_ns == 300
    assert [one.cost_ns for one in begin.ranks[1:]] == [0, 0]
    assert (waited.ranks[0].rank.worker_gid, waited.ranks[0].cost_ns) == (2, 3 * 295)
    first = waited.meetings[0]
    # Of two physical cores the later one counts.
    assert [(rank.worker_gid, at) for rank, at in first.in_order] == [(0, 51), (1, 56), (2, 351)]
    assert (first.spread_ns, first.cost_ns, first.first_ns) == (300, 295, 51)


def test_the_second_barrier_of_a_call_is_another_meeting(tmp_path: Path) -> None:
    rows = [execute(rank, 0, 100) for rank in (0, 1)]
    rows += [barrier(0, 10, 20), barrier(1, 15, 20), barrier(0, 50, 60), barrier(1, 40, 60)]
    found = meetings(summary_of(tmp_path, rows), "cc_exec_barrier").meetings
    assert [(m.last.worker_gid, m.cost_ns) for m in found] == [(1, 5), (0, 10)]


def test_a_barrier_outside_every_call_belongs_to_no_step(tmp_path: Path) -> None:
    rows = [execute(rank, 0, 100) for rank in (0, 1)] + [barrier(0, 150, 160), barrier(1, 155, 160)]
    assert [one.name for one in summary_of(tmp_path, rows).stragglers] == [STEP_BEGIN]


def test_one_rank_alone_has_no_stragglers(tmp_path: Path) -> None:
    assert summary_of(tmp_path, [execute(0, 0, 10), barrier(0, 5, 6)]).stragglers == []


def test_a_gap_says_what_the_host_did(tmp_path: Path) -> None:
    rows = [
        event("LLM.generate", 0, 1000, nc=None, source=FRAMEWORK),
        execute(0, 90, 210),
        running(100, 200),
        event("nrt_tensor_read", 220, 230),
        event("detokenize", 240, 700, nc=None, source=FRAMEWORK),
        running(800, 900),
    ]
    summary = summary_of(tmp_path, rows)
    (gap,) = summary.gaps
    assert (gap.start_ns, gap.end_ns, gap.process) == (200, 800, Process("i-1", 100))
    assert gap.activities == [
        Activity("detokenize", FRAMEWORK, 460),
        Activity("LLM.generate", FRAMEWORK, 10 + 10 + 100),
        Activity("nrt_execute", "neuron_rt", 10),
        Activity("nrt_tensor_read", "neuron_rt", 10),
    ]
    assert sum(one.ns for one in gap.activities) == 600


def test_time_in_a_gap_that_nothing_covers_has_no_name(tmp_path: Path) -> None:
    (gap,) = summary_of(tmp_path, [running(0, 10), running(30, 40)]).gaps
    assert gap.activities == [Activity("", "", 20)]


def test_cores_of_a_process_close_each_others_gaps(tmp_path: Path) -> None:
    rows = [running(0, 10), running(5, 30, nc=1), running(30, 40), running(60, 70, nc=1)]
    summary = summary_of(tmp_path, rows)
    assert [(gap.start_ns, gap.end_ns) for gap in summary.gaps] == [(40, 60)]
    (process,) = summary.processes
    assert process.devices.running.length_ns == 50
    assert process.devices.cores == 2
    assert summary.device_ns == 55


def test_a_gap_that_processes_share_is_told_once(tmp_path: Path) -> None:
    rows = [
        running(0, 100, process=100),
        running(2, 101, process=200),
        running(900, 1000, process=100),
        running(905, 1000, process=200),
    ]
    summary = summary_of(tmp_path, rows)
    assert [(gap.process.process_id, gap.also) for gap in summary.gaps] == [(200, 1)]
    assert [one.gaps.max_ns for one in summary.processes if one.gaps] == [800, 804]


def test_without_hardware_events_executions_stand_for_the_devices(tmp_path: Path) -> None:
    summary = summary_of(tmp_path, [execute(0, 0, 100), execute(0, 150, 200)])
    (process,) = summary.processes
    assert process.devices.runtime_only
    assert process.devices.running.length_ns == 150
    assert [(gap.start_ns, gap.end_ns) for gap in summary.gaps] == [(100, 150)]


def test_the_overview_counts_hosts_processes_and_cores(tmp_path: Path) -> None:
    rows = [
        event("nrt_init", 5, 7, nc=None),
        running(10, 20, nc=0, pcore=0),
        running(10, 20, nc=0, pcore=1),
        running(12, 90, nc=0, pcore=0, instance="i-2"),
    ]
    found = summary_of(tmp_path, rows)
    assert (found.instances, len(found.processes)) == (2, 2)
    assert (found.logical_cores, found.physical_cores) == (2, 3)
    assert (found.first_ns, found.last_ns, found.wall_ns, found.events) == (5, 90, 85, 4)


@pytest.mark.parametrize("rows", [[], [event("nrt_init", 3, 4, nc=None)]])
def test_a_run_without_executions_has_a_summary(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    found = summary_of(tmp_path, rows)
    assert (found.graphs, found.stragglers, found.gaps) == ([], [], [])
    assert len(found.processes) == len(rows)
