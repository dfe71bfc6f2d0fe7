"""The summary of the sample captures against the official tool's own."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS, answer
from profiles.storage.tables import TableStore
from tests.ground_truth.captures import KERNELS, NAMES, Sample

EXACT = {
    "hardware_flops": "hardware_flops",
    "transpose_flops": "transpose_flops",
    "hbm_read_bytes": "hbm_read_bytes",
    "hbm_write_bytes": "hbm_write_bytes",
    "matmuls": "matmul_instruction_count",
    "intensity": "mm_arithmetic_intensity",
    "mfu_roof": "mfu_inst_max_achievable_estimated_percent",
}
"""Numbers that hold no time: equal to the official ones, whatever the clock's resolution."""

NEAR = {
    "mfu_inst": ("mfu_inst_estimated_percent", 2e-5),
    "mbu": ("mbu_estimated_percent", 2e-5),
    "mbu_minimum_read": ("mbu_min_read_util_percent", 2e-5),
    "tensor_active": ("tensor_engine_active_time_percent", 1e-3),
    "vector_active": ("vector_engine_active_time_percent", 1e-3),
    "scalar_active": ("scalar_engine_active_time_percent", 1e-3),
    "gpsimd_active": ("gpsimd_engine_active_time_percent", 1e-3),
    "sync_active": ("sync_engine_active_time_percent", 1e-3),
}
"""Numbers with a time, and how far they may differ: times here are whole nanoseconds."""


@pytest.fixture(scope="module", params=NAMES)
def decoded(
    request: pytest.FixtureRequest, samples: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[DeviceRun, dict[str, Any]]:
    sample = Sample(samples / KERNELS / request.param)
    run = sample.decoded(TableStore(tmp_path_factory.mktemp("metrics")))
    official = json.loads(sample.official.read_text(encoding="utf-8"))["summary"][0]
    return DeviceRun(run, 0), official


def value(region: Region, name: str) -> float | None:
    compute = METRICS[name].compute
    assert compute is not None
    return compute(region).value


def test_numbers_of_the_whole_profile_are_the_official_ones(
    decoded: tuple[DeviceRun, dict[str, Any]],
) -> None:
    run, official = decoded
    whole = Region(run)
    for name, key in EXACT.items():
        assert value(whole, name) == pytest.approx(official[key], rel=1e-12), name
    for name, (key, tolerance) in NEAR.items():
        assert value(whole, name) == pytest.approx(official[key], rel=tolerance), name


def test_busy_time_of_dma_is_the_official_one_but_for_packets_at_the_edges(
    decoded: tuple[DeviceRun, dict[str, Any]],
) -> None:
    """The official tool leaves out rings with a packet across the window's edge; here the part
    of such a packet inside the window counts."""
    run, official = decoded
    found = value(Region(run), "dma_active_ns")
    assert found is not None
    assert 0 <= found - official["dma_active_time"] * 1e9 < 2000


def test_cutting_the_profile_anywhere_changes_no_sum(
    decoded: tuple[DeviceRun, dict[str, Any]],
) -> None:
    run, _ = decoded
    last = run.span_ns[1]
    edges = [0, last // 7, last // 3, last // 2 + 1, last]
    parts = [Region(run, *pair) for pair in itertools.pairwise(edges)]
    for name in ("hardware_flops", "hbm_read_bytes", "dma_bytes", "compute_ns", "instructions"):
        total = sum(value(part, name) or 0 for part in parts)
        assert total == pytest.approx(value(Region(run), name)), name


def test_shares_of_the_peak_add_up_and_nothing_is_over(
    decoded: tuple[DeviceRun, dict[str, Any]],
) -> None:
    found = answer(Region(decoded[0]), Thresholds())
    for core in found["tensor_flops"]["cores"]:
        assert sum(part["share"] for part in core["parts"]) == pytest.approx(1)
        assert core["over"] == 0
    assert sum(part["share"] for part in found["hbm"]["parts"]) == pytest.approx(1)


def test_the_kernel_that_writes_its_scores_out_is_told_so(
    decoded: tuple[DeviceRun, dict[str, Any]],
) -> None:
    run, _ = decoded
    rules = {one["rule"] for one in answer(Region(run), Thresholds())["findings"]}
    is_baseline = "baseline" in run.run.path.parent.name
    assert ("hbm_traffic" in rules) == is_baseline
    assert "transposes" in rules
