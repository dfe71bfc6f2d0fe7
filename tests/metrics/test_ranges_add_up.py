"""Numbers of ranges against each other: what adds up does, what bounds is never exceeded."""

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS, answer
from tests.metrics.device_tables import device, instruction, limit, matmul, packet, tensor

SPAN_NS = 100_000
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ADDING = (
    "total_time", "hardware_flops", "transpose_flops", "useful_flops", "tensor_active_ns",
    "vector_active_ns", "compute_ns", "dma_active_ns", "dma_exposed_ns", "any_active_ns",
    "idle_ns", "instructions", "matmuls", "dma_packets", "dma_bytes", "tensor_throttled_ns",
    "tensor_lost_ns",
)  # fmt: skip
"""Numbers of a range that are the sum of those of its parts."""

ENGINES = ("Tensor", "Vector", "Scalar", "GpSimd", "Sync")
CUTS = st.lists(st.integers(1, SPAN_NS - 1), min_size=1, max_size=4, unique=True).map(sorted)


def work() -> list[dict[str, Any]]:
    """Instructions of every engine, some at the same time, some one after the other."""
    rows = [matmul(at, 900 + at % 700, is_transpose=at % 3 == 0) for at in range(0, 90_000, 3700)]
    for place, engine in enumerate(ENGINES[1:]):
        moved = {"hbm_read_bytes": 1000 * place, "hbm_write_bytes": 500}
        rows += [
            instruction(engine, at + 300 * place, 1000 + (at * 7 + place) % 2500, **moved)
            for at in range(2000 * place, 95_000, 6100)
        ]
    return sorted(rows, key=lambda row: row["start_ts"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> DeviceRun:
    """A run of 100 µs with work, packets, limits and tensors."""
    folder: Path = tmp_path_factory.mktemp("adding")
    return device(
        folder,
        Instruction=work(),
        DmaPacket=[
            packet(at, 500 + at % 900, size=512 + at % 4096) for at in range(0, 97_000, 1300)
        ],
        Throttle=[limit(0, 30_000, 8, 8), limit(30_000, 25_000, 4, 8), limit(60_000, 20_000, 2, 8)],
        TensorInfo=[tensor("a", "IN", 7000), tensor("w", "WEIGHT", 1600), tensor("o", "OUT", 90)],
    )


def value(of: Region, name: str) -> float:
    compute = METRICS[name].compute
    assert compute is not None
    found = compute(of).value
    assert found is not None, compute(of).missing
    return found


@QUICK
@given(CUTS)
def test_the_parts_of_a_run_add_up_to_the_whole(run: DeviceRun, cuts: list[int]) -> None:
    first, last = run.span_ns
    parts = [Region(run, start, end) for start, end in pairwise([first, *cuts, last])]
    whole = Region(run)
    for name in ADDING:
        summed = sum(value(part, name) for part in parts)
        assert summed == pytest.approx(value(whole, name), rel=1e-9, abs=1e-6), name


@QUICK
@given(st.integers(-5000, SPAN_NS - 1), st.integers(1, SPAN_NS))
def test_a_wider_range_never_has_less_of_anything(run: DeviceRun, start: int, length: int) -> None:
    inner = Region(run, start, start + length)
    outer = Region(run, start - 700, start + length + 900)
    for name in ADDING:
        assert value(inner, name) <= value(outer, name) * (1 + 1e-9) + 1e-6, name


@QUICK
@given(st.integers(0, SPAN_NS - 1), st.integers(1, SPAN_NS))
def test_busy_and_idle_time_fill_any_range(run: DeviceRun, start: int, length: int) -> None:
    of = Region(run, start, start + length)
    assert value(of, "any_active_ns") + value(of, "idle_ns") == of.duration_ns
    assert value(of, "dma_exposed_ns") <= value(of, "dma_active_ns") <= of.duration_ns
    assert value(of, "compute_ns") + value(of, "dma_exposed_ns") <= of.duration_ns
    assert value(of, "tensor_lost_ns") <= value(of, "tensor_throttled_ns") + 1e-6


def rungs(found: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [ladder["rungs"] for ladder in found["bounds"]["ladders"]]


@QUICK
@given(st.integers(0, SPAN_NS - 1), st.integers(1, SPAN_NS))
def test_an_answer_about_any_range_holds_together(run: DeviceRun, start: int, length: int) -> None:
    of = Region(run, start, start + length)
    found = answer(of, Thresholds())
    json.dumps(found, allow_nan=False)
    for ladder in rungs(found):
        told = [rung["ns"] for rung in ladder if rung["ns"] is not None]
        assert told[0] == of.duration_ns
        assert all(ns >= 0 for ns in told)
        assert told[1] <= of.duration_ns
        for rung in ladder:
            assert (rung["ns"] is None) == (rung["missing"] is not None)
        gaps = [rung["gap_ns"] for rung in ladder if rung["gap_ns"] is not None]
        assert sum(gaps) == pytest.approx(told[0] - told[-1], abs=1e-3)
    for tile in found["strip"]:
        places = [tile["bar"], *([tile["tick"]["at"]] if tile["tick"] else [])]
        assert all(place is None or 0 <= place <= 1 for place in places)
        assert (tile["value"] is None) == (tile["missing"] is not None)


@QUICK
@given(st.integers(0, SPAN_NS - 1), st.integers(1, SPAN_NS))
def test_findings_are_ranked_and_bounded_by_the_range(
    run: DeviceRun, start: int, length: int
) -> None:
    of = Region(run, start, start + length)
    found = answer(of, Thresholds())["findings"]
    assert [one["rank"] for one in found] == list(range(1, len(found) + 1))
    saved = [one["bound"]["saved_ns"] for one in found]
    assert saved == sorted(saved, reverse=True)
    for one in found:
        assert 0 <= one["bound"]["saved_ns"] <= of.duration_ns + 1e-6
        assert 1 <= one["bound"]["factor"] <= of.duration_ns
        assert len(one["evidence"]["rows"]) <= one["evidence"]["count"]
        assert one["ranges"] == sorted(one["ranges"])
        assert len(one["ranges"]) <= one["range_count"]
        assert all(begin <= end for begin, end in one["ranges"])


def test_the_roofline_of_a_range_is_of_its_own_work(run: DeviceRun) -> None:
    for start, end in ((0, 100_000), (12_345, 45_678), (99_000, 99_001)):
        of = Region(run, start, end)
        found = answer(of, Thresholds())["roofline"]
        whole = found["whole"]
        assert whole["flops"] == pytest.approx(value(of, "useful_flops"))
        if whole["intensity"] is not None and whole["bytes"]:
            assert whole["intensity"] == pytest.approx(whole["flops"] / whole["bytes"])
            roof = min(found["peak_flops"], whole["intensity"] * found["hbm_bytes_per_s"])
            assert whole["roof"] == pytest.approx(roof)
        assert 0 <= found["throttled_share"] <= 1
        shown = [point["name"] for point in found["classes"]]
        assert shown == sorted(set(shown))


def test_the_clock_of_a_range_is_that_of_its_limits(run: DeviceRun) -> None:
    def share(start: int, end: int) -> float:
        found: float = answer(Region(run, start, end), Thresholds())["roofline"]["throttled_share"]
        return found

    assert share(0, 30_000) == 1
    assert share(30_000, 55_000) == pytest.approx(0.5)
    assert share(60_000, 80_000) == pytest.approx(0.25)
    assert share(0, 60_000) == pytest.approx((30 + 12.5 + 5) / 60)


def test_a_run_without_any_event_has_an_answer_without_a_number_made_up(tmp_path: Path) -> None:
    found = answer(Region(device(tmp_path, Instruction=[instruction("Sync", 0, 1)])), Thresholds())
    json.dumps(found, allow_nan=False)
    for name, told in found["metrics"].items():
        assert (told["value"] is None) == (told["missing"] is not None), name
        assert told["value"] is None or math.isfinite(told["value"])


# What a setting may say of the thresholds.


def test_thresholds_are_replaced_by_name_and_the_others_stay() -> None:
    found = Thresholds.parse(" transpose_share = 0.2 ,, gap_ns=5e3,")
    assert (found.transpose_share, found.gap_ns) == (0.2, 5000)
    assert found.spill_reload_share == Thresholds().spill_reload_share
    assert Thresholds.parse("") == Thresholds()


@pytest.mark.parametrize(
    "text",
    ["nobody=1", "gap_ns", "gap_ns=", "gap_ns=x", "gap_ns=-1", "gap_ns=nan", "gap_ns=inf", "=1"],
)
def test_a_threshold_that_makes_no_sense_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"threshold.*[.:]"):
        Thresholds.parse(text)
