"""Bounds: what each unit's time allows, and ladders that only go down."""

from pathlib import Path

import pytest

from profiles.metrics.bounds import bounds, busiest_unit, unit_times
from profiles.metrics.region import Region
from tests.insights.test_captures import processed
from tests.make.kernel import SOUND, Kernel
from tests.metrics.device_tables import device, instruction, matmul, packet, region, tensor


def ladder(of: Region, name: str) -> list[float | None]:
    found = next(one for one in bounds(of)["ladders"] if one["id"] == name)
    return [rung["ns"] for rung in found["rungs"]]


def test_the_busiest_unit_is_that_of_the_busiest_core(tmp_path: Path) -> None:
    run = device(
        tmp_path,
        metadata={"num_physical_cores": 2},
        Instruction=[
            instruction("Vector", 0, 100),
            instruction("Vector", 0, 400, pcore_idx=1),
            instruction("Scalar", 0, 300),
        ],
        DmaPacket=[packet(0, 350)],
    )
    times = unit_times(Region(run))
    assert (times["Vector"], times["Scalar"], times["DMA"], times["Tensor"]) == (400, 300, 350, 0)
    assert busiest_unit(Region(run)) == ("Vector", 400)
    assert busiest_unit(Region(run), without="Vector") == ("DMA", 350)
    assert busiest_unit(Region(run, core=0)) == ("DMA", 350)


def test_units_without_records_do_not_compete(tmp_path: Path) -> None:
    of = region(tmp_path, Instruction=[instruction("Vector", 0, 100)])
    assert "DMA" not in unit_times(of)


def test_cores_work_side_by_side_so_the_slower_one_counts(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        metadata={"num_physical_cores": 2},
        Instruction=[matmul(0, 500), matmul(0, 900, pcore_idx=1), matmul(1000, 100)],
        DmaPacket=[packet(0, 700), packet(0, 200, pcore_idx=1)],
        TensorInfo=[tensor("a", "IN", 435)],
    )
    assert ladder(of, "compute")[1] == 900
    assert ladder(of, "compute")[2] == pytest.approx(2 * 2 * 128 * 128 * 512 / 78_643.2)
    assert ladder(of, "memory")[1] == 700
    assert ladder(of, "memory")[3] == pytest.approx(1)


def test_signals_and_instruction_fetch_move_no_data(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        DmaPacket=[
            packet(0, 10, 4350),
            packet(20, 10, 4),
            packet(40, 10, 9_999_999, queue_type="instruction"),
        ],
    )
    assert ladder(of, "memory")[:3] == [100_000, 30, pytest.approx(10)]


@pytest.mark.parametrize(
    "kernel", [SOUND, Kernel(scratch_tiles=64), Kernel(turns=2), Kernel(rate=3.0, tiles=24)]
)
def test_ladders_of_captures_go_down_rung_by_rung(kernel: Kernel) -> None:
    whole = Region(processed(kernel))
    for found in bounds(whole)["ladders"]:
        heights = [rung["ns"] for rung in found["rungs"] if rung["ns"] is not None]
        assert len(heights) == len(found["rungs"])
        assert heights == sorted(heights, reverse=True)
        gaps = [rung["gap_ns"] for rung in found["rungs"][1:]]
        assert sum(gaps) == pytest.approx(heights[0] - heights[-1])
        assert all(rung["gap"] for rung in found["rungs"][1:])


def test_a_range_is_measured_by_its_own_length() -> None:
    run = processed(SOUND)
    part = Region(run, 20_000, 50_000)
    assert ladder(part, "compute")[0] == 30_000
    assert all(rung is None or rung <= 30_000 for rung in ladder(part, "compute"))
    assert ladder(part, "memory")[3] is None
