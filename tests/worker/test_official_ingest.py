"""A result of the official tool from its archive or file to a profile, by the real child."""

import json
from pathlib import Path

import pytest

from ingest_worker.ingest import ingest
from ingest_worker.runner import Outcome
from profiles.captures import capture_submit_in_place
from profiles.directory import FoundFile, plan
from profiles.models import Profile, Status
from profiles.storage.tables import ReadableRun
from profiles.stores import source_store, table_store
from tests.imports.official_files import SUMMARY, decoded, device_document, tables_of, write_table
from tests.worker.capture_archives import packed
from tests.worker.test_capture_ingest import manifest_of, submitted
from tests.worker.test_unpack import NEFF, listed


@pytest.fixture(autouse=True)
def _quiet(sent: list[str]) -> None:
    """Nothing reaches a broker."""


@pytest.fixture
def run(tmp_path: Path) -> ReadableRun:
    return decoded(tmp_path)


def files_of(run: ReadableRun) -> dict[str, bytes]:
    return {f"run@latest/{one.name}": one.path.read_bytes() for one in tables_of(run.path)}


@pytest.mark.django_db
def test_an_archive_of_tables_becomes_a_device_profile(run: ReadableRun, data_dir: Path) -> None:
    profile = submitted({**files_of(run), "run@latest/notes.txt": b"x"})
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    manifest = manifest_of(profile)
    assert (profile.status, profile.kind) == (Status.PROCESSED, "device")
    assert manifest.duration_ns == run.manifest.duration_ns
    assert {entry.name for entry in manifest.tables} >= {"Instruction", "DmaPacket"}
    assert set(profile.sources.values_list("role", flat=True)) == {"parquet"}
    assert profile.capture["ignored"] == [["run@latest/notes.txt", 1]]


@pytest.mark.django_db
def test_a_folder_of_tables_is_read_where_it_lies(run: ReadableRun, data_dir: Path) -> None:
    profile = capture_submit_in_place(run.path, "in place")
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert manifest_of(profile).duration_ns == run.manifest.duration_ns


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ntff.json", "summary.json"])
def test_one_json_is_read_where_it_lies(
    name: str, run: ReadableRun, data_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    document = {"n_1": SUMMARY} if name == "summary.json" else device_document(run)
    path.write_text(json.dumps(document))
    profile = capture_submit_in_place(path, "in place")
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert manifest_of(profile).table("Summary") is not None


@pytest.mark.django_db
def test_a_system_of_tables_becomes_a_system_profile(data_dir: Path, tmp_path: Path) -> None:
    columns = {
        "name": ["nrt_execute"],
        "start_ts": [1_700_000_000_000_000_000],
        "end_ts": [1_700_000_000_000_000_900],
        "trace_event_source": ["neuron_rt"],
        "instance_id": ["i-1"],
        "process_id": [7],
        "thread_id": [1],
    }
    path = write_table(tmp_path, "SystemProfileEvents.parquet", columns)
    profile = submitted({"s/SystemProfileEvents.parquet": path.read_bytes()})
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert (manifest_of(profile).duration_ns, profile.kind) == (900, "system")


@pytest.mark.django_db
def test_a_damaged_table_fails_with_its_code_and_name(run: ReadableRun, data_dir: Path) -> None:
    files = files_of(run)
    files["run@latest/Instruction.parquet"] = b"PAR1" + bytes(100)
    profile = submitted(files)
    ingest(profile.pk, worker="w")
    profile.refresh_from_db()
    failed = profile.runs.get()
    assert profile.status == Status.FAILED
    assert (failed.error_code, failed.error_file) == (
        "parquet.malformed",
        "run@latest/Instruction.parquet",
    )
    folder = table_store().run_path(str(profile.pk), failed.number)
    assert not folder.exists()


def archive_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    (tmp_path / "p").mkdir()
    archive = tmp_path / "p" / "archive-0"
    archive.write_bytes(packed("zip", files))
    return archive


OFFICIAL = b'{"summary": [{"total_time": 1}]}'


def test_only_what_the_content_says_is_kept(tmp_path: Path) -> None:
    files = {
        "r/ntff.json": OFFICIAL,
        "r/config.json": b'{"model": {"layers": 3}}',
        "r/Table.parquet": b"PAR1 and more",
        "r/Other.parquet": b"not one",
        "r/trace.json": b"{}",
    }
    archive = archive_of(tmp_path, files)
    found = {one.found.path: one for one in listed(archive)}
    assert {path: one.found.role for path, one in found.items()} == {
        "r/ntff.json": "official",
        "r/config.json": "other",
        "r/Table.parquet": "parquet",
        "r/Other.parquet": "other",
        "r/trace.json": "framework",
    }
    kept = {one.place for one in found.values() if one.place}
    assert kept == {path.name for path in archive.parent.glob("unpacked-*")}


def test_beside_a_capture_results_are_left_aside_and_told() -> None:
    files = [
        FoundFile("a.neff", 5, "neff"),
        FoundFile("a.json", 5, "official"),
        FoundFile("t/Instruction.parquet", 5, "parquet"),
    ]
    result = plan(files, "run")
    assert {"a.json", "t/Instruction.parquet"} <= set(result.others)
    assert [(one.code, one.count) for one in result.notices if "results" in one.code] == [
        ("session.results", 2)
    ]
    alone = plan(files[1:], "run")
    assert (alone.kind, alone.others, alone.notices) == ("device", (), ())


@pytest.mark.django_db
def test_a_capture_with_its_official_json_is_read_as_the_capture(data_dir: Path) -> None:
    profile = submitted({"r/a.neff": NEFF, "r/ntff.json": OFFICIAL})
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert any(one.code == "session.results" for one in manifest_of(profile).notices)
    folder = source_store().path(str(profile.pk), "archive", 0).parent
    assert len(list(folder.iterdir())) == 1
    assert Profile.objects.count() == 1
