"""Batches have the published schema; missing values follow the null rule."""

import numpy as np
import pyarrow as pa
import pytest

from ingest_worker.builders.built import (
    BATCH_ROWS,
    gathered,
    joined,
    make_batch,
    repeated,
    table_of,
    table_of_rows,
)
from profiles.tables.registry import arrow_schema


def test_a_required_column_without_a_value_is_empty_zero_or_minus_one() -> None:
    batch = make_batch(arrow_schema("DmaPacketAggregated"), {}, 2)
    row = batch.to_pylist()[0]
    assert (row["queue_name"], row["read_bytes"], row["queue_idx"]) == ("", 0, -1)
    assert row["throughput"] == 0.0


def test_an_optional_column_without_a_value_is_null() -> None:
    row = make_batch(arrow_schema("DmaPacket"), {}, 1).to_pylist()[0]
    assert (row["variable"], row["pcore_idx"], row["engine_idx"]) == (None, None, None)


def test_nulls_given_for_a_required_column_are_filled() -> None:
    batch = make_batch(arrow_schema("Instruction"), {"opcode": pa.array(["NOP", None])}, 2)
    assert batch["opcode"].to_pylist() == ["NOP", ""]


def test_a_batch_has_exactly_the_published_columns_in_their_order() -> None:
    for name in ("Instruction", "DmaPacket", "Metadata", "Error", "UnknownRecord"):
        schema = arrow_schema(name)
        assert make_batch(schema, {}, 1).schema == schema


def test_a_column_nobody_published_is_refused() -> None:
    with pytest.raises(KeyError, match="start_time"):
        make_batch(arrow_schema("Instruction"), {"start_time": 1}, 1)


def test_numbers_are_narrowed_to_the_published_type_or_refused() -> None:
    schema = arrow_schema("DmaPacket")
    batch = make_batch(schema, {"packet_idx": np.array([5], np.int64)}, 1)
    assert batch.schema.field("packet_idx").type == pa.int32()
    with pytest.raises(pa.ArrowInvalid):
        make_batch(schema, {"packet_idx": np.array([1 << 40])}, 1)


def test_tables_come_in_batches_of_at_most_131072_rows() -> None:
    count = BATCH_ROWS * 2 + 5
    table = table_of("PendingDma", count, lambda start, stop: {"value": np.arange(start, stop)})
    batches = list(table.batches())
    assert [batch.num_rows for batch in batches] == [BATCH_ROWS, BATCH_ROWS, 5]
    assert batches[2]["value"].to_pylist()[0] == BATCH_ROWS * 2


def test_a_table_can_be_made_twice() -> None:
    table = table_of_rows("Warning", [{"message": "x", "category": "y"}])
    assert list(table.batches()) == list(table.batches())


def test_joined_tables_fill_their_batches_and_keep_the_order() -> None:
    sizes = [3, BATCH_ROWS - 1, BATCH_ROWS + 2, 0, 7]
    first = np.cumsum([0, *sizes]).tolist()
    tables = [
        table_of("PendingDma", size, lambda a, b, at=at: {"value": np.arange(a, b) + at})
        for size, at in zip(sizes, first, strict=False)
    ]
    whole = joined("PendingDma", tables)
    batches = list(whole.batches())
    assert whole.row_count == sum(sizes)
    values = np.concatenate([batch["value"].to_numpy() for batch in batches])
    assert values.tolist() == list(range(sum(sizes)))
    assert all(batch.num_rows <= BATCH_ROWS for batch in batches)
    assert all(batch.num_rows == BATCH_ROWS for batch in batches[:-1])


def test_an_empty_table_has_no_batches() -> None:
    assert list(joined("Warning", [table_of_rows("Warning", [])]).batches()) == []


def test_texts_are_gathered_by_code_and_negative_codes_are_null() -> None:
    assert repeated(["a", "b"], np.array([1, 1, 0])).to_pylist() == ["b", "b", "a"]
    values = pa.array(["x", "y"])
    assert gathered(values, np.array([-1, 1])).to_pylist() == [None, "y"]
