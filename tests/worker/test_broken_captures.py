"""Directories that are broken in named ways: each costs no more than itself, and it is said."""

from pathlib import Path

import pytest

from ingest_worker.ingest import ingest
from profiles.captures import capture_submit_in_place
from profiles.models import Profile, Status
from profiles.stores import table_store
from tests.make.session.broken import BROKEN
from tests.make.session.description import Session
from tests.make.session.serving import small_session
from tests.make.session.write import write_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent")]


@pytest.fixture(scope="module")
def sound() -> Session:
    return small_session()


def processed(folder: Path, session: Session) -> tuple[Profile, list[Profile]]:
    """The profile of the written directory and its device profiles, all of them tried."""
    profile = capture_submit_in_place(write_session(folder, session), "run")
    ingest(profile.pk, worker="w")
    for device in list(profile.devices.values_list("pk", flat=True)):
        ingest(device, worker="w")
    profile.refresh_from_db()
    return profile, list(profile.devices.order_by("name"))


def codes(profile: Profile) -> set[str]:
    assert profile.current_run is not None
    run = table_store().open_run(str(profile.pk), profile.current_run.number)
    return {notice.code for notice in run.manifest.notices}


def test_a_sound_session_is_a_system_profile_with_ready_device_profiles(
    tmp_path: Path, data_dir: Path, sound: Session
) -> None:
    profile, devices = processed(tmp_path / "capture", sound)
    assert (profile.kind, profile.status) == ("system", Status.PROCESSED)
    assert [device.status for device in devices] == [Status.PROCESSED] * 2


def test_without_trace_info_the_traces_are_shown_and_it_is_said(
    tmp_path: Path, data_dir: Path, sound: Session
) -> None:
    profile, devices = processed(tmp_path / "capture", BROKEN["without_info"](sound))
    assert (profile.kind, profile.status, devices) == ("device", Status.PROCESSED, [])
    assert "session.no_trace_info" in codes(profile)


@pytest.mark.parametrize(
    ("name", "system", "device"),
    [
        ("empty_traces", Status.PROCESSED, {Status.FAILED}),
        ("broken_trace", Status.PROCESSED, {Status.FAILED, Status.PROCESSED}),
        ("without_neffs", Status.PROCESSED, {Status.PROCESSED}),
        ("events_cut", Status.PROCESSED, {Status.PROCESSED}),
        ("same_pid", Status.PROCESSED, {Status.PROCESSED}),
        ("twice", Status.PROCESSED, {Status.PROCESSED}),
    ],
)
def test_a_broken_file_costs_its_own_profile_only(
    name: str,
    system: str,
    device: set[str],
    tmp_path: Path,
    data_dir: Path,
    sound: Session,
) -> None:
    profile, devices = processed(tmp_path / "capture", BROKEN[name](sound))
    assert profile.status == system
    assert {one.status for one in devices} == device
    for failed in (one for one in devices if one.status == Status.FAILED):
        assert failed.runs.get().error_code.startswith("ntff.")


def test_a_session_without_neffs_says_so(tmp_path: Path, data_dir: Path, sound: Session) -> None:
    profile, devices = processed(tmp_path / "capture", BROKEN["without_neffs"](sound))
    assert "pair.neff_missing" in codes(profile)
    assert "neff.missing" in codes(devices[0])
