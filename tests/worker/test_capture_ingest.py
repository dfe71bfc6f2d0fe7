"""A capture directory from its archive to its profiles, by the worker and its real child."""

from pathlib import Path
from uuid import UUID

import pytest

from ingest_worker import ingest as ingesting
from ingest_worker.ingest import ingest, job_of
from ingest_worker.runner import Outcome
from profiles import captures, lifecycle
from profiles.captures import capture_submit_in_place
from profiles.models import Profile, SourceFile, Status
from profiles.refusal import Refused
from profiles.services import profile_delete, profile_reprocess
from profiles.storage.manifest import Manifest
from profiles.stores import source_path, source_store, table_store
from tests.make.session.serving import Serving, serving_session
from tests.make.session.write import session_files
from tests.worker.capture_archives import packed
from tests.worker.test_unpack import FILES, NEFF, NTFF, PROCESS

DEVICE_FILES = {
    "r/neff_12.neff": NEFF,
    "r/profile_rank_0.ntff": NTFF,
    "r/profile_rank_1.ntff": b"",
    "r/profile_rank_2.ntff": NTFF[:-1] + bytes([NTFF[-1] ^ 1]),
    "r/notes.txt": b"x",
}


@pytest.fixture(autouse=True)
def _quiet(sent: list[str]) -> None:
    """Nothing reaches a broker."""


