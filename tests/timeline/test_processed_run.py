"""What the timeline of a processed capture shows is what its tables say, row by row."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

import profiles
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.tracks.catalogue import TABLE_TIMES
from profiles.storage.tables import ReadableRun, TableStore
from profiles.timeline.query import Timeline, timeline_of
from profiles.timeline.tiles import SLICES, bucket_ns, covering
from profiles.timeline.track import NO_BUCKET
from tests.pipeline.capture_files import trace_bytes, trace_source

SAMPLE = Path(profiles.__path__[0]) / "sample"

Shown = dict[tuple[int, str, int], tuple[float, float]]


@pytest.fixture(scope="module", params=["sample", "traces"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    """The sample pair; two traces of two cores with errors and records nobody knows."""
    folder = tmp_path_factory.mktemp("captures")
    store = TableStore(folder / "tables")
    if request.param == "sample":
        paths = (SAMPLE / "attention.neff", SAMPLE / "attention.ntff")
        sources = [SourceRef(path.suffix[1:], path.name, path) for path in paths]
    else:
        sources = [trace_source(folder, f"{n}.ntff", trace_bytes(6, 2)) for n in range(2)]
    process(sources, store.new_run("p", 1), Options(), silent)
    return store.open_run("p", 1)


def shown(timeline: Timeline, level: int, *, kinds: set[str]) -> tuple[Shown, int]:
    """Slices by (part, table, row) with start and length, and how many stand in cells."""
    document = timeline.document
    base_ns = document["levels"][0]["bucket_ns"]
    buckets = document["row_tile_buckets" if level == SLICES else "tile_buckets"]
    found: Shown = {}
    counted = 0
    for group in document["groups"]:
        if group["kind"] not in kinds:
            continue
        for index in covering(bucket_ns(base_ns, level), buckets, 0, document["duration_ns"] + 1):
            columns = timeline.tile(group["slug"], level, index).columns
            counted += int(columns["count"].sum())
            for item in np.flatnonzero(columns["bucket"] == NO_BUCKET).tolist():
                track = document["tracks"][int(columns["track"][item])]
                key = track["part"], track["table"], int(columns["row"][item])
                found[key] = float(columns["start_ns"][item]), float(columns["duration_ns"][item])
    return found, counted


def in_tables(run: ReadableRun, tables: set[str]) -> Shown:
    """The same by the tables: what begins before the zero is shown from it on."""
    found: Shown = {}
    for entry in run.manifest.tables:
        if entry.name not in tables:
            continue
        times = TABLE_TIMES[entry.name]
        rows: list[dict[str, Any]] = run.rows(
            entry.name, entry.part, offset=0, limit=entry.row_count, columns=[*times.values()]
        ).to_pylist()
        for number, row in enumerate(rows):
            begin = row[times["start"]]
            end = (
                row[times["end"]] if "end" in times else begin + row.get(times.get("length", ""), 0)
            )
            start = max(begin, 0)
            found[entry.part, entry.name, number] = float(start), float(max(end - start, 0))
    return found


def test_every_row_is_shown_at_its_time(run: ReadableRun) -> None:
    found, _ = shown(Timeline(run.path), SLICES, kinds={"core", "dma", "clock", "errors"})
    expected = in_tables(run, set(TABLE_TIMES))
    assert found == expected
    assert {table for _, table, _ in expected} >= {"Instruction", "DmaPacket", "Throttle", "Error"}


def test_dma_by_engine_shows_the_same_packets(run: ReadableRun) -> None:
    found, _ = shown(Timeline(run.path), SLICES, kinds={"dma_engines"})
    assert found == in_tables(run, {"DmaPacket"})


def test_at_every_level_cells_and_bars_are_all_rows(run: ReadableRun) -> None:
    timeline = Timeline(run.path)
    for kinds, tables in (
        ({"core", "dma", "clock", "errors"}, set(TABLE_TIMES)),
        ({"dma_engines"}, {"DmaPacket"}),
    ):
        rows = len(in_tables(run, tables))
        for level in range(SLICES, len(timeline.document["levels"])):
            found, counted = shown(timeline, level, kinds=kinds)
            assert len(found) + counted == rows


def test_the_document_s_groups_hold_each_track_once_and_count_its_rows(run: ReadableRun) -> None:
    document = Timeline(run.path).document
    tracks = document["tracks"]
    assert [track["id"] for track in tracks] == list(range(len(tracks)))
    numbers = [number for group in document["groups"] for number in group["tracks"]]
    assert sorted(numbers) == list(range(len(tracks)))
    for group in document["groups"]:
        assert group["rows"] == sum(tracks[number]["rows"] for number in group["tracks"])
        assert {tracks[number]["part"] for number in group["tracks"]} == {group["part"]}
    assert len({group["slug"] for group in document["groups"]}) == len(document["groups"])
    assert len({track["key"] for track in tracks}) == len(tracks)


def test_the_table_of_tracks_says_what_the_document_says(run: ReadableRun) -> None:
    document = Timeline(run.path).document
    for part in {track["part"] for track in document["tracks"]}:
        own = [track for track in document["tracks"] if track["part"] == part]
        rows = run.rows("TimelineTrack", part, offset=0, limit=len(own) + 1).to_pylist()
        names = ("id", "key", "group", "kind", "name", "part", "core", "table")
        assert [[row[name] for name in names] for row in rows] == [
            [track[name] for name in names] for track in own
        ]
        assert [row["row_count"] for row in rows] == [track["rows"] for track in own]


def test_every_label_of_a_tile_is_a_text_of_its_part(run: ReadableRun) -> None:
    timeline = Timeline(run.path)
    for group in timeline.document["groups"]:
        texts = timeline.document["labels"][str(group["part"])]
        for level in (SLICES, 0):
            labels = timeline.tile(group["slug"], level, 0).columns["label"]
            assert all(label < len(texts) for label in labels.tolist())


def test_rows_of_dma_engines_are_the_packets_that_they_moved(run: ReadableRun) -> None:
    timeline = timeline_of(run)
    engines = [track for track in timeline.document["tracks"] if track["kind"] == "dma_engine"]
    for track in engines[:1] + engines[-1:]:
        packets = pq.read_table(run.table_path("DmaPacket", track["part"])).to_pylist()
        own = {
            row
            for row, one in enumerate(packets)
            if (f"E{one['engine_idx']}", one["pcore_idx"]) == (track["name"], track["core"])
        }
        found = timeline.rows_of([track["key"]]).tolist()
        assert (set(found), len(found)) == (own, track["rows"])
    assert len(timeline.rows_of([track["key"] for track in engines])) == sum(
        track["rows"] for track in engines
    )
