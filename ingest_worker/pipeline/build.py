"""Writes the tables of a part, one after the other, batch by batch."""

from collections.abc import Callable, Sequence

from ingest_worker.builders import dma, instruction, meta, signals, transfer, usage
from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.meta import Provenance
from ingest_worker.builders.neff import header_table, queue_table, tensor_table
from ingest_worker.builders.part import Part
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.notice import Notice
from profiles.storage.tables import RunFolder
from profiles.tables.registry import arrow_schema, schema_field_rows


def part_tables(part: Part, origin: Provenance) -> list[BuiltTable]:
    """Every table that follows from a trace."""
    tables = [
        instruction.instruction_table(part),
        dma.packet_table(part),
        transfer.aggregated_table(part),
        dma.queues_table(part),
        dma.picosecond_table(part),
        usage.usage_table(part),
        usage.active_table(part),
        usage.pending_table(part),
        signals.semaphore_table(part),
        signals.throttle_table(part),
        signals.error_table(part),
        signals.unknown_table(part),
        meta.metadata_table(part, origin),
        meta.execution_table(part, origin),
    ]
    return [table for table in tables if table is not None]


def neff_tables(neff: Neff | None, part: Part | None) -> list[BuiltTable]:
    """Every table that follows from a NEFF; `part` is the trace it stands beside, if any."""
    if neff is None:
        return []
    tables = [header_table(neff, part), tensor_table(neff, part)]
    return tables if part else [*tables, queue_table(neff)]


def fixed_tables(notices: Sequence[Notice]) -> list[BuiltTable]:
    """Tables every part has: what was odd, and what all columns mean."""
    return [
        meta.warning_table(notices),
        table_of_rows("SchemaFields", list(schema_field_rows())),
    ]


def write_tables(
    folder: RunFolder,
    number: int,
    tables: Sequence[BuiltTable],
    told: Callable[[int, int], None],
) -> None:
    """Writes the tables that have rows; `told` hears how many of how many are done."""
    for done, table in enumerate(tables):
        told(done, len(tables))
        if table.row_count:
            folder.write_table(table.name, number, arrow_schema(table.name), table.batches())
