"""What a table and a column are, and how they become an Arrow schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pyarrow as pa

ENUMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "DmaQueueType": (
            "instruction",
            "input",
            "output",
            "data",
            "software_dynamic",
            "hardware_dynamic",
            "unknown",
        ),
        "ErrorType": ("Custom Notification", "Errors", "Warnings"),
        "MemoryBandwidthDirection": ("host_to_device", "device_to_host", "bidirectional"),
        "PerformanceMode": ("2x", "4x"),
    }
)

_POINT = pa.struct([("timestamp", pa.int64()), ("bandwidth_bytes_per_sec", pa.float64())])
_SERIES = pa.struct(
    [
        ("instance_id", pa.string()),
        ("worker_gid", pa.string()),
        ("nc_idx", pa.int64()),
        ("direction", pa.string()),
        ("points", pa.list_(_POINT)),
    ]
)
ARROW_TYPES: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "int64": pa.int64(),
        "int32": pa.int32(),
        "string": pa.string(),
        "float": pa.float32(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "list<int64>": pa.list_(pa.int64()),
        "list<string>": pa.list_(pa.string()),
        "MemoryBandwidthDirection": pa.string(),
        "list<MemoryBandwidthPoint>": pa.list_(_POINT),
        "list<MemoryBandwidthSeries>": pa.list_(_SERIES),
    }
)


@dataclass(frozen=True)
class Field:
    """A column: published name and type, the unit of its numbers, and its meaning."""

    name: str
    type: str
    description: str
    required: bool = True
    unit: str | None = None
    enum: str | None = None

    @property
    def arrow(self) -> "pa.Field[Any]":
        return pa.field(self.name, ARROW_TYPES[self.type], nullable=not self.required)

    @property
    def empty(self) -> object:
        """What a row without a value holds: null, or for a required column "", 0, False or -1."""
        if not self.required:
            return None
        if self.type in {"string", "MemoryBandwidthDirection"}:
            return ""
        if self.type == "boolean":
            return False
        if self.type.startswith("list"):
            return []
        return -1 if self.name.endswith(("_idx", "_index")) or self.name == "idx" else 0


@dataclass(frozen=True)
class Table:
    """A table of a processed profile; `official` tells published ones from ours."""

    name: str
    description: str
    fields: tuple[Field, ...]
    official: bool = True

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return MappingProxyType({field.name: field for field in self.fields})

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([field.arrow for field in self.fields])
