"""How a table is written: encodings that keep an event small, and a hash of its contents."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 131_072
_HASHED_IDS = frozenset({"id", "packet_aggregation_id", "in_id", "out_id"})
"""64-bit hashes: no encoding makes them smaller."""


def write_parquet(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> str:
    """Write batches, one row group each, to `path`. Returns the SHA-256 of their contents.

    A batch is hashed and written while the next one is made; two are in memory at most.
    """
    digest = hashlib.sha256(schema.serialize())
    with (
        pq.ParquetWriter(path, schema, **_options(schema)) as writer,
        ThreadPoolExecutor(1) as beside,
    ):

        def keep(batch: pa.RecordBatch) -> None:
            digest.update(batch.serialize())
            writer.write_batch(batch, row_group_size=ROW_GROUP_ROWS)

        kept: Future[None] | None = None
        for batch in batches:
            if kept is not None:
                kept.result()
            kept = beside.submit(keep, batch)
        if kept is not None:
            kept.result()
    return digest.hexdigest()


def _options(schema: pa.Schema) -> dict[str, Any]:
    texts = [f.name for f in schema if pa.types.is_string(f.type)]
    encodings: dict[str, str] = {}
    for column in schema:
        if column.name in _HASHED_IDS:
            continue
        if pa.types.is_integer(column.type):
            encodings[column.name] = "DELTA_BINARY_PACKED"
        elif pa.types.is_floating(column.type):
            encodings[column.name] = "BYTE_STREAM_SPLIT"
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": texts,
        "column_encoding": encodings,
        "write_statistics": True,
        "write_page_index": True,
        "store_schema": True,
    }
