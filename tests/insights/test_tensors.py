"""Rules about tensors, collectives and the data itself, with and without the fault."""

from pathlib import Path
from typing import Any

import pytest

from profiles.storage.manifest import NoticeEntry
from tests.insights.ruling import every, found, plain
from tests.metrics.device_tables import instruction, packet, region, tensor
from tests.metrics.test_parts import collective


def transfer(start: int, variable: str, size: int, **more: Any) -> dict[str, Any]:
    """A row of DmaPacketAggregated of a microsecond."""
    row = {
        "start_ts": start,
        "end_ts": start + 1000,
        "duration_ns": 1000,
        "pcore_idx": 0,
        "variable": variable,
        "transfer_bytes": size,
        "source": "[INPUT]",
        "dest": "[SB]",
        "queue_name": "qLoad",
    }
    return row | more


def test_a_tensor_that_is_loaded_again_and_again_is_found(tmp_path: Path) -> None:
    loads = [transfer(5000 * n, "weights", 43_500) for n in range(6)]
    loads += [transfer(50_000, "once", 87_000)]
    tensors = [tensor("weights", "WEIGHT", 87_000), tensor("once", "IN", 87_000)]
    one = found(tmp_path, "reloaded_tensor", DmaPacketAggregated=loads, TensorInfo=tensors)
    assert one is not None
    assert plain(one.title) == "weights is loaded 3.00 × over"
    assert "in 6 transfers" in plain(one.detail)
    assert one.saved_ns == pytest.approx(2 * 87_000 / 435)
    assert (one.evidence.table, one.evidence.count) == ("DmaPacketAggregated", 6)
    assert one.evidence.rows == (0, 1, 2, 3, 4, 5)
    assert one.range_count == 6
    assert not found(tmp_path, "reloaded_tensor", DmaPacketAggregated=loads[:4], TensorInfo=tensors)
    assert not found(tmp_path, "reloaded_tensor", DmaPacketAggregated=loads)


def test_whole_transfers_lie_on_the_rows_of_their_queues(tmp_path: Path) -> None:
    loads = [transfer(5000 * n, "weights", 43_500, queue_idx=1) for n in range(6)]
    one = found(
        tmp_path,
        "reloaded_tensor",
        DmaPacketAggregated=loads,
        DmaPacket=[packet(0, 9), packet(9, 9, queue_idx=2, queue_name="qOther-Q2-E64")],
        TensorInfo=[tensor("weights", "WEIGHT", 87_000)],
    )
    assert one is not None
    assert one.evidence.tracks == ("p0/dma0/1-qload",)


def test_spill_traffic_is_found_tensor_by_tensor(tmp_path: Path) -> None:
    rows = [
        transfer(0, "tile.1", 4 << 20, dest="[VIRTUAL]", source="[SB]"),
        transfer(5000, "tile.1", 8 << 20, source="[[VIRTUAL]]"),
        transfer(9000, "tile.2", 1 << 20, source="[VIRTUAL]"),
        transfer(20_000, "input", 4 << 20),
    ]
    one = found(tmp_path, "spilled_tensors", DmaPacketAggregated=rows)
    assert one is not None
    assert plain(one.title) == f"{900 / 13:.1f} % of what SBUF receives was there before"
    assert "tile.1 12.0 MiB, tile.2 1.00 MiB" in plain(one.detail)
    assert one.saved_ns == pytest.approx((13 << 20) / 435)
    assert one.evidence.rows == (0, 1, 2)
    more = [*rows, transfer(30_000, "input", 4 << 20)]
    assert not found(tmp_path, "spilled_tensors", DmaPacketAggregated=more)


def test_collectives_far_slower_than_others_alike_are_found(tmp_path: Path) -> None:
    rows = [collective(10_000 * n, 1000) for n in range(5)]
    rows += [collective(60_000, 5000), collective(70_000, 9000, "AllGather")]
    tables = {"Instruction": [instruction("Vector", 0, 1)]}
    one = found(tmp_path, "collective_outliers", CcOp=rows, **tables)
    assert one is not None
    assert plain(one.title) == "1 collective far slower than others alike"
    assert one.saved_ns == 4000
    assert (one.evidence.table, one.evidence.rows) == ("CcOp", (5,))
    assert one.ranges == ((60_000, 65_000),)
    assert not found(tmp_path, "collective_outliers", CcOp=rows[:5], **tables)
    assert not found(tmp_path, "collective_outliers", **tables)


def test_numbers_that_cannot_be_trusted_are_said(tmp_path: Path) -> None:
    tables = {"Instruction": [instruction("Sync", 0, 9, hbm_read_bytes=10_000)]}
    lost = [NoticeEntry("ntff.overflow", "Records were lost.", 7)]
    one = found(tmp_path, "doubtful_data", notices=lost, **tables)
    assert one is not None
    assert (one.evidence.count, one.saved_ns) == (7, 0)
    assert "Records were lost." in one.detail
    few = found(tmp_path, "doubtful_data", DmaPacket=[packet(0, 9, 1000)], **tables)
    assert few is not None
    assert "10% of the bytes" in few.detail
    assert not found(tmp_path, "doubtful_data", DmaPacket=[packet(0, 9, 10_000)], **tables)
    absent = [NoticeEntry("neff.missing", "There is no NEFF.")]
    assert not found(tmp_path, "doubtful_data", notices=absent, **tables)


def test_findings_come_with_the_largest_bound_first_and_no_bound_beyond_the_range(
    tmp_path: Path,
) -> None:
    from profiles.metrics.insights.rules import documents
    from profiles.metrics.insights.thresholds import Thresholds

    moved = instruction("Sync", 0, 9, hbm_read_bytes=1 << 40, spill_reload_bytes=1 << 39)
    of = region(tmp_path, Instruction=[moved, instruction("Vector", 50_000, 10)])
    found_here = documents(of, Thresholds())
    saved = [one["bound"]["saved_ns"] for one in found_here]
    assert saved == sorted(saved, reverse=True)
    assert [one["rank"] for one in found_here] == list(range(1, len(found_here) + 1))
    assert all(0 <= one <= of.duration_ns for one in saved)
    assert every(of, "spill_reload")[0].factor(of.duration_ns) == 100_000
