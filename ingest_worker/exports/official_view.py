"""The tables of the official tool's JSON at once, with every row it leaves out named."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ingest_worker.exports.official_summary import summary_rows
from ingest_worker.exports.official_tables import (
    CROSSING_RULE,
    EARLY_RULE,
    LABEL_RULE,
    OfficialTables,
    Rows,
    SetAside,
)
from profiles.storage.tables import ReadableRun

ID_RULE = "another row has the same id (4)"

__all__ = [
    "CROSSING_RULE",
    "EARLY_RULE",
    "ID_RULE",
    "LABEL_RULE",
    "OfficialView",
    "SetAside",
    "official_view",
    "repeated_ids",
]


@dataclass
class OfficialView:
    """Rows by JSON table name, and what was set aside on the way."""

    tables: dict[str, Rows] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)
    duplicates: Rows = field(default_factory=list)


def official_view(run: ReadableRun, part: int = 0) -> OfficialView:
    """One part of a run as the official tool shows it, whole in memory: for comparing."""
    tables = OfficialTables(run, part)
    view = OfficialView(set_aside=tables.set_aside())
    view.tables = {name: list(tables.rows(name)) for name in tables.names}
    view.tables["summary"] = summary_rows(tables)
    view.duplicates = [tables.hidden(one) for one in view.set_aside if one.table == "Instruction"]
    return view


def repeated_ids(rows: list[dict[str, Any]]) -> set[int]:
    """Ids which more than one row of a JSON table carries."""
    return {number for number, count in Counter(row["id"] for row in rows).items() if count > 1}
