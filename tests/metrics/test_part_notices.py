"""What is odd or missing in the data, and what is said of it."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.part_notices import notices, system
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.storage.manifest import NoticeEntry
from tests.metrics.device_tables import instruction, matmul, packet, region, tensor
from tests.metrics.test_parts import by


def test_notices_name_what_is_missing_and_what_the_decoder_found(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        has_neff=False,
        metadata={"num_physical_cores": 2},
        notices=[NoticeEntry("ntff.overflow", "Records were lost.", 3)],
        Instruction=[instruction("Vector", 0, 1)],
    )
    codes = {one["code"]: one for one in notices(of)}
    assert {"no_neff", "no_dma_records", "no_throttling_records", "empty_cores"} <= set(codes)
    assert codes["ntff.overflow"]["count"] == 3
    assert codes["empty_cores"]["title"] == "Core 1 recorded no instructions."


def test_packets_that_hold_less_than_instructions_moved_are_noticed(tmp_path: Path) -> None:
    moved = instruction("Sync", 0, 1, hbm_read_bytes=10_000)
    few = region(tmp_path, Instruction=[moved], DmaPacket=[packet(0, 10, 4096)])
    title = by(notices(few), code="fewer_packets_than_instructions_moved")["title"]
    assert title.startswith("DMA records hold 41%")
    whole = region(tmp_path, Instruction=[moved], DmaPacket=[packet(0, 10, 10_000)])
    assert "fewer_packets" not in str(notices(whole))


def test_the_system_is_told_with_nulls_for_what_is_not_known(tmp_path: Path) -> None:
    rows = system(region(tmp_path, Instruction=[instruction("Vector", 0, 1)]))
    assert by(rows, id="instance_type")["value"] == "trn2.3xlarge"
    assert by(rows, id="driver_version")["value"] is None


def codes(of: Region) -> set[str]:
    return {str(one["code"]) for one in notices(of)}


def test_bytes_of_which_no_whole_transfer_is_known_are_noticed(tmp_path: Path) -> None:
    packets = [packet(0, 10, 10_000), packet(20, 1, 4), packet(30, 9, 99, queue_type="instruction")]
    transfer = {"start_ts": 0, "end_ts": 10, "pcore_idx": 0, "transfer_bytes": 4000}
    few = region(tmp_path, DmaPacket=packets, DmaPacketAggregated=[transfer])
    title = by(notices(few), code="few_transfers_known")["title"]
    assert title == "Whole transfers are known for 40% of the bytes."
    most = region(
        tmp_path, DmaPacket=packets, DmaPacketAggregated=[transfer | {"transfer_bytes": 6000}]
    )
    assert "few_transfers_known" not in codes(most)


def test_shares_that_cannot_be_are_noticed(tmp_path: Path) -> None:
    fast = [matmul(n, 1) for n in range(700)]
    impossible = region(tmp_path, metadata={"last_hw_timestamp": 1000}, Instruction=fast)
    notice = by(notices(impossible), code="share_above_one")
    assert notice["title"] == "More than 100 %: MFU, HFU."
    assert notice["count"] == 2
    assert "share_above_one" not in codes(region(tmp_path, Instruction=fast[:10]))


def test_missing_sources_and_dependencies_are_noticed(tmp_path: Path) -> None:
    plain = region(tmp_path, Instruction=[instruction("Vector", 0, 1)])
    assert {"no_source_lines", "no_dependencies"} <= codes(plain)
    located = instruction("Vector", 0, 1, bir_debug_info_source_location="model.py:7")
    edge = {"in_id": 1, "out_id": 2, "in_table": "Instruction", "out_table": "Instruction"}
    named = region(tmp_path, Instruction=[located], Flow=[edge])
    assert not {"no_source_lines", "no_dependencies"} & codes(named)
    without = region(tmp_path, has_neff=False, Instruction=[instruction("Vector", 0, 1)])
    assert not {"no_source_lines", "no_dependencies"} & codes(without)


def test_tables_of_another_major_schema_are_noticed(tmp_path: Path) -> None:
    rows = [instruction("Vector", 0, 1)]
    newer = region(tmp_path, metadata={"profile_schema_version": "12.0.1"}, Instruction=rows)
    assert "12.0.1" in by(notices(newer), code="another_schema")["title"]
    minor = region(tmp_path, metadata={"profile_schema_version": "7.5.0"}, Instruction=rows)
    assert "another_schema" not in codes(minor)


def test_more_bytes_than_the_bandwidth_allows_are_noticed(tmp_path: Path) -> None:
    moved = instruction("Sync", 0, 1, hbm_read_bytes=716 * 100_000 + 1)
    assert "more_than_possible" in codes(region(tmp_path, Instruction=[moved]))
    moved["hbm_read_bytes"] -= 1
    assert "more_than_possible" not in codes(region(tmp_path, Instruction=[moved]))


DYNAMIC = {"queue_type": "software_dynamic"}
NUMBERS = ("hbm_read_bytes", "hbm_write_bytes", "mbu", "intensity", "mfu_roof", "attainable_rate",
           "traffic_ratio", "useful_read")  # fmt: skip


def loaded(start_ns: int, size: int) -> dict[str, Any]:
    """An instruction that loads so many bytes into SBUF."""
    return instruction("Sync", start_ns, 5, "DMA_DIRECT2D", hbm_read_bytes=size, hbm_write_bytes=0,
                       sbuf_write_bytes=size)  # fmt: skip


@pytest.mark.parametrize(("moved", "is_known"), [(8192, True), (9102, True), (9103, False)])
def test_bytes_moved_at_run_time_that_no_instruction_tells_make_hbm_unknown(
    tmp_path: Path, moved: int, is_known: bool
) -> None:
    of = region(
        tmp_path,
        Instruction=[loaded(0, 4096), loaded(10, 4096), matmul(0, 10)],
        DmaPacket=[packet(0, 5, moved, **DYNAMIC), packet(9, 1, 4, **DYNAMIC), packet(0, 9, 9999)],
        TensorInfo=[tensor("weights", "WEIGHT", 4096)],
    )
    assert ("bytes_made_at_run_time" not in codes(of)) == is_known
    found = answer(of, Thresholds())
    for name in NUMBERS:
        value = found["metrics"][name]
        assert (value["value"] is not None) == is_known, name
        assert ("run time" not in str(value["missing"])) == is_known, name
    for part in ("hbm", "roofline"):
        assert ("run time" not in str(found[part]["missing"])) == is_known
    assert (found["roofline"]["whole"]["intensity"] is not None) == is_known
    assert bool(found["hbm"]["parts"]) == is_known


def test_how_much_is_told_of_what_moved_at_run_time_stands_in_the_notice(tmp_path: Path) -> None:
    packets = [packet(0, 5, 4096, **DYNAMIC), packet(9, 5, 36_864, **DYNAMIC)]
    of = region(tmp_path, Instruction=[loaded(0, 4096)], DmaPacket=packets)
    title = by(notices(of), code="bytes_made_at_run_time")["title"]
    assert title == "Instructions tell 10.0% of the bytes that were moved at run time."
    assert "hbm_traffic" not in {one["rule"] for one in answer(of, Thresholds())["findings"]}


def test_a_copy_within_device_memory_counts_once_like_its_packets(tmp_path: Path) -> None:
    copy = instruction("Sync", 0, 5, "DMA_DIRECT2D", hbm_read_bytes=4096, hbm_write_bytes=4096)
    of = region(tmp_path, Instruction=[copy], DmaPacket=[packet(0, 5, 8192, **DYNAMIC)])
    assert of.run.run_time_bytes == (4096, 8192)
