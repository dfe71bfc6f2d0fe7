"""Directories that are broken in named ways: each costs no more than itself, and it is said."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.ingest import ingest
from profiles.captures import capture_submit_in_place
from profiles.models import Profile, SourceFile, Status
from profiles.storage.tables import ReadableRun
from profiles.stores import source_store, table_store
from tests.make.session.broken import BROKEN, OTHER_INSTANCE, events_cut
from tests.make.session.description import Session
from tests.make.session.serving import small_session
from tests.make.session.write import session_files, write_session
from tests.worker.capture_archives import HOSTILE_MEMBERS, hostile, packed

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


def run_of(profile: Profile) -> ReadableRun:
    assert profile.current_run is not None
    return table_store().open_run(str(profile.pk), profile.current_run.number)


def codes(profile: Profile) -> set[str]:
    return {notice.code for notice in run_of(profile).manifest.notices}


def instances(profile: Profile) -> Counter[tuple[str, int]]:
    """Events by instance and process."""
    rows = run_of(profile).rows("SystemProfileEvents", 0, offset=0, limit=100_000).to_pylist()
    return Counter((row["instance_id"], row["process_id"]) for row in rows)


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


@pytest.mark.parametrize("share", [0.0, 0.41, 0.9])
def test_events_that_are_cut_leave_the_rest_of_the_capture(
    share: float, tmp_path: Path, data_dir: Path, sound: Session
) -> None:
    profile, devices = processed(tmp_path / "capture", events_cut(sound, share))
    assert [one.status for one in (profile, *devices)] == [Status.PROCESSED] * 3
    assert "system.fewer_records" in codes(profile)
    assert ("system.cut" in codes(profile)) is (share > 0)


def test_the_same_number_on_two_instances_is_two_processes(
    tmp_path: Path, data_dir: Path, sound: Session
) -> None:
    profile, devices = processed(tmp_path / "capture", BROKEN["same_pid"](sound))
    own = sound.processes[0]
    found = instances(profile)
    assert set(found) == {(own.instance.name, own.pid), (OTHER_INSTANCE, own.pid)}
    assert len(set(found.values())) == 1
    assert len({device.name for device in devices}) == 4


def test_a_directory_inside_itself_is_read_once(
    tmp_path: Path, data_dir: Path, sound: Session
) -> None:
    once, _ = processed(tmp_path / "once", sound)
    twice, _ = processed(tmp_path / "twice", BROKEN["twice"](sound))
    assert "session.repeated" in codes(twice)
    assert instances(once) == instances(twice)
    assert run_of(once).manifest.record_count == run_of(twice).manifest.record_count


def taken_in(archive: bytes) -> Profile:
    """What becomes of an uploaded archive, its device profiles included."""
    profile = Profile.objects.create(name="run")
    SourceFile.objects.create(profile=profile, role="archive", name="run.tar", size_bytes=1)
    path = source_store().path(str(profile.pk), "archive", 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(archive)
    ingest(profile.pk, worker="w")
    for device in list(profile.devices.values_list("pk", flat=True)):
        ingest(device, worker="w")
    profile.refresh_from_db()
    return profile


def everything_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_members_that_are_not_allowed_are_left_out_and_the_rest_is_processed(
    data_dir: Path, sound: Session
) -> None:
    profile = taken_in(hostile(good=session_files(sound)))
    assert (profile.kind, profile.status) == ("system", Status.PROCESSED)
    assert {one.status for one in profile.devices.all()} == {Status.PROCESSED}
    found = {notice.code: notice.count for notice in run_of(profile).manifest.notices}
    assert found["archive.unsafe_member"] == HOSTILE_MEMBERS - 1
    assert found["archive.duplicate_member"] == 1
    kept = everything_below(data_dir / "sources")
    assert all(name.startswith("unpacked-") for name in kept), kept


def test_an_archive_that_ends_early_gives_what_came_whole(data_dir: Path, sound: Session) -> None:
    files = session_files(sound)
    (info,) = (name for name in files if name.endswith("trace_info.pb"))
    ordered = {info: files[info], **files}
    data = packed("gzip", ordered)
    profile = taken_in(data[: len(data) * 2 // 3])
    assert (profile.kind, profile.status) == ("system", Status.PROCESSED)
    assert "archive.truncated" in codes(profile)


def test_an_archive_inside_the_archive_is_told_and_not_opened(
    data_dir: Path, sound: Session
) -> None:
    files = session_files(sound)
    profile = taken_in(packed("zip", {**files, "again.tar": packed("tar", files)}))
    assert profile.status == Status.PROCESSED
    assert "session.nested_archive" in codes(profile)
    assert profile.devices.count() == 2
    assert ["again.tar", len(packed("tar", files))] in profile.capture["ignored"]


@pytest.mark.parametrize(
    ("setting", "value", "kind"),
    [
        ("MAX_DIRECTORY_FILES", 3, "tar"),
        ("MAX_DIRECTORY_FILES", 3, "zip"),
        ("MAX_UNPACKED_BYTES", 2000, "gzip"),
        ("MAX_UNPACKED_BYTES", 2000, "zstd"),
        ("MAX_UNPACKED_RATIO", 2, "gzip"),
    ],
)
def test_an_archive_beyond_a_limit_of_the_settings_has_a_code_and_leaves_nothing(
    setting: str, value: int, kind: str, data_dir: Path, settings: Any, sound: Session
) -> None:
    setattr(settings, setting, value)
    files = dict(session_files(sound))
    if setting == "MAX_UNPACKED_RATIO":
        files["zeros.ntff"] = bytes(65 << 20)
    profile = taken_in(packed(kind, files))
    assert profile.status == Status.FAILED
    run = profile.runs.get()
    assert run.error_code == "archive.bomb"
    assert "NEFF" not in run.error_hint
    assert not everything_below(data_dir / "tables")


def test_a_directory_in_place_beyond_the_limit_has_a_code(
    tmp_path: Path, data_dir: Path, settings: Any, sound: Session
) -> None:
    settings.MAX_DIRECTORY_FILES = 3
    profile, _ = processed(tmp_path / "capture", sound)
    assert profile.runs.get().error_code == "archive.too_many"


def test_a_session_without_neffs_says_so(tmp_path: Path, data_dir: Path, sound: Session) -> None:
    profile, devices = processed(tmp_path / "capture", BROKEN["without_neffs"](sound))
    assert "pair.neff_missing" in codes(profile)
    assert "neff.missing" in codes(devices[0])
