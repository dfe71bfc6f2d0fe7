"""What is found in the sample captures: the claims the design was drawn with, and the path."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.storage.tables import TableStore
from tests.ground_truth.captures import KERNELS, Sample
from tests.insights.ruling import plain

Found = dict[str, Any]


@pytest.fixture(scope="module")
def opened(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, DeviceRun]:
    store = TableStore(tmp_path_factory.mktemp("findings"))
    names = ("baseline_bf16_s1024", "fused_bf16_s1024")
    return {name: DeviceRun(Sample(samples / KERNELS / name).decoded(store), 0) for name in names}


def summary(opened: dict[str, DeviceRun], name: str) -> Found:
    return answer(Region(opened[f"{name}_bf16_s1024"]), Thresholds())


def said(found: Found, rule: str) -> list[Found]:
    return [one for one in found["findings"] if one["rule"] == rule]


@pytest.mark.parametrize(
    ("rule", "title", "factor"),
    [
        ("hbm_traffic", "HBM traffic is 15.6 × the minimum", 2.78),
        ("core_difference", "Core 1 does no kernel work", 2.0),
        ("idle_gap", "Tensor of core 0 idle for 44.8 µs in one piece", 1.77),
        ("transposes", "27.3 % of hardware FLOPs are transposes", 1.12),
        ("throttling", "Below full clock for 48.9 µs, little of it costs", 1.04),
    ],
)
def test_the_kernel_that_writes_its_scores_out(
    opened: dict[str, DeviceRun], rule: str, title: str, factor: float
) -> None:
    first = said(summary(opened, "baseline"), rule)[0]
    assert plain(first["title"]) == title
    assert first["bound"]["factor"] == pytest.approx(factor, abs=0.01)


def test_the_idle_gap_of_tensor_is_where_it_waits_for_its_scores(
    opened: dict[str, DeviceRun],
) -> None:
    gap = said(summary(opened, "baseline"), "idle_gap")[0]
    (start, end), *_ = gap["ranges"]
    assert (start // 100, end // 100) == (246, 694)
    assert "waited for a transfer of qSyncDynamicHW" in gap["detail"]


def test_the_fused_kernel_has_no_traffic_to_spare(opened: dict[str, DeviceRun]) -> None:
    found = summary(opened, "fused")
    assert said(found, "hbm_traffic") == []
    assert said(found, "spill_reload") == []
    assert said(found, "transposes")


@pytest.mark.parametrize("name", ["baseline", "fused"])
def test_the_path_leads_from_the_last_instruction_to_the_first_without_a_hole(
    opened: dict[str, DeviceRun], name: str
) -> None:
    found = summary(opened, name)
    path = found["critical_path"]
    assert path["ns"] == pytest.approx(found["range"]["duration_ns"], abs=2)
    shares = {(row["kind"], row["name"]): row["share"] for row in path["resources"]}
    assert max(shares, key=lambda key: shares[key]) == ("work", "Tensor")
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)


def test_the_longest_link_of_the_baseline_is_a_load_of_what_it_had_stored(
    opened: dict[str, DeviceRun],
) -> None:
    longest = summary(opened, "baseline")["critical_path"]["links"][0]
    assert (longest["kind"], longest["name"]) == ("transfer", "qSyncDynamicHW")
    assert 8000 < longest["ns"] < 9500
    assert (longest["opcode"], longest["after_opcode"]) == ("DMA_DIRECT2D", "TENSOR_REDUCE")


def test_fusing_takes_dma_off_the_path(opened: dict[str, DeviceRun]) -> None:
    moved = {
        name: sum(
            row["ns"]
            for row in summary(opened, name)["critical_path"]["resources"]
            if row["kind"] == "transfer"
        )
        for name in ("baseline", "fused")
    }
    assert moved["baseline"] > 4 * moved["fused"]
