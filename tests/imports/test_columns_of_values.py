"""Values of a JSON in the type of a column: what fits is there, the rest is null and counted."""

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.imports.values import Unfit, column_of, fit, type_of

INT, SMALL, FLOAT, TEXT, TRUTH = pa.int64(), pa.int32(), pa.float32(), pa.string(), pa.bool_()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (INT, 5, 5),
        (INT, "5", 5),
        (INT, " -7 ", -7),
        (INT, 5.0, 5),
        (INT, True, 1),
        (INT, "", None),
        (INT, (1 << 63) - 1, (1 << 63) - 1),
        (INT, str((1 << 63) - 1), (1 << 63) - 1),
        (FLOAT, 5, 5.0),
        (FLOAT, "2.5", 2.5),
        (FLOAT, "", None),
        (FLOAT, math.nan, None),
        (FLOAT, math.inf, None),
        (TEXT, "a", "a"),
        (TEXT, 7, "7"),
        (TEXT, [1, {"a": None}], '[1,{"a":null}]'),
        (TEXT, "\ud800", "?"),
        (TRUTH, True, True),
        (TRUTH, "yes", True),
        (TRUTH, "no", False),
        (TRUTH, "FALSE", False),
        (TRUTH, 1, True),
        (pa.list_(INT), [1, "2", None], [1, 2, None]),
    ],
)
def test_a_value_fits_a_column(kind: pa.DataType, value: Any, expected: Any) -> None:
    assert fit(value, kind) == expected
    column, unfit = column_of([value], kind)
    assert (column.to_pylist(), unfit) == ([expected], 0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (INT, "soon"),
        (INT, 1.5),
        (INT, [1]),
        (INT, 1 << 63),
        (INT, "9" * 40),
        (SMALL, 1 << 31),
        (FLOAT, "fast"),
        (FLOAT, {}),
        (FLOAT, 1 << 70),
        (TRUTH, "perhaps"),
        (pa.list_(INT), 5),
    ],
)
def test_a_value_of_another_kind_is_null_and_counted(kind: pa.DataType, value: Any) -> None:
    with pytest.raises(Unfit):
        fit(value, kind)
    column, unfit = column_of([value, None], kind)
    assert (column.to_pylist(), unfit) == ([None, None], 1)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, None], INT),
        ([1, 2.5], pa.float64()),
        ([1, 1 << 64], pa.float64()),
        (["a", 1], TEXT),
        ([True, False], TRUTH),
        ([True, 1], pa.float64()),
        ([], TEXT),
        ([None], TEXT),
        ([{"a": 1}], TEXT),
    ],
)
def test_a_column_nobody_described_has_the_narrowest_type(
    values: list[Any], kind: pa.DataType
) -> None:
    assert type_of(values) == kind


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.lists(JSON, max_size=6), st.sampled_from([INT, SMALL, FLOAT, TEXT, TRUTH]))
def test_any_values_become_a_column_and_at_once_is_as_one_by_one(
    values: list[Any], kind: pa.DataType
) -> None:
    column, unfit = column_of(values, kind)
    assert (len(column), column.type) == (len(values), kind)
    each = [column_of([value], kind) for value in values]
    assert column.to_pylist() == [one.to_pylist()[0] for one, _ in each]
    assert unfit == sum(count for _, count in each)
    column.validate(full=True)
