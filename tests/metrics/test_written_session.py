"""A written serving run with something wrong in it: the summary finds it and names it."""

from pathlib import Path

import pytest

from profiles.metrics.stragglers import STEP_BEGIN
from profiles.metrics.system_summary import SystemSummary, system_summary
from tests.make.session.runtime import MS, US
from tests.make.session.serving import Serving, serving_session
from tests.metrics.written_session import events_of

PLAN = Serving(straggler=5, gap_after=3)
STEPS = PLAN.requests * (1 + PLAN.decode_steps)


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> SystemSummary:
    folder = tmp_path_factory.mktemp("session")
    return system_summary(events_of(folder, serving_session(PLAN)))


def test_prefill_and_decode_are_told_apart(summary: SystemSummary) -> None:
    found = {one.role: one for one in summary.graphs}
    assert {role: one.durations.count for role, one in found.items()} == {
        "prefill": PLAN.requests,
        "decode": PLAN.requests * PLAN.decode_steps,
    }
    assert all(one.ranks == PLAN.cores for one in found.values())


def test_a_step_lasts_from_its_first_call_to_its_last(summary: SystemSummary) -> None:
    session = serving_session(PLAN)
    (process,) = session.processes
    first = [one for one in process.executions if one.exec_id == 1]
    step = min(
        (step for graph in summary.graphs for step in graph.steps), key=lambda one: one.start_ns
    )
    assert step.start_ns == min(one.start_ns for one in first) - session.zero_ns
    assert step.end_ns == max(one.end_ns for one in first) - session.zero_ns


@pytest.mark.parametrize("name", [STEP_BEGIN, "cc_exec_barrier"])
def test_the_late_rank_is_named_everywhere_it_is_late(summary: SystemSummary, name: str) -> None:
    found = next(one for one in summary.stragglers if one.name == name)
    assert len(found.meetings) == STEPS
    worst, second = found.ranks[:2]
    assert worst.rank.worker_gid == PLAN.straggler
    assert worst.times_last == STEPS
    assert second.times_last == 0
    # The others are spread over some microseconds themselves.
    assert worst.cost_ns == pytest.approx(STEPS * PLAN.late_ns, rel=0.35)


def test_arrivals_are_those_that_were_written(summary: SystemSummary) -> None:
    session = serving_session(PLAN)
    (process,) = session.processes
    found = next(one for one in summary.stragglers if one.name == "cc_exec_barrier")
    for number, meeting in enumerate(sorted(found.meetings, key=lambda one: one.step), 1):
        told = {
            one.worker: one.arrived_ns - session.zero_ns
            for one in process.executions
            if one.exec_id == number
        }
        assert {rank.worker_gid: at for rank, at in meeting.arrived_ns.items()} == told


def test_the_injected_gap_is_the_longest_and_the_host_is_named(summary: SystemSummary) -> None:
    gap = summary.gaps[0]
    assert gap.end_ns - gap.start_ns > PLAN.gap_ns
    busiest = gap.activities[0]
    assert (busiest.name, busiest.source) == ("detokenize", "framework")
    assert busiest.ns == pytest.approx(PLAN.gap_ns, abs=20 * US)
    assert sum(one.ns for one in gap.activities) == gap.end_ns - gap.start_ns


def test_without_a_fault_nothing_stands_out(tmp_path: Path) -> None:
    summary = system_summary(events_of(tmp_path, serving_session(Serving())))
    for found in summary.stragglers:
        assert found.ranks[0].cost_ns < STEPS * 100 * US
        assert found.ranks[0].times_last < STEPS
    names = {one.name for gap in summary.gaps for one in gap.activities}
    assert "detokenize" not in names
    assert max(gap.end_ns - gap.start_ns for gap in summary.gaps) < 2 * MS


def test_the_devices_ran_as_long_as_was_written(summary: SystemSummary) -> None:
    session = serving_session(PLAN)
    (process,) = session.processes
    ran = [run for one in process.executions for run in one.running]
    assert summary.device_ns == sum(end - start for _, start, end in ran)
    assert summary.logical_cores == PLAN.cores
    assert summary.physical_cores == 2 * PLAN.cores
    (one,) = summary.processes
    assert one.devices.first_ns == summary.first_ns
    assert 0 < one.devices.running.length_ns < summary.wall_ns
