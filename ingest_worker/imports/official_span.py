"""What the manifest says of a part that was made from tables: its span, cores and versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest_worker.imports.parquet_folder import OpenTable
from profiles.metrics.chips import Chip, chip_of_metadata
from profiles.storage.layout import table_file
from profiles.storage.manifest import PartEntry

ENDS = {
    "Instruction": "end_ts",
    "DmaPacket": "end_ts",
    "DmaPacketAggregated": "end_ts",
    "SemaphoreUpdate": "timestamp",
    "SystemProfileEvents": "end_ts",
}
"""The column that tells how far a table reaches."""

CORES = ("Instruction", "DmaPacket")
MOST_CORES = 1_000
NS_PER_S = 1e9
PICOSECONDS_FROM = 50
"""A file in picoseconds reaches a thousand times as far as its own `total_time` says."""


@dataclass(frozen=True)
class PartFacts:
    """A part as its tables tell it. `zero_unix_ns` is 0 where nothing says what the zero was."""

    number: int
    title: str
    span_ns: int
    cores: tuple[int, ...] = ()
    ntff_version: int | None = None
    instance_type: str = ""
    zero_unix_ns: int = 0
    has_metadata: bool = False
    chip: Chip = field(default_factory=lambda: Chip(""))

    def entry(self, kind: str) -> PartEntry:
        """The part in the manifest."""
        return PartEntry(
            part=self.number,
            name=self.title,
            span_ns=self.span_ns,
            cores=self.cores,
            origin_unix_ns=str(self.zero_unix_ns) if self.zero_unix_ns else None,
            ntff_version=self.ntff_version,
            instance_type=self.instance_type,
            clock="host" if kind == "system" else "own zero",
        )


def part_facts(folder: Path, number: int, title: str, zero_ns: int) -> PartFacts:
    """From the tables written to the part's folder; the last end counts where no table says it."""
    metadata = _first_row(folder, "Metadata")
    told = metadata.get("last_hw_timestamp") or 0
    span = told or max((_greatest(folder, name, end) for name, end in ENDS.items()), default=0)
    cores = {core for name in CORES for core in _distinct(folder, name, "pcore_idx")}
    return PartFacts(
        number=number,
        title=title,
        span_ns=max(span, 0),
        cores=tuple(sorted(cores)[:MOST_CORES]),
        ntff_version=metadata.get("ntff_version") or None,
        instance_type=metadata.get("instance_type") or "",
        zero_unix_ns=zero_ns or _stored_zero(folder),
        has_metadata=bool(metadata),
        chip=chip_of_metadata(metadata) if metadata else Chip(""),
    )


def _stored_zero(folder: Path) -> int:
    """The zero that a run of this program had, told with its system's metadata."""
    text = str(_first_row(folder, "SystemProfileMetadata").get("first_ts_ns") or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def _first_row(folder: Path, table: str) -> dict[str, Any]:
    path = folder / table_file(table)
    if not path.is_file():
        return {}
    with pq.ParquetFile(path, memory_map=True) as file:
        batch: pa.RecordBatch | None = next(file.iter_batches(1), None)
    rows: list[dict[str, Any]] = batch.to_pylist() if batch is not None else []
    return rows[0] if rows else {}


def _column(folder: Path, table: str, name: str) -> Any:
    path = folder / table_file(table)
    if not path.is_file() or name not in pq.read_schema(path).names:
        return None
    return pq.read_table(path, columns=[name], memory_map=True).column(0)


def _greatest(folder: Path, table: str, name: str) -> int:
    column = _column(folder, table, name)
    return 0 if column is None else int(pc.max(column).as_py() or 0)


def _distinct(folder: Path, table: str, name: str) -> list[int]:
    column = _column(folder, table, name)
    found = [] if column is None else pc.unique(column).to_pylist()
    return [int(core) for core in found if core is not None]


def has_picoseconds(by_name: Mapping[str, OpenTable]) -> bool:
    """Whether a JSON counts in picoseconds: the files themselves do not say so, their sums do."""
    total_s = _largest(by_name.get("Summary"), "total_time")
    last = max(
        (_largest(by_name.get(name), "start_ts") or 0 for name in ("Instruction", "DmaPacket")),
        default=0,
    )
    return bool(total_s) and last > PICOSECONDS_FROM * (total_s or 0) * NS_PER_S


def _largest(table: OpenTable | None, name: str) -> float | None:
    if table is None or name not in table.schema.names:
        return None
    most = [pc.max(batch.column(0)).as_py() for batch in table.batches([name])]
    return max((value for value in most if value is not None), default=None)
