"""A written serving run, processed whole: from nrt_execute to the instant in the device profile."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from profiles.models import Profile
from profiles.stores import table_store
from tests.api.capture_profiles import Captured, captured
from tests.make.session.description import Session
from tests.make.session.serving import (
    DECODE_ID,
    PREFILL_ID,
    Serving,
    serving_session,
    small_session,
)


def rows_named(profile: Profile, name: str) -> list[tuple[int, dict[str, Any]]]:
    """Rows of SystemProfileEvents with this name, with their numbers."""
    run = table_store().open_run(str(profile.pk), 1)
    found = run.rows("SystemProfileEvents", 0, offset=0, limit=100_000).to_pylist()
    return [(number, row) for number, row in enumerate(found) if row["name"] == name]


def linked(client: Client, profile: Profile, row: int) -> dict[str, Any]:
    answer = client.get(f"/api/v1/profiles/{profile.pk}/runs/1/device-link/", {"row": row})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def range_of(url: str) -> tuple[int, int]:
    first, last = parse_qs(urlsplit(url).query)["t"][0].split("-")
    return int(first), int(last)


@pytest.fixture
def model_mode(db: None, data_dir: Path) -> tuple[Session, Captured]:
    """One core, a prefill and two decode steps; a trace of the first of each."""
    session = small_session()
    names = [Path(trace.file_name).name for trace in session.processes[0].traces]
    return session, captured(session, data_dir / "capture", names)


def test_the_first_call_of_a_model_opens_at_its_own_instant(
    client: Client, model_mode: tuple[Session, Captured]
) -> None:
    session, made = model_mode
    executions = sorted(session.processes[0].executions, key=lambda one: one.start_ns)
    row, event = rows_named(made.system, "nrt_execute")[0]
    assert event["duration_ns"] == executions[0].end_ns - executions[0].start_ns
    found = linked(client, made.system, row)
    (one,) = found["candidates"]
    assert (one["relation"], one["status"]) == ("this execution", "PROCESSED")
    assert one["at_same_instant"]
    child = Profile.objects.get(pk=one["profile_id"])
    assert child.current_run is not None
    first, last = range_of(one["open_url"])
    length = executions[0].device_end_ns - executions[0].device_start_ns
    # Both physical cores are in the range; their clocks differ by a sync point's spread.
    assert abs((last - first) - length) <= 2 * 1_500
    assert abs(first) <= 2 * 1_500
    assert last <= child.current_run.duration_ns + 2 * 1_500  # type: ignore[operator]
    assert (found["model"]["role"], found["model"]["rank"]) == ("prefill", 0)
    assert [part["label"].split(",")[0] for part in found["where"]][1] == "Device running"
    assert sum(part["ns"] for part in found["where"]) == event["duration_ns"]


def test_the_zero_of_the_device_profile_lies_on_the_hosts_clock(
    client: Client, model_mode: tuple[Session, Captured]
) -> None:
    _, made = model_mode
    row, event = rows_named(made.system, "nc_exec_running")[0]
    (one,) = linked(client, made.system, row)["candidates"]
    assert abs(one["device_zero_host_ns"] - event["start_ts"]) <= 2 * 1_500


def test_a_later_call_is_the_same_program_and_opens_without_a_jump(
    client: Client, model_mode: tuple[Session, Captured]
) -> None:
    _, made = model_mode
    calls = rows_named(made.system, "nrt_execute")
    decodes = [row for row, event in calls if str(DECODE_ID) in event["extra_attributes_json"]]
    relations = [linked(client, made.system, row)["candidates"] for row in decodes]
    assert [one["relation"] for found in relations for one in found] == [
        "this execution",
        "same program",
    ]
    later = relations[1][0]
    assert "t" not in parse_qs(urlsplit(later["open_url"]).query)
    assert not later["at_same_instant"]


def test_device_profiles_have_the_calls_that_were_written(
    client: Client, model_mode: tuple[Session, Captured]
) -> None:
    session, made = model_mode
    found = client.get(f"/api/v1/profiles/{made.system.pk}/devices/").json()
    assert (found["total"], found["ready"]) == (2, 2)
    for device in found["devices"]:
        own = [
            one
            for one in session.processes[0].executions
            if str(one.model_id) == device["model_id"]
        ]
        assert device["calls"] == len(own)
        assert device["total_ns"] == sum(one.end_ns - one.start_ns for one in own)
        assert device["process"] == str(session.processes[0].pid)


def test_in_session_mode_the_time_of_the_execution_decides(
    client: Client, db: None, data_dir: Path
) -> None:
    session = small_session(mode="session")
    process = session.processes[0]
    names = [Path(trace.file_name).name for trace in process.traces]
    made = captured(session, data_dir / "capture", names)
    held = {(trace.model_id, one.exec_id) for trace in process.traces for one in trace.executions}
    executions = sorted(process.executions, key=lambda one: one.start_ns)
    for (row, _), execution in zip(rows_named(made.system, "nrt_execute"), executions, strict=True):
        candidates = linked(client, made.system, row)["candidates"]
        assert len(candidates) == 1
        assert candidates[0]["relation"] in ("this execution", "same program")
        right = [one for one in candidates if one["relation"] == "this execution"]
        expected = (execution.model_id, execution.exec_id) in held
        assert len(right) == expected
        for one in right:
            assert one["at_same_instant"]
            session_id = Profile.objects.get(pk=one["profile_id"]).capture["device"]["session_id"]
            assert session_id == sorted((PREFILL_ID, DECODE_ID)).index(execution.model_id)


def test_the_written_faults_are_found_in_the_processed_run(
    client: Client, db: None, data_dir: Path
) -> None:
    plan = Serving(straggler=5, gap_after=3)
    made = captured(serving_session(plan), data_dir / "capture")
    answer = client.get(f"/api/v1/profiles/{made.system.pk}/runs/1/system-summary/")
    found = answer.json()
    late = {one["name"]: one["costs_most"] for one in found["stragglers"]}
    for name in ("step begin", "cc_exec_barrier"):
        assert late[name]["rank"]["worker_gid"] == plan.straggler
        assert late[name]["times_last"] == late[name]["meetings"] == 14
    assert {one["role"]: one["count"] for one in found["steps"]} == {"prefill": 2, "decode": 12}
    gap = found["gaps"][0]
    assert gap["duration_ns"] > plan.gap_ns
    assert gap["host"][0]["name"] == "detokenize"
    assert (found["instances"], found["logical_cores"]) == (1, plan.cores)
    (process,) = found["processes"]
    assert process["from_hardware"]


def test_events_are_found_and_counted_by_track(client: Client, db: None, data_dir: Path) -> None:
    made = captured(small_session(), data_dir / "capture")
    base = f"/api/v1/profiles/{made.system.pk}/runs/1"
    document = client.get(f"{base}/timeline/").json()
    events = client.get(f"{base}/range-statistics/").json()["events"]
    by_track = 0
    for track in document["tracks"]:
        query = {"tracks": track["key"]}
        found = client.get(f"{base}/range-statistics/", query).json()
        assert found["events"] == track["rows"], track["key"]
        if track["attrs"].get("source"):
            by_track += found["events"]
    assert by_track >= events
    hits = client.get(f"{base}/find/", {"q": "nrt_execute"}).json()
    assert hits["count"] == len(rows_named(made.system, "nrt_execute"))
