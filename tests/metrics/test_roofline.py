"""The roofline: roofs by type and clock, operators by their work, points under their roof."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.region import Region
from profiles.metrics.roofline import MOST_OPERATORS, roofline, throttled_share
from tests.insights.test_captures import FULL, HALF, LIFTED, processed
from tests.make.kernel import SOUND, Kernel
from tests.metrics.device_tables import instruction, limit, matmul, region

PEAK = 78_643.2  # FLOP a nanosecond of one core of a trn2
FLOPS = 2 * 128 * 128 * 512


def by_name(points: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {point["name"]: point for point in points}


@pytest.mark.parametrize(
    ("dtype", "share"), [("bfloat16", 1.0), ("fp16", 1.0), ("fp32", 0.5), ("fp8e4", 2.0)]
)
def test_a_class_is_held_against_the_peak_of_its_type(
    tmp_path: Path, dtype: str, share: float
) -> None:
    of = region(tmp_path, Instruction=[matmul(0, 1000, dtype=dtype)])
    point = by_name(roofline(of)["classes"])[f"matmul {dtype}"]
    assert point["roof"] == pytest.approx(share * PEAK * 1e9)
    assert point["of_roof"] == pytest.approx(FLOPS / 1000 / (share * PEAK))
    assert (point["intensity"], point["bytes"]) == (None, None)


def test_the_clock_is_averaged_over_time_and_cores_that_recorded_it(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        metadata={"num_physical_cores": 3},
        Instruction=[matmul(0, 10)],
        Throttle=[limit(0, 40_000), limit(0, 100_000, 1, 4, core=1)],
    )
    assert throttled_share(of) == pytest.approx((0.8 + 0.25) / 2)
    assert throttled_share(Region(of.run, core=2)) is None
    assert throttled_share(Region(of.run, 0, 40_000, 0)) == pytest.approx(0.5)


def test_operators_are_ranked_by_their_work_then_by_their_bytes(tmp_path: Path) -> None:
    rows = [
        matmul(0, 100, layer="small", n=128),
        matmul(200, 100, layer="large"),
        instruction("Sync", 0, 5, hbm_read_bytes=10, layer="light"),
        instruction("Sync", 9, 5, hbm_write_bytes=900, layer="heavy"),
        instruction("Vector", 0, 5, layer="none"),
        instruction("Vector", 0, 5, layer="Unknown"),
    ]
    points = roofline(region(tmp_path, Instruction=rows))["operators"]
    assert [point["name"] for point in points] == ["large", "small", "heavy", "light", "none"]
    assert by_name(points)["heavy"]["bytes"] == 900
    assert by_name(points)["none"]["rate"] == 0


def test_only_operators_of_the_range_and_the_chosen_cores_are_shown(tmp_path: Path) -> None:
    rows = [
        matmul(0, 100, layer="early"),
        matmul(5000, 100, layer="late"),
        matmul(5000, 100, layer="other", pcore_idx=1),
    ]
    of = region(tmp_path, metadata={"num_physical_cores": 2}, Instruction=rows)
    names = [point["name"] for point in roofline(Region(of.run, 4000, 6000))["operators"]]
    assert sorted(names) == ["late", "other"]
    own = roofline(Region(of.run, 4000, 6000, 0))["operators"]
    assert [point["name"] for point in own] == ["late"]
    half = by_name(roofline(Region(of.run, 0, 50))["operators"])["early"]
    assert (half["flops"], half["ns"]) == (FLOPS / 2, 50)


def test_no_more_operators_than_a_page_can_show(tmp_path: Path) -> None:
    rows = [matmul(100 * n, 50, layer=f"layer.{n}", n=n + 1) for n in range(MOST_OPERATORS + 9)]
    points = roofline(region(tmp_path, Instruction=rows))["operators"]
    assert len(points) == MOST_OPERATORS
    assert points[0]["name"] == f"layer.{MOST_OPERATORS + 8}"


def test_without_bytes_or_a_chip_it_says_what_is_missing(tmp_path: Path) -> None:
    plain = roofline(region(tmp_path, Instruction=[matmul(0, 100)]))
    assert "NEFF" in plain["missing"]
    assert plain["whole"]["intensity"] is None
    unknown = {"instance_type": "trn9", "tensor_engine_clock_freq": 0.0, "hbm_ddr_bandwidth": 0.0}
    found = roofline(region(tmp_path, metadata=unknown, Instruction=[matmul(0, 100)]))
    assert "chip" in found["missing"]
    assert (found["peak_flops"], found["whole"]["roof"]) == (None, None)
    assert found["whole"]["rate"] == pytest.approx(FLOPS / 100_000 * 1e9)


def test_a_sound_kernel_lies_under_its_roof_and_a_throttled_one_under_a_lower_one() -> None:
    sound = roofline(Region(processed(SOUND)))
    assert 0.8 < sound["whole"]["of_roof"] < 1
    assert sound["throttled_share"] == pytest.approx(1)
    slow = roofline(Region(processed(Kernel(limits=(FULL, HALF, LIFTED)))))
    assert 0.8 < slow["throttled_share"] < 0.85
    assert slow["throttled_peak_flops"] < slow["peak_flops"]
    assert all(point["of_roof"] <= 1 for point in sound["classes"])
