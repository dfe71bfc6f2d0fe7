"""Tables and columns of other versions, kept as they came: described by what the file says."""

import pyarrow as pa

from profiles.tables.registry import REGISTRY
from profiles.tables.schema import ARROW_TYPES, Field, Table

UNKNOWN = "Kept from the file it was read from; not known to this version"

_NAMES = {kind: name for name, kind in reversed(list(ARROW_TYPES.items()))}


def table_described(name: str, schema: pa.Schema) -> Table:
    """A stored table: the columns known here, then those that were kept, in the file's order."""
    known = REGISTRY.get(name)
    fields = tuple(
        known.by_name[column.name]
        if known is not None and column.name in known.by_name
        else Field(column.name, type_name(column.type), UNKNOWN, required=False)
        for column in schema
    )
    if known is None:
        return Table(name, f"{UNKNOWN}.", fields, official=False)
    return Table(name, known.description, fields, official=known.official)


def type_name(kind: pa.DataType) -> str:
    """A type in the words of the published schema, or in Arrow's where that has none."""
    return _NAMES.get(kind) or str(kind)
