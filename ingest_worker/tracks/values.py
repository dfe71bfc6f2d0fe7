"""The value rows of a device's timeline: memory in use, throughput, utilisation, semaphores."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest_worker.formats.runs import is_ascending, pieces, stable_order
from ingest_worker.formats.spill import Column, column_of
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


@dataclass
class Samples:
    """The samples of one core: times, the values of each column, null as 0, and `group_spans`."""

    time_ns: Longs
    values: dict[str, npt.NDArray[Any]]
    group_spans: list[list[int] | None]


def device_series(folder: Path, part: int, duration_ns: int, chip: Chip) -> list[dict[str, Any]]:
    """The series of a part's written tables; grids of the long ones are written beside them."""
    bucket_ns = grid_bucket_ns(duration_ns)
    found: list[tuple[int, int, dict[str, Any]]] = []
    places = {row: place for place, row in enumerate(value_rows(chip))}
    for name in dict.fromkeys(row.table for row in places):
        own = [row for row in places if row.table == name]
        for core, samples in _samples(folder / table_file(name), [row.value for row in own]):
            for row in own:
                if row.value in samples.values:
                    entry = _entry(folder, samples, row, (part, core), bucket_ns)
                    found.append((core, places[row], entry))
    found.sort(key=lambda one: one[:2])
    return [*(entry for _, _, entry in found), *_semaphores(folder, part)]


def _samples(path: Path, names: list[str]) -> list[tuple[int, Samples]]:
    """The samples of every core, read one row group at a time; columns without a value left out."""
    if not path.is_file():
        return []
    with pq.ParquetFile(path) as file:
        times: dict[int, Column] = {}
        values: dict[tuple[int, str], Column] = {}
        spans: dict[int, dict[int, list[int]]] = {}
        known: set[str] = set()
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, ["timestamp", "pcore_idx", *names])
            cores = _numbers(table.column("pcore_idx")).astype(np.int64)
            moments = _numbers(table.column("timestamp")).astype(np.int64)
            known |= {name for name in names if table.column(name).null_count < table.num_rows}
            for core in np.unique(cores).tolist():
                own = np.flatnonzero(cores == core)
                held = moments[own]
                times.setdefault(core, Column(np.int64)).append(held)
                spans.setdefault(core, {})[group] = [int(held.min()), int(held.max())]
                for name in names:
                    column = values.setdefault((core, name), Column(np.float64))
                    column.append(_numbers(table.column(name)).astype(np.float64)[own])
        groups = range(file.num_row_groups)
    return [
        (
            core,
            Samples(
                times[core].done(),
                {name: values[core, name].done() for name in names if name in known},
                [spans[core].get(group) for group in groups],
            ),
        )
        for core in sorted(times)
    ]


def _entry(
    folder: Path, samples: Samples, row: ValueRow, place: tuple[int, int], bucket_ns: int
) -> dict[str, Any]:
    """What the document says of a core's value; the grid of a long one is written."""
    part, core = place
    times, raw = samples.time_ns, samples.values[row.value]
    values = column_of((raw[own] * row.factor for own in pieces(len(raw))), np.float64)
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
        "count": len(times),
        "interval_ns": None,
        "max": float(values.max()),
    }
    if len(times) >= GRID_FROM_SAMPLES:
        entry["grid_bucket_ns"] = bucket_ns
        # Kept because statistics in a damaged file are not safe to read.
        entry["group_spans"] = samples.group_spans
        _write_grid(folder / value_grid_file(ident), times, values, bucket_ns)
    return entry


def _write_grid(path: Path, times: Longs, values: Reals, bucket_ns: int) -> None:
    if not is_ascending(times):
        order = stable_order(times)
        places = list(pieces(len(order)))
        times = column_of((times[order[own]] for own in places), np.int64)
        values = column_of((values[order[own]] for own in places), np.float64)
    with written_whole(path) as draft, draft.open("wb") as file:
        np.save(file, grid_of(times, values, bucket_ns), allow_pickle=False)


def _numbers(column: Any) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = pc.fill_null(column, 0).to_numpy()
    return found


def _semaphores(folder: Path, part: int) -> Iterator[dict[str, Any]]:
    """An entry for every semaphore of every core; shown where they are chosen."""
    path = folder / table_file("SemaphoreUpdate")
    if not path.is_file():
        return
    rows = _counted(path)
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


def _counted(path: Path) -> list[dict[str, Any]]:
    """How many values each semaphore of each core took, and the largest, group by group."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    sums: Any = [("value", "count"), ("value", "max")]
    with pq.ParquetFile(path, read_dictionary=["id"]) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, ["id", "pcore_idx", "value"]).unify_dictionaries()
            for row in table.group_by(["pcore_idx", "id"]).aggregate(sums).to_pylist():
                known = found.setdefault((row["pcore_idx"], row["id"]), row)
                if known is not row:
                    known["value_count"] += row["value_count"]
                    most = [known["value_max"], row["value_max"]]
                    known["value_max"] = max((one for one in most if one is not None), default=None)
    return list(found.values())


def _number_of(text: str) -> int:
    """The number in `S[5] (Tensor)`; those without one come last."""
    digits = text.partition("[")[2].partition("]")[0]
    return int(digits) if digits.isdecimal() else 1 << 30
