"""The public capture session: what its summary says and where its executions lead."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.capture_scan import scan_directory
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.pipeline.system import process_system
from profiles import lifecycle
from profiles.directory import plan
from profiles.models import Profile
from profiles.stores import table_store
from tests.system.runs import system_sources

FOLDER = "nki-moe-megakernel/session"
MODEL = "171450338541704"


@pytest.fixture
def session(samples: Path, db: None, data_dir: Path) -> Profile:
    """The session and its device profile, processed."""
    root = samples / FOLDER
    if not root.is_dir():
        pytest.skip(f"there is no capture session in {root}; set SAMPLES")
    system = Profile.objects.create(name="moe", kind="system")
    (device,) = plan(scan_directory(root), "moe").devices
    child = Profile.objects.create(
        name=device.name, parent=system, capture={"device": {**vars(device)}}
    )
    ref = DeviceRef(
        str(child.pk),
        device.name,
        device.instance_id,
        device.process_id,
        device.nc_id,
        device.model_id,
        device.session_id,
        device.neff,
        device.evidence,
    )
    run = claimed(system)
    process_system(system_sources(root), run, Options(), silent, [ref])
    published(system)
    sources = [SourceRef("ntff", device.ntff, root / device.ntff)]
    assert device.neff
    sources.append(SourceRef("neff", device.neff, root / device.neff))
    process(sources, claimed(child), Options(), silent)
    published(child)
    return system


def claimed(profile: Profile) -> Any:
    run = lifecycle.claim(profile.pk, worker="test", lease_s=60)
    assert run is not None
    return table_store().new_run(str(profile.pk), run.number)


def published(profile: Profile) -> None:
    profile.refresh_from_db()
    run = profile.active_run
    assert run is not None
    manifest = table_store().open_run(str(profile.pk), run.number).manifest
    assert lifecycle.publish(run.pk, run.attempt, manifest)


def test_the_execution_is_linked_as_the_same_program(client: Client, session: Profile) -> None:
    base = f"/api/v1/profiles/{session.pk}/runs/1"
    call = client.get(f"{base}/find/", {"q": "nrt_execute"}).json()["first"]
    assert call["name"] == "nrt_execute"
    found = client.get(f"{base}/device-link/", {"row": call["row"]}).json()
    (one,) = found["candidates"]
    assert (one["relation"], one["status"]) == ("same program", "PROCESSED")
    assert not one["at_same_instant"]
    assert "?back=" in one["open_url"]
    assert "another execution of the same program" in found["note"]
    assert one["evidence"]
    submit, device, after = found["where"]
    assert sum(part["ns"] for part in found["where"]) == call["duration_ns"]
    # The device runs for 983 of 1,240 microseconds; the runtime needs the rest around it.
    assert device["share"] == pytest.approx(0.793, abs=0.01)
    assert submit["ns"] > after["ns"] > 0


def test_the_device_profile_is_listed_with_its_calls(client: Client, session: Profile) -> None:
    found = client.get(f"/api/v1/profiles/{session.pk}/devices/").json()
    assert (found["total"], found["ready"]) == (1, 1)
    (device,) = found["devices"]
    assert device["calls"] >= 1
    assert device["duration_ns"] == pytest.approx(1_003_215, abs=1)


def test_the_summary_says_what_ran(client: Client, session: Profile) -> None:
    found = client.get(f"/api/v1/profiles/{session.pk}/runs/1/system-summary/").json()
    assert found["events"] == 839
    assert found["wall_ns"] == pytest.approx(16_400_000, rel=0.01)
    assert (found["instances"], len(found["processes"])) == (1, 1)
    (process,) = found["processes"]
    assert process["process_id"] == "713479"
    assert process["from_hardware"]
    assert 0.05 < process["running_share"] < 0.08
    (steps,) = found["steps"]
    assert steps["count"] == steps["ranks"] == 1


def test_every_event_is_counted_once_over_the_whole_range(client: Client, session: Profile) -> None:
    base = f"/api/v1/profiles/{session.pk}/runs/1"
    found = client.get(f"{base}/range-statistics/").json()
    assert found["events"] == 839
    assert sum(one["count"] for one in found["by_name"]) == 839
    assert sum(one["count"] for one in found["by_name_and_core"]) == 839
    by_name = {one["name"]: one["count"] for one in found["by_name"]}
    assert by_name["timestamp_sync_point"] == 2
