"""The parts of a summary, worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from profiles.metrics.bounds import bounds
from profiles.metrics.part_collectives import collectives
from profiles.metrics.part_compute import busy, nki_share, opcodes, tensor_flops
from profiles.metrics.part_movement import dma, hbm
from profiles.metrics.region import Region
from profiles.metrics.registry import METRICS
from profiles.metrics.roofline import roofline
from profiles.metrics.strip import strip
from tests.metrics.device_tables import instruction, limit, matmul, packet, region, tensor

PEAK = 78_643.2  # FLOP a nanosecond of one core of a trn2
FLOPS = 2 * 128 * 128 * 512


def by(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, (wanted, rows)
    return found[0]


def test_shares_of_the_tensor_peak_add_up_to_all_of_it(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[matmul(0, 20_000), matmul(20_000, 10_000, is_transpose=True)],
        Throttle=[limit(10_000, 10_000), limit(50_000, 20_000, 1, 4)],
    )
    found = tensor_flops(of)
    shares = {part["id"]: part["share"] for part in found["cores"][0]["parts"]}
    useful = FLOPS / PEAK / 100_000
    assert shares["useful"] == pytest.approx(useful)
    assert shares["transposes"] == pytest.approx(useful)
    assert shares["active_throttled"] == pytest.approx(0.05)
    assert shares["not_full"] == pytest.approx(0.3 - 0.05 - 2 * useful)
    assert shares["unused_throttled"] == pytest.approx(0.15)
    assert shares["unused"] == pytest.approx(0.55)
    assert sum(shares.values()) == pytest.approx(1)
    assert found["cores"][0]["over"] == 0
    counted = {part["id"]: part["flops"] for part in found["all"]["parts"]}
    assert counted["useful"] == counted["transposes"] == FLOPS
    assert counted["not_full"] is None


@pytest.mark.parametrize(("dtype", "worth"), [("bfloat16", 1), ("fp32", 2), ("fp8e4", 0.5)])
def test_share_and_amount_of_the_tensor_peak_are_of_the_same_flops(
    tmp_path: Path, dtype: str, worth: float
) -> None:
    found = tensor_flops(region(tmp_path, Instruction=[matmul(0, 50_000, dtype=dtype)]))
    useful = by(found["cores"][0]["parts"], id="useful")
    assert (useful["flops"], useful["recorded_flops"]) == (worth * FLOPS, FLOPS)
    assert useful["share"] * PEAK * 100_000 == pytest.approx(useful["flops"])


def test_a_full_array_is_full_whatever_its_data_type(tmp_path: Path) -> None:
    length = round(2 * FLOPS / PEAK)
    core = tensor_flops(region(tmp_path, Instruction=[matmul(0, length, dtype="fp32")]))["cores"][0]
    assert by(core["parts"], id="not_full")["share"] == pytest.approx(0, abs=1e-5)


def test_flops_that_do_not_fit_into_the_busy_time_are_said(tmp_path: Path) -> None:
    core = tensor_flops(region(tmp_path, Instruction=[matmul(0, 100)]))["cores"][0]
    assert core["over"] == pytest.approx((FLOPS / PEAK - 100) / 100_000)


def test_without_a_known_chip_there_is_no_partition(tmp_path: Path) -> None:
    nothing = {"instance_type": "trn9", "tensor_engine_clock_freq": 0.0}
    found = tensor_flops(region(tmp_path, metadata=nothing, Instruction=[matmul(0, 100)]))
    assert found["cores"] == []
    assert "chip" in found["missing"]


def test_busy_time_is_a_union_and_its_part_below_full_clock_is_known(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Vector", 0, 100),
            instruction("Vector", 50, 100),
            instruction("Vector", 200, 1000, "EVENT_SEMAPHORE"),
        ],
        DmaPacket=[packet(0, 40), packet(20, 40)],
        Throttle=[limit(100, 10_000)],
    )
    vector = by(busy(of), unit="Vector")
    assert (vector["active_ns"], vector["instruction_ns"]) == (150, 200)
    assert (vector["throttled_ns"], vector["instructions"]) == (50, 3)
    moving = by(busy(of), unit="DMA")
    assert (moving["active_ns"], moving["instruction_ns"], moving["instructions"]) == (60, 80, 2)


def test_without_packets_dma_is_missing_not_idle(tmp_path: Path) -> None:
    of = region(tmp_path, Instruction=[instruction("Vector", 0, 100)])
    row = by(busy(of), unit="DMA")
    assert row["active_ns"] is None
    assert "DMA records" in row["missing"]
    assert dma(of)["missing"] == "DMA records"


def test_opcodes_are_counted_summed_and_placed_by_rank(tmp_path: Path) -> None:
    lengths = [10, 20, 30, 40, 1000]
    of = region(
        tmp_path,
        Instruction=[
            *(instruction("Scalar", 2000 * n, size) for n, size in enumerate(lengths)),
            instruction("Scalar", 50_000, 7, "ACTIVATE", scalar_activation_fn="EXP"),
        ],
    )
    copies = by(opcodes(of), opcode="COPY")
    assert (copies["count"], copies["sum_ns"], copies["median_ns"]) == (5, 1100, 30)
    assert (copies["p95_ns"], copies["max_ns"]) == (1000, 1000)
    assert by(opcodes(of), opcode="ACTIVATE")["function"] == "EXP"
    part = by(opcodes(Region(of.run, 2010, 6001)), opcode="COPY")
    assert (part["count"], part["sum_ns"], part["max_ns"]) == (2, 10 + 30 + 1, 40)


def test_the_memory_partition_counts_spills_apart(tmp_path: Path) -> None:
    spills = {"spill_save_bytes": 1_000_000, "spill_reload_bytes": 3_000_000}
    of = region(
        tmp_path,
        Instruction=[
            instruction("Sync", 0, 9, hbm_read_bytes=8_000_000, hbm_write_bytes=2_000_000, **spills)
        ],
    )
    found = hbm(of)
    amounts = {part["id"]: part["bytes"] for part in found["parts"]}
    assert amounts == {
        "read": 5_000_000,
        "written": 1_000_000,
        "spill_reload": 3_000_000,
        "spill_save": 1_000_000,
        "unused": pytest.approx(716 * 100_000 - 10_000_000),
    }
    assert sum(part["share"] for part in found["parts"]) == pytest.approx(1)


def test_packets_by_type_source_queue_engine_and_size(tmp_path: Path) -> None:
    dynamic = {"queue_type": "hardware_dynamic", "queue_name": "Q2-E65", "queue_idx": 2}
    of = region(
        tmp_path,
        Instruction=[instruction("Vector", 0, 1)],
        DmaPacket=[
            packet(0, 100),
            packet(50, 100),
            packet(500, 10, 64, engine_idx=65, **dynamic),
            packet(600, 10, 64, engine_idx=65, **dynamic),
        ],
        DmaQueuesInfo=[{"name": "qDyn", "type": "unknown", "pcore_idx": 0, "idx": 2}],
    )
    found = dma(of)
    assert (found["packets"], found["bytes"]) == (4, 8320)
    assert by(found["sources"], source="static")["active_ns"] == 150
    assert by(found["types"], type="hardware_dynamic")["packets"] == 2
    load, own = by(found["queues"], name="qLoad"), by(found["queues"], name="qDyn")
    assert load["achieved_bytes_per_s"] == pytest.approx(8192 / 150 * 1e9)
    assert load["achieved"] == pytest.approx(8192 / 150 / 435)
    assert own["bytes_per_s"] == pytest.approx(6.4e9)
    assert by(found["engines"], engine=65)["active_ns"] == 20
    small = by(found["sizes"], least_bytes=64)
    assert (small["packets"], small["mean_ns"], small["most_bytes"]) == (2, 10, 64)


def test_many_sizes_are_joined_up_to_powers_of_two(tmp_path: Path) -> None:
    sizes = range(100, 100 + 65)
    of = region(
        tmp_path,
        Instruction=[instruction("Vector", 0, 1)],
        DmaPacket=[packet(10 * n, 5, size) for n, size in enumerate(sizes)],
    )
    rows = dma(of)["sizes"]
    assert [(row["least_bytes"], row["most_bytes"], row["packets"]) for row in rows] == [
        (100, 128, 29),
        (129, 256, 36),
    ]


def test_the_roofline_has_the_whole_its_classes_and_operators(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Sync", 0, 10, hbm_read_bytes=1_000_000, layer="mlp"),
            matmul(0, 1000, layer="mlp"),
            matmul(1000, 1000, dtype="fp32", layer="head"),
            matmul(2000, 1000, is_transpose=True),
        ],
        Throttle=[limit(0, 50_000)],
    )
    found = roofline(of)
    assert found["peak_flops"] == pytest.approx(PEAK * 1e9)
    assert found["throttled_share"] == pytest.approx(0.75)
    assert found["throttled_peak_flops"] == pytest.approx(0.75 * PEAK * 1e9)
    whole = found["whole"]
    assert whole["intensity"] == pytest.approx(2 * FLOPS / 1e6)
    assert whole["rate"] == pytest.approx(2 * FLOPS / 1e5 * 1e9)
    assert whole["roof"] == pytest.approx(2 * FLOPS / 1e6 * 716e9)
    fp32 = by(found["classes"], name="matmul fp32")
    assert fp32["roof"] == pytest.approx(PEAK * 1e9 / 2)
    assert fp32["of_roof"] == pytest.approx(2 * FLOPS / 1000 / PEAK)
    assert by(found["classes"], name="transpose bfloat16")["is_transpose"]
    mlp = by(found["operators"], name="mlp")
    assert (mlp["flops"], mlp["bytes"], mlp["ns"]) == (FLOPS, 1e6, 1000)
    assert by(found["operators"], name="head")["intensity"] is None


def test_each_ladder_goes_down_from_the_measured_time(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            matmul(0, 4000),
            matmul(4000, 4000, is_transpose=True),
            instruction("Vector", 0, 30_000),
        ],
        DmaPacket=[
            packet(0, 20_000, 4_350_000),
            packet(30_000, 1000, 4),
            packet(40_000, 1000, 9999, queue_type="instruction"),
        ],
        TensorInfo=[tensor("a", "IN", 435_000)],
    )
    ladders = {one["id"]: one["rungs"] for one in bounds(of)["ladders"]}
    memory = [rung["ns"] for rung in ladders["memory"]]
    assert memory == [100_000, 22_000, pytest.approx(10_000), pytest.approx(1000)]
    assert [rung["gap_ns"] for rung in ladders["memory"]][1:3] == [78_000, pytest.approx(12_000)]
    compute = [rung["ns"] for rung in ladders["compute"]]
    ideal = FLOPS / PEAK
    assert compute == [100_000, 8000, pytest.approx(2 * ideal), pytest.approx(ideal)]
    pipeline = ladders["pipeline"][1]
    assert (pipeline["title"], pipeline["ns"], pipeline["gap"]) == (
        "Vector busy",
        30_000,
        "serialisation",
    )


def test_a_rung_that_cannot_be_given_says_why(tmp_path: Path) -> None:
    of = region(tmp_path, Instruction=[matmul(0, 4000)])
    memory = next(one for one in bounds(of)["ladders"] if one["id"] == "memory")["rungs"]
    assert [rung["ns"] for rung in memory[1:]] == [None, None, None]
    assert memory[1]["missing"] == "DMA records"
    assert "NEFF" in memory[3]["missing"]
    ranged = bounds(Region(of.run, 0, 10))["ladders"][0]["rungs"][3]
    assert "whole profile" in ranged["missing"]


def test_the_kernels_share_of_each_engine(tmp_path: Path) -> None:
    of = region(
        tmp_path,
        Instruction=[
            instruction("Vector", 0, 10, nki_source_location="kernel.py:12"),
            instruction("Vector", 100, 30),
            instruction("Vector", 200, 30, "REDUCE"),
        ],
    )
    vector = by(nki_share(of)["engines"], engine="Vector")
    assert (vector["kernel"], vector["all"], vector["kernel_ns"], vector["all_ns"]) == (
        1,
        3,
        10,
        70,
    )
    assert by(vector["opcodes"], opcode="COPY") == {"opcode": "COPY", "kernel": 1, "compiler": 1}
    plain = nki_share(region(tmp_path, Instruction=[instruction("Vector", 0, 10)]))
    assert "kernel source" in plain["missing"]


def collective(start_ns: int, length_ns: int, operation: str = "AllReduce") -> dict[str, Any]:
    return {
        "start_ts": start_ns,
        "end_ts": start_ns + length_ns,
        "duration_ns": length_ns,
        "operation": operation,
        "algorithm": "ring",
        "input_size": 1024,
    }


def test_collectives_by_operation_and_as_points(tmp_path: Path) -> None:
    rows = [collective(1000 * n, 10 * (n + 1)) for n in range(4)]
    of = region(tmp_path, Instruction=[instruction("Vector", 0, 1)], CcOp=rows)
    found = collectives(of)
    assert found["count"] == 4
    assert by(found["operations"], operation="AllReduce") == {
        "operation": "AllReduce",
        "count": 4,
        "sum_ns": 100,
        "min_ns": 10,
        "q1_ns": 10,
        "median_ns": 20,
        "mean_ns": 25,
        "q3_ns": 30,
        "max_ns": 40,
        "variance_ns2": 125,
        "longest": {
            "track": "p0/collectives/stream0",
            "row": 3,
            "start_ns": 3000,
            "end_ns": 3040,
        },
    }
    assert [point["row"] for point in collectives(Region(of.run, 500, 2500))["points"]] == [1, 2]
    none = region(tmp_path, Instruction=[instruction("Vector", 0, 1)])
    assert "collective" in collectives(none)["missing"]


def test_the_strip_has_seven_tiles_with_bars_and_ticks(tmp_path: Path) -> None:
    moved = instruction("Sync", 0, 1, hbm_read_bytes=FLOPS)
    of = region(tmp_path, Instruction=[matmul(0, 1000), moved])
    values = {name: one.compute(of) for name, one in METRICS.items() if one.compute}
    tiles = strip(of, values)
    assert [tile["metric"] for tile in tiles] == [
        "total_time",
        "mfu",
        "hfu",
        "intensity",
        "mbu",
        "dma_active",
        "throttled",
    ]
    intensity = by(tiles, metric="intensity")
    assert intensity["value"] == 1
    assert intensity["tick"]["at"] == pytest.approx(0.75)
    assert intensity["bar"] == pytest.approx(0.75 * 716 / PEAK)
    mfu = by(tiles, metric="mfu")
    assert mfu["tick"]["at"] == pytest.approx(716 / PEAK)
    assert by(tiles, metric="dma_active")["missing"] == "DMA records"
