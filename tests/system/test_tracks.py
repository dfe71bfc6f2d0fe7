"""The timeline of a system run: every event once, at every level, in tracks told apart."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from ingest_worker.builders.slices import LabelBook
from ingest_worker.builders.system.slices import colour_of, system_tracks
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import Timeline, timeline_of
from profiles.timeline.tiles import covering
from tests.make.session import broken
from tests.make.session.sample import sample_session
from tests.make.session.serving import small_session
from tests.system.frames_made import Recorder
from tests.system.runs import document, rows, written


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    return written(sample_session(), tmp_path_factory.mktemp("serving"))


@pytest.fixture(scope="module")
def shown(run: ReadableRun) -> dict[str, Any]:
    return document(run)


def events_of(shown: dict[str, Any]) -> list[dict[str, Any]]:
    transfers = {group["id"] for group in shown["groups"] if group["kind"] == "transfers"}
    return [track for track in shown["tracks"] if track["group"] not in transfers]


def test_every_event_lies_in_one_track(run: ReadableRun, shown: dict[str, Any]) -> None:
    count = len(rows(run, "SystemProfileEvents"))
    assert sum(track["rows"] for track in events_of(shown)) == count


def test_copies_lie_in_one_more_by_core_and_direction(
    run: ReadableRun, shown: dict[str, Any]
) -> None:
    for direction, name in (
        ("host_to_device", "dmem_buf_copyin"),
        ("device_to_host", "dmem_buf_copyout"),
    ):
        own = [t for t in shown["tracks"] if t["attrs"].get("direction") == direction]
        copies = [e for e in rows(run, "SystemProfileEvents") if e["name"] == name]
        assert {track["attrs"]["nc"]: track["rows"] for track in own} == {
            core: sum(event["nc_idx"] == core for event in copies)
            for core in {event["nc_idx"] for event in copies}
        }


@pytest.mark.parametrize("level", [3, 4, 6, 99])
def test_counts_and_long_spans_are_the_rows_at_every_level(
    run: ReadableRun, shown: dict[str, Any], level: int
) -> None:
    timeline: Timeline = timeline_of(run)
    own = min(level, len(shown["levels"]) - 1)
    bucket = shown["levels"][own]["bucket_ns"]
    for group in shown["groups"]:
        seen: set[tuple[int, int]] = set()
        count = 0
        for index in covering(bucket, shown["tile_buckets"], 0, shown["duration_ns"] + 1):
            columns = timeline.tile(group["slug"], own, index).columns
            is_span = columns["bucket"] == 65_535
            count += int(columns["count"].sum())
            seen |= set(zip(columns["track"][is_span], columns["row"][is_span], strict=True))
        assert count + len(seen) == group["rows"]


def test_tiles_of_spans_hold_what_the_table_says(run: ReadableRun, shown: dict[str, Any]) -> None:
    timeline = timeline_of(run)
    table = pq.read_table(run.table_path("SystemProfileEvents"))
    start = table.column("start_ts").to_numpy()
    end = table.column("end_ts").to_numpy()
    names = table.column("name").to_pylist()
    labels = shown["labels"]["0"]
    bucket = shown["levels"][0]["bucket_ns"]
    wanted = covering(bucket, shown["row_tile_buckets"], 0, shown["duration_ns"])
    for group in shown["groups"]:
        for index in [*wanted][:: max(len(wanted) // 40, 1)]:
            tile = timeline.tile(group["slug"], -1, index)
            if tile.answer != "slices":
                continue
            row = tile.columns["row"].astype(np.int64)
            assert tile.columns["start_ns"].tolist() == start[row].tolist()
            assert (tile.columns["start_ns"] + tile.columns["duration_ns"]).tolist() == end[
                row
            ].tolist()
            assert [labels[n] for n in tile.columns["label"]] == [names[n] for n in row]


def test_tracks_say_where_their_events_happened(run: ReadableRun, shown: dict[str, Any]) -> None:
    timeline = timeline_of(run)
    events = rows(run, "SystemProfileEvents")
    for track in events_of(shown):
        attrs = track["attrs"]
        for row in timeline.rows_of([track["key"]]).tolist():
            event = events[row]
            assert event["trace_event_source"] == attrs["source"]
            assert event["instance_id"] == attrs["instance"]
            assert event["process_id"] == attrs["process"]
            assert event["nc_idx"] == attrs["nc"]
            if attrs["source"] == "neuron_hw":
                assert event["pcore_idx"] == attrs["pcore"]
            else:
                assert event["thread_id"] == attrs["thread"]


def test_keys_and_groups_are_told_apart(shown: dict[str, Any]) -> None:
    keys = [track["key"] for track in shown["tracks"]]
    assert len(keys) == len(set(keys))
    slugs = [group["slug"] for group in shown["groups"]]
    assert len(slugs) == len(set(slugs))
    assert {track["group"] for track in shown["tracks"]} == {g["id"] for g in shown["groups"]}
    assert {group["kind"] for group in shown["groups"]} == {
        "framework",
        "runtime",
        "hardware",
        "transfers",
    }


def test_groups_of_a_process_stand_together_framework_first(tmp_path: Path) -> None:
    found = document(written(broken.same_pid(small_session()), tmp_path))["groups"]
    order = [group["id"].partition("/")[0] for group in found]
    assert order == sorted(order)
    kinds = [group["kind"] for group in found if group["id"].startswith("p0/")]
    rank = ["framework", "runtime", "hardware", "transfers"]
    assert [rank.index(kind) for kind in kinds] == sorted(rank.index(kind) for kind in kinds)


def test_series_are_those_of_the_tables(run: ReadableRun, shown: dict[str, Any]) -> None:
    groups = [entry["group"] for entry in shown["series"]]
    assert set(groups) == {"memory", "bandwidth", "host"}
    memories = [entry for entry in shown["series"] if entry["group"] == "memory"]
    changes = rows(run, "SystemProfileHbmUsage")
    assert sum(entry["count"] for entry in memories) == len(changes)
    assert max(entry["max"] for entry in memories) == max(row["total_bytes"] for row in changes)
    assert {entry["capacity"] for entry in memories} == {24 << 30}


def test_samples_do_not_stretch_the_timeline(run: ReadableRun, shown: dict[str, Any]) -> None:
    last = max(event["end_ts"] for event in rows(run, "SystemProfileEvents"))
    assert shown["duration_ns"] == last
    assert max(row["timestamp"] for row in rows(run, "CpuUsage")) > last


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("nrt_execute", 0),
        ("nrt_model_submit", 1),
        ("kbl_exec_pre", 1),
        ("nrt_model_switch", 3),
        ("nc_model_switch", 3),
        ("nc_exec_running", 4),
        ("nrt_tensor_allocate", 5),
        ("nrt_tensor_free", 5),
        ("nrt_dma_mem_alloc", 5),
        ("nrt_tensor_write_batch", 6),
        ("dmem_buf_batch_copyout", 6),
        ("nrt_load_collectives", 7),
        ("cc_exec_barrier", 7),
        ("enc_barrier_send", 7),
        ("kbl_exec_wait", 8),
        ("exec_consume_gpsimd_stdio", 8),
        ("type_77", 255),
        ("", 255),
    ],
)
def test_a_name_has_the_colour_of_its_kind(name: str, colour: int) -> None:
    assert colour_of(name) == colour


def test_an_instance_with_a_hostile_name_makes_a_plain_key() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 1, 2)
    trace = replace(recorder.trace(), instance_id="../<b>,x y/é")
    found = system_tracks(recorder.events(), {0: trace}, LabelBook())
    assert (
        found.tracks[0].key == "p0/.._b__x_y___pid_100/rt/nc0/t1" or "," not in found.tracks[0].key
    )
    assert found.tracks[0].attrs is not None
    assert found.tracks[0].attrs["instance"] == "../<b>,x y/é"
    assert found.groups[0].slug == "p0-rt"
