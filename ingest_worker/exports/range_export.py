"""A range of the timeline as CSV, as Parquet tables in a tar, or as a trace for Perfetto."""

import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from ingest_worker.exports.perfetto.trace import TraceOptions, is_system, trace_pieces
from ingest_worker.exports.perfetto.window import Window
from ingest_worker.exports.range_rows import NOWHERE, RangeRows, RangeTable, spans
from profiles.storage.layout import part_folder
from profiles.storage.tables import ReadableRun

MOST_ROWS = 10_000_000
PIECE_BYTES = 1 << 20
DETAILS = ("layer", "hlo_name")
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Instruction": "opcode",
        "DmaPacket": "variable",
        "Throttle": "type",
        "Error": "description",
        "SystemProfileEvents": "name",
    }
)
"""The column that says what a row is; a table without one says nothing."""

CSV_HEAD = (
    "track", "core", "name", "start_ns", "end_ns", "duration_ns", "bytes", *DETAILS,
    "part", "table", "row",
)  # fmt: skip


class TooManyRowsError(Exception):
    """More rows than one export may hold."""


@dataclass(frozen=True)
class RangeExport:
    """A file on its way: its ending and media type, its rows, and the pieces that make it."""

    ending: str
    media: str
    row_count: int
    pieces: Iterator[bytes]


def range_export(
    run: ReadableRun, kind: str, start_ns: int, end_ns: int, keys: Sequence[str] | None
) -> RangeExport:
    """The rows that touch [start, end) on the tracks with these keys, or on all.

    Raises KeyError for another kind, ValueError for what a kind cannot do, TooManyRowsError,
    NoSuchTileError and UnreadableError.
    """
    ending, media, make = KINDS[kind]
    if kind == "perfetto" and keys is not None and is_system(run):
        raise ValueError("A trace of a system run holds all rows of its range.")
    rows = RangeRows(run, start_ns, end_ns, keys)
    counts = [rows.count(table) for table in rows.tables]
    if sum(counts) > MOST_ROWS:
        raise TooManyRowsError(f"{sum(counts):,} rows, of {MOST_ROWS:,} at most.")
    return RangeExport(ending, media, sum(counts), make(rows, counts, keys))


def _csv(rows: RangeRows, _counts: Sequence[int], _keys: Sequence[str] | None) -> Iterator[bytes]:
    """One line a row, table after table; what a table does not say is empty."""
    yield (",".join(CSV_HEAD) + "\r\n").encode()
    options = pc.WriteOptions(include_header=False)
    for table in rows.tables:
        name = NAMES.get(table.name, "")
        for numbers, batch in rows.batches(table, [name, "transfer_bytes", *DETAILS]):
            sink = pa.BufferOutputStream()
            pc.write_csv(_lines(rows, table, numbers, batch), sink, options)
            yield sink.getvalue().to_pybytes().replace(b"\n", b"\r\n")


def _lines(rows: RangeRows, table: RangeTable, numbers: Any, batch: pa.RecordBatch) -> pa.Table:
    start, end = spans(batch, table.times)
    place = table.place[numbers]
    keys = pa.array([track["key"] for track in rows.tracks])
    cores = np.array([int(track["core"]) for track in rows.tracks], np.int64)

    def column(name: str) -> Any:
        if name in batch.schema.names:
            return batch.column(name)
        return pa.nulls(len(batch), pa.string())

    return pa.table(
        {
            "track": keys.take(pa.array(place)),
            "core": cores[place],
            "name": _one_line(column(NAMES.get(table.name, ""))),
            "start_ns": start,
            "end_ns": end,
            "duration_ns": end - start,
            "bytes": column("transfer_bytes"),
            **{name: _one_line(column(name)) for name in DETAILS},
            "part": np.full(len(batch), table.part),
            "table": np.full(len(batch), table.name),
            "row": numbers,
        }
    )


def _one_line(column: Any) -> Any:
    """Texts without breaks: a line of the file is a row."""
    texts = [None if one is None else " ".join(str(one).splitlines()) for one in column.to_pylist()]
    return pa.array(texts, pa.string())


def _parquet(rows: RangeRows, counts: Sequence[int], keys: Sequence[str] | None) -> Iterator[bytes]:
    """A tar of `contents.json` and a table each, with the columns of the whole tables."""
    contents = {
        "start_ns": rows.start_ns,
        "end_ns": rows.end_ns,
        "tracks": None if keys is None else list(keys),
        "complete": True,
        "tables": [
            {"part": table.part, "table": table.name, "rows": count}
            for table, count in zip(rows.tables, counts, strict=True)
        ],
    }
    yield from _member("contents.json", io.BytesIO(json.dumps(contents, indent=1).encode()))
    for table in rows.tables:
        folder = f"{part_folder(table.part)}/" if table.part else ""
        # A member's size stands before it: each table is written to a file first.
        with tempfile.TemporaryFile() as file:
            with rows.run.parquet(table.name, table.part) as whole:
                schema = whole.schema_arrow
            with pq.ParquetWriter(file, schema) as writer:
                for _, batch in rows.batches(table):
                    writer.write_batch(batch)
            yield from _member(f"{folder}{table.name}.parquet", file)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _member(name: str, file: IO[bytes]) -> Iterator[bytes]:
    head = tarfile.TarInfo(name)
    head.size = file.seek(0, io.SEEK_END)
    file.seek(0)
    yield head.tobuf(tarfile.PAX_FORMAT)
    while piece := file.read(PIECE_BYTES):
        yield piece
    yield bytes(-head.size % tarfile.BLOCKSIZE)


def _perfetto(
    rows: RangeRows, _counts: Sequence[int], keys: Sequence[str] | None
) -> Iterator[bytes]:
    """With rows chosen, only their slices; else values and instants too."""
    # A trace's window holds its last instant.
    window = Window(rows.start_ns, rows.end_ns - 1)
    kept = None
    if keys is not None:
        kept = {(table.name, table.part): table.place != NOWHERE for table in rows.tables}
    return trace_pieces(rows.run, TraceOptions(window, kept=kept))


Make = Callable[[RangeRows, Sequence[int], Sequence[str] | None], Iterator[bytes]]
KINDS: Mapping[str, tuple[str, str, Make]] = MappingProxyType(
    {
        "csv": ("csv", "text/csv; charset=utf-8", _csv),
        "parquet": ("tar", "application/x-tar", _parquet),
        "perfetto": ("pftrace", "application/octet-stream", _perfetto),
    }
)
