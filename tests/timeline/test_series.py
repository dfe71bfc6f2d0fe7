"""Values over time: what the document says of them, and what is answered for a range."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.tracks.series import table_series
from profiles.storage.layout import TIMELINE, part_folder, table_file
from profiles.tables.registry import REGISTRY, arrow_schema
from profiles.timeline.query import Timeline, UnreadableError
from profiles.timeline.series import NoSuchSeriesError, Series, SeriesReader, window

SECOND = 1_000_000_000


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    empty = {field.name: field.empty for field in REGISTRY[name].fields}
    table = pa.Table.from_pylist([{**empty, **row} for row in rows], schema=arrow_schema(name))
    pq.write_table(table, folder / table_file(name), row_group_size=3)


def cpu_rows() -> list[dict[str, Any]]:
    return [
        {
            "timestamp": second * SECOND,
            "cpu_id": str(cpu),
            "util_percent": float(10 * cpu + second),
            "instance_id": host,
        }
        for second in range(4)
        for host in ("i-a", "i-b")
        for cpu in (2, 10)
    ]


def hbm_rows() -> list[dict[str, Any]]:
    place = {"instance_id": "i-a", "device_idx": 0, "hbm_idx": 2}
    return [
        {**place, "timestamp": -5, "total_bytes": 100, "weights_bytes": 80, "tensors_bytes": 20},
        {**place, "timestamp": 50, "total_bytes": 150, "weights_bytes": 80, "tensors_bytes": 70},
    ]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with the tables of host and memory, and the document that names them."""
    folder = tmp_path / part_folder(0)
    folder.mkdir(parents=True)
    write(folder, "CpuUsage", cpu_rows())
    write(folder, "SystemProfileHbmUsage", hbm_rows())
    write(folder, "HostMemUsage", [{"timestamp": 7, "used_bytes": 9, "instance_id": "i-a"}])
    write(folder, "SystemProfileMetadata", [{"hbm_capacity_bytes": 24 << 30}])
    document = {"groups": [], "tracks": [], "series": table_series(folder)}
    (tmp_path / TIMELINE).write_text(json.dumps(document))
    return tmp_path


def reader(run: Path) -> SeriesReader:
    return SeriesReader(Timeline(run), run)


def titles(run: Path) -> list[str]:
    return [entry["title"] for entry in Timeline(run).document["series"]]


def test_every_memory_host_and_cpu_has_a_series_in_the_order_of_its_number(run: Path) -> None:
    assert titles(run) == ["HBM 2 in use", "Host memory", *["Host CPU 2", "Host CPU 10"] * 2]


def test_an_entry_tells_unit_shape_interval_largest_value_and_capacity(run: Path) -> None:
    memory = reader(run).entry("hbm-0")
    assert (memory["unit"], memory["shape"], memory["interval_ns"]) == ("bytes", "step", None)
    assert (memory["max"], memory["capacity"], memory["count"]) == (150, 24 << 30, 2)
    cpu = reader(run).entry("cpu-1")
    assert (cpu["unit"], cpu["shape"], cpu["interval_ns"]) == ("percent", "sampled", SECOND)
    assert cpu["attrs"] == {"instance": "i-a", "cpu": "10"}
    assert cpu["subtitle"] == "1 s samples"


def test_two_hosts_with_the_same_cpu_stay_apart(run: Path) -> None:
    series = [reader(run).entry(f"cpu-{n}") for n in range(4)]
    assert [entry["attrs"]["instance"] for entry in series] == ["i-a", "i-a", "i-b", "i-b"]
    assert reader(run).series("cpu-3").value.tolist() == [100, 101, 102, 103]


def test_a_table_that_is_not_there_has_no_series(tmp_path: Path) -> None:
    assert table_series(tmp_path) == []


def test_one_sample_has_no_interval(run: Path) -> None:
    assert reader(run).entry("memory-0")["interval_ns"] is None


def test_a_range_gives_its_samples_and_the_ones_around_it(run: Path) -> None:
    found = window(reader(run).series("cpu-0"), SECOND, 3 * SECOND, 100)
    assert found.start_ns.tolist() == [SECOND, 2 * SECOND]
    assert found.last.tolist() == [21, 22]
    assert (found.before, found.after) == ((0, 20.0), (3 * SECOND, 23.0))


def test_a_range_between_two_samples_names_both(run: Path) -> None:
    found = window(reader(run).series("cpu-0"), 10, 20, 100)
    assert found.start_ns.tolist() == []
    assert (found.before, found.after) == ((0, 20.0), (SECOND, 21.0))


def test_the_memory_at_an_instant_is_the_last_row_not_after_it(run: Path) -> None:
    at = [reader(run).row_at("hbm-0", ns) for ns in (-6, -5, 49, 50)]
    assert [row and row["total_bytes"] for row in at] == [None, 100, 100, 150]


def test_an_unknown_series_is_refused(run: Path) -> None:
    with pytest.raises(NoSuchSeriesError):
        reader(run).series("hbm-9")


def test_a_table_that_is_gone_is_said(run: Path) -> None:
    (run / part_folder(0) / table_file("CpuUsage")).unlink()
    with pytest.raises(UnreadableError):
        reader(run).series("cpu-0")


samples = st.lists(
    st.tuples(st.integers(-500, 500), st.integers(-100, 100)), min_size=0, max_size=60
)


@given(samples, st.integers(-600, 600), st.integers(0, 900), st.integers(1, 40))
def test_buckets_hold_least_most_mean_and_last_of_what_falls_in_them(
    given_samples: list[tuple[int, int]], start: int, length: int, points: int
) -> None:
    ordered = sorted(given_samples, key=lambda sample: sample[0])
    series = Series(
        np.array([time for time, _ in ordered], np.int64),
        np.array([value for _, value in ordered], np.float64),
        np.arange(len(ordered), dtype=np.int64),
    )
    end = start + length
    found = window(series, start, end, points)
    inside = [sample for sample in ordered if start <= sample[0] < end]
    is_thinned = len(inside) > points
    pieces: dict[int, list[tuple[int, int]]] = {}
    for number, sample in enumerate(inside):
        bucket = (sample[0] - start) * points // max(length, 1) if is_thinned else number
        pieces.setdefault(bucket, []).append(sample)
    assert len(found.start_ns) == len(pieces) <= max(points, 1)
    for place, piece in enumerate(pieces.values()):
        values = [value for _, value in piece]
        assert found.start_ns[place] == piece[0][0]
        assert (found.min[place], found.max[place]) == (min(values), max(values))
        assert found.last[place] == values[-1]
        assert np.isclose(found.mean[place], sum(values) / len(values))
