"""Tasks: retried for machine trouble, never for a bad file; the sweeper finds what was left."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from explorer_site.celery import app
from ingest_worker import sweep, tasks
from ingest_worker.ingest import scratch_folder, scratch_root
from profiles import lifecycle
from profiles.models import IngestRun, Profile, Status
from profiles.stores import source_store, table_store
from tests.worker.conftest import Program


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Ids that were sent to the queue."""
    found: list[Any] = []
    monkeypatch.setattr(tasks, "send_process", lambda pk: found.append(pk) or True)
    return found


def lapse(run: IngestRun) -> None:
    IngestRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def claimed(profile: Profile) -> IngestRun:
    run = lifecycle.claim(profile.pk, worker="dead", lease_s=30)
    assert run is not None
    return run


def test_the_task_processes_a_profile(profile: Profile, child_does: Program) -> None:
    child_does("FINISH")
    assert tasks.process_profile.apply([str(profile.pk)]).get() == "done"
    assert tasks.process_profile.apply([str(profile.pk)]).get() == "not mine"


def test_a_bad_file_is_not_retried(profile: Profile, child_does: Program, data_dir: Path) -> None:
    count = data_dir / "count"
    child_does(
        f"""
count({str(count)!r})
send("failed", code="ntff.malformed", message="Bad.", hint="", offset=None, file="")
"""
    )
    assert tasks.process_profile.apply([str(profile.pk)]).get() == "failed"
    assert count.read_text() == "x"


