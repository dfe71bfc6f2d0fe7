"""What the timeline's document says of values over time: one entry a series of a written table."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from profiles.storage.layout import table_file

PERCENT = 100.0
DIRECTIONS = {"host_to_device": "Host to device", "device_to_host": "Device to host"}


def table_series(folder: Path) -> list[dict[str, Any]]:
    """The series of the tables written to a part's folder, in the order they are shown."""
    return [*_memory(folder), *_bandwidth(folder), *_host(folder)]


def _split(
    folder: Path, table: str, time: str, value: str, by: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """An entry for each combination of the columns `by`: where its samples are, and their facts."""
    path = folder / table_file(table)
    if not path.is_file():
        return
    found = pq.read_table(path, columns=[time, value, *by])
    times = found.column(time).to_numpy()
    values = found.column(value).to_numpy().astype(np.float64)
    keys = list(zip(*(found.column(name).to_pylist() for name in by), strict=True))
    places: dict[tuple[Any, ...], list[int]] = {}
    for row, key in enumerate(keys):
        places.setdefault(key, []).append(row)
    for key in sorted(places, key=lambda one: [_order(part) for part in one]):
        own = np.array(places[key], np.int64)
        steps = np.diff(np.sort(times[own]))
        yield {
            "table": table,
            "time": time,
            "value": value,
            "where": dict(zip(by, key, strict=True)),
            "count": len(own),
            "interval_ns": int(np.median(steps)) if len(steps) else None,
            "max": float(values[own].max(initial=0.0)),
        }


def _order(part: Any) -> tuple[int, int, str]:
    """Numbers by size, also those in texts; then other texts; nothing first."""
    if part is None:
        return (0, 0, "")
    text = str(part)
    return (1, int(text), "") if text.isdecimal() else (2, 0, text)


def _memory(folder: Path) -> Iterator[dict[str, Any]]:
    capacity = _hbm_capacity(folder)
    by = ("instance_id", "device_idx", "hbm_idx")
    entries = list(_split(folder, "SystemProfileHbmUsage", "timestamp", "total_bytes", by))
    devices = {(entry["where"]["instance_id"], entry["where"]["device_idx"]) for entry in entries}
    for number, entry in enumerate(entries):
        instance, device, hbm = (entry["where"][name] for name in by)
        of = f" of device {device}" if len(devices) > 1 else ""
        yield {
            **entry,
            "id": f"hbm-{number}",
            "group": "memory",
            "title": f"HBM {hbm}{of} in use",
            "subtitle": "by kind",
            "unit": "bytes",
            "attrs": {"instance": instance, "device": device, "hbm": hbm},
            "interval_ns": None,
            "capacity": capacity,
            "shape": "step",
        }


def _hbm_capacity(folder: Path) -> int | None:
    path = folder / table_file("SystemProfileMetadata")
    if not path.is_file():
        return None
    found = pq.read_table(path, columns=["hbm_capacity_bytes"]).column(0).to_pylist()
    return (found[0] or None) if found else None


def _bandwidth(folder: Path) -> Iterator[dict[str, Any]]:
    by = ("instance_id", "nc_idx", "direction")
    value = "bandwidth_bytes_per_sec"
    entries = _split(folder, "TransferBandwidth", "timestamp", value, by)
    for number, entry in enumerate(entries):
        instance, core, way = (entry["where"][name] for name in by)
        yield {
            **entry,
            "id": f"bandwidth-{number}",
            "group": "bandwidth",
            "title": DIRECTIONS.get(way, way),
            "subtitle": "bandwidth" if core is None else f"bandwidth, core {core}",
            "unit": "bytes_per_s",
            "attrs": {"instance": instance, "nc": core, "direction": way},
            "interval_ns": None,
            "capacity": None,
            "shape": "step",
        }


def _host(folder: Path) -> Iterator[dict[str, Any]]:
    for number, entry in enumerate(
        _split(folder, "HostMemUsage", "timestamp", "used_bytes", ("instance_id",))
    ):
        yield {
            **entry,
            "id": f"memory-{number}",
            "group": "host",
            "title": "Host memory",
            "subtitle": _samples(entry),
            "unit": "bytes",
            "attrs": {"instance": entry["where"]["instance_id"]},
            "capacity": None,
            "shape": "sampled",
        }
    by = ("instance_id", "cpu_id")
    entries = _split(folder, "CpuUsage", "timestamp", "util_percent", by)
    for number, entry in enumerate(entries):
        instance, cpu = (entry["where"][name] for name in by)
        yield {
            **entry,
            "id": f"cpu-{number}",
            "group": "host",
            "title": "Host CPU" if cpu == "average" else f"Host CPU {cpu}",
            "subtitle": _samples(entry),
            "unit": "percent",
            "attrs": {"instance": instance, "cpu": cpu},
            "capacity": PERCENT,
            "shape": "sampled",
        }


def _samples(entry: dict[str, Any]) -> str:
    interval = entry["interval_ns"]
    return f"{interval / 1e9:g} s samples" if interval else "sampled"
