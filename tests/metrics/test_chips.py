"""Machine constants: one table, the chip of a trace, and that of a profile somebody else made."""

from dataclasses import fields

import numpy as np
import pytest

from profiles.metrics.chips import SOURCES, TRN1, TRN2, Chip, chip_of, chip_of_metadata


@pytest.mark.parametrize(
    ("arch", "instance", "expected"),
    [
        (1, "inf2.xlarge", TRN1),
        (2, "trn2.3xlarge", TRN2),
        (0, "trn1.2xlarge", TRN1),
        (0, "trn2u.48xlarge", TRN2),
    ],
)
def test_the_chip_follows_from_number_or_instance(
    arch: int, instance: str, expected: object
) -> None:
    assert chip_of(arch, instance) is expected


@pytest.mark.parametrize(
    ("arch", "instance", "name"), [(3, "trn3.48xlarge", "trn3"), (9, "", "unknown")]
)
def test_an_unknown_chip_has_a_name_and_no_constant(arch: int, instance: str, name: str) -> None:
    chip = chip_of(arch, instance)
    assert (chip.is_known, chip.generation) == (False, name)
    assert (chip.tensor_ghz, chip.other_ghz, chip.hbm_bytes_per_s) == (None, None, None)
    assert (chip.peak_flops, chip.flops_per_byte, chip.cycles_per_s) == (None, None, None)


def test_clocks_are_the_documented_ones() -> None:
    assert (TRN1.tensor_ghz, TRN1.other_ghz, TRN1.hbm_bytes_per_s) == (2.8, 1.4, 410e9)
    assert (TRN2.tensor_ghz, TRN2.other_ghz, TRN2.hbm_bytes_per_s) == (2.4, 1.2, 716e9)
    assert TRN2.cycles_per_s == 1.2e9


@pytest.mark.parametrize(
    ("chip", "peak_tera", "ratio"), [(TRN1, 91.75, 223.78), (TRN2, 78.64, 109.84)]
)
def test_peak_and_balance_are_the_published_ones(
    chip: Chip, peak_tera: float, ratio: float
) -> None:
    assert chip.peak_flops == pytest.approx(peak_tera * 1e12, rel=1e-4)
    assert chip.flops_per_byte == pytest.approx(ratio, rel=5e-5)


def test_fp8_is_twice_as_fast_only_on_the_later_chip() -> None:
    assert (TRN1.flop_weights["fp8e4"], TRN2.flop_weights["fp8e4"]) == (1.0, 0.5)
    assert TRN2.flop_weights["fp32"] == 4.0
    assert "int32" not in TRN2.flop_weights


def test_a_recorded_flop_of_fp32_is_worth_half_its_weight_because_both_passes_record_it() -> None:
    assert TRN2.recorded_weights == {**TRN2.flop_weights, "fp32": 2.0}
    assert Chip("unknown").recorded_weights == {}


def test_every_constant_has_a_source() -> None:
    told = {each.name for each in fields(Chip)} - {"generation", "is_known"}
    assert set(SOURCES) == told


def stored(**changed: object) -> dict[str, object]:
    """A row of Metadata as it is read back: float32."""
    row: dict[str, object] = {
        "instance_type": "trn2.3xlarge",
        "tensor_engine_clock_freq": float(np.float32(2.4)),
        "neuroncore_clock_freq": float(np.float32(1.2)),
        "hbm_ddr_bandwidth": float(np.float32(716e9)),
        "dma_ddr_bandwidth": float(np.float32(435e9)),
    }
    return {**row, **changed}


def test_a_chip_survives_the_float32_of_its_table() -> None:
    assert chip_of_metadata(stored()) == TRN2


def test_the_only_chip_of_these_constants_needs_no_instance() -> None:
    assert chip_of_metadata(stored(instance_type=None)) == TRN2


def test_constants_of_another_tool_count_for_a_chip_nobody_knows_here() -> None:
    chip = chip_of_metadata(stored(instance_type="trn3.48xlarge", tensor_engine_clock_freq=3.0))
    assert (chip.is_known, chip.generation, chip.tensor_ghz) == (False, "trn3", 3.0)
    assert chip.peak_flops == 2 * 128 * 128 * 3e9
    assert chip.sbuf_partition_bytes is None


@pytest.mark.parametrize("value", [0, 0.0, None, -1.0, float("nan"), "fast"])
def test_what_a_row_leaves_empty_is_not_known(value: object) -> None:
    row = stored(instance_type="trn3.48xlarge", tensor_engine_clock_freq=value)
    assert chip_of_metadata(row).peak_flops is None
    assert chip_of_metadata(stored(hbm_ddr_bandwidth=value)).flops_per_byte is None
