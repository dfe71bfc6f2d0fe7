"""The registry of tables says what the published schema says."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest

from profiles.tables.registry import REGISTRY, SCHEMA_VERSION, arrow_schema, schema_field_rows
from profiles.tables.schema import Field

SAMPLES = Path(os.environ.get("SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
PUBLISHED = SAMPLES.parent / "reference" / "explorer_schema.json"


@pytest.fixture(scope="module")
def published() -> dict[str, list[dict[str, object]]]:
    if not PUBLISHED.is_file():
        pytest.skip("the published schema is not beside the sample captures")
    document = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    assert document["schema_version"] == SCHEMA_VERSION
    tables: dict[str, list[dict[str, object]]] = document["tables"]
    return tables


def test_every_published_table_is_known_and_no_other_claims_to_be(
    published: dict[str, list[dict[str, object]]],
) -> None:
    assert {t.name for t in REGISTRY.values() if t.official} == set(published)


def test_columns_have_the_published_names_types_units_and_order(
    published: dict[str, list[dict[str, object]]],
) -> None:
    for name, columns in published.items():
        ours = [(f.name, f.type, f.required, f.unit) for f in REGISTRY[name].fields]
        assert ours == [(c["name"], c["type"], c["required"], c.get("unit")) for c in columns], name


def test_every_table_becomes_an_arrow_schema_whose_nulls_follow_required() -> None:
    for table in REGISTRY.values():
        schema = arrow_schema(table.name)
        assert schema.names == [field.name for field in table.fields]
        assert [f.nullable for f in schema] == [not field.required for field in table.fields]


def test_every_table_and_column_is_described() -> None:
    for table in REGISTRY.values():
        assert len(table.description) > 10
        assert all(field.description.strip() for field in table.fields), table.name


def test_schema_fields_lists_every_published_column_once() -> None:
    rows = list(schema_field_rows())
    pairs = {(row["table_name"], row["field_name"]) for row in rows}
    assert len(pairs) == len(rows) == sum(len(t.fields) for t in REGISTRY.values() if t.official)
    batch = pa.Table.from_pylist(rows, schema=arrow_schema("SchemaFields"))
    assert batch.column("field_required").null_count == 0


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        (Field("bir_id", "string", ""), ""),
        (Field("size", "int64", ""), 0),
        (Field("queue_idx", "int64", ""), -1),
        (Field("layer", "string", "", required=False), None),
        (Field("queue_idx", "int64", "", required=False), None),
        (Field("vnc_enabled", "boolean", ""), False),
    ],
)
def test_a_row_without_a_value_holds_the_rule_s_value(field: Field, empty: object) -> None:
    assert field.empty == empty
