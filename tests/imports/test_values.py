"""A value of a JSON stands in a column as what it is, or the column is empty there."""

import json
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.imports.values import Unfit, column_of, fit, type_of

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(1 << 40), 1 << 40),
    st.floats(),
    st.text(max_size=8),
    st.integers().map(str),
    st.floats(allow_nan=False).map(str),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = st.sampled_from(
    [
        pa.string(),
        pa.bool_(),
        pa.int8(),
        pa.int16(),
        pa.int32(),
        pa.int64(),
        pa.float32(),
        pa.float64(),
        pa.list_(pa.int64()),
        pa.list_(pa.string()),
    ]
)


@given(st.lists(VALUES, max_size=12), KINDS)
def test_any_values_become_a_column_of_any_type(values: list[Any], kind: pa.DataType) -> None:
    made, unfit = column_of(values, kind)
    assert (len(made), made.type) == (len(values), kind)
    assert 0 <= unfit <= made.null_count
    made.validate(full=True)


@given(st.lists(VALUES, max_size=12), KINDS)
def test_a_value_that_does_not_fit_changes_no_other(values: list[Any], kind: pa.DataType) -> None:
    together, unfit = column_of(values, kind)
    alone = [column_of([value], kind) for value in values]
    assert repr(together.to_pylist()) == repr([made.to_pylist()[0] for made, _ in alone])
    assert unfit == sum(count for _, count in alone)


@given(st.lists(st.one_of(st.none(), st.integers(-(1 << 63), (1 << 63) - 1)), max_size=12))
def test_whole_numbers_stand_exactly_also_as_text(values: list[int | None]) -> None:
    for written in (values, [None if value is None else str(value) for value in values]):
        made, unfit = column_of(written, pa.int64())
        assert made.to_pylist() == values
        assert unfit == 0


@pytest.mark.parametrize("bits", [8, 16, 32, 64])
def test_a_number_one_too_large_is_left_out_and_counted(bits: int) -> None:
    kind = {8: pa.int8(), 16: pa.int16(), 32: pa.int32(), 64: pa.int64()}[bits]
    most = (1 << (bits - 1)) - 1
    made, unfit = column_of([most, most + 1, -most - 1, -most - 2], kind)
    assert made.to_pylist() == [most, None, -most - 1, None]
    assert unfit == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, 3),
        ("  12 ", 12),
        ("", None),
        ("   ", None),
        (True, 1),
        ("-0", 0),
    ],
)
def test_what_is_a_whole_number_is_read_as_one(value: Any, expected: int | None) -> None:
    assert fit(value, pa.int64()) == expected


@pytest.mark.parametrize(
    "value", [3.5, "3.5", "x", "1e3", math.inf, math.nan, [1], {"a": 1}, "9" * 5000]
)
def test_what_is_none_is_not_guessed(value: Any) -> None:
    with pytest.raises(Unfit):
        fit(value, pa.int64())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        (1, True),
        (0, False),
        ("true", True),
        ("FALSE", False),
        ("Yes", True),
        ("no", False),
        ("", False),
    ],
)
def test_a_truth_may_be_written_as_people_write_it(value: Any, *, expected: bool) -> None:
    assert fit(value, pa.bool_()) is expected


@pytest.mark.parametrize("value", ["maybe", 2, "01", [], {}])
def test_what_is_neither_true_nor_false_is_left_out(value: Any) -> None:
    with pytest.raises(Unfit):
        fit(value, pa.bool_())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_keeps_every_bit_also_as_text(value: float) -> None:
    assert fit(value, pa.float64()) == value
    assert fit(repr(value), pa.float64()) == value


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, "inf", "NaN", "", "  "])
def test_what_is_no_finite_number_is_no_value(value: Any) -> None:
    assert fit(value, pa.float64()) is None


@pytest.mark.parametrize("value", ["1,5", "x", 1 << 64, [1.0], {}])
def test_what_is_no_decimal_is_left_out(value: Any) -> None:
    with pytest.raises(Unfit):
        fit(value, pa.float64())


@given(VALUES)
def test_what_stands_as_text_can_be_read_again(value: Any) -> None:
    text = fit(value, pa.string())
    if isinstance(value, str):
        assert text.encode("utf-8").decode("utf-8") == text
    else:
        assert repr(json.loads(text)) == repr(json.loads(json.dumps(value)))


def test_half_of_a_surrogate_pair_becomes_a_question_mark() -> None:
    made, unfit = column_of(["a\ud800b"], pa.string())
    assert made.to_pylist() == ["a?b"]
    assert unfit == 0


def test_lists_are_read_item_by_item() -> None:
    made, unfit = column_of([["1", 2, None], [], None, "1", ["x"]], pa.list_(pa.int64()))
    assert made.to_pylist() == [[1, 2, None], [], None, None, None]
    assert unfit == 2


@given(st.lists(VALUES, max_size=10))
def test_the_type_chosen_for_a_column_holds_all_it_was_chosen_for(values: list[Any]) -> None:
    made, unfit = column_of(values, type_of(values))
    assert unfit == 0
    missing = [
        value is None or (isinstance(value, float) and not math.isfinite(value)) for value in values
    ]
    if type_of(values) != pa.string():
        assert [found is None for found in made.to_pylist()] == missing


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False, None], pa.bool_()),
        ([1, None, 2], pa.int64()),
        ([1, 2.5], pa.float64()),
        ([True, 2], pa.float64()),
        ([1 << 63], pa.float64()),
        ([-(1 << 63)], pa.int64()),
        ([1, "1"], pa.string()),
        ([[1]], pa.string()),
        ([], pa.string()),
        ([None], pa.string()),
    ],
)
def test_the_narrowest_type_is_chosen(values: list[Any], kind: pa.DataType) -> None:
    assert type_of(values) == kind
