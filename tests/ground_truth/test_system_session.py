"""The public capture session: everything in it is accounted for."""

import json
from pathlib import Path

import pytest

from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.pipeline.system import process_system
from profiles.capture_names import name_facts
from profiles.storage.tables import ReadableRun, TableStore

FOLDER = "nki-moe-megakernel/session"
MODEL = 171450338541704
ROLES = ("trace_info", "ntrace", "cpu_util", "host_mem")


@pytest.fixture(scope="module")
def session(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    root = samples / FOLDER
    if not root.is_dir():
        pytest.skip(f"there is no capture session in {root}; set SAMPLES")
    paths = sorted(path for path in root.rglob("*.pb"))
    sources = [
        SourceRef(name_facts(path.name).role, str(path.relative_to(root)), path) for path in paths
    ]
    neff = next(root.rglob("*.neff"))
    device = DeviceRef(
        "child", "moe_profile_exec_2", "i-0", 723577, None, MODEL, None, neff.name, "The ids agree."
    )
    store = TableStore(tmp_path_factory.mktemp("session"))
    process_system(sources, store.new_run("moe", 1), Options(), silent, [device])
    return store.open_run("moe", 1)


def rows(run: ReadableRun, table: str) -> list[dict[str, object]]:
    return run.rows(table, 0, offset=0, limit=10_000).to_pylist()


def attributes(row: dict[str, object]) -> dict[str, str]:
    found: dict[str, str] = json.loads(str(row["extra_attributes_json"] or "{}"))
    return found


def test_all_frames_are_837_spans_and_2_instants(session: ReadableRun) -> None:
    events = rows(session, "SystemProfileEvents")
    instants = [event for event in events if event["name"] == "timestamp_sync_point"]
    assert session.manifest.record_count == 1_676
    assert (len(events), len(instants)) == (839, 2)
    assert 2 * (len(events) - len(instants)) + len(instants) == 1_676
    starts = [event["start_ts"] for event in events]
    assert starts == sorted(starts, key=int)
    assert starts[0] == 0
    assert {event["trace_event_source"] for event in events} == {"neuron_rt", "neuron_hw"}


def test_samples_are_all_there(session: ReadableRun) -> None:
    assert len(rows(session, "CpuUsage")) == 7_200
    assert len(rows(session, "HostMemUsage")) == 600


def test_398_changes_of_memory_fit_a_counter(session: ReadableRun) -> None:
    found = rows(session, "SystemProfileHbmUsage")
    memories = {(row["device_idx"], row["hbm_idx"]) for row in found}
    assert len(found) == 398 + len(memories)
    codes = {notice.code for notice in session.manifest.notices}
    assert "system.memory_unmatched" not in codes
    for row in found:
        kinds = [v for k, v in row.items() if k.endswith("_bytes") and k != "total_bytes"]
        assert sum(int(str(size)) for size in kinds) == row["total_bytes"]


def test_an_execution_is_joined_with_its_number_and_its_model(session: ReadableRun) -> None:
    events = rows(session, "SystemProfileEvents")
    execute = next(event for event in events if event["name"] == "nrt_execute")
    assert attributes(execute)["model_id"] == str(MODEL)
    assert attributes(execute)["exec_id"] == "1"
    assert attributes(execute)["model_name"].endswith(".neff")
    running = [event for event in events if event["name"] == "nc_exec_running"]
    assert {event["pcore_idx"] for event in running} == {4, 5}
    assert {attributes(event)["model_id"] for event in running} == {str(MODEL)}


def test_sync_points_agree_within_a_microsecond_and_a_half(session: ReadableRun) -> None:
    points = rows(session, "SyncPoint")
    assert {point["pcore"] for point in points} == {4, 5}
    offsets = sorted(int(str(point["offset_ns"])) for point in points)
    assert offsets[1] - offsets[0] == 1_500
    spread = next(n for n in session.manifest.notices if n.code == "system.clock_spread")
    assert "1,500 ns" in spread.message


def test_what_ran_starts_where_its_cores_sync_point_says(session: ReadableRun) -> None:
    offset = {point["pcore"]: int(str(point["offset_ns"])) for point in rows(session, "SyncPoint")}
    origin = int(session.manifest.parts[0].origin_unix_ns or 0)
    for event in rows(session, "SystemProfileEvents"):
        if event["name"] in ("nc_exec_running", "nc_model_switch"):
            stamp = int(attributes(event)["nc_start_timestamp_ns"])
            assert stamp + offset[event["pcore_idx"]] == origin + int(str(event["start_ts"]))


def test_the_trace_of_another_process_is_the_same_program(session: ReadableRun) -> None:
    links = rows(session, "DeviceProfileLink")
    assert {link["relation"] for link in links} == {"same program"}
    assert {link["device_profile_id"] for link in links} == {"child"}
    assert len(links) == 3
    assert all("another execution" in str(link["evidence"]) for link in links)
    assert all(link["host_minus_device_ns"] is not None for link in links)


def test_every_event_lies_in_one_track_and_copies_in_one_more(session: ReadableRun) -> None:
    document = json.loads((session.path / "timeline.json").read_text())
    assert document["kind"] == "system"
    transfers = {group["id"] for group in document["groups"] if group["kind"] == "transfers"}
    counts = [
        sum(track["rows"] for track in document["tracks"] if (track["group"] in transfers) is is_io)
        for is_io in (False, True)
    ]
    assert counts == [839, 399]
    assert {entry["group"] for entry in document["series"]} == {"memory", "bandwidth", "host"}
