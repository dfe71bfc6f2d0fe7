"""A profile's status moves by filtered updates only: one holder, one result, nothing stuck."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from profiles import lifecycle
from profiles.models import IngestRun, Profile, Status
from profiles.storage.tables import TableStore
from tests.domain.conftest import Submit, write_run


def claimed(profile: Profile, *, lease_s: int = 60) -> IngestRun:
    run = lifecycle.claim(profile.pk, worker="w1", lease_s=lease_s)
    assert run is not None
    return run


def status_of(profile: Profile) -> str:
    return Profile.objects.get(pk=profile.pk).status


def published(profile: Profile, run: IngestRun) -> bool:
    return lifecycle.publish(run.pk, run.attempt, write_run(profile, run.number))


def test_a_claim_takes_a_waiting_profile_once(submit: Submit) -> None:
    profile = submit()
    run = claimed(profile)
    assert (run.number, run.attempt, run.worker) == (1, 1, "w1")
    assert lifecycle.claim(profile.pk, worker="w2", lease_s=60) is None
    assert status_of(profile) == Status.PROCESSING
    assert IngestRun.objects.count() == 1


def test_a_profile_that_is_gone_cannot_be_claimed(db: None) -> None:
    assert lifecycle.claim(uuid4(), worker="w", lease_s=60) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_once_one_gets_it(submit: Submit) -> None:
    profile = submit()
    found: list[IngestRun | None] = []
    start = threading.Barrier(6)

    def claim() -> None:
        start.wait()
        try:
            found.append(lifecycle.claim(profile.pk, worker="w", lease_s=60))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert sum(run is not None for run in found) == 1
    assert IngestRun.objects.count() == 1


def test_the_lease_is_renewed_while_the_run_is_held(submit: Submit) -> None:
    run = claimed(submit(), lease_s=1)
    assert lifecycle.renew(run.pk, run.attempt, lease_s=500)
    assert IngestRun.objects.get(pk=run.pk).lease_until > timezone.now() + timedelta(seconds=400)


def test_progress_is_kept_for_everyone_to_see(submit: Submit) -> None:
    run = claimed(submit())
    lifecycle.advance(run.pk, run.attempt, stage="decode", done=3, total=10)
    run.refresh_from_db()
    assert (run.stage, run.done, run.total) == ("decode", 3, 10)


def test_publishing_sets_status_and_current_run_together(submit: Submit) -> None:
    profile = submit()
    run = claimed(profile)
    assert published(profile, run)
    profile.refresh_from_db()
    run.refresh_from_db()
    assert (profile.status, profile.current_run, profile.active_run) == ("PROCESSED", run, None)
    assert (profile.attempts, run.outcome, run.duration_ns, run.core_count) == (0, "done", 54276, 2)
    assert run.finished_at is not None
    assert profile.processed_at == run.finished_at


def test_publishing_points_the_official_link_at_the_run(
    submit: Submit, tables: TableStore, settings: Any
) -> None:
    profile = submit("run 1")
    run = claimed(profile)
    published(profile, run)
    link = settings.DATA_DIR / "profiles" / "global" / "run 1@latest"
    assert link.is_symlink()
    assert link.resolve() == tables.run_path(str(profile.pk), run.number).resolve()


def test_a_link_that_cannot_be_set_does_not_undo_the_publication(
    submit: Submit, settings: Any
) -> None:
    profile = submit("run 1")
    blocked = settings.DATA_DIR / "profiles" / "global"
    blocked.write_text("a file where a folder should be")
    assert published(profile, claimed(profile))
    assert status_of(profile) == Status.PROCESSED


def test_a_failure_keeps_its_code_place_and_log(submit: Submit) -> None:
    profile = submit()
    run = claimed(profile)
    assert lifecycle.fail(
        run.pk,
        run.attempt,
        code="ntff.truncated",
        message="The trace ends early.",
        hint="Copy it again.",
        offset=4096,
        file="a.ntff",
        log="one line",
    )
    run.refresh_from_db()
    assert status_of(profile) == Status.FAILED
    assert (run.error_code, run.error_offset, run.error_file) == ("ntff.truncated", 4096, "a.ntff")
    assert (run.error_hint, run.log, run.outcome) == ("Copy it again.", "one line", "failed")


def test_a_failure_leaves_the_older_run_readable(submit: Submit) -> None:
    profile = submit()
    first = claimed(profile)
    published(profile, first)
    assert lifecycle.reprocess(profile.pk, without=["neff"], partial=True)
    second = claimed(profile)
    assert second.number == 2
    lifecycle.fail(second.pk, second.attempt, code="ntff.malformed", message="no")
    profile.refresh_from_db()
    assert (profile.status, profile.current_run) == (Status.FAILED, first)
    assert (profile.without, profile.partial) == (["neff"], True)


def test_handing_back_costs_no_attempt(submit: Submit) -> None:
    profile = submit()
    for _ in range(5):
        run = claimed(profile)
        assert run.attempt == 1
        assert lifecycle.release(run.pk, run.attempt)
    profile.refresh_from_db()
    assert (profile.status, profile.attempts, profile.sent_at) == (Status.PENDING, 0, None)
    assert set(profile.runs.values_list("outcome", flat=True)) == {"handed back"}


ENDS: list[Callable[[IngestRun], bool]] = [
    lambda run: lifecycle.renew(run.pk, run.attempt, lease_s=60),
    lambda run: lifecycle.publish(run.pk, run.attempt, write_run(run.profile, run.number)),
    lambda run: lifecycle.fail(run.pk, run.attempt, code="worker.fault", message="no"),
    lambda run: lifecycle.release(run.pk, run.attempt),
]


@pytest.mark.parametrize("end", ENDS, ids=["renew", "publish", "fail", "release"])
def test_a_run_that_lost_its_lease_can_change_nothing(
    submit: Submit, end: Callable[[IngestRun], bool]
) -> None:
    profile = submit()
    old = claimed(profile, lease_s=1)
    lifecycle.requeue_stalled(timezone.now() + timedelta(seconds=30))
    new = claimed(profile)
    assert not end(old)
    assert lifecycle.renew(new.pk, new.attempt, lease_s=60)
    assert status_of(profile) == Status.PROCESSING


@pytest.mark.parametrize("end", ENDS, ids=["renew", "publish", "fail", "release"])
def test_a_run_with_a_wrong_fencing_number_can_change_nothing(
    submit: Submit, end: Callable[[IngestRun], bool]
) -> None:
    profile = submit()
    run = claimed(profile)
    run.attempt += 1
    assert not end(run)
    assert status_of(profile) == Status.PROCESSING


@pytest.mark.parametrize("end", ENDS, ids=["renew", "publish", "fail", "release"])
def test_a_run_whose_profile_was_deleted_is_told_to_stop(
    submit: Submit, end: Callable[[IngestRun], bool]
) -> None:
    profile = submit()
    run = claimed(profile)
    Profile.objects.get(pk=profile.pk).delete()
    assert not end(run)
    assert Profile.objects.count() == IngestRun.objects.count() == 0


@pytest.mark.parametrize("end", ENDS, ids=["renew", "publish", "fail", "release"])
def test_a_run_ends_once(submit: Submit, end: Callable[[IngestRun], bool]) -> None:
    profile = submit()
    run = claimed(profile)
    assert published(profile, run)
    assert not end(run)
    assert status_of(profile) == Status.PROCESSED


@pytest.mark.parametrize("status", [Status.PENDING, Status.PROCESSING])
def test_what_is_under_way_is_not_processed_again(submit: Submit, status: Status) -> None:
    profile = submit()
    if status == Status.PROCESSING:
        claimed(profile)
    assert not lifecycle.reprocess(profile.pk, without=[], partial=False)
    assert status_of(profile) == status


def test_a_lapsed_lease_is_taken_back_twice_and_then_fails(
    submit: Submit, tables: TableStore
) -> None:
    profile = submit()
    late = timezone.now() + timedelta(hours=1)
    for attempt in (1, 2, 3):
        run = claimed(profile)
        assert (run.attempt, run.number) == (attempt, attempt)
        tables.new_run(str(profile.pk), run.number)
        found = lifecycle.requeue_stalled(late)
        assert found == ([profile.pk] if attempt < 3 else [])
        assert tables.runs_of(str(profile.pk)) == []
    run.refresh_from_db()
    assert status_of(profile) == Status.FAILED
    assert (run.error_code, run.outcome) == ("worker.lost", "lost")
    assert run.error_hint


def test_a_lost_profile_can_be_processed_again_with_three_new_attempts(submit: Submit) -> None:
    profile = submit()
    late = timezone.now() + timedelta(hours=1)
    for _ in range(3):
        claimed(profile)
        lifecycle.requeue_stalled(late)
    assert lifecycle.reprocess(profile.pk, without=[], partial=False)
    assert claimed(profile).attempt == 1


def test_a_live_lease_is_left_alone(submit: Submit) -> None:
    profile = submit()
    run = claimed(profile)
    assert lifecycle.requeue_stalled(timezone.now()) == []
    assert lifecycle.renew(run.pk, run.attempt, lease_s=60)


def test_a_lease_renewed_at_the_last_moment_is_kept(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = submit()
    run = claimed(profile, lease_s=1)
    take_back = lifecycle._take_back

    def renewed_meanwhile(found: IngestRun, now: Any) -> None:
        lifecycle.renew(run.pk, run.attempt, lease_s=600)
        take_back(found, now)

    monkeypatch.setattr(lifecycle, "_take_back", renewed_meanwhile)
    assert lifecycle.requeue_stalled(timezone.now() + timedelta(seconds=30)) == []
    assert status_of(profile) == Status.PROCESSING


def test_a_waiting_profile_whose_message_was_lost_is_sent_again(submit: Submit) -> None:
    profile = submit()
    now = timezone.now()
    assert lifecycle.requeue_stalled(now) == []
    late = now + timedelta(seconds=lifecycle.RESEND_AFTER_S + 1)
    assert lifecycle.requeue_stalled(late) == [profile.pk]
    assert lifecycle.requeue_stalled(late) == []
    Profile.objects.update(sent_at=None)
    assert lifecycle.requeue_stalled(late) == [profile.pk]


def test_the_oldest_is_sent_first(submit: Submit) -> None:
    names = [submit(f"run {number}").pk for number in range(4)]
    late = timezone.now() + timedelta(hours=1)
    assert lifecycle.requeue_stalled(late) == names


def test_a_log_is_cut_at_its_limit(submit: Submit) -> None:
    run = claimed(submit())
    lifecycle.fail(run.pk, run.attempt, code="worker.fault", message="no", log="x" * 300_000)
    run.refresh_from_db()
    assert len(run.log) == lifecycle.LOG_CHARACTERS


def test_whatever_a_damaged_file_says_can_be_written_down(submit: Submit) -> None:
    profile = submit()
    run = claimed(profile)
    odd = "a\0b\ud800" + "\U0001f525" * 300
    assert lifecycle.fail(
        run.pk, run.attempt, code="x" * 99, message=odd, hint=odd, file=odd, log=odd
    )
    run.refresh_from_db()
    assert run.error_message.startswith("ab?")
    assert (len(run.error_code), len(run.error_file)) == (60, 255)


ALLOWED = {
    ("PENDING", "PROCESSING"),
    ("PROCESSING", "PROCESSED"),
    ("PROCESSING", "FAILED"),
    ("PROCESSING", "PENDING"),
    ("FAILED", "PENDING"),
    ("PROCESSED", "PENDING"),
}


class Play:
    """Workers, sweeps and users who act on one profile in any order, also the dead ones."""

    def __init__(self, profile: Profile, chance: random.Random) -> None:
        self.profile = profile
        self.chance = chance
        self.now = timezone.now()
        self.runs: list[IngestRun] = []
        self.actions = [
            self.claim, self.claim, self.renew, self.publish, self.fail, self.release,
            self.sweep, self.sweep, self.reprocess,
        ]  # fmt: skip

    def any_run(self) -> IngestRun | None:
        return self.chance.choice(self.runs) if self.runs else None

    def claim(self) -> None:
        run = lifecycle.claim(self.profile.pk, worker="w", lease_s=60)
        if run is not None:
            self.runs.append(run)

    def renew(self) -> None:
        if run := self.any_run():
            lifecycle.renew(run.pk, run.attempt, lease_s=60)

    def publish(self) -> None:
        if run := self.any_run():
            manifest = write_run(self.profile, run.number)
            if lifecycle.publish(run.pk, run.attempt, manifest):
                assert self.fresh().current_run == run

    def fail(self) -> None:
        if run := self.any_run():
            lifecycle.fail(run.pk, run.attempt, code="worker.fault", message="no")

    def release(self) -> None:
        if run := self.any_run():
            lifecycle.release(run.pk, run.attempt)

    def sweep(self) -> None:
        lifecycle.requeue_stalled(timezone.now() + timedelta(seconds=self.chance.choice((0, 90))))

    def reprocess(self) -> None:
        lifecycle.reprocess(self.profile.pk, without=[], partial=False)

    def fresh(self) -> Profile:
        return Profile.objects.select_related("active_run", "current_run").get(pk=self.profile.pk)

    def check(self, before: str) -> None:
        profile = self.fresh()
        assert before == profile.status or (before, profile.status) in ALLOWED
        is_processing = profile.status == Status.PROCESSING
        assert is_processing == (profile.active_run is not None)
        open_runs = profile.runs.filter(finished_at=None)
        assert list(open_runs) == ([profile.active_run] if is_processing else [])
        assert profile.attempts <= lifecycle.MOST_ATTEMPTS
        if profile.status == Status.PROCESSED:
            assert profile.current_run is not None
            assert profile.current_run.outcome == "done"


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_in_any_order_one_holder_at_most_and_nothing_stuck(
    submit: Submit, seed: int
) -> None:
    play = Play(submit(), random.Random(seed))
    for _ in range(40):
        before = play.fresh().status
        play.chance.choice(play.actions)()
        play.check(before)
    # From wherever it stands, sweeps alone bring it to an end or to a message.
    found: list[UUID] = lifecycle.requeue_stalled(timezone.now() + timedelta(hours=1))
    status = play.fresh().status
    assert status in {Status.PENDING, Status.PROCESSED, Status.FAILED}
    assert (play.profile.pk in found) == (status == Status.PENDING)


def test_a_claim_that_is_rolled_back_was_none(submit: Submit) -> None:
    profile = submit()
    with transaction.atomic():
        claimed(profile)
        transaction.set_rollback(True)
    assert status_of(profile) == Status.PENDING
    assert claimed(profile).number == 1
