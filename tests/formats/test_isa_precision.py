"""What matrix multiplications are worth at bfloat16, by data type and chip."""

import numpy as np
import pytest

from ingest_worker.formats.isa.precision import weight_dtypes, worth_in_halves
from profiles.metrics.chips import TRN1, TRN2, Chip
from tests.make import control, slots
from tests.make.slots import BF16, FP16, FP32, UINT8, Access

PLACE = Access(0x400, (1, 0, 0), (128, 1, 1))
FP8, FP32R, INT8 = 14, 11, 2


def program(*made: bytes) -> np.ndarray:
    return np.frombuffer(b"".join(made), np.uint8).reshape(-1, 64)


def load(dtype: int, passes: int = 0) -> bytes:
    return slots.load_weights(PLACE, dtype=dtype, passes=passes)


def multiply(dtype: int, passes: int = 0) -> bytes:
    return slots.matmul(PLACE, PLACE, dtype=dtype, passes=passes)


def worth(weights: int, moving: int, *, passes: int = 0, chip: Chip = TRN2) -> int:
    both = program(load(weights, passes), multiply(moving, passes))
    return int(worth_in_halves(both, chip.recorded_weights)[1])


@pytest.mark.parametrize(
    ("weights", "moving", "halves"),
    [
        (BF16, BF16, 2),
        (FP16, FP16, 2),
        (BF16, FP16, 2),
        (UINT8, UINT8, 1),
        (FP8, FP8, 1),
        (FP8, BF16, 2),
        (BF16, FP8, 2),
        (UINT8, BF16, 0),
        (UINT8, FP8, 0),
        (FP32, BF16, 0),
        (FP32R, FP32R, 0),
        (INT8, INT8, 0),
    ],
)
def test_each_pair_of_data_types_has_its_worth_or_none(
    weights: int, moving: int, halves: int
) -> None:
    assert worth(weights, moving) == halves


def test_eight_bits_are_no_faster_on_the_first_generation() -> None:
    assert worth(FP8, FP8, chip=TRN1) == 2
    assert worth(FP8, FP8) == 1


def test_a_pass_of_an_fp32_multiplication_is_worth_twice_its_raw_count() -> None:
    """Two passes, each counted in full: four times the multiplication's own FLOPs together."""
    assert [worth(FP32, FP32, passes=passes) for passes in (1, 2, 3)] == [4, 4, 4]


def test_fp32_that_does_not_say_its_pass_has_no_worth() -> None:
    assert worth(FP32, FP32) == 0


def test_weights_are_those_loaded_last() -> None:
    made = program(load(BF16), multiply(BF16), load(UINT8), multiply(UINT8), multiply(BF16))
    assert weight_dtypes(made).tolist() == [BF16, BF16, UINT8, UINT8, UINT8]
    assert worth_in_halves(made, TRN2.recorded_weights).tolist() == [0, 2, 0, 1, 0]


def test_without_weights_and_for_other_instructions_there_is_no_worth() -> None:
    made = program(multiply(BF16), control.set_ordering())
    assert worth_in_halves(made, TRN2.recorded_weights).tolist() == [0, 0]
    assert worth_in_halves(program(), TRN2.recorded_weights).tolist() == []


def test_a_chip_without_weights_has_no_worth() -> None:
    assert worth(BF16, BF16, chip=Chip("trn9", is_known=False)) == 0
    assert worth(FP32, FP32, passes=3, chip=Chip("trn9", is_known=False)) == 0
