"""Before a start: the database is migrated, old work taken up, static files collected once."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from explorer_site.serve import data_folder, preparation
from explorer_site.serve.refusal import Refusal
from profiles import lifecycle
from profiles.models import IngestRun, Profile, Status


@pytest.fixture
def waiting(db: None, data_dir: Path) -> Profile:
    return Profile.objects.create(name="a", sent_at=timezone.now())


@pytest.fixture
def processing(db: None, data_dir: Path) -> IngestRun:
    profile = Profile.objects.create(name="b")
    run = lifecycle.claim(profile.pk, worker="dead", lease_s=3600)
    assert run is not None
    return run


def test_a_dead_servers_leases_end_at_the_next_start(processing: IngestRun, data_dir: Path) -> None:
    preparation.take_up_old_work(data_dir)
    assert lifecycle.requeue_stalled(timezone.now()) == [processing.profile_id]
    assert Profile.objects.get(pk=processing.profile_id).status == Status.PENDING


def test_what_waits_is_sent_by_the_first_sweep(waiting: Profile, data_dir: Path) -> None:
    assert lifecycle.requeue_stalled(timezone.now()) == []
    preparation.take_up_old_work(data_dir)
    assert lifecycle.requeue_stalled(timezone.now()) == [waiting.pk]


def test_a_lease_is_left_alone_while_a_command_ingests(
    processing: IngestRun, data_dir: Path
) -> None:
    with data_folder.ingesting(data_dir):
        preparation.take_up_old_work(data_dir)
    assert lifecycle.requeue_stalled(timezone.now()) == []
    assert IngestRun.objects.get().lease_until > timezone.now() + timedelta(minutes=30)


def test_two_commands_may_ingest_at_once(data_dir: Path) -> None:
    with data_folder.ingesting(data_dir), data_folder.ingesting(data_dir):
        assert data_folder.is_being_ingested(data_dir)
    assert not data_folder.is_being_ingested(data_dir)


def test_links_are_repaired_at_a_start(waiting: Profile, data_dir: Path) -> None:
    stray = data_dir / "profiles" / "global" / "gone@latest"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.symlink_to(data_dir / "tables")
    preparation.take_up_old_work(data_dir)
    assert not stray.is_symlink()


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_is_not_migrated(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "call_command", lambda *_, **__: pytest.fail("migrated"))
    preparation.migrate(data_dir)


@pytest.mark.django_db
def test_a_database_with_migrations_from_the_future_is_refused(data_dir: Path) -> None:
    MigrationRecorder(connection).record_applied("profiles", "9999_later")
    with pytest.raises(Refusal, match="newer version"):
        preparation.migrate(data_dir)


@pytest.mark.django_db
def test_migrations_of_an_app_that_is_gone_do_no_harm(data_dir: Path) -> None:
    MigrationRecorder(connection).record_applied("somebody_else", "0001_initial")
    preparation.migrate(data_dir)


class Collecting:
    """Counts collections."""

    def __init__(self, target: Path) -> None:
        self.count = 0
        self._target = target

    def __call__(self, name: str, **_: Any) -> None:
        assert name == "collectstatic"
        self._target.mkdir(parents=True, exist_ok=True)
        self.count += 1


def test_static_files_are_collected_again_only_after_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "static", tmp_path / "collected"
    source.mkdir()
    script = source / "a.js"
    script.write_text("1")
    collecting = Collecting(target)
    monkeypatch.setattr(preparation, "call_command", collecting)
    preparation.collect_static(target, [source])
    preparation.collect_static(target, [source])
    assert collecting.count == 1
    script.write_text("22")
    preparation.collect_static(target, [source])
    assert collecting.count == 2
    then = time.time() - 100
    os.utime(script, (then, then))
    preparation.collect_static(target, [source])
    assert collecting.count == 3
    (source / "b.js").write_text("new")
    preparation.collect_static(target, [source])
    assert collecting.count == 4


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
