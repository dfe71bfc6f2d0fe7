"""The only writer of a profile's status; every move is one filtered update."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from profiles import official_folder
from profiles.models import IngestRun, Profile, Status
from profiles.storage.manifest import Manifest
from profiles.stores import table_store

MOST_ATTEMPTS = 3
RESEND_AFTER_S = 30
LOG_CHARACTERS = 200_000

logger = logging.getLogger(__name__)


def claim(profile_id: UUID, *, worker: str, lease_s: int) -> IngestRun | None:
    """PENDING to PROCESSING. None when somebody else was faster or the profile is gone."""
    now = timezone.now()
    with transaction.atomic():
        is_mine = Profile.objects.filter(pk=profile_id, status=Status.PENDING).update(
            status=Status.PROCESSING,
            attempts=F("attempts") + 1,
            last_run_number=F("last_run_number") + 1,
        )
        if not is_mine:
            return None
        profile = Profile.objects.get(pk=profile_id)
        run = IngestRun.objects.create(
            profile=profile,
            number=profile.last_run_number,
            attempt=profile.attempts,
            worker=worker[:200],
            started_at=now,
            lease_until=now + timedelta(seconds=lease_s),
        )
        Profile.objects.filter(pk=profile_id).update(active_run=run)
    return run


def _held(run_id: int, attempt: int) -> Q:
    """The run is the one its profile is being processed by, and has not ended."""
    return Q(
        pk=run_id,
        attempt=attempt,
        finished_at=None,
        active_for__status=Status.PROCESSING,
    )


def renew(run_id: int, attempt: int, *, lease_s: int) -> bool:
    """Keep the lease. False: it is lost, or the profile was deleted; stop."""
    until = timezone.now() + timedelta(seconds=lease_s)
    held = IngestRun.objects.filter(_held(run_id, attempt)).values("pk")
    return bool(IngestRun.objects.filter(pk__in=held).update(lease_until=until))


def is_held(run_id: int, attempt: int) -> bool:
    """Whether the run still holds its profile, which stays so until the transaction ends."""
    held = IngestRun.objects.filter(_held(run_id, attempt)).values("profile_id")
    return Profile.objects.select_for_update().filter(pk__in=held).first() is not None


def advance(run_id: int, attempt: int, *, stage: str, done: int, total: int) -> None:
    """Show how far the run is; total 0 means unknown."""
    IngestRun.objects.filter(pk=run_id, attempt=attempt, finished_at=None).update(
        stage=stage[:20], done=done, total=total
    )


def _storable(text: str, most: int = LOG_CHARACTERS) -> str:
    """Text that every database takes: what comes from a damaged file may be anything."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:most]


def _leave(run_id: int, attempt: int, **changes: object) -> Profile | None:
    """PROCESSING to something else, if the run still holds the profile."""
    run = IngestRun.objects.filter(_held(run_id, attempt)).first()
    if run is None:
        return None
    changed = Profile.objects.filter(
        pk=run.profile_id, status=Status.PROCESSING, active_run=run
    ).update(active_run=None, **changes)
    return Profile.objects.get(pk=run.profile_id) if changed else None


def publish(run_id: int, attempt: int, manifest: Manifest, *, log: str = "") -> bool:
    """PROCESSING to PROCESSED, and the run becomes the current one, in one transaction."""
    now = timezone.now()
    with transaction.atomic():
        profile = _leave(
            run_id,
            attempt,
            status=Status.PROCESSED,
            current_run_id=run_id,
            processed_at=now,
            attempts=0,
        )
        if profile is None:
            return False
        IngestRun.objects.filter(pk=run_id).update(
            outcome="done",
            finished_at=now,
            stage="publish",
            duration_ns=manifest.duration_ns,
            core_count=manifest.core_count,
            ntff_version=manifest.ntff_version,
            instance_type=_storable(manifest.instance_type, 60),
            notice_count=sum(not notice.only_informs for notice in manifest.notices),
            table_bytes=manifest.size_bytes,
            log=_storable(log),
        )
        if manifest.kind:
            Profile.objects.filter(pk=profile.pk).update(kind=manifest.kind)
    official_folder.follow(profile.pk)
    return True


