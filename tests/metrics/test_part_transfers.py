"""Whole transfers as points of size and rate."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.part_movement import dma
from profiles.metrics.region import Region
from tests.metrics.device_tables import instruction, packet, region


def transfers(count: int) -> list[dict[str, Any]]:
    return [
        {
            "start_ts": 10 * n,
            "end_ts": 10 * n + 5,
            "pcore_idx": n % 2,
            "transfer_bytes": 100 + n,
            "variable": "a" if n else "",
        }
        for n in range(count)
    ]


def test_whole_transfers_are_points_of_size_and_rate(tmp_path: Path) -> None:
    two = {"num_physical_cores": 2}
    of = region(tmp_path, metadata=two, DmaPacket=[packet(0, 1)], DmaPacketAggregated=transfers(4))
    found = dma(of)["transfers"]
    assert (found["missing"], found["count"]) == (None, 4)
    assert found["points"][2] == {
        "row": 2,
        "start_ns": 20,
        "ns": 5,
        "bytes": 102,
        "bytes_per_s": pytest.approx(102 / 5 * 1e9),
        "variable": "a",
    }
    assert found["points"][0]["variable"] is None
    part = dma(Region(of.run, 5, 25, 0))["transfers"]
    assert [point["row"] for point in part["points"]] == [2]


def test_of_many_transfers_an_even_choice_is_given(tmp_path: Path) -> None:
    rows = [row | {"pcore_idx": 0} for row in transfers(2500)]
    of = region(tmp_path, DmaPacket=[packet(0, 1)], DmaPacketAggregated=rows)
    found = dma(of)["transfers"]
    assert found["count"] == 2500
    rows = [point["row"] for point in found["points"]]
    assert rows == list(range(0, 2500, 3))


def test_without_whole_transfers_it_says_why(tmp_path: Path) -> None:
    of = region(tmp_path, DmaPacket=[packet(0, 1)])
    assert "notifications" in dma(of)["transfers"]["missing"]
    nothing = region(tmp_path, Instruction=[instruction("Vector", 0, 1)])
    assert dma(nothing)["transfers"]["points"] == []


def test_a_transfer_of_no_time_has_no_rate(tmp_path: Path) -> None:
    row = transfers(1)[0] | {"end_ts": 0}
    of = region(tmp_path, DmaPacket=[packet(0, 1)], DmaPacketAggregated=[row])
    assert dma(of)["transfers"]["points"][0]["bytes_per_s"] is None