def submitted(files: dict[str, bytes]) -> Profile:
    """A waiting profile whose archive holds the files."""
    profile = Profile.objects.create(name="run", folder_name="run")
    SourceFile.objects.create(profile=profile, role="archive", name="run.tar", size_bytes=1)
    path = source_store().path(str(profile.pk), "archive", 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(packed("tar", files))
    return profile


def manifest_of(profile: Profile) -> Manifest:
    profile.refresh_from_db()
    assert profile.current_run is not None
    return table_store().open_run(str(profile.pk), profile.current_run.number).manifest


def unfold(profile: Profile) -> None:
    """Unpack and unfold, and hand the profile back before its own part is processed."""
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    watch = ingesting.Watch(
        owner=ingesting.Claim(run, is_stopping=lambda: False),
        soft_limit_s=60,
        lease_s=60,
        scratch=ingesting.scratch_folder(run),
        log=ingesting.RunLog(profile_id=str(profile.pk), run=run.number),
    )
    assert ingesting._unfold(run, ingesting.run_job(job_of(run), watch))
    assert lifecycle.release(run.pk, run.attempt)
    profile.refresh_from_db()


@pytest.mark.django_db
def test_a_system_capture_becomes_a_parent_and_a_device_profile_per_trace(data_dir: Path) -> None:
    profile = submitted(FILES)
    unfold(profile)
    assert (profile.kind, profile.status) == ("system", Status.PENDING)
    child = profile.devices.get()
    assert child.name == "run_i-0af76a70a6d3864dd_pid_7_nc_0_model_12"
    assert child.capture["device"]["model_id"] == 12
    assert profile.capture["ignored"] == [["run/notes.txt", 5]]
    roles = set(profile.sources.values_list("role", flat=True))
    assert roles == {"neff", "ntff", "trace_info"}
    assert {source.original_id is None for source in child.sources.all()} == {False}
    kept = sorted(path.name for path in (data_dir / "sources" / str(profile.pk)).iterdir())
    assert kept == ["unpacked-0", "unpacked-1", "unpacked-2"]
    assert not (data_dir / "sources" / str(child.pk)).exists()


@pytest.mark.django_db
def test_a_child_is_processed_from_its_parent_s_files(data_dir: Path) -> None:
    profile = submitted(FILES)
    unfold(profile)
    child = profile.devices.get()
    assert ingest(child.pk, worker="w") is Outcome.DONE
    assert manifest_of(child).table("NeffHeader", 0) is not None


@pytest.mark.django_db
def test_deleting_a_child_keeps_the_files_and_deleting_the_parent_takes_all(
    data_dir: Path,
) -> None:
    profile = submitted(FILES)
    unfold(profile)
    child = profile.devices.get()
    profile_delete(child)
    assert all(source_path(source).exists() for source in profile.sources.all())
    profile_delete(profile)
    assert Profile.objects.count() == 0
    assert list((data_dir / "sources").iterdir()) == []


@pytest.mark.django_db
def test_the_system_job_is_told_its_devices_and_not_their_files(data_dir: Path) -> None:
    profile = submitted(FILES)
    unfold(profile)
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    job = job_of(run)
    assert job.kind == "system"
    assert [source.name for source in job.sources] == [f"{PROCESS}/trace_info.pb"]
    (device,) = job.devices
    assert UUID(device.profile_id) == profile.devices.get().pk
    assert device.neff_name == f"{PROCESS}/neff_12.neff"


@pytest.mark.django_db
def test_device_files_alone_become_one_profile_in_which_a_broken_trace_costs_its_part(
    data_dir: Path,
) -> None:
    profile = submitted(DEVICE_FILES)
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    manifest = manifest_of(profile)
    assert [part.name for part in manifest.parts] == ["Rank 0", "Rank 2"]
    assert manifest.table("NeffHeader", 1) is not None
    codes = {notice.code for notice in manifest.notices}
    assert {"ntff.truncated", "session.own_clocks"} <= codes
    assert Profile.objects.count() == 1


@pytest.mark.django_db
def test_device_files_of_which_none_can_be_read_fail_with_the_first_code(data_dir: Path) -> None:
    profile = submitted({"a/x.ntff": b"", "b/x.ntff": b""})
    assert ingest(profile.pk, worker="w") is Outcome.FAILED
    profile.refresh_from_db()
    assert profile.runs.get().error_code == "ntff.truncated"


@pytest.mark.django_db
def test_traces_of_two_programs_are_joined_with_their_own_neffs(data_dir: Path) -> None:
    from dataclasses import replace

    from tests.make.neff import make_neff
    from tests.make.ntff import make_ntff
    from tests.make.pair import small_capture, small_model

    other = bytes(range(16, 32))
    files = {
        "neff_1.neff": NEFF,
        "1_vnc_0.ntff": NTFF,
        "neff_2.neff": make_neff(replace(small_model(), uuid=other)),
        "2_vnc_0.ntff": make_ntff(replace(small_capture(), uuid=other)),
    }
    profile = submitted(files)
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    run = table_store().open_run(str(profile.pk), 1)
    ids = {str(run.row("NeffHeader", part, 0)) for part in (0, 1)}
    assert len(ids) == 2
    assert not [n for n in run.manifest.notices if n.code.startswith("pair.")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"notes.txt": b"x"}, "session.empty"),
        ({"../x.ntff": NTFF}, "archive.unsafe_member"),
    ],
)
def test_an_archive_that_cannot_be_used_fails_with_its_code(
    files: dict[str, bytes], code: str, data_dir: Path
) -> None:
    profile = submitted(files)
    assert ingest(profile.pk, worker="w") is Outcome.FAILED
    assert profile.runs.get().error_code == code
    assert table_store().runs_of(str(profile.pk)) == []


