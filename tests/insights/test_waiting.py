"""Rules about waiting, each on a run that has the fault and on one that has not."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from tests.insights.ruling import every, found, plain
from tests.metrics.device_tables import instruction, matmul, packet, region
from tests.metrics.test_critical_path import LOAD, update

RAISE = "S[5] (Tensor)++@complete"


def kernel(wait_ns: int) -> dict[str, Any]:
    """Tensor works 20 µs, Vector waits for a load and Tensor for Vector, each so long."""
    resumed = 20_000 + wait_ns
    return {
        "Instruction": [
            matmul(0, 20_000, operands=RAISE),
            instruction("Sync", 19_000, 100, "DMA_DIRECT2D", operands=LOAD),
            instruction(
                "Vector", resumed - 500, 480, "TENSOR_REDUCE",
                operands="S[24] (qSync)>=16 S[6] (Vector)++@complete",
            ),
            matmul(resumed, 60_000 - wait_ns, operands="S[6] (Vector)>=1"),
        ],
        "SemaphoreUpdate": [
            update(resumed - 600, 24, 16, "DMA or host", "qSync"),
            update(resumed - 10, 6, 1, "Vector", "Vector"),
        ],
    }  # fmt: skip


def test_the_longest_gap_of_an_engine_is_found_with_what_it_waited_for(tmp_path: Path) -> None:
    one = found(tmp_path, "idle_gap", **kernel(30_000))
    assert one is not None
    assert plain(one.title) == "Tensor of core 0 idle for 30.0 µs in one piece"
    assert plain(one.detail).startswith(
        "Between 20.0 µs and 50.0 µs MATMUL waited for TENSOR_REDUCE on Vector, which waited for "
        "a transfer of qSync. Tensor is busy 50.0 µs of 100 µs."
    )
    assert one.saved_ns == 30_000
    assert one.ranges == ((20_000, 50_000),)
    assert (one.evidence.table, one.evidence.rows, one.evidence.count) == ("Instruction", (3,), 1)
    assert one.evidence.tracks == ("p0/c0/tensor",)


def test_short_gaps_and_engines_that_hardly_work_are_left_alone(tmp_path: Path) -> None:
    assert not found(tmp_path, "idle_gap", **kernel(4000))
    rarely = [instruction("GpSimd", start, 1000) for start in (0, 90_000)]
    assert not found(tmp_path, "idle_gap", Instruction=rarely)
    teardown = [matmul(0, 20_000), instruction("Tensor", 90_000, 9000, "DRAIN")]
    assert not found(tmp_path, "idle_gap", Instruction=teardown)


def test_several_long_gaps_of_one_engine_are_one_finding(tmp_path: Path) -> None:
    rows = [matmul(start, 5000) for start in (0, 20_000, 31_000, 60_000)]
    one = found(tmp_path, "idle_gap", Instruction=rows)
    assert one is not None
    assert plain(one.title) == "Tensor of core 0 idle for 24.0 µs in one piece"
    assert one.range_count == 3
    assert one.ranges == ((5000, 20_000), (25_000, 31_000), (36_000, 60_000))
    assert "2 more gaps" in plain(one.detail)


def test_time_before_and_after_the_kernel_is_found(tmp_path: Path) -> None:
    rows = [
        instruction("Tensor", 0, 1000, "TENSOR_LOAD"),
        instruction("Vector", 15_000, 73_000),
        instruction("Vector", 95_000, 100, "DRAIN"),
    ]
    of = region(tmp_path, Instruction=rows)
    start, end = every(of, "start_up")[0], every(of, "drain")[0]
    assert (start.saved_ns, start.ranges) == (15_000, ((0, 15_000),))
    assert plain(start.title) == "Start-up takes 15.0 µs"
    assert (end.saved_ns, end.ranges) == (12_000, ((88_000, 100_000),))
    assert start.evidence.rows == (0,)
    assert every(Region(of.run, 0, 90_000), "start_up") == []
    full = [instruction("Vector", 5000, 90_000)]
    assert not found(tmp_path, "start_up", Instruction=full)
    assert not found(tmp_path, "drain", Instruction=full)
    assert not found(tmp_path, "start_up", Instruction=[rows[0]])


def test_a_core_without_kernel_work_is_found(tmp_path: Path) -> None:
    two = {"num_physical_cores": 2}
    rows = [instruction("Vector", 0, 80_000), instruction("Vector", 0, 99, "NOP", pcore_idx=1)]
    one = found(tmp_path, "core_difference", metadata=two, Instruction=rows)
    assert one is not None
    assert one.title == "Core 1 does no kernel work"
    assert one.saved_ns == 50_000
    assert one.evidence.rows == (1,)
    assert one.evidence.tracks[0] == "p0/c1/vector"
    assert "p0/c1/tensor" in one.evidence.tracks


def test_the_last_instruction_of_such_a_core_is_shown_on_its_own_row(tmp_path: Path) -> None:
    rows = [
        instruction("Vector", 0, 80_000),
        *(instruction("Vector", 100 * n, 99, "NOP", pcore_idx=1) for n in range(3)),
        instruction("GpSimd", 900, 99, "NOP", pcore_idx=1),
    ]
    one = found(tmp_path, "core_difference", metadata={"num_physical_cores": 2}, Instruction=rows)
    assert one is not None
    assert one.evidence.rows == (4, 3, 2, 1)
    assert one.evidence.tracks[0] == "p0/c1/gpsimd"


def test_a_core_that_works_far_less_is_found(tmp_path: Path) -> None:
    two = {"num_physical_cores": 2}
    busy = instruction("Vector", 0, 80_000)
    less = instruction("Vector", 0, 40_000, pcore_idx=1)
    of = region(tmp_path, metadata=two, Instruction=[busy, less])
    one = every(of, "core_difference")[0]
    assert plain(one.title) == "Core 1 works 40.0 µs of 80.0 µs"
    assert one.saved_ns == pytest.approx(25_000)
    assert every(Region(of.run, core=0), "core_difference") == []
    alike = [busy, instruction("Vector", 0, 60_000, pcore_idx=1)]
    assert not found(tmp_path, "core_difference", metadata=two, Instruction=alike)


def queue(number: int, start: int, length: int, engine: int = 64) -> dict[str, Any]:
    return packet(
        start, length, queue_idx=number, queue_name=f"q{number}-Q{number}-E{engine}",
        engine_idx=engine,
    )  # fmt: skip


def test_one_queue_that_carries_most_is_found(tmp_path: Path) -> None:
    rows = [queue(1, 0, 40_000), queue(2, 0, 1000), queue(3, 0, 1000)]
    one = found(tmp_path, "queue_imbalance", DmaPacket=rows)
    assert one is not None
    assert one.title == "q1 of core 0 carries most of the static DMA"
    assert one.saved_ns == 26_000
    assert one.evidence.tracks == ("p0/dma0/1-q1",)
    even = [queue(n, 0, 20_000) for n in (1, 2, 3)]
    assert not found(tmp_path, "queue_imbalance", DmaPacket=even)
    assert not found(tmp_path, "queue_imbalance", DmaPacket=rows[:1])


def test_one_dma_engine_that_works_most_is_found(tmp_path: Path) -> None:
    rows = [queue(1, 0, 40_000, 64), queue(1, 0, 10_000, 65)]
    one = found(tmp_path, "engine_imbalance", DmaPacket=rows)
    assert one is not None
    assert plain(one.title) == "DMA engine E64 works 1.60 × the mean"
    assert one.saved_ns == 15_000
    assert one.evidence.rows == (0,)
    even = [queue(1, 0, 40_000, 64), queue(1, 0, 30_000, 65)]
    assert not found(tmp_path, "engine_imbalance", DmaPacket=even)
    assert not found(tmp_path, "engine_imbalance", DmaPacket=rows[:1])


def test_the_length_from_which_gaps_count_can_be_moved(tmp_path: Path) -> None:
    of = region(tmp_path, **kernel(4000))
    assert every(of, "idle_gap", Thresholds.parse("gap_share=0.01"))
    assert not every(of, "idle_gap", Thresholds.parse("gap_share=0.01,gap_ns=5000"))
    assert not every(of, "idle_gap", Thresholds.parse("gap_share=0.01,gap_engine_share=0.9"))
