"""Rules about moving data, each on a run that has the fault and on one that has not."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.insights.rules import findings
from profiles.metrics.insights.thresholds import Thresholds
from tests.insights.ruling import found, plain
from tests.metrics.device_tables import instruction, matmul, packet, region, tensor


def moving(read: int, write: int, **more: Any) -> dict[str, Any]:
    return instruction(
        "Sync", 0, 100, "DMA_DIRECT2D", hbm_read_bytes=read, hbm_write_bytes=write, **more
    )


def test_traffic_far_above_the_minimum_is_found(tmp_path: Path) -> None:
    one = found(
        tmp_path,
        "hbm_traffic",
        Instruction=[moving(9 << 20, 7 << 20), instruction("Scalar", 0, 20_000)],
        DmaPacket=[packet(0, 60_000)],
        TensorInfo=[tensor("a", "IN", 1 << 20), tensor("o", "OUT", 1 << 20)],
    )
    assert one is not None
    assert plain(one.title) == "HBM traffic is 8.00 × the minimum"
    assert "16.0 MiB cross HBM; inputs, outputs and weights are 2.00 MiB" in plain(one.detail)
    assert "6.00 MiB of intermediates are written" in plain(one.detail)
    # DMA could shrink to an eighth, 7.5 µs; Scalar's 20 µs then set the pace: 100 - 20.
    assert one.saved_ns == 80_000
    assert one.factor(100_000) == pytest.approx(5)
    assert "until Scalar" in one.assumption
    assert (one.evidence.table, one.evidence.rows, one.evidence.count) == ("Instruction", (0,), 1)
    assert one.ranges == ((0, 60_000),)


def test_the_row_of_the_longest_instruction_stands_first(tmp_path: Path) -> None:
    short = moving(4 << 20, 4 << 20)
    long = {**short, **instruction("GpSimd", 500, 900, "DMA_DIRECT2D", hbm_read_bytes=5 << 20)}
    one = found(
        tmp_path,
        "hbm_traffic",
        Instruction=[short, long, instruction("Scalar", 0, 20_000)],
        DmaPacket=[packet(0, 60_000)],
        TensorInfo=[tensor("a", "IN", 1 << 20), tensor("o", "OUT", 1 << 20)],
    )
    assert one is not None
    assert one.evidence.rows == (1, 0)
    assert one.evidence.tracks == ("p0/c0/gpsimd", "p0/c0/sync")


def test_traffic_near_the_minimum_is_left_alone(tmp_path: Path) -> None:
    tables = {"DmaPacket": [packet(0, 60_000)], "TensorInfo": [tensor("a", "IN", 1 << 20)]}
    assert not found(tmp_path, "hbm_traffic", Instruction=[moving(2 << 20, 0)], **tables)
    assert not found(tmp_path, "hbm_traffic", Instruction=[moving(9 << 20, 0)])


def test_small_packets_are_found(tmp_path: Path) -> None:
    small = [packet(1000 * n, 100, 256) for n in range(30)]
    large = [packet(50_000 + 1000 * n, 200, 4096) for n in range(10)]
    tables = {"Instruction": [instruction("Vector", 0, 500)]}
    one = found(tmp_path, "small_transfers", DmaPacket=small + large, **tables)
    assert one is not None
    assert plain(one.title) == "75.0 % of packets are small"
    assert "30 of 40 packets hold less than 4.00 KiB: 256 B on average" in plain(one.detail)
    # 2.56 against 20.48 bytes a ns: 29 of 30 packets move while nothing computes.
    assert one.saved_ns == pytest.approx(2900 * (1 - 2.56 / 20.48))
    assert one.evidence.count == 30
    assert one.evidence.tracks == ("p0/dma0/1-qload",)
    assert not found(tmp_path, "small_transfers", DmaPacket=large, **tables)
    signals = [packet(1000 * n, 9, 4) for n in range(30)]
    assert not found(tmp_path, "small_transfers", DmaPacket=signals + large, **tables)


def test_dma_that_nothing_computes_beside_is_found(tmp_path: Path) -> None:
    one = found(
        tmp_path,
        "exposed_dma",
        Instruction=[matmul(20_000, 30_000), instruction("Sync", 0, 90_000)],
        DmaPacket=[packet(0, 25_000), packet(60_000, 10_000)],
    )
    assert one is not None
    assert plain(one.title) == "DMA runs alone for 30.0 µs"
    assert one.saved_ns == 30_000
    assert one.ranges == ((0, 20_000), (60_000, 70_000))
    hidden = {"Instruction": [matmul(0, 80_000)], "DmaPacket": [packet(0, 85_000)]}
    assert not found(tmp_path, "exposed_dma", **hidden)


def test_spilled_values_that_come_back_are_found(tmp_path: Path) -> None:
    spilled = moving(1000, 500, spill_reload_bytes=300, spill_save_bytes=135)
    one = found(tmp_path, "spill_reload", Instruction=[spilled])
    assert one is not None
    assert plain(one.title) == "30.0 % of HBM reads are spilled values"
    assert one.saved_ns == pytest.approx(435 / 435)
    assert not found(
        tmp_path, "spill_reload", Instruction=[moving(1000, 0, spill_reload_bytes=250)]
    )


def test_thresholds_can_be_moved(tmp_path: Path) -> None:
    of = region(tmp_path, Instruction=[moving(1000, 0, spill_reload_bytes=250)])
    rules = [one.rule for one in findings(of, Thresholds.parse("spill_reload_share=0.2"))]
    assert rules == ["spill_reload"]
