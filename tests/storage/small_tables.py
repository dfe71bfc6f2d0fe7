"""Small tables to store."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

_FIELDS: Any = [
    pa.field("start_ts", pa.int64(), nullable=False),
    pa.field("id", pa.int64(), nullable=False),
    pa.field("opcode", pa.string(), nullable=False),
    pa.field("rate", pa.float32()),
]
SCHEMA = pa.schema(_FIELDS)


def batch(first: int, count: int, opcode: str = "MATMUL") -> pa.RecordBatch:
    """Rows `first` to `first + count`, told apart by `start_ts`."""
    columns: Any = [
        pa.array(range(first, first + count), pa.int64()),
        pa.array([(n * 0x9E3779B97F4A7C15) % 2**63 for n in range(first, first + count)]),
        pa.array([opcode] * count),
        pa.array(
            [None if n % 3 == 0 else n / 7 for n in range(first, first + count)], pa.float32()
        ),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def batches(*sizes: int, opcode: str = "MATMUL") -> Iterator[pa.RecordBatch]:
    """Batches of these sizes, one behind the other."""
    first = 0
    for size in sizes:
        yield batch(first, size, opcode)
        first += size
