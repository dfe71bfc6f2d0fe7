"""Tables every run has, with what the source's own ones say beside: warnings, fields, metadata."""

from collections.abc import Iterator, Sequence
from typing import Any

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.meta import moment_text, warning_rows
from ingest_worker.formats.notice import Notice
from ingest_worker.imports.conform import Conformed
from ingest_worker.imports.official_span import PartFacts
from profiles.tables.registry import SCHEMA_VERSION, schema_field_rows

MOST_ROWS = 20_000


def rows_of(table: Conformed | None) -> Iterator[dict[str, Any]]:
    """The first rows of a table of the source."""
    left = MOST_ROWS
    for batch in table.batches() if table is not None else ():
        yield from batch.slice(0, left).to_pylist()
        left -= batch.num_rows
        if left <= 0:
            return


def warnings(notices: Sequence[Notice], own: Conformed | None) -> BuiltTable:
    """What is said here, then the warnings of the source."""
    columns = ("message", "category")
    found = [{name: row[name] for name in columns} for row in rows_of(own)]
    return table_of_rows("Warning", [*warning_rows(notices), *found])


def fields(own: Conformed | None) -> BuiltTable:
    """Every column of ours, then those that only the source describes."""
    rows = list(schema_field_rows())
    known = {(row["table_name"], row["field_name"]) for row in rows}
    columns = ("table_name", "table_description", "field_name", "field_description", "field_type",
               "field_required", "field_unit", "field_enum_values")  # fmt: skip
    rows += [
        {name: row[name] for name in columns}
        for row in rows_of(own)
        if (row["table_name"], row["field_name"]) not in known
    ]
    return table_of_rows("SchemaFields", rows)


def metadata(facts: PartFacts, profile_name: str) -> BuiltTable | None:
    """A row for a source that has events and no metadata: its span and its cores."""
    if facts.has_metadata or not facts.cores:
        return None
    row = {
        "profile_schema_version": SCHEMA_VERSION,
        "num_physical_cores": len(facts.cores),
        "vnc_enabled": len(facts.cores) > 1,
        "last_hw_timestamp": facts.span_ns,
        "first_ts": moment_text(0),
        "last_ts": moment_text(facts.span_ns),
        "profile_name": profile_name or None,
    }
    return table_of_rows("Metadata", [row])
