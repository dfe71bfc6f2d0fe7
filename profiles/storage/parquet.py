"""How a table is written: encodings that keep an event small, and a hash of its contents."""

import base64
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 131_072
_HASHED_IDS = frozenset({"id", "packet_aggregation_id", "in_id", "out_id"})
"""64-bit hashes: no encoding makes them smaller."""


def write_parquet(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> str:
    """Write batches, one row group each, to `path`. Returns the SHA-256 of their contents.

    They are in the schema or in its `coded_schema`; what is read again is in the schema. A batch
    is hashed and written while the next one is made; two are in memory at most.
    """
    digest = hashlib.sha256(schema.serialize())
    batches = iter(batches)
    head = next(batches, None)
    written = schema if head is None else head.schema
    if written not in (schema, coded_schema(schema)):
        raise ValueError(f"rows of {path.name} are not in its schema")
    with (
        pq.ParquetWriter(path, written, **_options(schema)) as writer,
        ThreadPoolExecutor(1) as beside,
    ):
        as_published = base64.b64encode(schema.serialize()).decode()
        writer.add_key_value_metadata({"ARROW:schema": as_published})

        def keep(batch: pa.RecordBatch) -> None:
            for piece in _contents(batch):
                digest.update(piece)
            writer.write_batch(batch, row_group_size=ROW_GROUP_ROWS)

        kept: Future[None] | None = None
        for batch in chain(() if head is None else (head,), batches):
            if kept is not None:
                kept.result()
            kept = beside.submit(keep, batch)
        if kept is not None:
            kept.result()
    return digest.hexdigest()


def _contents(batch: pa.RecordBatch) -> Iterator[Any]:
    """What a batch holds: which columns are null throughout, dictionaries, and all other values."""
    filled = [n for n, column in enumerate(batch.columns) if column.null_count < len(column)]
    yield f"{batch.num_rows} {filled}".encode()
    for column in batch.columns:
        if isinstance(column, pa.DictionaryArray):
            yield pa.record_batch([column.dictionary], names=[""]).serialize()
    yield batch.select(filled).serialize()


def coded_schema(schema: pa.Schema) -> pa.Schema:
    """The schema with texts as codes into a dictionary, which need not be spelt out to be written.

    A schema with lists is left as it is.
    """
    if any(pa.types.is_list(field.type) for field in schema):
        return schema
    codes = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [field.with_type(codes) if pa.types.is_string(field.type) else field for field in schema]
    )


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
        "store_schema": False,
    }
