"""One claimed run ends in exactly one way, and nothing is left over."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from ingest_worker import ingest as ingesting
from ingest_worker import runner
from ingest_worker.ingest import Claim, ingest, job_of, scratch_root
from ingest_worker.runner import Outcome
from profiles import lifecycle
from profiles.models import IngestRun, Profile, Status
from profiles.stores import table_store
from tests.worker.conftest import Program


def run_of(profile: Profile) -> IngestRun:
    found = IngestRun.objects.filter(profile=profile).order_by("-number").first()
    assert found is not None
    return found


def status_of(profile: Profile) -> str:
    return Profile.objects.get(pk=profile.pk).status


def test_a_finished_child_makes_a_processed_profile(
    profile: Profile, data_dir: Path, child_does: Program
) -> None:
    child_does('send("progress", stage="decode", done=1, total=2)\nFINISH')
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    profile.refresh_from_db()
    assert profile.status == Status.PROCESSED
    assert profile.current_run == run_of(profile)
    assert run_of(profile).duration_ns == 54_276
    assert "decode" in run_of(profile).log
    link = data_dir / "profiles" / "global" / "run-12@latest"
    assert link.resolve() == table_store().run_path(str(profile.pk), 1).resolve()
    assert list(scratch_root().iterdir()) == []


def test_the_child_is_told_where_everything_is(
    profile: Profile, data_dir: Path, child_does: Program
) -> None:
    profile.without = ["neff"]
    profile.partial = True
    profile.save()
    note = data_dir / "job.json"
    child_does(f"Path({str(note)!r}).write_text(json.dumps(job))\nFINISH")
    ingest(profile.pk, worker="w")
    import json

    job = json.loads(note.read_text())
    assert job["sources"] == [
        {
            "role": "ntff",
            "name": "a.ntff",
            "path": str(data_dir / "sources" / str(profile.pk) / "ntff-0"),
            "ordinal": 0,
        }
    ]
    assert Path(job["sources"][0]["path"]).read_bytes() == b"trace"
    assert (job["without"], job["partial"], job["profile_name"]) == (["neff"], True, "run-12")


def test_the_job_carries_the_limits_of_the_settings(profile: Profile, settings: Any) -> None:
    settings.MAX_RECORDS = 77
    settings.MAX_FILE_BYTES = 88
    settings.CHILD_MEMORY_BYTES = 99
    run = lifecycle.claim(profile.pk, worker="w", lease_s=30)
    assert run is not None
    job = job_of(run)
    assert (job.limits.records, job.limits.file_bytes, job.memory_bytes) == (77, 88, 99)
    assert job.pause is None


def test_a_second_delivery_leaves_quietly(profile: Profile, child_does: Program) -> None:
    child_does("FINISH")
    assert ingest(profile.pk, worker="one") is Outcome.DONE
    assert ingest(profile.pk, worker="two") is None
    assert IngestRun.objects.count() == 1


def test_an_unknown_profile_is_nobodys(db: None, data_dir: Path) -> None:
    assert ingest(uuid4(), worker="w") is None


def test_a_bad_file_makes_a_failed_profile_with_everything_the_page_needs(
    profile: Profile, child_does: Program
) -> None:
    child_does(
        """
