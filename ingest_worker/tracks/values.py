"""The value rows of a device's timeline: memory in use, throughput, utilisation, semaphores."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from profiles.metrics.chips import PSUM_BANKS, Chip
from profiles.storage.durable import written_whole
from profiles.storage.layout import table_file, value_grid_file
from profiles.timeline.value_grid import GRID_FROM_SAMPLES, grid_bucket_ns, grid_of

Longs = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ValueRow:
    """A row of values: which column of which table, in what unit, against which limit.

    `factor` turns the table's value into the unit; `slug` names the row within its core.
    """

    slug: str
    table: str
    value: str
    title: str
    unit: str
    capacity: float | None = None
    factor: float = 1.0
    lane: int = 0
    lanes: int = 1


def value_rows(chip: Chip) -> list[ValueRow]:
    """Every row there can be, in the order in which they are shown."""
    peak = chip.peak_flops
    unit, factor, top = ("share", 1 / peak, 1.0) if peak else ("flops_per_s", 1.0, None)
    return [
        ValueRow("sbuf", "SbufUsage", "avg_util_percent", "SBUF", "share", 1.0),
        *(
            ValueRow(
                "psum",
                "PsumUsage",
                f"bank_{bank}_util_percent",
                "PSUM banks",
                "share",
                1.0,
                lane=bank,
                lanes=PSUM_BANKS,
            )
            for bank in range(PSUM_BANKS)
        ),
        ValueRow(
            "dma",
            "DmaUsage",
            "current_throughput",
            "DMA throughput",
            "bytes_per_s",
            chip.dma_bytes_per_s,
        ),
        ValueRow(
            "hbm",
            "HbmUsage",
            "current_throughput",
            "HBM throughput",
            "bytes_per_s",
            chip.hbm_bytes_per_s,
        ),
        ValueRow("mfu", "TensorThroughput", "model_flops_per_sec", "MFU", unit, top, factor),
        ValueRow("hfu", "TensorThroughput", "hardware_flops_per_sec", "HFU", unit, top, factor),
        ValueRow("pending", "PendingDma", "value", "Pending DMA", "count"),
    ]


def device_series(folder: Path, part: int, duration_ns: int, chip: Chip) -> list[dict[str, Any]]:
    """The series of a part's written tables; grids of the long ones are written beside them."""
    bucket_ns = grid_bucket_ns(duration_ns)
    found: list[tuple[int, int, dict[str, Any]]] = []
    tables: dict[str, pa.Table] = {}
    for place, row in enumerate(value_rows(chip)):
        if row.table not in tables:
            tables.clear()
            tables[row.table] = _table(folder, row.table)
        for core, entry in _entries(folder, tables[row.table], row, part, bucket_ns):
            found.append((core, place, entry))
    tables.clear()
    found.sort(key=lambda one: one[:2])
    return [*(entry for _, _, entry in found), *_semaphores(folder, part)]


def _table(folder: Path, name: str) -> pa.Table:
    path = folder / table_file(name)
    if not path.is_file():
        return pa.table({})
    kept = [row.value for row in value_rows(Chip("")) if row.table == name]
    return pq.read_table(path, columns=["timestamp", "pcore_idx", *dict.fromkeys(kept)])


def _entries(
    folder: Path, table: pa.Table, row: ValueRow, part: int, bucket_ns: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """An entry for every core that has the row's value."""
    if not table.num_rows:
        return
    column = table.column(row.value)
    if column.null_count == len(column):
        return
    cores = _numbers(table.column("pcore_idx")).astype(np.int64)
    times = _numbers(table.column("timestamp")).astype(np.int64)
    values = _numbers(column).astype(np.float64) * row.factor
    for core in np.unique(cores).tolist():
        own = np.flatnonzero(cores == core)
        ident = f"p{part}-c{core}-{row.slug}" + (f"-{row.lane}" if row.lanes > 1 else "")
        entry = {
            "id": ident,
            "group": "values",
            "row": f"p{part}-c{core}-{row.slug}",
            "lane": row.lane,
            "lanes": row.lanes,
            "title": row.title,
            "subtitle": f"core {core}",
            "unit": row.unit,
            "capacity": row.capacity,
            "factor": row.factor,
            "shape": "step",
            "part": part,
            "core": core,
            "table": row.table,
            "time": "timestamp",
            "value": row.value,
            "where": {"pcore_idx": core},
            "count": len(own),
            "interval_ns": None,
            "max": float(values[own].max()),
        }
        if len(own) >= GRID_FROM_SAMPLES:
            entry["grid_bucket_ns"] = bucket_ns
            entry["group_spans"] = _group_spans(folder / table_file(row.table), own, times)
            _write_grid(folder / value_grid_file(ident), times[own], values[own], bucket_ns)
        yield core, entry


def _group_spans(path: Path, own: Longs, times: Longs) -> list[list[int] | None]:
    """First and last time of a series in every row group of its table; None where it has none.

    Kept because statistics in a damaged file are not safe to read.
    """
    facts = pq.read_metadata(path)
    ends = np.cumsum([facts.row_group(group).num_rows for group in range(facts.num_row_groups)])
    found: list[list[int] | None] = []
    for inside in np.split(own, np.searchsorted(own, ends[:-1])):
        held = times[inside]
        found.append([int(held.min()), int(held.max())] if len(held) else None)
    return found


def _write_grid(path: Path, times: Longs, values: Reals, bucket_ns: int) -> None:
    order = np.argsort(times, kind="stable")
    with written_whole(path) as draft, draft.open("wb") as file:
        np.save(file, grid_of(times[order], values[order], bucket_ns), allow_pickle=False)


def _numbers(column: Any) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = pc.fill_null(column, 0).to_numpy()
    return found


def _semaphores(folder: Path, part: int) -> Iterator[dict[str, Any]]:
    """An entry for every semaphore of every core; shown where they are chosen."""
    path = folder / table_file("SemaphoreUpdate")
    if not path.is_file():
        return
    table = pq.read_table(path, columns=["id", "pcore_idx", "value"], read_dictionary=["id"])
    table = table.unify_dictionaries()  # row groups have dictionaries of their own
    counted = table.group_by(["pcore_idx", "id"]).aggregate([("value", "count"), ("value", "max")])
    rows = counted.to_pylist()
    rows.sort(key=lambda row: (row["pcore_idx"] or 0, _number_of(row["id"]), row["id"]))
    for place, row in enumerate(rows):
        core = row["pcore_idx"]
        yield {
            "id": f"p{part}-s{place}",
            "group": "semaphores",
            "row": f"p{part}-s{place}",
            "lane": 0,
            "lanes": 1,
            "title": row["id"],
            "subtitle": f"core {core}",
            "unit": "count",
            "capacity": None,
            "factor": 1.0,
            "shape": "step",
            "part": part,
            "core": core,
            "table": "SemaphoreUpdate",
            "time": "timestamp",
            "value": "value",
            "where": {"id": row["id"], "pcore_idx": core},
            "count": row["value_count"],
            "interval_ns": None,
            "max": float(row["value_max"]),
        }


def _number_of(text: str) -> int:
    """The number in `S[5] (Tensor)`; those without one come last."""
    digits = text.partition("[")[2].partition("]")[0]
    return int(digits) if digits.isdecimal() else 1 << 30
