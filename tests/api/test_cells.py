"""Values in JSON are exact: ids as text, whatever is not finite as null."""

import json
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.api.cells import documents, is_text
from profiles.tables.registry import REGISTRY
from profiles.tables.schema import Field

FIELDS = {
    "id": Field("id", "int64", "An id"),
    "raw_bir_id": Field("raw_bir_id", "int64", "An id", required=False),
    "bir_id": Field("bir_id", "string", "An id that is text"),
    "start_ts": Field("start_ts", "int64", "An instant"),
    "rate": Field("rate", "double", "A rate"),
}


def one(**columns: Any) -> dict[str, Any]:
    table = pa.table({name: [value] for name, value in columns.items()})
    return documents(table, FIELDS)[0]


@pytest.mark.parametrize("value", [0, 7, -1, 2**63 - 1, -(2**63)])
def test_an_id_is_text_however_small(value: int) -> None:
    assert one(id=value, raw_bir_id=value) == {"id": str(value), "raw_bir_id": str(value)}


def test_an_instant_is_a_number_as_long_as_javascript_holds_it() -> None:
    assert one(start_ts=2**53 - 1)["start_ts"] == 2**53 - 1
    assert one(start_ts=2**53)["start_ts"] == str(2**53)
    assert one(start_ts=-(2**53))["start_ts"] == str(-(2**53))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_null(value: float) -> None:
    assert one(rate=value) == {"rate": None}
    assert one(rates=[1.5, value]) == {"rates": [1.5, None]}


def test_nulls_flags_texts_lists_and_structures_stay() -> None:
    row = one(flag=True, text="<b>", none=None, list=[1, 2**60], inside={"a": 2**60, "b": False})
    assert row == {
        "flag": True,
        "text": "<b>",
        "none": None,
        "list": [1, str(2**60)],
        "inside": {"a": str(2**60), "b": False},
    }


def test_no_row_is_an_empty_list() -> None:
    assert documents(pa.table({"id": pa.array([], pa.int64())}), FIELDS) == []


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.floats()), max_size=5))
def test_every_row_can_be_written_and_read_without_loss(rows: list[tuple[int, float]]) -> None:
    table = pa.table(
        {
            "start_ts": pa.array([row[0] for row in rows], pa.int64()),
            "rate": pa.array([row[1] for row in rows], pa.float64()),
        }
    )
    again = json.loads(json.dumps(documents(table, FIELDS), allow_nan=False))
    assert [int(row["start_ts"]) for row in again] == [row[0] for row in rows]
    for row, (_, rate) in zip(again, rows, strict=True):
        assert row["rate"] == (rate if math.isfinite(rate) else None)


def test_the_published_ids_are_text() -> None:
    fields = REGISTRY["DmaPacket"].by_name
    texts = {name for name, field in fields.items() if is_text(field)}
    assert {"id", "packet_aggregation_id"} <= texts
    assert "start_ts" not in texts