sys.stderr.write("odd bytes\\n")
send("failed", code="ntff.malformed", message="Bad.", hint="Copy it.", offset=12, file="a.ntff")
"""
    )
    assert ingest(profile.pk, worker="w") is Outcome.FAILED
    run = run_of(profile)
    assert status_of(profile) == Status.FAILED
    assert (run.error_code, run.error_message) == ("ntff.malformed", "Bad.")
    assert (run.error_hint, run.error_offset, run.error_file) == ("Copy it.", 12, "a.ntff")
    assert "odd bytes" in run.log
    assert table_store().runs_of(str(profile.pk)) == []


def test_a_worker_that_stops_hands_the_profile_back_and_the_attempt_does_not_count(
    profile: Profile, child_does: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "FINISH_WITHIN_S", 0.2)
    child_does("time.sleep(30)")
    assert ingest(profile.pk, worker="w", is_stopping=lambda: True) is Outcome.HANDED_BACK
    profile.refresh_from_db()
    assert (profile.status, profile.attempts) == (Status.PENDING, 0)
    child_does("FINISH")
    assert ingest(profile.pk, worker="w") is Outcome.DONE


@pytest.mark.django_db(transaction=True)
def test_deleting_a_profile_stops_its_child_and_leaves_nothing(
    profile: Profile, data_dir: Path, child_does: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LONGEST_UNRENEWED_S", 0.1)
    started = data_dir / "started"
    child_does(
        f"folder = Path(job['tables']) / job['profile_id'] / '1'\n"
        f"folder.mkdir(parents=True)\n"
        f"Path({str(started)!r}).write_text(str(os.getpid()))\ntime.sleep(30)"
    )

    def told(_stage: str, _done: int, _total: int) -> None:
        raise AssertionError("the child reports nothing")

    original = Claim.renew

    def renew(claim: Claim) -> bool:
        if started.exists():
            Profile.objects.filter(pk=profile.pk).delete()
        return original(claim)

    monkeypatch.setattr(Claim, "renew", renew)
    assert ingest(profile.pk, worker="w", told=told) is Outcome.DISOWNED
    assert table_store().runs_of(str(profile.pk)) == []
    assert list(scratch_root().iterdir()) == []


def test_a_run_that_was_taken_over_is_not_published(
    profile: Profile, child_does: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    child_does("FINISH")

    def taken_over(*_: object) -> None:
        IngestRun.objects.update(lease_until=timezone.now() - timedelta(seconds=5))
        lifecycle.requeue_stalled(timezone.now())
        run = lifecycle.claim(profile.pk, worker="other", lease_s=30)
        assert run is not None
        path = table_store().run_path(str(profile.pk), 1)
        path.mkdir(parents=True, exist_ok=True)
        (path / "manifest.json").write_text(
            '{"schema_version": "7", "explorer_version": "t", "duration_ns": 1, "core_count": 0,'
            ' "record_count": 0, "instance_type": "", "sources": [], "parts": [], "tables": [],'
            ' "notices": [], "version": 1}'
        )

    monkeypatch.setattr(ingesting, "pause_at", taken_over)
    assert ingest(profile.pk, worker="slow") is Outcome.DISOWNED
    profile.refresh_from_db()
    assert profile.status == Status.PROCESSING
    assert profile.current_run is None
    assert table_store().runs_of(str(profile.pk)) == []


def test_the_end_is_written_again_when_the_database_was_busy(
    profile: Profile, child_does: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingesting, "WRITE_PAUSE_S", 0.001)
    original, calls = lifecycle.publish, []

    def busy(*arguments: Any, **named: Any) -> bool:
        calls.append(1)
        if len(calls) < 3:
            raise OperationalError("database is locked")
        return original(*arguments, **named)

    monkeypatch.setattr(lifecycle, "publish", busy)
    child_does("FINISH")
    assert ingest(profile.pk, worker="w") is Outcome.DONE
    assert len(calls) == 3


def test_an_end_that_cannot_be_written_is_left_to_the_lease(
    profile: Profile, child_does: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingesting, "WRITE_PAUSE_S", 0.001)

    def broken(*_: Any, **__: Any) -> bool:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(lifecycle, "publish", broken)
    child_does("FINISH")
    with pytest.raises(OperationalError):
        ingest(profile.pk, worker="w")
    assert status_of(profile) == Status.PROCESSING


class Silence:
    """A database that stops answering renewals."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def renew(*_: Any, **__: Any) -> bool:
            raise OperationalError("database is locked")

        monkeypatch.setattr(lifecycle, "renew", renew)


def claim_of(profile: Profile) -> Claim:
    run = lifecycle.claim(profile.pk, worker="w", lease_s=30)
    assert run is not None
    return Claim(run, is_stopping=lambda: False)


def test_a_silent_database_does_not_cost_the_claim_before_the_lease_ends(
    profile: Profile, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claim_of(profile)
    assert claim.renew()
    Silence(monkeypatch)
    assert claim.renew()
    settings.LEASE_S = 0
    assert not claim.renew()


def test_progress_is_written_seldom_but_at_every_new_stage(profile: Profile) -> None:
    claim = claim_of(profile)
    for done in range(1000):
        claim.advance("decode", done, 1000)
    assert run_of(profile).done < 1000
    claim.advance("build", 3, 9)
    run = run_of(profile)
    assert (run.stage, run.done, run.total) == ("build", 3, 9)


def test_progress_reaches_whoever_listens(profile: Profile, child_does: Program) -> None:
    heard: list[tuple[str, int, int]] = []
    child_does('send("progress", stage="decode", done=1, total=2)\nFINISH')
    ingest(profile.pk, worker="w", told=lambda *facts: heard.append(facts))
    assert heard == [("decode", 1, 2)]
