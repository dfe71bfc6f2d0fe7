"""Uploads through the test client, and profiles processed by the real pipeline in this process."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles import lifecycle
from profiles.models import IngestRun, Profile
from profiles.services import sample_files
from profiles.storage.tables import TableStore
from profiles.stores import source_store, table_store

Answer = Any


def sample(role: str) -> bytes:
    """The bytes of the capture that comes with the program."""
    return dict(sample_files())[role].read_bytes()


def part(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/octet-stream")


@pytest.fixture
def upload(client: Client, data_dir: Path, sent: list[str], db: None) -> Callable[..., Answer]:
    """Send an upload: `upload(name=..., neff=bytes, ntff=[bytes, ...], headers={...})`."""

    def post(
        *,
        name: str | None = "run 1",
        neff: bytes | None = None,
        ntff: list[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        fields: dict[str, Any] = {}
        if name is not None:
            fields["name"] = name
        if neff is not None:
            fields["neff"] = part("model.neff", neff)
        if ntff is not None:
            fields["ntff"] = [part(f"rank{i}.ntff", data) for i, data in enumerate(ntff)]
        return client.post("/api/v1/profiles/", fields, headers=headers or {})

    return post


def claimed(profile_id: str) -> IngestRun:
    run = lifecycle.claim(UUID(profile_id), worker="test", lease_s=60)
    assert run is not None
    return run


def process_now(profile_id: str) -> Profile:
    """Claim a profile, run the pipeline on it and publish, as the worker does."""
    run = claimed(profile_id)
    store = source_store()
    refs = [
        SourceRef(s.role, s.name, store.path(profile_id, s.role, s.ordinal), s.ordinal)
        for s in run.profile.sources.all()
    ]
    folder = table_store().new_run(profile_id, run.number)
    result = process(refs, folder, Options(explorer_version="test"), silent)
    assert lifecycle.publish(run.pk, run.attempt, result.manifest)
    return Profile.objects.get(pk=profile_id)


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the sample capture, made once for all tests of a process."""
    folder = TableStore(tmp_path_factory.mktemp("sample")).new_run("sample", 1)
    refs = [SourceRef(role, path.name, path, 0) for role, path in sample_files()]
    process(refs, folder, Options(explorer_version="test"), silent)
    return folder.path


@pytest.fixture
def processed(upload: Callable[..., Answer], sample_run: Path) -> Profile:
    """The sample capture, processed."""
    answer = upload(neff=sample("neff"), ntff=[sample("ntff")])
    assert answer.status_code == 201, answer.content
    profile_id = answer.json()["id"]
    run = claimed(profile_id)
    shutil.copytree(sample_run, table_store().run_path(profile_id, run.number))
    manifest = table_store().open_run(profile_id, run.number).manifest
    assert lifecycle.publish(run.pk, run.attempt, manifest)
    return Profile.objects.get(pk=profile_id)


def error_of(answer: Answer) -> dict[str, Any]:
    """The error of an answer, whose shape is checked."""
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "title", "detail", "hint", "fields", "request_id"}
    assert error["title"]
    assert error["hint"]
    assert answer.headers["X-Request-Id"] == error["request_id"]
    return error


def files_in(data_dir: Path) -> list[Path]:
    """Files and links, without the mark by which a process says that it is alive."""
    found = [path for path in data_dir.rglob("*") if path.is_file() or path.is_symlink()]
    return [path for path in found if path.suffix != ".alive"]


def nothing_is_kept(data_dir: Path) -> bool:
    """No row, no file of an upload."""
    return Profile.objects.count() == 0 and files_in(data_dir) == []
