"""Headline numbers of runs that can be worked out by hand, of ranges, and what is missing."""

import itertools
from pathlib import Path

import pytest

from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS
from tests.metrics.device_tables import device, instruction, limit, matmul, packet, region, tensor

PEAK = 78_643.2  # FLOP a nanosecond of one core of a trn2
FLOPS = 2 * 128 * 128 * 512


def value(of: Region, name: str) -> float:
    compute = METRICS[name].compute
    assert compute is not None
    found = compute(of).value
    assert found is not None, compute(of).missing
    return found


def missing(of: Region, name: str) -> str:
    compute = METRICS[name].compute
    assert compute is not None
    assert compute(of).value is None
    return compute(of).missing or ""


@pytest.fixture
def whole(tmp_path: Path) -> Region:
    """Loads 716 kB, multiplies twice (once a transpose), waits, copies; half the clock at times."""
    moves = {"hbm_read_bytes": 700_000, "hbm_write_bytes": 16_000}
    return region(
        tmp_path,
        Instruction=[
            instruction("Sync", 0, 1000, "DMA_DIRECT2D", **moves),
            matmul(20_000, 10_000),
            matmul(25_000, 10_000, is_transpose=True),
            instruction("Vector", 30_000, 30_000, "EVENT_SEMAPHORE"),
            instruction("Vector", 60_000, 20_000),
        ],
        DmaPacket=[packet(1000, 9000), packet(5000, 19_000, size=8192)],
        Throttle=[limit(0, 30_000, 8, 8), limit(30_000, 70_000, 4, 8)],
        TensorInfo=[tensor("a", "IN", 70_000), tensor("w", "WEIGHT", 1_600), tensor("o", "OUT", 0)],
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("total_time", 100_000),
        ("instructions", 5),
        ("matmuls", 2),
        ("hardware_flops", 2 * FLOPS),
        ("transpose_flops", FLOPS),
        ("useful_flops", FLOPS),
        ("mfu", FLOPS / (PEAK * 100_000)),
        ("hfu", 2 * FLOPS / (PEAK * 100_000)),
        ("intensity", FLOPS / 716_000),
        ("balance", PEAK / 716),
        ("mfu_roof", FLOPS / 716_000 / (PEAK / 716)),
        ("mbu", 0.01),
        ("mbu_minimum", 0.001),
        ("traffic_ratio", 10),
        ("tensor_active_ns", 15_000),
        ("vector_active_ns", 20_000),
        ("compute_ns", 35_000),
        ("dma_active_ns", 23_000),
        ("dma_exposed_ns", 19_000),
        ("any_active_ns", 1000 + 34_000 + 20_000),
        ("idle_ns", 45_000),
        ("dma_packets", 2),
        ("dma_bytes", 12_288),
        ("dma_average_bytes", 6144),
        ("throttled", 0.7),
        ("tensor_throttled_ns", 5000),
        ("tensor_lost_ns", 2500),
        ("useful_read", 1),
    ],
)
def test_a_run_worked_out_by_hand(whole: Region, name: str, expected: float) -> None:
    assert value(whole, name) == pytest.approx(expected)


def test_a_range_takes_the_part_of_what_crosses_its_edges(whole: Region) -> None:
    part = Region(whole.run, 22_000, 30_000)
    assert value(part, "total_time") == 8000
    # Eight of ten microseconds of the first multiplication, five of the transpose.
    assert value(part, "useful_flops") == pytest.approx(0.8 * FLOPS)
    assert value(part, "transpose_flops") == pytest.approx(0.5 * FLOPS)
    assert value(part, "dma_bytes") == pytest.approx(8192 * 2 / 19)
    assert value(part, "matmuls") == 1


def test_ranges_side_by_side_add_up(whole: Region) -> None:
    names = ("useful_flops", "hbm_read_bytes", "dma_bytes", "tensor_active_ns", "tensor_lost_ns",
             "dma_exposed_ns", "idle_ns", "instructions", "dma_packets")  # fmt: skip
    edges = [0, 500, 22_000, 30_001, 64_000, 100_000]
    parts = [Region(whole.run, *pair) for pair in itertools.pairwise(edges)]
    for name in names:
        assert sum(value(part, name) for part in parts) == pytest.approx(value(whole, name)), name


def test_the_whole_profile_is_the_range_of_all_of_it(whole: Region) -> None:
    again = Region(whole.run, 0, 100_000)
    assert again.is_whole
    for name, metric in METRICS.items():
        if metric.compute:
            assert metric.compute(again) == metric.compute(whole), name


def test_a_core_alone_has_its_own_peak(tmp_path: Path) -> None:
    run = device(
        tmp_path,
        metadata={"num_physical_cores": 2},
        Instruction=[matmul(0, 1000), matmul(0, 1000, pcore_idx=1), matmul(5000, 1000)],
    )
    both, first = Region(run), Region(run, core=0)
    assert value(both, "mfu") == pytest.approx(3 * FLOPS / (2 * PEAK * 100_000))
    assert value(first, "mfu") == pytest.approx(2 * FLOPS / (PEAK * 100_000))
    assert value(both, "tensor_active_ns") == 2000


def test_an_unknown_chip_gives_no_share_of_a_peak_nobody_knows(tmp_path: Path) -> None:
    nothing = {
        "instance_type": "trn9.48xlarge",
        "tensor_engine_clock_freq": 0.0,
        "neuroncore_clock_freq": 0.0,
        "hbm_ddr_bandwidth": 0.0,
        "dma_ddr_bandwidth": 0.0,
    }
    of = region(
        tmp_path,
        metadata=nothing,
        Instruction=[matmul(0, 10_000, hbm_read_bytes=4)],
        DmaPacket=[packet(0, 10)],
    )
    for name in ("mfu", "hfu", "mbu", "balance", "mfu_roof", "dma_bandwidth_use"):
        assert "chip" in missing(of, name)
    assert value(of, "tensor_active") == pytest.approx(0.1)
    assert value(of, "useful_flops") == FLOPS


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    of = region(tmp_path, has_neff=False, Instruction=[instruction("Vector", 0, 10)])
    assert "NEFF" in missing(of, "mbu")
    assert "NEFF" in missing(of, "traffic_ratio")
    assert "DMA records" in missing(of, "dma_active")
    assert "throttling" in missing(of, "throttled")
    assert "hlo_stats" in missing(of, "mfu_hlo")
    assert value(of, "mfu") == 0


def test_the_models_flops_count_for_the_whole_profile_only(tmp_path: Path) -> None:
    of = region(tmp_path, Instruction=[matmul(0, 10_000)], Summary=[{"model_flops": 7_864_320_000}])
    assert value(of, "mfu_hlo") == pytest.approx(1.0)
    assert value(of, "mfu") == pytest.approx(1.0)
    assert "whole profile" in missing(Region(of.run, 0, 50), "mfu_hlo")
    assert value(Region(of.run, 0, 50_000), "mfu") == pytest.approx(FLOPS / PEAK / 50_000)


def test_fp32_stands_for_twice_its_recorded_flops(tmp_path: Path) -> None:
    of = region(tmp_path, Instruction=[matmul(0, 10, dtype="fp32"), matmul(20, 10, dtype="fp8e4")])
    assert value(of, "hardware_flops") == 2 * FLOPS
    assert value(of, "adjusted_flops") == pytest.approx(2.5 * FLOPS)
