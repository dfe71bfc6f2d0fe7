"""A tile as an Arrow IPC stream; buffers are uncompressed, the HTTP layer compresses."""

import pyarrow as pa

from profiles.timeline.query import Tile


def encode_tile(tile: Tile) -> bytes:
    """One record batch; the schema's metadata says what it answers and whether it is complete."""
    arrays = {name: pa.array(column) for name, column in tile.columns.items()}
    batch = pa.RecordBatch.from_pydict(arrays)
    batch = batch.replace_schema_metadata(
        {
            "answer": tile.answer,
            "complete": "true" if tile.is_complete else "false",
            "rows": str(tile.row_count),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()