@pytest.mark.django_db
def test_a_directory_in_place_is_read_without_a_copy(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "capture"
    folder.mkdir()
    (folder / "profile.ntff").write_bytes(NTFF)
    (folder / "x.neff").write_bytes(NEFF)
    profile = capture_submit_in_place(folder, "mine")
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert list((data_dir / "sources").iterdir()) == []
    assert {source.in_place for source in profile.sources.all()} == {
        str(folder / name) for name in ("profile.ntff", "x.neff")
    }


@pytest.mark.django_db
def test_a_file_in_place_that_has_gone_is_said_so(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "capture"
    folder.mkdir()
    (folder / "profile.ntff").write_bytes(NTFF)
    profile = capture_submit_in_place(folder, "mine")
    ingest(profile.pk, worker="w")
    (folder / "profile.ntff").unlink()
    profile.refresh_from_db()
    profile_reprocess(profile)
    assert ingest(profile.pk, worker="w") is Outcome.FAILED
    run = profile.runs.order_by("-number")[0]
    assert (run.error_code, run.error_file) == ("source.gone", "profile.ntff")


@pytest.mark.django_db
def test_a_directory_that_is_not_there_is_refused(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        capture_submit_in_place(tmp_path / "nowhere", "x")
    assert caught.value.code == "source.gone"
    assert Profile.objects.count() == 0


@pytest.mark.django_db
def test_a_run_that_lost_its_profile_unfolds_nothing(data_dir: Path) -> None:
    profile = submitted(FILES)
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    lifecycle.release(run.pk, run.attempt)
    assert not captures.capture_unfold(
        run.pk, run.attempt, [], captures.CapturePlan("device", (), (), (), ())
    )
    assert not captures.is_unfolded(profile)


@pytest.mark.django_db
def test_an_archive_left_by_a_kill_after_unfolding_is_removed(data_dir: Path) -> None:
    profile = submitted(DEVICE_FILES)
    archive = source_store().path(str(profile.pk), "archive", 0)
    copy = archive.read_bytes()
    unfold(profile)
    archive.write_bytes(copy)
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert not archive.exists()


@pytest.mark.django_db
def test_a_profile_deleted_while_it_is_unpacked_stays_deleted(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = submitted(FILES)
    monkeypatch.setattr(ingesting, "pause_at", lambda *_: profile_delete(profile))
    assert ingest(profile.pk, worker="w") is Outcome.DISOWNED
    assert Profile.objects.count() == 0
    assert list((data_dir / "sources").iterdir()) == []


@pytest.mark.django_db
def test_a_directory_copied_into_itself_keeps_one_copy(data_dir: Path) -> None:
    twice = {**FILES, **{f"copy/{name}": data for name, data in FILES.items()}}
    profile = submitted(twice)
    unfold(profile)
    assert profile.devices.count() == 1
    assert profile.sources.filter(role="ntff").count() == 1
    ignored = {name for name, _ in profile.capture["ignored"]}
    assert {name for name in twice if name.endswith((".ntff", ".pb"))} - ignored == {
        f"copy/{name}" for name in FILES if name.endswith((".ntff", ".pb"))
    }
    kept = {source.place for source in profile.sources.all()}
    folder = data_dir / "sources" / str(profile.pk)
    assert {path.name for path in folder.iterdir()} == kept


def session_files_of_one_core() -> dict[str, bytes]:
    """A trace of a session holds three executions of its program; more were made."""
    plan = Serving(cores=1, requests=1, decode_steps=5, mode="session", is_single=True, ticks=2)
    return session_files(serving_session(plan))


def links_of(profile: Profile) -> set[tuple[int, str, str]]:
    """Event, device profile and relation of every link of the current run."""
    profile.refresh_from_db()
    assert profile.current_run is not None
    run = table_store().open_run(str(profile.pk), profile.current_run.number)
    rows = run.parquet("DeviceProfileLink").read().to_pylist()
    return {(row["event_row"], row["device_profile_id"], row["relation"]) for row in rows}


@pytest.mark.django_db
def test_links_of_session_mode_are_whole_before_any_device_profile_is_processed(
    data_dir: Path,
) -> None:
    profile = submitted(session_files_of_one_core())
    unfold(profile)
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    devices = list(profile.devices.all())
    assert {device.status for device in devices} == {Status.PENDING}
    before = links_of(profile)
    assert {relation for *_, relation in before} == {"this execution", "same program"}
    assert {device for _, device, _ in before} == {str(device.pk) for device in devices}
    assert ingest(devices[0].pk, worker="w") is Outcome.DONE
    assert links_of(profile) == before
    profile_reprocess(profile)
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert links_of(profile) == before


@pytest.mark.django_db
def test_a_plan_of_before_has_no_windows(data_dir: Path) -> None:
    profile = submitted(session_files_of_one_core())
    unfold(profile)
    for child in profile.devices.all():
        assert child.capture["device"].pop("windows_ns")
        child.save(update_fields=["capture"])
    assert {plan.windows_ns for _, plan in captures.devices_of(profile)} == {()}
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert {relation for *_, relation in links_of(profile)} == {"candidate"}
