"""Options of a capture on their way through the worker and its real child."""

from pathlib import Path
from typing import Any

import pytest

from ingest_worker.ingest import ingest
from profiles.captures import capture_submit_in_place
from profiles.models import Profile, Status
from profiles.processing import processing_of
from profiles.services import profile_reprocess
from tests.make.session.broken import BROKEN, OTHER_INSTANCE
from tests.make.session.description import Session
from tests.make.session.serving import small_session
from tests.make.session.write import write_session
from tests.worker.test_broken_captures import instances, run_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent", "data_dir")]


@pytest.fixture(scope="module")
def session() -> Session:
    """The same process on two instances."""
    return BROKEN["same_pid"](small_session())


def taken_in(folder: Path, session: Session, options: dict[str, Any]) -> Profile:
    directory = write_session(folder / "capture", session)
    profile = capture_submit_in_place(directory, "run", processing_of(options))
    ingest(profile.pk, worker="w")
    profile.refresh_from_db()
    assert profile.status == Status.PROCESSED
    return profile


def names(profile: Profile) -> set[str]:
    rows = run_of(profile).rows("SystemProfileEvents", 0, offset=0, limit=100_000).to_pylist()
    return {row["name"] for row in rows if row["trace_event_source"] != "framework"}


def test_only_chosen_events_are_there_and_the_filters_may_be_changed(
    tmp_path: Path, session: Session
) -> None:
    chosen = {"event_types": ["nrt_execute"], "instance_ids": [OTHER_INSTANCE]}
    profile = taken_in(tmp_path, session, chosen)
    assert names(profile) == {"nrt_execute"}
    assert {instance for instance, _ in instances(profile)} == {OTHER_INSTANCE}
    profile_reprocess(profile, options={"event_types": ["^nrt_execute"]})
    ingest(profile.pk, worker="w")
    profile.refresh_from_db()
    assert "nrt_execute" not in names(profile)
    assert len(names(profile)) > 3
    assert len(instances(profile)) == 2


def test_without_device_profiles_there_is_the_system_profile_alone(
    tmp_path: Path, session: Session
) -> None:
    profile = taken_in(tmp_path, session, {"ignore_device_profile": True})
    assert (profile.kind, profile.devices.count()) == ("system", 0)
    assert not profile.sources.filter(role__in=("neff", "ntff")).exists()
    assert any(name.endswith(".ntff") for name, _ in profile.capture["ignored"])
    assert instances(profile)


def test_without_the_system_profile_the_traces_are_one_profile(
    tmp_path: Path, session: Session
) -> None:
    profile = taken_in(tmp_path, session, {"ignore_system_profile": True})
    assert profile.kind == "device"
    assert len(run_of(profile).manifest.parts) == 4
    assert set(profile.sources.values_list("role", flat=True)) == {"neff", "ntff"}
    codes = {notice.code for notice in run_of(profile).manifest.notices}
    assert "session.no_trace_info" not in codes
