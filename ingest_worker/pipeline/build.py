"""Makes and writes the tables of a part, two at a time, batch by batch."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ingest_worker.builders import (
    allocation,
    buffers,
    dma,
    flow,
    framework_tree,
    hbm,
    hierarchy,
    instruction,
    legacy,
    legacy_cores,
    limits,
    memory,
    meta,
    signals,
    source,
    summary,
    tensor_rate,
    transfer,
    usage,
)
from ingest_worker.builders.built import BuiltTable, Once, table_of_rows
from ingest_worker.builders.meta import Provenance
from ingest_worker.builders.neff import header_table, queue_table, tensor_table
from ingest_worker.builders.part import Part
from ingest_worker.builders.totals import PartSums
from ingest_worker.builders.work import Work
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.notice import Notice
from profiles.storage.manifest import TableEntry
from profiles.storage.tables import RunFolder
from profiles.tables.registry import REGISTRY, arrow_schema, schema_field_rows

WRITERS = 2
"""Encoding and hashing run outside Python's lock, so two tables use two cores."""

Maker = Callable[[], BuiltTable | None]


def part_tables(sums: PartSums, origin: Provenance) -> list[Maker]:
    """Every table that follows from a trace, each made when it is called for."""
    part = sums.part
    packets = Once(partial(usage.dma_throughput, part))
    memory_traffic = Once(partial(hbm.hbm_throughput, part))
    sbuf = Once(partial(buffers.sbuf_levels, part))
    makers: list[Callable[[Part], BuiltTable | None]] = [
        dma.packet_table,
        instruction.instruction_table,
        flow.flow_table,
        lambda _: usage.throughput_table("DmaUsage", packets()),
        signals.semaphore_table,
        dma.picosecond_table,
        lambda own: buffers.sbuf_table(own, sbuf()),
        lambda own: allocation.allocation_table(own, sbuf()),
        buffers.psum_table,
        usage.active_table,
        tensor_rate.tensor_rate_table,
        transfer.aggregated_table,
        lambda _: usage.throughput_table("HbmUsage", memory_traffic()),
        lambda _: usage.throughput_summary_table(packets()),
        usage.pending_table,
        dma.queues_table,
        signals.throttle_table,
        limits.throttle_summary_table,
        summary.opcode_table,
        memory.memory_table,
        lambda _: legacy.legacy_table(sums, origin),
        legacy_cores.core_table,
        legacy_cores.layer_table,
        signals.error_table,
        signals.unknown_table,
        partial(meta.metadata_table, origin=origin),
        partial(meta.execution_table, origin=origin),
    ]
    work = Work(part)
    layers = [partial(hierarchy.layer_table, layer, work) for layer in hierarchy.LAYERS]
    return [
        *(partial(make, part) for make in makers),
        *layers,
        partial(framework_tree.node_table, work),
    ]


def write_summary(folder: RunFolder, sums: PartSums) -> None:
    """The table `Summary`, last of all, for it tells how many rows the others have."""
    rows = sum(
        entry.row_count
        for entry in folder.tables
        if entry.part == sums.part.number and REGISTRY[entry.name].official
    )
    _write(folder, sums.part.number, partial(summary.summary_table, sums, rows))
    folder.tables.sort(key=_table_order)


def neff_tables(neff: Neff | None, part: Part | None) -> list[Maker]:
    """Every table that follows from a NEFF; `part` is the trace it stands beside, if any."""
    if neff is None:
        return []
    makers: list[Maker] = [partial(header_table, neff, part), partial(tensor_table, neff, part)]
    makers += [partial(make, neff) for make in source.TABLES]
    return makers if part else [*makers, partial(queue_table, neff)]


def fixed_tables(notices: Sequence[Notice]) -> list[Maker]:
    """Tables every part has: what was odd, and what all columns mean."""
    return [
        partial(meta.warning_table, notices),
        lambda: table_of_rows("SchemaFields", list(schema_field_rows())),
    ]


def write_tables(
    folder: RunFolder,
    number: int,
    makers: Sequence[Maker],
    told: Callable[[int, int], None],
) -> None:
    """Writes the tables that have rows; `told` hears how many of how many are done.

    What a table or `told` raises passes through, after the tables in the making have ended.
    """
    pool = ThreadPoolExecutor(WRITERS)
    try:
        jobs = [pool.submit(_write, folder, number, make) for make in makers]
        for done, job in enumerate(jobs):
            told(done, len(jobs))
            job.result()
    finally:
        pool.shutdown(cancel_futures=True)
    folder.tables.sort(key=_table_order)


def _table_order(entry: TableEntry) -> tuple[int, str]:
    return entry.part, entry.name


def _write(folder: RunFolder, number: int, make: Maker) -> None:
    table = make()
    if table is not None and table.row_count:
        folder.write_table(table.name, number, arrow_schema(table.name), table.as_written())