def fail(
    run_id: int,
    attempt: int,
    *,
    code: str,
    message: str,
    hint: str = "",
    offset: int | None = None,
    file: str = "",
    log: str = "",
) -> bool:
    """PROCESSING to FAILED, with the cause on the run. An older published run stays readable."""
    with transaction.atomic():
        if _leave(run_id, attempt, status=Status.FAILED) is None:
            return False
        _end(run_id, "failed", code=code, message=message, hint=hint, offset=offset, file=file)
        IngestRun.objects.filter(pk=run_id).update(log=_storable(log))
    return True


def _end(
    run_id: int,
    outcome: str,
    *,
    code: str = "",
    message: str = "",
    hint: str = "",
    offset: int | None = None,
    file: str = "",
) -> None:
    IngestRun.objects.filter(pk=run_id).update(
        outcome=outcome,
        finished_at=timezone.now(),
        error_code=_storable(code, 60),
        error_message=_storable(message),
        error_hint=_storable(hint),
        error_offset=offset,
        error_file=_storable(file, 255),
    )


def release(run_id: int, attempt: int) -> bool:
    """Hand back at a shutdown: PROCESSING to PENDING, and the attempt does not count."""
    with transaction.atomic():
        profile = _leave(run_id, attempt, status=Status.PENDING, attempts=F("attempts") - 1)
        if profile is None:
            return False
        _end(run_id, "handed back")
        Profile.objects.filter(pk=profile.pk).update(sent_at=None)
    return True


def reprocess(
    profile_id: UUID,
    *,
    without: list[str],
    partial: bool,
    options: dict[str, Any] | None = None,
) -> bool:
    """FAILED or PROCESSED to PENDING, with new options; the current run stays readable.

    `options` None leaves those of profiles.processing as they are.
    """
    changed = {} if options is None else {"options": options}
    return bool(
        Profile.objects.filter(pk=profile_id, status__in=[Status.FAILED, Status.PROCESSED]).update(
            status=Status.PENDING,
            attempts=0,
            without=without,
            partial=partial,
            sent_at=timezone.now(),
            **changed,
        )
    )


def requeue_stalled(now: datetime) -> list[UUID]:
    """Put right what a killed process or a lost broker left behind.

    A lapsed lease sends its profile back to PENDING, or to FAILED after three attempts. Returns the
    profiles to send: those, and every PENDING one whose message may be lost.
    """
    lapsed = IngestRun.objects.filter(
        active_for__status=Status.PROCESSING, finished_at=None, lease_until__lt=now
    )
    for run in lapsed.select_related("profile"):
        _take_back(run, now)
    oldest = now - timedelta(seconds=RESEND_AFTER_S)
    waiting = Profile.objects.filter(status=Status.PENDING).filter(
        Q(sent_at=None) | Q(sent_at__lt=oldest)
    )
    found = list(waiting.order_by("created_at").values_list("pk", flat=True))
    Profile.objects.filter(pk__in=found, status=Status.PENDING).update(sent_at=now)
    return found


def _take_back(run: IngestRun, now: datetime) -> None:
    is_last = run.attempt >= MOST_ATTEMPTS
    status = Status.FAILED if is_last else Status.PENDING
    with transaction.atomic():
        # The lease is asked for again: the worker may have renewed it since.
        if not IngestRun.objects.filter(pk=run.pk, finished_at=None, lease_until__lt=now).exists():
            return
        if _leave(run.pk, run.attempt, status=status, sent_at=None) is None:
            return
        _end(
            run.pk,
            "lost",
            code="worker.lost",
            message=f"The worker stopped in attempt {run.attempt} of {MOST_ATTEMPTS}.",
            hint="Process it again; if it stops again, the machine may be short of memory."
            if is_last
            else "It is being tried again.",
        )
    logger.warning("lease lapsed", extra={"profile": str(run.profile_id), "run": run.number})
    table_store().drop_run(str(run.profile_id), run.number)
