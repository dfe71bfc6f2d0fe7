"""Files from the command line are taken into the workspace, by the server that runs or without."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from explorer_site import workspace
from explorer_site.serve.data_folder import ServerLock
from explorer_site.serve.refusal import Refusal
from explorer_site.workspace import Given
from profiles.models import Profile, Status
from profiles.services import sample_files
from profiles.stores import source_store
from tests.serve.fake_server import fake_server


@pytest.fixture
def pair() -> tuple[Path, Path]:
    files = dict(sample_files())
    return files["neff"], files["ntff"]


WAITING = {"name": "run 12", "status": "PENDING", "stage": None, "failure": None}
PROCESSED = {**WAITING, "status": "PROCESSED"}
FAILED = {
    **WAITING,
    "status": "FAILED",
    "failure": {"code": "ntff.truncated", "message": "It is cut.", "hint": "Capture again."},
}


@pytest.fixture
def at_home(
    db: None, data_dir: Path, settings: Any, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A workspace whose database is the test's."""
    settings.PORT, settings.API_PORT = 4001, 4002
    monkeypatch.setattr(workspace.connection, "close", lambda: None)
    return data_dir


def test_without_a_server_the_files_are_processed_here(
    at_home: Path, pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace.ingest(Given(pair[0], [pair[1]], name="run 12")) == 0
    profile = Profile.objects.get()
    assert (profile.name, profile.status) == ("run 12", Status.PROCESSED)
    told = capsys.readouterr().out
    assert told == f"PROCESSED  http://localhost:4001/profiles/{profile.pk}/\n"
    kept = source_store().path(str(profile.pk), "ntff", 0)
    assert kept.read_bytes() == pair[1].read_bytes()
    assert pair[1].exists(), "the given files are copied, never moved"
    assert not list((at_home / "incoming").glob("*.part"))


def test_a_name_is_made_from_the_files_when_none_is_given(
    at_home: Path, pair: tuple[Path, Path]
) -> None:
    workspace.submit_before_serving(Given(pair[0], [pair[1]]))
    profile = Profile.objects.get()
    assert profile.name
    assert profile.status == Status.PENDING


def test_a_file_that_cannot_be_decoded_ends_with_its_code(
    at_home: Path, tmp_path: Path, pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.ntff"
    cut.write_bytes(pair[1].read_bytes()[:500])
    assert workspace.ingest(Given(None, [cut], name="cut")) == workspace.EXIT_FAILED
    assert Profile.objects.get().status == Status.FAILED
    assert "ntff." in capsys.readouterr().err


def test_a_file_that_is_not_there_is_refused_and_nothing_kept(at_home: Path) -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        workspace.ingest(Given(None, [at_home / "gone.ntff"], name="x"))
    assert not Profile.objects.exists()


def test_a_name_that_is_too_long_is_refused_and_nothing_kept(
    at_home: Path, pair: tuple[Path, Path]
) -> None:
    with pytest.raises(Refusal, match=r"name\.too_long"):
        workspace.ingest(Given(None, [pair[1]], name="x" * 151))
    assert not Profile.objects.exists()
    assert not list((at_home / "incoming").glob("*.part"))


def test_with_a_server_the_files_go_through_its_api(
    at_home: Path, pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    lock = ServerLock(at_home)
    with fake_server(statuses=[WAITING, PROCESSED]) as server:
        lock.take(port=server.port, api_port=server.port)
        try:
            assert workspace.ingest(Given(pair[0], [pair[1]], name="run 12")) == 0
        finally:
            lock.release()
    assert server.polls == 2
    [got] = server.received
    assert got.fields == {"name": "run 12"}
    assert [(role, name) for role, name, _ in got.files] == [
        ("neff", pair[0].name),
        ("ntff", pair[1].name),
    ]
    assert not Profile.objects.exists(), "the server writes the rows"
    assert "/profiles/abc/" in capsys.readouterr().out


def test_a_failure_at_the_server_is_told_by_code(
    at_home: Path, pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    lock = ServerLock(at_home)
    with fake_server(statuses=[WAITING, FAILED]) as server:
        lock.take(port=server.port, api_port=server.port)
        try:
            assert workspace.ingest(Given(None, [pair[1]], name="x"), as_json=True) == 1
        finally:
            lock.release()
    told = capsys.readouterr()
    assert "run 12: ntff.truncated: It is cut. Capture again.\n" in told.err
    assert [one["status"] for one in json.loads(told.out)] == ["FAILED"]


def test_what_the_server_refuses_is_refused(at_home: Path, pair: tuple[Path, Path]) -> None:
    lock = ServerLock(at_home)
    error = {"error": {"code": "upload.no_space", "title": "Not enough space"}}
    with fake_server(refusal=(507, error)) as server:
        lock.take(port=server.port, api_port=server.port)
        try:
            with pytest.raises(Refusal, match=r"upload\.no_space: Not enough space"):
                workspace.ingest(Given(None, [pair[1]], name="x"))
        finally:
            lock.release()


def test_source_roots_are_kept_with_the_profile_and_told(
    at_home: Path, pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kernels = tmp_path / "kernels"
    kernels.mkdir()
    given = Given(pair[0], [pair[1]], name="run 12", source_roots={"nki": kernels})
    assert workspace.ingest(given, as_json=True) == 0
    (told,) = json.loads(capsys.readouterr().out)
    profile = Profile.objects.get()
    assert profile.source_roots == told["source_roots"] == {"nki": str(kernels)}
    assert told["page"] == f"http://localhost:4001/profiles/{profile.pk}/"
    assert (told["id"], told["status"]) == (str(profile.pk), "PROCESSED")


def test_an_earlier_profile_of_the_name_is_replaced_when_asked_to(
    at_home: Path, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    def ingested(trace: Path, *, replaces: bool) -> set[str]:
        workspace.ingest(Given(None, [trace], name="run 12", replaces=replaces))
        return {str(profile.pk) for profile in Profile.objects.all()}

    cut = tmp_path / "cut.ntff"
    cut.write_bytes(pair[1].read_bytes()[:500])
    first = ingested(pair[1], replaces=False)
    assert ingested(cut, replaces=True) > first, "what failed replaces nothing"
    (kept,) = ingested(pair[1], replaces=True)
    assert kept not in first
    assert (at_home / "profiles" / "global" / "run 12@latest").resolve().is_dir()


def test_a_folder_of_sources_that_is_not_there_is_refused_and_nothing_kept(
    at_home: Path, pair: tuple[Path, Path]
) -> None:
    given = Given(pair[0], [pair[1]], source_roots={"framework": at_home / "gone"})
    for take in (workspace.ingest, workspace.submit_before_serving):
        with pytest.raises(Refusal, match=r"--framework-source-root .* is not a directory"):
            take(given)
    assert not Profile.objects.exists()


def test_serving_a_served_workspace_is_refused_before_anything_is_kept(
    at_home: Path, pair: tuple[Path, Path]
) -> None:
    lock = ServerLock(at_home)
    lock.take(port=1, api_port=2)
    try:
        with pytest.raises(Refusal, match="already served"):
            workspace.submit_before_serving(Given(pair[0], [pair[1]], name="x"))
    finally:
        lock.release()
    assert not Profile.objects.exists()


def test_while_it_ingests_the_workspace_says_so(
    at_home: Path, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer_site.serve.data_folder import is_being_ingested

    seen: list[bool] = []
    original = workspace._here

    def here(profile_id: Any, report: Any) -> None:
        seen.append(is_being_ingested(at_home))
        original(profile_id, report)

    monkeypatch.setattr(workspace, "_here", here)
    workspace.ingest(Given(pair[0], [pair[1]], name="x"))
    assert seen == [True]
    assert not is_being_ingested(at_home)
    assert os.listdir(at_home / "run")  # noqa: PTH208


@pytest.mark.django_db(transaction=True)
def test_a_directory_is_read_where_it_lies(
    at_home: Path, pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "captured"
    folder.mkdir()
    for path in pair:
        (folder / path.name).write_bytes(path.read_bytes())
    roots = {"nki": folder}
    assert workspace.ingest(Given(None, [], folder, "a directory", roots)) == 0
    assert Profile.objects.get().source_roots == {"nki": str(folder)}
    assert capsys.readouterr().out.startswith("PROCESSED  http://localhost:")
    assert not [path for path in (at_home / "sources").rglob("*") if path.is_file()]
