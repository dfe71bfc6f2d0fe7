"""What is said of a result of the official tool: where it comes from, and what it lacks."""

from collections.abc import Iterator, Sequence

from ingest_worker.formats.notice import Notice
from ingest_worker.imports.conform import Conformed
from ingest_worker.imports.parquet_folder import TableSet
from ingest_worker.imports.staging import Staging
from profiles.tables.registry import REGISTRY, SCHEMA_VERSION

EVENTS = frozenset({"Instruction", "DmaPacket", "SystemProfileEvents"})
CHECKED = ("SemaphoreUpdate", "Throttle", "Flow", "DmaPacketAggregated", "TensorInfo")
"""Tables whose absence leaves something of the timeline or the Summary out."""

VALUE_ROWS = {
    "SbufUsage": "SBUF",
    "PsumUsage": "PSUM banks",
    "DmaUsage": "DMA throughput",
    "HbmUsage": "HBM throughput",
    "TensorThroughput": "MFU and HFU",
    "PendingDma": "pending DMA",
}
"""By table the rows of values over time that the timeline makes of it."""

MOST_NAMES = 8
MAJOR = SCHEMA_VERSION.partition(".")[0]


def odd_names(names: Sequence[str]) -> list[Notice]:
    """Files of the upload whose name no table can have."""
    if not names:
        return []
    return [Notice("official.file_skipped", f"{names[0][:200]} is no table's name.", len(names))]


def of_staging(staging: Staging) -> list[Notice]:
    """What a JSON held that no table could take."""
    found = [
        Notice(
            "official.value_unread",
            f"Values of {table}.{column[:100]} are of another kind and are left empty.",
            count,
        )
        for (table, column), count in staging.unfit.items()
    ]
    if staging.skipped:
        names = _list(sorted(staging.skipped))
        text = f"Tables of the JSON could not be kept: {names}."
        found.append(Notice("official.table_skipped", text, len(staging.skipped)))
    return found


def of_source(one: TableSet, tables: Sequence[Conformed], version: str) -> Iterator[Notice]:
    """Where a profile comes from, and what it cannot show."""
    yield Notice("official.imported", _origin(one, version))
    there = {table.source.name for table in tables if table.source.row_count}
    if not there & EVENTS:
        yield Notice("official.no_events", "It holds no events: there is no timeline.")
    lacking = [name for name in CHECKED if name not in there]
    if lacking and there & {"Instruction", "DmaPacket"}:
        text = f"Without rows, so not shown: {_list(lacking)}."
        yield Notice("official.tables_missing", text, len(lacking))
    if "Instruction" in there:
        yield from _rows_missing(there)
    if one.is_json and "Instruction" in there:
        text = (
            "The JSON has starts and lengths in whole nanoseconds, each rounded down: an end may "
            "be 1 ns early."
        )
        yield Notice("official.rounded", text)
    kept = sorted(name for name in there if name not in REGISTRY)
    if kept:
        text = f"Tables that are not known here are kept as they are: {_list(kept)}."
        yield Notice("official.tables_kept", text, len(kept))


def _rows_missing(there: set[str]) -> Iterator[Notice]:
    """Rows of values over time that are not on the timeline, and what it would take."""
    lacking = [name for name in VALUE_ROWS if name not in there]
    if lacking:
        rows = ", ".join(VALUE_ROWS[name] for name in lacking)
        text = (
            f"The timeline has no rows of {rows} over time: they need {', '.join(lacking)}, or the "
            "NEFF and NTFF, from which they are made here."
        )
        yield Notice("official.rows_missing", text, len(lacking))


def _origin(one: TableSet, version: str) -> str:
    if one.is_json:
        return "Made from the official tool's JSON; nothing was decoded here."
    text = "Made from the official tool's tables; nothing was decoded here."
    if not version:
        return f"{text} They do not say which schema they follow."
    same = "" if version.partition(".")[0] == MAJOR else f", matched by name to {SCHEMA_VERSION}"
    return f"{text} Their schema is {version[:40]}{same}."


def of_table(table: Conformed) -> Iterator[Notice]:
    """What a table lacks, what it has beside, and what of it could not be read; once written."""
    name = table.source.name
    if table.missing and not table.is_from_json:
        text = f"{name} has no {_list(table.missing)}."
        yield Notice("official.columns_missing", text, len(table.missing))
    if table.kept and table.table is not None:
        text = f"{name} has columns that are not known here and are kept: {_list(table.kept)}."
        yield Notice("official.columns_kept", text, len(table.kept))
    for column, count in table.unfit.items():
        text = f"Values of {name}.{column[:100]} are of another kind and are left empty."
        yield Notice("official.value_unread", text, count)


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(name[:100] for name in names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else f"{shown} and {len(names) - MOST_NAMES} more"
