"""Files from the command line are taken into the workspace, by the server that runs or without."""

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
    with fake_server() as server:
        lock.take(port=server.port, api_port=server.port)
        try:
            assert workspace.ingest(Given(pair[0], [pair[1]], name="run 12")) == 0
        finally:
            lock.release()
    [got] = server.received
    assert got.fields == {"name": "run 12"}
    assert [(role, name) for role, name, _ in got.files] == [
        ("neff", pair[0].name),
        ("ntff", pair[1].name),
    ]
    assert not Profile.objects.exists(), "the server writes the rows"
    assert "/profiles/abc/" in capsys.readouterr().out


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

    def here(profile_id: Any, port: int) -> int:
        seen.append(is_being_ingested(at_home))
        return original(profile_id, port)

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
    assert workspace.ingest(Given(None, [], folder, "a directory")) == 0
    assert capsys.readouterr().out.startswith("PROCESSED  http://localhost:")
    assert not [path for path in (at_home / "sources").rglob("*") if path.is_file()]
