"""The value rows of a device: one series a core and value, long ones with a grid beside them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest_worker.tracks import values
from ingest_worker.tracks.values import device_series
from profiles.metrics.chips import TRN2, Chip
from profiles.storage.layout import TIMELINE, part_folder, table_file
from profiles.tables.registry import REGISTRY, arrow_schema
from profiles.timeline.query import Timeline, UnreadableError
from profiles.timeline.series import SeriesReader

SPAN = 4000


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    empty = {field.name: field.empty for field in REGISTRY[name].fields}
    table = pa.Table.from_pylist([{**empty, **row} for row in rows], schema=arrow_schema(name))
    pq.write_table(table, folder / table_file(name), row_group_size=7)


def throughput(core: int) -> list[dict[str, Any]]:
    generator = np.random.default_rng(core)
    times = np.cumsum(generator.integers(1, 60, 80))
    return [
        {"timestamp": int(time), "current_throughput": float(rate), "pcore_idx": core}
        for time, rate in zip(times, generator.integers(0, 500, 80), strict=True)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The second part's folder, with two cores."""
    found = tmp_path / part_folder(1)
    found.mkdir(parents=True)
    write(found, "DmaUsage", [*throughput(0), *throughput(1)])
    peak = TRN2.peak_flops or 0.0
    write(
        found,
        "TensorThroughput",
        [
            {
                "timestamp": 10,
                "hardware_flops_per_sec": peak,
                "model_flops_per_sec": peak / 2,
                "pcore_idx": 1,
            }
        ],
    )
    write(
        found,
        "PsumUsage",
        [{"timestamp": 3, "pcore_idx": 0, **{f"bank_{n}_util_percent": 1.0 for n in range(2)}}],
    )
    updates = [(0, "S[12] (Tensor)", 4), (0, "S[5]", 1), (0, "S[5]", 9), (1, "S[5]", 2)]
    write(
        found,
        "SemaphoreUpdate",
        [
            {"timestamp": place, "id": name, "value": value, "pcore_idx": core}
            for place, (core, name, value) in enumerate(updates)
        ],
    )
    return found


def reader(folder: Path, chip: Chip = TRN2) -> SeriesReader:
    run = folder.parent.parent
    document = {
        "groups": [],
        "tracks": [],
        "duration_ns": SPAN,
        "series": device_series(folder, 1, SPAN, chip),
    }
    (run / TIMELINE).write_text(json.dumps(document))
    return SeriesReader(Timeline(run), run)


def test_rows_come_core_by_core_and_semaphores_by_number_behind_them(folder: Path) -> None:
    entries = device_series(folder, 1, SPAN, TRN2)
    assert [(one["core"], one["title"], one["lane"]) for one in entries] == [
        (0, "PSUM banks", 0),
        (0, "PSUM banks", 1),
        (0, "DMA throughput", 0),
        (1, "DMA throughput", 0),
        (1, "MFU", 0),
        (1, "HFU", 0),
        (0, "S[5]", 0),
        (0, "S[12] (Tensor)", 0),
        (1, "S[5]", 0),
    ]


def test_utilisation_is_a_share_of_the_chip_s_peak(folder: Path) -> None:
    found = reader(folder)
    assert found.series("p1-c1-mfu").value.tolist() == pytest.approx([0.5])
    assert found.entry("p1-c1-hfu")["unit"] == "share"
    assert found.entry("p1-c1-hfu")["max"] == pytest.approx(1.0)


def test_without_a_known_peak_there_are_flops_and_no_limit(folder: Path) -> None:
    found = reader(folder, Chip("trn9", is_known=False))
    entry = found.entry("p1-c1-mfu")
    assert (entry["unit"], entry["capacity"]) == ("flops_per_s", None)
    assert found.series("p1-c1-mfu").value[0] > 1e12


def test_each_core_has_its_own_samples(folder: Path) -> None:
    found = reader(folder)
    for core in (0, 1):
        wanted = [row["current_throughput"] for row in throughput(core)]
        assert found.series(f"p1-c{core}-dma").value.tolist() == wanted
        assert found.entry(f"p1-c{core}-dma")["capacity"] == TRN2.dma_bytes_per_s


def test_a_chosen_semaphore_has_its_values(folder: Path) -> None:
    assert reader(folder).series("p1-s0").value.tolist() == [1, 9]


def test_a_table_that_is_not_there_has_no_row(tmp_path: Path) -> None:
    assert device_series(tmp_path, 0, SPAN, TRN2) == []


@pytest.fixture
def long(folder: Path, monkeypatch: pytest.MonkeyPatch) -> SeriesReader:
    """The same with a grid for every series of more than a few samples."""
    monkeypatch.setattr(values, "GRID_FROM_SAMPLES", 50)
    return reader(folder)


def test_a_long_series_is_answered_from_its_grid_far_away(long: SeriesReader) -> None:
    found = long.window("p1-c0-dma", 0, SPAN, 10)
    samples = long.series("p1-c0-dma")
    assert 10 <= len(found.start_ns) <= 40
    assert found.max.max() == samples.value.max()
    inside = np.diff(samples.time_ns)
    area = float((samples.value[:-1] * inside).sum())
    shown = float((found.mean * np.diff(found.start_ns)[0]).sum())
    assert shown >= area


@pytest.mark.parametrize("start", [0, 150, 777, 2000])
def test_a_long_series_is_answered_exactly_from_near(long: SeriesReader, start: int) -> None:
    for core in (0, 1):
        name = f"p1-c{core}-dma"
        near = long.window(name, start, start + 40, 100)
        samples = long.series(name)
        inside = (samples.time_ns >= start) & (samples.time_ns < start + 40)
        assert near.start_ns.tolist() == samples.time_ns[inside].tolist()
        assert near.last.tolist() == samples.value[inside].tolist()
        before = np.flatnonzero(samples.time_ns < start)
        held = float(samples.value[before[-1]]) if len(before) else None
        assert (near.before[1] if near.before else None) == held


def test_a_grid_that_is_gone_is_said(long: SeriesReader, folder: Path) -> None:
    (folder / "p1-c0-dma.grid.npy").unlink()
    with pytest.raises(UnreadableError, match="DMA throughput"):
        long.window("p1-c0-dma", 0, SPAN, 10)


def test_semaphores_are_counted_across_row_groups(tmp_path: Path) -> None:
    """Each row group has a dictionary of its own: the first knows S[5] only, the last S[9] only."""
    rows = [
        {"timestamp": n, "id": f"S[{5 if n < 3 else 9}]", "value": n, "pcore_idx": 0}
        for n in range(6)
    ]
    schema = arrow_schema("SemaphoreUpdate")
    path = tmp_path / table_file("SemaphoreUpdate")
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=2)
    found = device_series(tmp_path, 0, 10, TRN2)
    assert [(one["title"], one["count"], one["max"]) for one in found] == [
        ("S[5]", 3, 2.0),
        ("S[9]", 3, 5.0),
    ]
