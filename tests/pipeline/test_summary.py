"""The tables that sum a capture up, by hand, in every version and without a NEFF."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.pipeline.stage import Options
from profiles.metrics.chips import TRN1, TRN2
from tests.make import control, slots
from tests.make.description import (
    Capture,
    Core,
    Execution,
    Instruction,
    Model,
    Packet,
    Program,
    Span,
    Subgraph,
    Throttle,
    Variable,
    rings,
)
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import UUID
from tests.make.slots import PSUM, Access
from tests.pipeline.processed import Row, Run

PE, ACT = 0, 1
NS = 1_000
FLOPS = 2 * 128 * 128 * 64
PRODUCT = slots.matmul(Access(0, (1,), (64,)), Access(PSUM, (1,), (64,)))
TENSOR = Program(
    tuple(
        Instruction(each)
        for each in (PRODUCT, control.notify(2), slots.raw(0xA0), slots.load_weights(Access(0)))
    )
)
SCALAR = Program((Instruction(slots.activate(Access(PSUM), Access(64), slots.EXP)),))
MODEL = Model(
    uuid=UUID,
    target="cayman",
    subgraphs=(
        Subgraph(
            programs={PE: TENSOR, ACT: SCALAR},
            variables=(
                Variable("SB", "state-buffer"),
                Variable("x", "input", 1000, 1),
                Variable("w", "file", 500, 2, file_name="value_w.npy"),
                Variable("y", "output", 250, 3),
            ),
        ),
        Subgraph("sg01", programs={PE: TENSOR}),
    ),
    macs=4096,
)


def capture(version: int = 6) -> Capture:
    """20 ns on two cores. Core 0: products at 2-6 and 5-9, a wait at 9-15, an activation at 8-12.

    Core 1: a product at 4-10. Packets of core 0: software-made at 3-7 and 6-8, an instruction
    fetch at 12-13; core 1's window holds the last 2 ns of one that began before it.
    """
    first = Core(
        number=4,
        programs={PE: TENSOR, ACT: SCALAR},
        spans=(
            Span(PE, 1, -900, 0),
            Span(PE, 0, 2 * NS, 6 * NS),
            Span(PE, 0, 5 * NS, 9 * NS),
            Span(PE, 2, 9 * NS, 15 * NS),
            Span(ACT, 0, 8 * NS, 12 * NS),
        ),
        packets=(
            Packet(0, 1, 3 * NS, 7 * NS, 400),
            Packet(1, 1, 6 * NS, 8 * NS, 100),
            Packet(2, 14, 12 * NS, 13 * NS, 500),
        ),
        throttles=(Throttle(4 * NS, 0, 4, 8), Throttle(10 * NS, 1, 8, 8)),
        rings=rings("qPoolDynamic", 1),
        memory=(("pe", 300), ("weight", 200), ("new thing", 1)),
        duration_ps=20 * NS,
    )
    second = Core(
        number=5,
        name="sg01",
        programs={PE: TENSOR},
        spans=(Span(PE, 1, -900, 0), Span(PE, 0, 4 * NS, 10 * NS)),
        packets=(Packet(3, 1, -2 * NS, 2 * NS, 800),),
        rings=rings("qPoolDynamic", 1),
        duration_ps=18 * NS,
    )
    window = (Execution(0, 20 * NS),) if version == 6 else ()
    return Capture(version=version, uuid=UUID, cores=(first, second), executions=window)


@pytest.fixture
def processed(tmp_path: Path) -> Any:
    def make(capture: Capture, model: Model | None = MODEL) -> Run:
        files = {"a.ntff": make_ntff(capture)}
        if model is not None:
            files["a.neff"] = make_neff(model)
        return Run(tmp_path, files, Options())

    return make


def summary(made: Run) -> Row:
    (row,) = made.rows("Summary")
    return row


def near(value: object) -> Any:
    return pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("version", [4, 5, 6])
def test_busy_time_is_the_union_over_both_cores_without_waits(processed: Any, version: int) -> None:
    row = summary(processed(capture(version)))
    assert row["total_time"] == near(20e-9)
    assert row["tensor_engine_instruction_count"] >= 4
    assert row["tensor_engine_instruction_time"] == near(14e-9)
    assert row["tensor_engine_active_time"] == near(8e-9)  # 2 to 10
    assert row["tensor_engine_active_time_percent"] == near(0.4)
    assert row["scalar_engine_active_time"] == near(4e-9)
    assert row["activate_instruction_count"] == 1
    assert row["matmul_instruction_count"] == 3
    assert row["total_exec_time"] == near(10e-9)  # 2 to 12


@pytest.mark.parametrize("version", [4, 5, 6])
def test_flops_are_set_against_the_peak_of_both_cores(processed: Any, version: int) -> None:
    chip = TRN2 if version > 4 else TRN1
    made = capture(version)
    if version == 4:
        made = replace(made, arch=1, instance_type="trn1.2xlarge")
    row = summary(processed(made))
    assert chip.peak_flops is not None
    assert row["hardware_flops"] == 3 * FLOPS
    assert row["hfu_estimated_percent"] == near(3 * FLOPS / (chip.peak_flops * 2 * 20e-9))
    assert row["model_flops"] == 2 * 4096
    assert row["mfu_estimated_percent"] == row["mfu_hlo_estimated_percent"]
    assert row["peak_flops_bandwidth_ratio"] == near(chip.flops_per_byte)
    assert row["neuroncore_cycle_count"] == (24 if version > 4 else 28)


def test_packets_count_whole_and_their_time_as_far_as_it_is_measured(processed: Any) -> None:
    row = summary(processed(capture()))
    assert row["software_dynamic_dma_packet_count"] == 3
    assert row["software_dynamic_dma_size"] == 1300
    assert row["static_dma_packet_count"] == 1
    assert row["dma_packet_time"] == near(9e-9)  # 4 + 2 + 1 and 2 of 4
    assert row["dma_active_time"] == near(8e-9)  # 0 to 2, 3 to 8, 12 to 13
    assert row["dma_active_time_percent"] == near(0.4)
    assert row["software_dynamic_dma_active_time_percent"] == near(7 / 8)
    assert row["dynamic_dma_size_percent"] == near(1300 / 1800)
    assert row["total_active_time"] == near(13e-9)  # all but 13 to 20
    assert row["dma_queue_count"] == 32


def test_sizes_come_from_the_program(processed: Any) -> None:
    row = summary(processed(capture()))
    assert row["weight_size_bytes"] == 500
    assert row["inputs_and_weights_size_bytes"] == 1500
    assert row["inputs_outputs_weights_size_bytes"] == 1750
    assert row["mbu_min_read_util_percent"] == near(1500 / (716e9 * 20e-9))
    assert (row["hbm_read_bytes"], row["mbu_estimated_percent"]) == (0, 0.0)
    assert row["mm_arithmetic_intensity"] is None


def test_without_the_program_its_numbers_are_null(processed: Any) -> None:
    row = summary(processed(capture(), None))
    assert row["hardware_flops"] == 3 * FLOPS
    for name in ("transpose_flops", "model_flops", "mfu_estimated_percent", "hbm_read_bytes"):
        assert row[name] is None
    assert row["weight_size_bytes"] is None


def test_an_unknown_chip_has_times_and_shares_of_time_only(processed: Any) -> None:
    row = summary(processed(replace(capture(), arch=9, instance_type="trn9.48xlarge")))
    assert row["tensor_engine_active_time_percent"] == near(0.4)
    assert row["hfu_estimated_percent"] is None
    assert row["neuroncore_cycle_count"] is None


def test_the_summary_counts_the_rows_of_all_published_tables(processed: Any) -> None:
    made = processed(capture())
    own = {
        "LegacySummary",
        "LegacyCore",
        "LegacyLayer",
        "TimelineTrack",
        "UnknownRecord",
        "DmaPacketPicoseconds",
    }
    tables = [t for t in made.result.manifest.tables if t.name not in own]
    counted = sum(t.row_count for t in tables if t.name != "TensorThroughput")
    assert summary(made)["total_row_count"] == counted


def test_opcodes_are_summed_by_engine_longest_first(processed: Any) -> None:
    rows = processed(capture()).rows("OpcodeSummary")
    names = ("engine", "opcode", "instruction_count", "instruction_time_ns", "active_time_ns")
    found = [tuple(row[name] for name in names) for row in rows]
    assert found[:2] == [
        ("Tensor", "MATMUL", 3, 14, 8),
        ("Tensor", "EVENT_SEMAPHORE", 1, 6, 6),
    ]
    assert found[-1] == ("Scalar", "ACTIVATE", 1, 4, 4)
    assert rows[0]["active_time_percent"] == near(0.4)


def test_limits_are_averaged_over_the_time_they_are_on_record(processed: Any) -> None:
    """Half speed from 4 to 10 ns, full speed from 10 to 15 ns; before 4 ns nothing is known."""
    rows = processed(capture()).rows("ThrottleSummary")
    names = ("nc_idx", "throttle_type", "throttle_active_time_ns")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (0, "activity_0", 6),
        (0, "activity_1", 0),
        (0, "all", 6),
    ]
    shares = [row["max_achievable_util_with_throttling_percent"] for row in rows]
    assert shares == [near(0.5), near(1.0), near((6 * 0.5 + 5) / 11)]
    assert rows[2]["throttle_active_time_percent"] == near(0.3)


def test_a_limit_far_behind_the_run_is_no_throttled_time(processed: Any) -> None:
    """Version 4 files can hold one 305 ms behind; its core was never limited within the run."""
    made = capture(4)
    late = replace(made.cores[0], throttles=(Throttle(305_000_000 * NS, 0, 4, 8),))
    rows = processed(replace(made, cores=(late, made.cores[1]))).rows("ThrottleSummary")
    assert {row["throttle_active_time_ns"] for row in rows} == {0}
    assert {row["throttle_active_time_percent"] for row in rows} == {0.0}


def test_memory_is_told_by_use_with_a_sum(processed: Any) -> None:
    rows = processed(capture()).rows("HbmUsageSummaryByType")
    assert [(row["neuroncore_idx"], row["usage_type"], row["usage_bytes"]) for row in rows] == [
        (4, "Tensor Instructions", 300),
        (4, "Weights", 200),
        (4, "New Thing", 1),
        (4, "Total", 501),
    ]


def legacy(made: Run) -> dict[str, Any]:
    def value(row: Row) -> Any:
        return next((row[k] for k in ("whole", "number", "text") if row[k] is not None), None)

    return {row["key"]: value(row) for row in made.rows("LegacySummary")}


def test_the_legacy_numbers_keep_the_faults(processed: Any) -> None:
    """The ring across the edge is dropped, limits are averaged over all time, cores added up."""
    found = legacy(processed(capture()))
    assert found["nc_idx"] == 9
    assert found["software_dynamic_dma_packet_count"] == 2
    assert found["dma_active_time"] == pytest.approx(6e-9)
    assert found["dynamic_dma_active_time_percent"] == pytest.approx(5 / 6)
    assert found["throttle_avg_util_limit_nc0_percent"] == pytest.approx((6 * 0.5 + 5) / 15)
    assert found["throttle_activity_1_active_time_nc0_percent"] == pytest.approx(5 / 15)
    assert found["cc_op_count"] == 0
    assert "total_exec_time" not in found
    hfu = 3 * FLOPS / (TRN2.peak_flops or 0) / 2 / 20e-9
    assert found["hfu_estimated_percent"] == pytest.approx(hfu * (1 - 2 / 81_920_000), rel=1e-12)


def test_before_version_6_only_early_packets_are_dropped(processed: Any) -> None:
    found = legacy(processed(capture(5)))
    assert found["software_dynamic_dma_packet_count"] == 2
    assert found["static_dma_packet_count"] == 1


def test_without_statistics_the_legacy_numbers_say_zero(processed: Any) -> None:
    found = legacy(processed(capture(), replace(MODEL, macs=None)))
    assert found["model_flops"] == 0
    assert found["mfu_hlo_estimated_percent"] == 0
    assert found["mfu_estimated_percent"] == found["mfu_inst_estimated_percent"] > 0
