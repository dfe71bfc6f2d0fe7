"""A session of several processes on two hosts: the summary names its late rank and its gap."""

import pytest

from profiles.metrics.stragglers import STEP_BEGIN
from profiles.metrics.system_summary import SystemSummary, system_summary
from tests.make.session.big import INSTANCES, PREFILL_EVERY, Plan, big_process, steps
from tests.make.session.description import Session
from tests.metrics.written_session import events_of

PLAN = Plan(events=20_000, processes=2, straggler=6)
TAKEN = steps(PLAN)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(
        tuple(
            big_process(PLAN, TAKEN, host, number)
            for host in range(len(INSTANCES))
            for number in range(PLAN.processes)
        )
    )


@pytest.fixture(scope="module")
def summary(session: Session, tmp_path_factory: pytest.TempPathFactory) -> SystemSummary:
    return system_summary(events_of(tmp_path_factory.mktemp("large"), session))


def test_hosts_processes_and_cores_are_counted(summary: SystemSummary) -> None:
    assert (summary.instances, len(summary.processes)) == (2, 4)
    assert (summary.logical_cores, summary.physical_cores) == (PLAN.ranks, 2 * PLAN.ranks)


def test_steps_of_all_ranks_are_one_step(summary: SystemSummary) -> None:
    prefill = -(-PLAN.steps // PREFILL_EVERY)
    assert {one.role: one.durations.count for one in summary.graphs} == {
        "prefill": prefill,
        "decode": PLAN.steps - prefill,
    }
    assert {one.ranks for one in summary.graphs} == {PLAN.ranks}


@pytest.mark.parametrize("name", [STEP_BEGIN, "cc_exec_barrier"])
def test_the_late_rank_is_named_across_processes(summary: SystemSummary, name: str) -> None:
    found = next(one for one in summary.stragglers if one.name == name)
    worst, *others = found.ranks
    assert worst.rank.worker_gid == PLAN.straggler
    assert worst.times_last == len(found.meetings) == PLAN.steps
    assert all(one.times_last == 0 for one in others)


def test_the_longest_gap_is_the_one_in_which_the_host_was_busy(
    summary: SystemSummary, session: Session
) -> None:
    gap = max(summary.gaps, key=lambda one: one.end_ns - one.start_ns)
    step, following = TAKEN[PLAN.gap_after], TAKEN[PLAN.gap_after + 1]
    first = min(session.zero_ns, *(e.start_ns for p in session.processes
                                   for t in p.framework for e in t.events))  # fmt: skip
    assert step.end_ns - first <= gap.start_ns + 2_000
    assert gap.end_ns <= following.running_ns - first + 2_000
    assert gap.activities[0].name == "collect_garbage"
    assert gap.also == len(session.processes) - 1