def test_database_trouble_at_the_claim_is_retried(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def busy(*_: Any, **__: Any) -> None:
        calls.append(1)
        raise OperationalError("database is locked")

    monkeypatch.setattr(lifecycle, "claim", busy)
    result = tasks.process_profile.apply([str(profile.pk)])
    assert result.failed()
    assert len(calls) == 1 + tasks.MOST_RETRIES
    assert Profile.objects.get(pk=profile.pk).status == Status.PENDING


def test_the_sweeper_sends_a_waiting_profile_whose_message_was_lost(
    profile: Profile, sent: list[Any], data_dir: Path
) -> None:
    assert tasks.requeue_stalled.apply().get() == 1
    assert sent == [profile.pk]
    assert (data_dir / "run" / sweep.SWEEP_NOTE).exists()


def test_the_sweeper_does_not_send_the_same_profile_at_every_turn(
    profile: Profile, sent: list[Any]
) -> None:
    for _ in range(5):
        tasks.requeue_stalled.apply()
    assert sent == [profile.pk]


def test_the_sweeper_takes_a_dead_workers_profile_back_and_its_half_run_away(
    profile: Profile, sent: list[Any]
) -> None:
    run = claimed(profile)
    table_store().new_run(str(profile.pk), run.number)
    scratch_folder(run).mkdir(parents=True)
    lapse(run)
    tasks.requeue_stalled.apply()
    assert sent == [profile.pk]
    assert Profile.objects.get(pk=profile.pk).status == Status.PENDING
    assert table_store().runs_of(str(profile.pk)) == []
    assert list(scratch_root().iterdir()) == []


def test_a_living_workers_profile_and_scratch_are_left_alone(
    profile: Profile, sent: list[Any]
) -> None:
    run = claimed(profile)
    scratch_folder(run).mkdir(parents=True)
    tasks.requeue_stalled.apply()
    assert sent == []
    assert scratch_folder(run).is_dir()
    assert Profile.objects.get(pk=profile.pk).status == Status.PROCESSING


def test_after_three_dead_workers_the_profile_fails(profile: Profile, sent: list[Any]) -> None:
    for _ in range(lifecycle.MOST_ATTEMPTS):
        lapse(claimed(profile))
        tasks.requeue_stalled.apply()
    found = Profile.objects.get(pk=profile.pk)
    assert found.status == Status.FAILED
    last = IngestRun.objects.filter(profile=profile).order_by("-number").first()
    assert last is not None
    assert last.error_code == "worker.lost"
    assert len(sent) == lifecycle.MOST_ATTEMPTS - 1


def test_no_profile_stays_between_the_words(profile: Profile, sent: list[Any]) -> None:
    """Every PROCESSING profile has a live lease or is taken back; every PENDING one is sent."""
    run = claimed(profile)
    lapse(run)
    tasks.requeue_stalled.apply()
    stuck = Profile.objects.filter(status=Status.PROCESSING, active_run=None)
    assert not stuck.exists()
    assert not Profile.objects.filter(status=Status.PENDING, sent_at=None).exists()


def test_a_link_that_a_killed_worker_did_not_set_is_set_by_the_sweeper(
    profile: Profile, child_does: Program, sent: list[Any], data_dir: Path
) -> None:
    child_does("FINISH")
    tasks.process_profile.apply([str(profile.pk)])
    link = data_dir / "profiles" / "global" / "run-12@latest"
    link.unlink()
    tasks.requeue_stalled.apply()
    assert link.resolve() == table_store().run_path(str(profile.pk), 1).resolve()


def old(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_an_upload_that_was_cut_off_is_removed_after_a_while(db: None, data_dir: Path) -> None:
    cut, fresh = (data_dir / "incoming" / f"{owner}.x.part" for owner in ("dead", "new"))
    for path in (cut, fresh):
        path.write_bytes(b"half")
    old(cut, 10 * sweep.UPLOAD_KEPT_S)
    assert sweep.drop_stale_uploads() == 1
    assert not cut.exists()
    assert fresh.exists()


def test_a_file_of_a_living_process_is_kept_however_slow_the_upload_is(
    db: None, data_dir: Path
) -> None:
    with source_store().receive() as incoming:
        incoming.append(b"slow")
        old(incoming.path, 3600)
        assert sweep.drop_stale_uploads() == 0
        received = incoming.finish()
    old(received.path, 3600)
    assert sweep.drop_stale_uploads() == 0, "the first file of a pair waits for the second"
    received.path.unlink()


RECEIVING = """
import sys, time
from pathlib import Path
from profiles.storage.sources import SourceStore
root = Path(sys.argv[1])
store = SourceStore(root / "sources", root / "incoming")
incoming = store.receive()
incoming.append(b"half")
print(incoming.path, flush=True)
time.sleep(60)
"""


def test_a_killed_process_leaves_a_file_that_is_removed(db: None, data_dir: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RECEIVING, str(data_dir)], stdout=subprocess.PIPE, text=True
    ) as web:
        assert web.stdout is not None
        path = Path(web.stdout.readline().strip())
        for each in (data_dir / "incoming").iterdir():
            old(each, 3600)
        assert sweep.drop_stale_uploads() == 0
        web.kill()
    assert sweep.drop_stale_uploads() == 1
    assert not path.exists()
    assert list((data_dir / "incoming").iterdir()) == []


def test_sources_without_a_row_go_after_a_while(profile: Profile, data_dir: Path) -> None:
    orphan, young = (data_dir / "sources" / name for name in ("orphan", "young"))
    for folder in (orphan, young):
        folder.mkdir()
    old(orphan, 10 * sweep.SOURCES_KEPT_S)
    old(data_dir / "sources" / str(profile.pk), 10 * sweep.SOURCES_KEPT_S)
    assert sweep.drop_unnamed_sources() == 1
    assert not orphan.exists()
    assert young.exists()
    assert (data_dir / "sources" / str(profile.pk)).exists()


def finished(profile: Profile, *, ago: timedelta = timedelta()) -> IngestRun:
    run = claimed(profile)
    table_store().new_run(str(profile.pk), run.number)
    IngestRun.objects.filter(pk=run.pk).update(outcome="done", finished_at=timezone.now() - ago)
    Profile.objects.filter(pk=profile.pk).update(
        status=Status.PENDING, active_run=None, current_run=run
    )
    return run


def test_superseded_runs_go_after_an_hour_and_the_current_one_stays(profile: Profile) -> None:
    oldest = finished(profile, ago=timedelta(hours=3))
    recent = finished(profile, ago=timedelta(minutes=3))
    current = finished(profile, ago=timedelta(hours=2))
    writing = claimed(profile)
    table_store().new_run(str(profile.pk), writing.number)
    assert tasks.drop_old_runs.apply().get() == 1
    assert table_store().runs_of(str(profile.pk)) == [
        recent.number,
        current.number,
        writing.number,
    ]
    assert oldest.number not in table_store().runs_of(str(profile.pk))


def test_folders_of_profiles_that_are_gone_go_too(db: None, data_dir: Path) -> None:
    table_store().new_run("0b3f7a52-8e5d-4f0e-9d3e-3d6a1f0b9c11", 1)
    (data_dir / "tables" / "not-an-id" / "1").mkdir(parents=True)
    assert tasks.drop_old_runs.apply().get() == 2
    assert table_store().profiles() == []


def test_messages_carry_ids_in_json_and_nothing_else() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"


def test_a_message_comes_back_when_its_worker_dies_and_not_before_a_long_task_ends() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    visible_s = app.conf.broker_transport_options["visibility_timeout"]
    assert visible_s > app.conf.task_time_limit


def test_only_the_two_queues_exist() -> None:
    assert {queue.name for queue in app.conf.task_queues} == {"ingest", "default"}
    assert not app.conf.task_create_missing_queues


def test_everything_on_the_schedule_is_a_task_on_a_queue_and_expires() -> None:
    import ingest_worker.tasks  # noqa: F401

    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["queue"] == "default"
        assert entry["options"]["expires"] > entry["schedule"] / 2
