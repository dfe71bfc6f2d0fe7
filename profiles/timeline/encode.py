"""A tile as an Arrow IPC stream; buffers are uncompressed, the HTTP layer compresses.

Two forms: in full, and for drawing. The one for drawing carries whole numbers as narrow as they go,
starts as steps from item to item, and nothing of the longest slice of a cell in which several
begin: that is read when somebody points at it (docs/timeline-format.md).
"""

from typing import Any

import numpy as np
import pyarrow as pa

from profiles.timeline.pyramid import Column
from profiles.timeline.query import Tile
from profiles.timeline.track import NO_BUCKET, Items

_NARROWED = ("count", "duration_ns", "busy_ns", "row")
_WIDTHS = (np.uint8, np.uint16, np.uint32)
_STEPS = (np.int8, np.int16, np.int32)


def encode_tile(tile: Tile) -> bytes:
    """One record batch; the schema's metadata says what it answers and whether it is complete."""
    return _stream(tile.columns, _facts(tile))


def encode_drawing(tile: Tile, origin_ns: int, bucket_ns: int) -> bytes:
    """What is needed to draw a tile that begins at `origin_ns` and has such buckets."""
    columns = _bare(tile.columns, origin_ns, bucket_ns)
    start = columns.pop("start_ns").astype(np.int64)
    narrowed = {name: _narrow(columns[name], _WIDTHS) for name in _NARROWED}
    step = _narrow(np.diff(start, prepend=np.int64(origin_ns)), _STEPS)
    facts = {**_facts(tile), "form": "drawing", "origin_ns": str(origin_ns)}
    return _stream({**columns, **narrowed, "start_step_ns": step}, facts)


def _bare(columns: Items, origin_ns: int, bucket_ns: int) -> Items:
    """The columns without the longest slice of cells in which no or several slices begin.

    Such a cell's start is that of its bucket, its length and row 0; the label stays.
    """
    bucket = columns["bucket"]
    is_bare = (bucket != NO_BUCKET) & (columns["count"] != 1)
    begin = origin_ns + bucket.astype(np.int64) * bucket_ns
    return {
        **columns,
        "start_ns": np.where(is_bare, begin, columns["start_ns"]),
        "duration_ns": np.where(is_bare, 0, columns["duration_ns"]),
        "row": np.where(is_bare, 0, columns["row"]),
    }


def _narrow(column: Column, kinds: tuple[type[np.integer[Any]], ...]) -> Column:
    """Whole numbers in the first type that holds them all, else as int64."""
    whole = column.astype(np.int64)
    least, most = (int(whole.min()), int(whole.max())) if len(whole) else (0, 0)
    for kind in kinds:
        facts = np.iinfo(kind)
        if facts.min <= least and most <= facts.max:
            return whole.astype(kind)
    return whole


def _facts(tile: Tile) -> dict[str, str]:
    return {
        "answer": tile.answer,
        "complete": "true" if tile.is_complete else "false",
        "rows": str(tile.row_count),
    }


def _stream(columns: Items, facts: dict[str, str]) -> bytes:
    arrays = {name: pa.array(column) for name, column in columns.items()}
    batch = pa.RecordBatch.from_pydict(arrays).replace_schema_metadata(facts)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()
