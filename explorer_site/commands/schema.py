"""`view --show-profile-schema`: the columns of every table, as OpenAPI in YAML."""

import json
import sys
from collections.abc import Iterator

from profiles.tables.registry import REGISTRY, SCHEMA_VERSION
from profiles.tables.schema import Field, Table

NUMBERS = {
    "int32": ("integer", "int32"),
    "int64": ("integer", "int64"),
    "float": ("number", "float"),
    "double": ("number", "double"),
    "boolean": ("boolean", ""),
    "string": ("string", ""),
}


def print_schema() -> int:
    """Write the document to standard output. Returns the exit code."""
    sys.stdout.write("\n".join(schema_lines()) + "\n")
    return 0


def schema_lines() -> Iterator[str]:
    """The document line by line; texts are quoted as JSON, which YAML reads as well."""
    yield "openapi: 3.0.3"
    yield "info:"
    yield "  title: Tables of a profile"
    yield f"  version: {json.dumps(SCHEMA_VERSION)}"
    yield "paths: {}"
    yield "components:"
    yield "  schemas:"
    for table in REGISTRY.values():
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"    {table.name}:"
    yield "      type: object"
    yield f"      description: {json.dumps(table.description)}"
    required = [field.name for field in table.fields if field.required]
    if required:
        yield f"      required: {json.dumps(required)}"
    yield "      properties:"
    for field in table.fields:
        yield f"        {field.name}:"
        yield from (f"          {line}" for line in _column(field))


def _column(field: Field) -> Iterator[str]:
    yield from _type(field.type)
    yield f"description: {json.dumps(field.description)}"
    if field.unit:
        yield f"x-unit: {json.dumps(field.unit)}"


def _type(kind: str) -> Iterator[str]:
    if kind.startswith("list<"):
        yield "type: array"
        yield "items:"
        yield from (f"  {line}" for line in _type(kind[len("list<") : -1]))
        return
    if kind not in NUMBERS:
        yield "type: string" if kind not in REGISTRY else f'$ref: "#/components/schemas/{kind}"'
        return
    name, form = NUMBERS[kind]
    yield f"type: {name}"
    if form:
        yield f"format: {form}"
