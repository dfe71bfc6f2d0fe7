"""Every table by name, and the version of the published schema they follow."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pyarrow as pa

from profiles.tables import (
    collectives,
    device,
    framework,
    hierarchy,
    kept,
    legacy,
    meta,
    rollup,
    source,
    summary,
    system,
    timeline,
    transfers,
    usage,
)
from profiles.tables.schema import ENUMS, Table

SCHEMA_VERSION = "7.4.0"

_FAMILIES = (
    device,
    framework,
    usage,
    meta,
    hierarchy,
    source,
    collectives,
    summary,
    rollup,
    system,
    timeline,
    transfers,
    kept,
    legacy,
)

REGISTRY: Mapping[str, Table] = MappingProxyType(
    {table.name: table for family in _FAMILIES for table in family.TABLES}
)


def arrow_schema(name: str) -> pa.Schema:
    """The Arrow schema of a table. Raises KeyError for a name that is not in the registry."""
    return REGISTRY[name].schema


def schema_field_rows() -> Iterator[dict[str, object]]:
    """The rows of the table SchemaFields: one a column of every published table."""
    for table in REGISTRY.values():
        if not table.official:
            continue
        for field in table.fields:
            yield {
                "table_name": table.name,
                "table_description": table.description,
                "field_name": field.name,
                "field_description": field.description,
                "field_type": field.type,
                "field_required": field.required,
                "field_unit": field.unit,
                "field_enum_values": ", ".join(ENUMS.get(field.enum or "", ())) or None,
            }
