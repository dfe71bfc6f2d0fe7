"""Profiles in every state, made by rows alone: pages are asked for, not decoded."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from profiles.models import IngestRun, Profile, SourceFile, Status
from profiles.services import profile_submit, sample_files
from profiles.storage.sources import ReceivedFile
from profiles.stores import source_store

MakeProfile = Callable[..., Profile]


@pytest.fixture
def submit(data_dir: Path, sent: list[str], db: None) -> MakeProfile:
    """A PENDING profile from given bytes: `submit("name", neff=..., ntff=...)`."""

    def make(name: str = "run 1", **files: bytes) -> Profile:
        received = []
        chosen = files or {role: path.read_bytes() for role, path in sample_files()}
        for role, data in chosen.items():
            with source_store().receive() as incoming:
                incoming.append(data)
                received.append(ReceivedFile(role, f"model.{role}", incoming.finish()))
        profile, _ = profile_submit(name=name, files=received)
        return profile

    return make


@pytest.fixture
def processing(submit: MakeProfile) -> MakeProfile:
    """A PROCESSING profile: `processing(stage="build", done=3, total=5)`."""

    def make(name: str = "run 1", **progress: Any) -> Profile:
        profile = submit(name)
        run = _run(profile, **progress)
        Profile.objects.filter(pk=profile.pk).update(status=Status.PROCESSING, active_run=run)
        return Profile.objects.get(pk=profile.pk)

    return make


@pytest.fixture
def failed(submit: MakeProfile) -> MakeProfile:
    """A FAILED profile: `failed(code="ntff.truncated", message="...")`."""

    def make(
        name: str = "run 1",
        *,
        code: str = "pair.uuid_mismatch",
        message: str = "The ids inside differ.",
        hint: str = "",
        offset: int | None = None,
        stage: str = "decode",
        log: str | None = None,
        files: dict[str, bytes] | None = None,
        **facts: Any,
    ) -> Profile:
        profile = submit(name, **(files or {}))
        run = _run(
            profile,
            stage=stage,
            outcome="failed",
            finished_at=timezone.now(),
            error_code=code,
            error_message=message,
            error_hint=hint,
            error_offset=offset,
            log=a_log(code, message) if log is None else log,
            worker="worker@ip-10-0-0-7",
        )
        Profile.objects.filter(pk=profile.pk).update(status=Status.FAILED, **facts)
        assert run.pk
        return Profile.objects.get(pk=profile.pk)

    return make


def processed_row(profile: Profile, **facts: Any) -> Profile:
    """The profile as PROCESSED, with a current run of these facts and no folder behind it."""
    known = {"duration_ns": 102_669, "core_count": 2, "ntff_version": 6, **facts}
    run = _run(profile, outcome="done", finished_at=timezone.now(), **known)
    Profile.objects.filter(pk=profile.pk).update(
        status=Status.PROCESSED, current_run=run, processed_at=timezone.now()
    )
    return Profile.objects.get(pk=profile.pk)


def _run(profile: Profile, **facts: Any) -> IngestRun:
    now = timezone.now()
    known = {"number": 1, "attempt": 1, "stage": "decode", "started_at": now - timedelta(seconds=2)}
    run: IngestRun = IngestRun.objects.create(
        profile=profile, lease_until=now + timedelta(minutes=1), **{**known, **facts}
    )
    return run


def a_log(code: str, reason: str) -> str:
    """A run's log as the worker writes it."""
    at = "2026-11-24T14:02:11."
    lines = [
        {"at": f"{at}204+00:00", "message": "stage done", "stage": "identify", "seconds": 0.041},
        {"at": f"{at}245+00:00", "message": "failed", "code": code, "reason": reason},
    ]
    return "\n".join(json.dumps(line) for line in lines)


def sources_of(profile: Profile) -> list[SourceFile]:
    return list(profile.sources.all())
