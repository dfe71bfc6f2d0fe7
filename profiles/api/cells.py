"""How a table's values stand in JSON: exactly, although JavaScript's numbers end at 2^53."""

import math
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from profiles.tables.schema import Field

SAFE_INTEGER = 2**53

Cell = Callable[[Any], Any]


def is_text(field: Field) -> bool:
    """Whether a column of whole numbers stands as text: 64-bit ids, in every row alike."""
    return field.type == "int64" and (field.name == "id" or field.name.endswith("_id"))


def documents(found: pa.Table, fields: dict[str, Field]) -> list[dict[str, Any]]:
    """Rows as JSON objects; a column that `fields` does not know stands as it is."""
    columns = []
    for name in found.column_names:
        field = fields.get(name)
        convert: Cell = _id if field is not None and is_text(field) else _plain
        columns.append([convert(value) for value in found.column(name).to_pylist()])
    return [dict(zip(found.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def _id(value: Any) -> Any:
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    """JSON has no word for what is not finite; beyond 2^53 a number is text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and abs(value) >= SAFE_INTEGER:
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
