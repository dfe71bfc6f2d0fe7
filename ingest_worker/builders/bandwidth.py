"""How fast host and device exchanged bytes: the transfers of SystemProfileEvents as steps."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import BuiltTable, table_of

TO_DEVICE, TO_HOST = "host_to_device", "device_to_host"
COPIES = {"dmem_buf_copyin": TO_DEVICE, "dmem_buf_copyout": TO_HOST}
TENSORS = {"nrt_tensor_write": TO_DEVICE, "nrt_tensor_read": TO_HOST}
"""A tensor's write holds the copies that carry it out: where there are copies, only they count."""

NS_PER_S = 1e9

Longs = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """Bandwidth in bytes a second from `time_ns` on, until the next; shape (n,)."""

    time_ns: Longs
    rate: Reals


def bandwidth_steps(start_ns: Longs, end_ns: Longs, size_bytes: Longs) -> Steps:
    """The sum of all transfers' rates over time; one shorter than 1 ns counts as 1 ns long."""
    if not len(start_ns):
        return Steps(np.zeros(0, np.int64), np.zeros(0))
    end = np.maximum(end_ns, start_ns + 1)
    rate = size_bytes / (end - start_ns) * NS_PER_S
    time, place = np.unique(np.concatenate((start_ns, end)), return_inverse=True)
    change = np.bincount(place, np.concatenate((rate, -rate)), len(time))
    under_way = np.cumsum(np.bincount(place, np.repeat((1.0, -1.0), len(rate)), len(time)))
    total = np.where(under_way > 0.5, np.maximum(np.cumsum(change), 0), 0.0)
    return Steps(time, total)


def bandwidth_table(events: pa.Table) -> BuiltTable:
    """TransferBandwidth from the rows of SystemProfileEvents: one run of steps a core and way."""
    pieces: list[tuple[str, int | None, str, Steps]] = []
    for (instance, core, way), rows in sorted(_transfers(events).items(), key=_by_place):
        start, end, size = (np.array(column, np.int64) for column in zip(*rows, strict=True))
        pieces.append((instance, core, way, bandwidth_steps(start, end, size)))
    counts = [len(steps.time_ns) for *_, steps in pieces]
    columns: dict[str, Any] = {
        "timestamp": _joined([steps.time_ns for *_, steps in pieces], np.int64),
        "bandwidth_bytes_per_sec": _joined([steps.rate for *_, steps in pieces], np.float64),
    }
    for place, name in enumerate(("instance_id", "nc_idx", "direction")):
        values = [
            piece[place] for piece, count in zip(pieces, counts, strict=True) for _ in range(count)
        ]
        columns[name] = pa.array(values, pa.int64() if name == "nc_idx" else pa.string())

    def rows_of(first: int, last: int) -> dict[str, Any]:
        return {name: column[first:last] for name, column in columns.items()}

    return table_of("TransferBandwidth", sum(counts), rows_of)


def _joined(pieces: list[npt.NDArray[Any]], kind: type) -> npt.NDArray[Any]:
    return np.concatenate(pieces) if pieces else np.zeros(0, kind)


Place = tuple[str, int | None, str]


def _by_place(item: tuple[Place, Any]) -> tuple[str, int, str]:
    instance, core, way = item[0]
    return instance, -1 if core is None else core, way


def _transfers(events: pa.Table) -> dict[Place, list[tuple[int, int, int]]]:
    """Start, end and bytes of each transfer, by host, core and direction."""
    names = events.column("name").to_pylist()
    present = set(names)
    ways = COPIES if present & set(COPIES) else TENSORS
    chosen = [row for row, name in enumerate(names) if name in ways]
    found: dict[Place, list[tuple[int, int, int]]] = {}
    for row in events.take(pa.array(chosen, pa.int64())).to_pylist():
        size = _size(row["extra_attributes_json"])
        if size > 0:
            place = (row["instance_id"], row["nc_idx"], ways[row["name"]])
            found.setdefault(place, []).append((row["start_ts"], row["end_ts"], size))
    return found


def _size(attributes: str | None) -> int:
    try:
        value = json.loads(attributes or "{}").get("size", 0)
        return max(int(value), 0)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return 0
