"""Every number of the summary has an event on the timeline: the longest one that it counts."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from tests.metrics.device_tables import instruction, limit, matmul, packet, region


def rows(region: Region) -> dict[str, Any]:
    return answer(region, Thresholds())


def shown(found: list[dict[str, Any]], **wanted: object) -> tuple[str, int] | None:
    own = [row for row in found if all(row[name] == value for name, value in wanted.items())]
    assert len(own) == 1, (wanted, found)
    place = own[0]["longest"]
    return place and (place["track"], place["row"])


def made(folder: Path) -> Region:
    """Row numbers are places in these lists."""
    return region(
        folder,
        Instruction=[
            matmul(0, 300, layer="head"),
            matmul(1000, 900, is_transpose=True),
            instruction("Vector", 2000, 50),
            instruction("Vector", 3000, 70),
            instruction("Vector", 4000, 70),
            instruction("Vector", 5000, 999, "EVENT_SEMAPHORE"),
            matmul(6000, 500, layer="head"),
            instruction("Sync", 7000, 20, "DMA_DIRECT2D", hbm_read_bytes=10, spill_reload_bytes=10),
            instruction("Sync", 8000, 10, "DMA_DIRECT2D", hbm_read_bytes=4096),
        ],
        DmaPacket=[
            packet(0, 100),
            packet(500, 400, 64, queue_name="qTiny-Q2-E65", queue_idx=2, engine_idx=65),
            packet(1000, 300),
        ],
        Throttle=[limit(100, 50), limit(200, 900), limit(2000, 900, 8, 8)],
    )


def test_an_opcode_is_shown_by_its_longest_instruction_and_the_first_of_equals(
    tmp_path: Path,
) -> None:
    opcodes = rows(made(tmp_path))["opcodes"]
    assert shown(opcodes, opcode="COPY") == ("p0/c0/vector", 3)
    assert shown(opcodes, opcode="EVENT_SEMAPHORE") == ("p0/c0/vector", 5)
    assert shown(opcodes, opcode="MATMUL") == ("p0/c0/tensormatrix", 1)


def test_a_unit_is_shown_by_work_and_never_by_a_wait(tmp_path: Path) -> None:
    busy = rows(made(tmp_path))["busy"]
    assert shown(busy, unit="Vector") == ("p0/c0/vector", 3)
    assert shown(busy, unit="DMA") == ("p0/dma0/2-qtiny", 1)
    assert shown(busy, unit="GpSimd") is None


def test_packets_are_shown_on_the_row_that_groups_them(tmp_path: Path) -> None:
    dma = rows(made(tmp_path))["dma"]
    assert shown(dma["queues"], name="qLoad") == ("p0/dma0/1-qload", 2)
    assert shown(dma["engines"], engine=65) == ("p0/engines0/e01", 1)
    assert shown(dma["sizes"], most_bytes=4096) == ("p0/dma0/1-qload", 2)
    assert shown(dma["types"], type="data") == ("p0/dma0/2-qtiny", 1)
    assert shown(dma["sources"], source="static") == ("p0/dma0/2-qtiny", 1)


def test_parts_of_the_tensor_peak_are_shown_by_products_transposes_and_limits(
    tmp_path: Path,
) -> None:
    parts = rows(made(tmp_path))["tensor_flops"]["cores"][0]["parts"]
    assert shown(parts, id="useful") == ("p0/c0/tensormatrix", 6)
    assert shown(parts, id="transposes") == ("p0/c0/tensormatrix", 1)
    assert shown(parts, id="active_throttled") == ("p0/clock/c0", 1)
    assert shown(parts, id="unused") is None


def test_bytes_of_device_memory_are_shown_by_the_instruction_that_moved_them(
    tmp_path: Path,
) -> None:
    parts = rows(made(tmp_path))["hbm"]["parts"]
    assert shown(parts, id="read") == ("p0/c0/sync", 8)
    assert shown(parts, id="spill_reload") == ("p0/c0/sync", 7)
    assert shown(parts, id="written") is None
    assert shown(parts, id="unused") is None


def test_points_of_the_roofline_are_shown_by_an_instruction(tmp_path: Path) -> None:
    found = rows(made(tmp_path))["roofline"]
    assert shown(found["classes"], name="matmul bfloat16") == ("p0/c0/tensormatrix", 6)
    assert shown(found["operators"], name="head") == ("p0/c0/tensormatrix", 6)
    assert found["whole"]["longest"] is None


@pytest.mark.parametrize(("start", "end", "row"), [(0, 900, 0), (100, 200, 0), (1500, 6001, 6)])
def test_in_a_range_an_event_that_starts_there_goes_before_one_that_reaches_in(
    tmp_path: Path, start: int, end: int, row: int
) -> None:
    found = rows(Region(made(tmp_path).run, start, end))
    assert shown(found["opcodes"], opcode="MATMUL") == ("p0/c0/tensormatrix", row)


def test_a_place_says_the_whole_event_even_where_the_range_cuts_it(tmp_path: Path) -> None:
    found = rows(Region(made(tmp_path).run, 100, 200))
    (matmul_row,) = (row for row in found["opcodes"] if row["opcode"] == "MATMUL")
    assert (matmul_row["longest"]["start_ns"], matmul_row["longest"]["end_ns"]) == (0, 300)
