"""What an instruction waited for: by the compiler's edges, and by the semaphores it saw."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.compiled_edges import edges_of
from profiles.metrics.dependencies import MOST_EDGES, NoSuchRowError, dependencies
from profiles.metrics.device_run import DeviceRun
from tests.metrics.device_tables import instruction, region

TENSOR = "S[5] (Tensor)++@complete"


def edge(before: int, after: int, kind: str = "FLOW_DEPENDENCE", gap: int = 0) -> dict[str, Any]:
    """A row of Flow between instructions, whose ids are their starts."""
    return {
        "in_id": before,
        "out_id": after,
        "in_table": "Instruction",
        "out_table": "Instruction",
        "dependency_type": kind,
        "gap_time": gap,
    }


def update(at_ns: int, value: int) -> dict[str, Any]:
    return {
        "timestamp": at_ns,
        "id": "S[5] (Tensor)",
        "value": value,
        "update_source": "Tensor",
        "pcore_idx": 0,
    }


@pytest.fixture
def device(tmp_path: Path) -> DeviceRun:
    """Tensor works from 1,000 to 3,000 ns; Vector, free since 200, waits for it."""
    return region(
        tmp_path,
        Instruction=[
            instruction("Tensor", 1000, 2000, "MATMUL", operands=TENSOR),
            instruction("Vector", 100, 100, "COPY"),
            instruction("Vector", 3060, 500, "CAST", operands="S[5] (Tensor)>=1"),
            instruction("Vector", 3570, 100, "COPY"),
        ],
        SemaphoreUpdate=[update(3010, 1)],
        Flow=[edge(1000, 3060, gap=60), edge(100, 3060, "ANTI_DEPENDENCE", 2860), edge(3060, 3570)],
    ).run


def test_a_wait_names_who_ended_it_and_how_long_the_engine_was_idle(device: DeviceRun) -> None:
    start = dependencies(device, 2)["start"]
    assert (start["reason"], start["by"]["row"], start["by"]["opcode"]) == (
        "semaphore",
        0,
        "MATMUL",
    )
    assert (start["released_ns"], start["ready_ns"], start["engine_free_ns"]) == (3010, 3060, 200)
    assert start["waited_ns"] == 2860


def test_who_did_not_wait_followed_its_engine(device: DeviceRun) -> None:
    start = dependencies(device, 3)["start"]
    assert (start["reason"], start["by"]["row"], start["waited_ns"]) == ("engine order", 2, 10)


def test_the_first_of_an_engine_followed_nothing(device: DeviceRun) -> None:
    start = dependencies(device, 1)["start"]
    assert (start["reason"], start["by"], start["waited_ns"]) == ("first", None, None)


def test_edges_lead_both_ways_with_kind_and_gap(device: DeviceRun) -> None:
    found = dependencies(device, 2)
    earlier = [(one["row"], one["kind"], one["gap_ns"]) for one in found["waits_for"]]
    assert earlier == [(0, "FLOW_DEPENDENCE", 60), (1, "ANTI_DEPENDENCE", 2860)]
    assert [one["row"] for one in found["waited_for_by"]] == [3]
    assert (found["waits_for_total"], found["waited_for_by_total"]) == (2, 1)


def test_an_instruction_tells_whom_it_let_go_on(device: DeviceRun) -> None:
    assert [one["row"] for one in dependencies(device, 0)["released"]] == [2]
    assert dependencies(device, 2)["released"] == []


@pytest.mark.parametrize("row", [-1, 4, 1 << 40])
def test_a_row_that_is_not_there_is_refused(device: DeviceRun, row: int) -> None:
    with pytest.raises(NoSuchRowError):
        dependencies(device, row)


def test_without_the_compiler_s_edges_the_semaphores_still_tell(tmp_path: Path) -> None:
    device = region(
        tmp_path,
        Instruction=[
            instruction("Tensor", 0, 100, operands=TENSOR),
            instruction("Vector", 150, 10, operands="S[5] (Tensor)>=1"),
        ],
        SemaphoreUpdate=[update(110, 1)],
    ).run
    found = dependencies(device, 1)
    assert edges_of(device.run, 0) is None
    assert (found["has_edges"], found["waits_for"]) == (False, [])
    assert found["start"]["reason"] == "semaphore"


def test_an_edge_to_a_row_nobody_has_is_left_out(tmp_path: Path) -> None:
    device = region(
        tmp_path, Instruction=[instruction("Tensor", 5, 1)], Flow=[edge(77, 5), edge(5, 5)]
    ).run
    assert [one["row"] for one in dependencies(device, 0)["waits_for"]] == [0]


def test_a_long_list_is_cut_and_its_length_told(tmp_path: Path) -> None:
    many = MOST_EDGES + 7
    device = region(
        tmp_path,
        Instruction=[instruction("Tensor", n * 10, 5) for n in range(many + 1)],
        Flow=[edge(0, n * 10) for n in range(1, many + 1)],
    ).run
    found = dependencies(device, 0)
    assert (len(found["waited_for_by"]), found["waited_for_by_total"]) == (MOST_EDGES, many)
