"""Rules about computing, each on a run that has the fault and on one that has not."""

from pathlib import Path

import pytest

from tests.insights.ruling import found, plain
from tests.metrics.device_tables import instruction, limit, matmul

PEAK = 78_643.2  # FLOP a nanosecond of one core of a trn2
FULL = 2 * 128 * 128 * 512 / PEAK  # ns of a multiplication that fills the array


def test_a_busy_array_with_little_useful_work_is_found(tmp_path: Path) -> None:
    one = found(tmp_path, "low_useful_share", Instruction=[matmul(0, 1000)])
    assert one is not None
    assert plain(one.title) == f"{FULL / 10:.1f} % of Tensor's busy time is useful work"
    assert one.saved_ns == pytest.approx(1000 - FULL)
    assert not found(tmp_path, "low_useful_share", Instruction=[matmul(0, 300)])


def test_transposes_are_found(tmp_path: Path) -> None:
    turned = [matmul(0, 300), matmul(300, 200, is_transpose=True)]
    one = found(tmp_path, "transposes", Instruction=turned)
    assert one is not None
    assert plain(one.title) == "50.0 % of hardware FLOPs are transposes"
    assert plain(one.detail).startswith("1 of 2 matmuls multiply by an identity matrix: 16.8 MFLOP")
    assert one.saved_ns == 200
    assert one.evidence.rows == (1,)
    assert one.evidence.tracks == ("p0/c0/tensormatrix",)
    few = [matmul(1000 * n, 300) for n in range(9)] + [matmul(9000, 300, is_transpose=True)]
    assert not found(tmp_path, "transposes", Instruction=few)


def test_shapes_that_do_not_fill_the_array_are_found(tmp_path: Path) -> None:
    rows = [matmul(0, 250), matmul(1000, 100, k=64), matmul(2000, 100, n=128)]
    one = found(tmp_path, "small_matmuls", Instruction=rows)
    assert one is not None
    assert plain(one.title) == f"{200 / 4.5:.1f} % of matmul time does not fill the array"
    assert "64×128×512 bfloat16 (1)" in one.detail
    flops = 2 * 128 * (64 * 512 + 128 * 128)
    assert one.saved_ns == pytest.approx(200 - flops / PEAK)
    assert one.evidence.count == 2
    assert not found(tmp_path, "small_matmuls", Instruction=[matmul(0, 250), matmul(900, 25, m=1)])


def test_working_below_full_clock_is_found_with_what_it_costs(tmp_path: Path) -> None:
    one = found(
        tmp_path,
        "throttling",
        Instruction=[matmul(0, 10_000)],
        Throttle=[limit(0, 5000, 8, 8), limit(5000, 40_000), limit(45_000, 55_000, 8, 8)],
    )
    assert one is not None
    assert plain(one.title) == "Below full clock for 40.0 µs, little of it costs"
    assert "Tensor works 5.00 µs of that time" in plain(one.detail)
    assert one.saved_ns == 2500
    assert (one.evidence.table, one.evidence.rows) == ("Throttle", (1,))
    assert one.evidence.tracks == ("p0/clock/c0",)
    idle = [limit(50_000, 40_000)]
    assert not found(tmp_path, "throttling", Instruction=[matmul(0, 10_000)], Throttle=idle)


def test_function_tables_loaded_again_and_again_are_found(tmp_path: Path) -> None:
    rows = [instruction("Scalar", 2000 * n, 1300, "ACT_TABLE_LOAD") for n in range(4)]
    work = [instruction("Scalar", 50_000, 10_000, "ACTIVATE")]
    one = found(tmp_path, "table_loads", Instruction=rows + work)
    assert one is not None
    assert plain(one.title) == "Scalar loads its function tables 4 times"
    assert one.saved_ns == 3 * 1300
    assert not found(tmp_path, "table_loads", Instruction=rows[:3] + work)
    long_work = [instruction("Scalar", 50_000, 400_000, "ACTIVATE")]
    assert not found(tmp_path, "table_loads", Instruction=rows + long_work)


def test_a_kernel_that_makes_few_of_the_instructions_is_found(tmp_path: Path) -> None:
    own = instruction("Vector", 0, 10, nki_source_location="kernel.py:3")
    others = [instruction("Vector", 100 * n, 10) for n in range(1, 4)]
    one = found(tmp_path, "kernel_coverage", Instruction=[own, *others])
    assert one is not None
    assert plain(one.title) == "25.0 % of Vector instructions are the kernel's"
    assert one.evidence.count == 3
    assert not found(tmp_path, "kernel_coverage", Instruction=[own, others[0]])
    assert not found(tmp_path, "kernel_coverage", Instruction=others)
