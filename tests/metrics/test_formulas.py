"""Headline numbers: a published summary, hand-made sums, and what follows from nothing known."""

from dataclasses import replace

import pytest

from profiles.metrics.chips import TRN1, TRN2, Chip
from profiles.metrics.formulas import (
    DMA_KINDS,
    ENGINE_KEYS,
    HARDWARE,
    SOFTWARE,
    STATIC,
    Moves,
    Totals,
    Work,
    cycles,
    dma_bandwidth_share,
    summary_values,
    useful_read_share,
    utilisation_limit,
)
from profiles.tables.registry import REGISTRY

GIB = 1 << 30
UNKNOWN = Chip("trn9", is_known=False)

PUBLISHED = Totals(
    time_ps=53_780_000_000,
    core_count=1,
    hardware_flops=654.344e9,
    transpose_flops=117.976e9,
    model_flops=536.363e9,
    moved={"hbm_read_bytes": 4.334 * GIB, "hbm_write_bytes": 2.828 * GIB},
    input_bytes=0.0,
    weight_bytes=1.224 * GIB,
)
"""The sums of a published summary of a run on trn1, to the digits it shows."""


@pytest.mark.parametrize(
    ("name", "expected", "digit"),
    [
        ("peak_flops_bandwidth_ratio", 223.78, 0.01),
        ("hfu_estimated_percent", 0.1326, 0.0001),
        ("mfu_estimated_percent", 0.1087, 0.0001),
        ("mfu_hlo_estimated_percent", 0.1087, 0.0001),
        ("mm_arithmetic_intensity", 69.75, 0.01),
        ("mbu_estimated_percent", 0.3488, 0.0001),
        ("mfu_max_achievable_estimated_percent", 0.3117, 0.0001),
        ("mbu_min_read_util_percent", 0.0596, 0.0001),
    ],
)
def test_a_published_summary_of_trn1_comes_out_to_its_last_digit(
    name: str, expected: float, digit: float
) -> None:
    assert summary_values(PUBLISHED, TRN1)[name] == pytest.approx(expected, abs=0.51 * digit)


def test_the_shares_and_the_mean_of_the_published_transfers_come_out() -> None:
    """Counts that stand in these proportions, since the published page shows no counts."""
    found = summary_values(
        replace(
            PUBLISHED,
            packets={
                STATIC: Moves(4482, 6220, 0, 0),
                SOFTWARE: Moves(5000, 3000, 0, 0),
                HARDWARE: Moves(518, 780, 0, 0),
            },
            all_packets=Moves(10_000, 10_000, 0, 45_828_571_429),
            transfers=Moves(2_000, 2_000 * 348_518.4),
        ),
        TRN1,
    )
    assert found["dynamic_dma_packet_percent"] == pytest.approx(0.5518)
    assert found["dynamic_dma_size_percent"] == pytest.approx(0.378)
    average = found["dma_transfer_average_bytes"]
    assert average is not None
    assert average / 1024 == pytest.approx(340.35, abs=0.005)
    assert found["dma_active_cycles"] == 64_160_000


def test_every_number_is_a_column_of_the_summary() -> None:
    assert set(summary_values(PUBLISHED, TRN2)) <= set(REGISTRY["Summary"].by_name)


def test_two_cores_halve_the_share_and_the_ceiling_of_flops() -> None:
    one, two = (summary_values(replace(PUBLISHED, core_count=n), TRN1) for n in (1, 2))
    for name in ("hfu_estimated_percent", "mfu_inst_max_achievable_estimated_percent"):
        before, after = one[name], two[name]
        assert before is not None
        assert after == pytest.approx(before / 2)
    assert one["mbu_estimated_percent"] == two["mbu_estimated_percent"]


def test_without_a_count_of_the_compiler_mfu_is_that_of_the_instructions() -> None:
    found = summary_values(replace(PUBLISHED, model_flops=None), TRN1)
    assert found["mfu_hlo_estimated_percent"] is None
    assert found["mfu_estimated_percent"] == found["mfu_inst_estimated_percent"]
    ceilings = ("mfu_max_achievable_estimated_percent", "mfu_inst_max_achievable_estimated_percent")
    assert found[ceilings[0]] == found[ceilings[1]]


def test_a_ceiling_is_never_above_one() -> None:
    found = summary_values(
        replace(PUBLISHED, moved={"hbm_read_bytes": 1, "hbm_write_bytes": 0}), TRN1
    )
    assert found["mfu_max_achievable_estimated_percent"] == 1.0


def test_of_an_unknown_chip_shares_of_time_remain_and_shares_of_peaks_do_not() -> None:
    busy = {name: Work(3, 500, 250) for name in ENGINE_KEYS}
    found = summary_values(Totals(1000, 2, engines=busy, hardware_flops=8), UNKNOWN)
    assert found["tensor_engine_active_time_percent"] == 0.25
    assert found["hardware_flops"] == 8
    for name in ("hfu_estimated_percent", "neuroncore_cycle_count", "mbu_estimated_percent"):
        assert found[name] is None


def test_a_stretch_without_time_or_traffic_has_no_ratio() -> None:
    found = summary_values(Totals(0, 1, hardware_flops=0, transpose_flops=0), TRN2)
    assert found["mm_arithmetic_intensity"] is None
    assert found["total_active_time_percent"] is None
    assert {found[f"{kind}_dma_active_time_percent"] for kind in DMA_KINDS} == {None}


def test_the_active_share_of_a_kind_is_of_the_time_any_packet_moves() -> None:
    packets = {SOFTWARE: Moves(1, 1, 4, 4), HARDWARE: Moves(1, 1, 4, 4)}
    found = summary_values(
        Totals(100, 1, packets=packets, all_packets=Moves(2, 2, 8, 6), dynamic_active_ps=6), TRN2
    )
    assert found["software_dynamic_dma_active_time_percent"] == pytest.approx(4 / 6)
    assert found["dynamic_dma_active_time_percent"] == 1.0
    assert found["dma_active_time_percent"] == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("time_ps", "clock", "expected"),
    [(833, 1.2e9, 0), (834, 1.2e9, 1), (10**15, 1.2e9, 1_200_000_000_000), (5, None, None)],
)
def test_cycles_are_floored_exactly(time_ps: int, clock: float | None, expected: object) -> None:
    assert cycles(time_ps, clock) == expected


def test_limits_reloads_and_bandwidth_are_plain_ratios() -> None:
    assert utilisation_limit(75, 100) == 0.75
    assert utilisation_limit(0, 0) is None
    assert useful_read_share(200, 50) == 0.75
    assert useful_read_share(0, 0) is None
    assert dma_bandwidth_share(435e9, TRN2, 2, 1.0) == 0.5
    assert dma_bandwidth_share(1, UNKNOWN, 2, 1.0) is None


def test_without_a_program_there_is_no_traffic_to_set_flops_against() -> None:
    found = summary_values(replace(PUBLISHED, moved={"sbuf_read_bytes": 5}), TRN1)
    for name in ("mm_arithmetic_intensity", "mbu_estimated_percent", "hbm_read_bytes"):
        assert found[name] is None
    assert found["sbuf_read_bytes"] == 5
