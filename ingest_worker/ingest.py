"""One claimed run from its claim to its end, written down only through the life cycle."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError

from ingest_worker.builders.system.device import DeviceRef
from ingest_worker.formats.limits import Limits
from ingest_worker.job import OFFICIAL, SYSTEM, UNPACK, Job, JobSource
from ingest_worker.listing import ListedFile
from ingest_worker.packed import ArchiveLimits
from ingest_worker.pause import pause_at
from ingest_worker.run_log import RunLog
from ingest_worker.runner import Ending, Outcome, Watch, run_job
from profiles import captures, lifecycle, stores
from profiles.capture_names import OTHER
from profiles.captures import KeptFile
from profiles.directory import FoundFile, plan
from profiles.models import IngestRun, Profile
from profiles.processing import processing_of
from profiles.storage.manifest import NoticeEntry

logger = logging.getLogger(__name__)

TOLD_EVERY_S = 0.25
"""Progress is written this often at most, but at every new stage."""

WRITE_TRIES = 4
WRITE_PAUSE_S = 0.5

Told = Callable[[str, int, int], None]


T = TypeVar("T")


def _nobody(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


class Claim:
    """The claim on a run: renewed, shown, and lost when another worker or a deletion took it."""

    def __init__(
        self, run: IngestRun, *, is_stopping: Callable[[], bool], told: Told = _nobody
    ) -> None:
        self._run = run
        self._is_stopping = is_stopping
        self._told = told
        self._heard_at = time.monotonic()
        self._shown_at = 0.0
        self._stage = ""

    def renew(self) -> bool:
        """Keep the claim. While the database is silent, it counts as kept until the lease ends."""
        try:
            kept = lifecycle.renew(self._run.pk, self._run.attempt, lease_s=settings.LEASE_S)
        except DatabaseError:
            logger.warning("the lease could not be renewed", exc_info=True)
            return time.monotonic() - self._heard_at < settings.LEASE_S
        self._heard_at = time.monotonic()
        return kept

    def advance(self, stage: str, done: int, total: int) -> None:
        """Show how far the run is; what cannot be written now is shown the next time."""
        self._told(stage, done, total)
        now = time.monotonic()
        if stage == self._stage and now - self._shown_at < TOLD_EVERY_S:
            return
        self._stage, self._shown_at = stage, now
        with contextlib.suppress(DatabaseError):
            lifecycle.advance(self._run.pk, self._run.attempt, stage=stage, done=done, total=total)

    def is_stopping(self) -> bool:
        """Whether the worker has been told to stop."""
        return self._is_stopping()


def ingest(
    profile_id: UUID,
    *,
    worker: str,
    is_stopping: Callable[[], bool] = _never,
    told: Told = _nobody,
) -> Outcome | None:
    """Claim a profile and process it to an end. None: somebody else has it, or it is gone.

    Raises DatabaseError only if the end cannot be written down even after a while; then the lease
    runs out and the sweeper decides.
    """
    run = lifecycle.claim(profile_id, worker=worker, lease_s=settings.LEASE_S)
    if run is None:
        return None
    claim = Claim(run, is_stopping=is_stopping, told=told)
    watch = Watch(
        owner=claim,
        soft_limit_s=settings.INGEST_SOFT_LIMIT_S,
        lease_s=settings.LEASE_S,
        scratch=scratch_folder(run),
        log=RunLog(profile_id=str(profile_id), run=run.number),
    )
    job = job_of(run)
    if job.kind == UNPACK:
        ending = run_job(job, watch)
        if ending.outcome is not Outcome.DONE:
            return _patiently(lambda: _settle(run, ending))
        pause_at(pause_folder(), "unfold")
        if not _patiently(lambda: _unfold(run, ending)):
            return Outcome.DISOWNED
        pause_at(pause_folder(), "unfolded")
        job = job_of(run)
    captures.drop_unfolded_archive(run.profile)
    ending = run_job(job, watch)
    return _patiently(lambda: _settle(run, ending))


def _unfold(run: IngestRun, ending: Ending) -> bool:
    """Turn the files of a capture into profiles. False when the claim is lost."""
    listed = [ListedFile.from_event(event) for event in ending.files]
    files = [
        KeptFile(
            name=file.found.path,
            role=file.found.role,
            size_bytes=file.found.size_bytes,
            sha256=file.sha256,
            place=file.place,
            in_place=file.in_place,
        )
        for file in listed
    ]
    left_out_roles = processing_of(run.profile.options).left_out
    found = [_unless(file.found, left_out_roles) for file in listed]
    unfolded = plan(found, run.profile.name)
    left_out = (NoticeEntry(one["code"], one["message"], one["count"]) for one in ending.notices)
    unfolded = replace(unfolded, notices=(*left_out, *unfolded.notices))
    return captures.capture_unfold(run.pk, run.attempt, files, unfolded)


def _unless(found: FoundFile, left_out: frozenset[str]) -> FoundFile:
    """A file whose role is left out counts as one that nobody knows: it is listed and not read."""
    return replace(found, role=OTHER) if found.role in left_out else found


def scratch_root() -> Path:
    """Where runs keep temporary files, a folder each."""
    folder: Path = settings.DATA_DIR / "run" / "scratch"
    return folder


def scratch_folder(run: IngestRun) -> Path:
    """The folder of one run; its name begins with the run's key."""
    return scratch_root() / f"{run.pk}-{run.attempt}"


def pause_folder() -> Path | None:
    """The folder of the kill tests' pauses; None outside them."""
    return Path(settings.PAUSE_FOLDER) if settings.PAUSE_FOLDER else None


def job_of(run: IngestRun) -> Job:
    """What the child has to know of a run, as the profile is now."""
    profile = Profile.objects.get(pk=run.profile_id)
    kind = _kind_of_job(profile)
    capture = profile.capture
    return Job(
        profile_id=str(profile.pk),
        run=run.number,
        tables=str(stores.table_store().root),
        sources=tuple(_sources(profile, kind)),
        profile_name=profile.name,
        explorer_version=settings.EXPLORER_VERSION,
        without=tuple(profile.without),
        partial=profile.partial,
        limits=Limits(file_bytes=settings.MAX_FILE_BYTES, records=settings.MAX_RECORDS),
        archive=ArchiveLimits(
            members=settings.MAX_DIRECTORY_FILES,
            expanded_bytes=settings.MAX_UNPACKED_BYTES,
            ratio=settings.MAX_UNPACKED_RATIO,
        ),
        memory_bytes=settings.CHILD_MEMORY_BYTES,
        pause_folder=settings.PAUSE_FOLDER,
        kind=kind,
        devices=tuple(_devices(profile)) if kind == SYSTEM else (),
        parts=tuple((ntff, neff, name) for ntff, neff, name in capture.get("parts", ())),
        notices=tuple((code, text, count) for code, text, count in capture.get("notices", ())),
        filters=processing_of(profile.options).filters,
    )


def _kind_of_job(profile: Profile) -> str:
    if not captures.is_unfolded(profile):
        return UNPACK
    return OFFICIAL if captures.holds_results(profile) else profile.kind


def _sources(profile: Profile, kind: str) -> Iterator[JobSource]:
    """The files of the run; the traces of a system profile belong to its device profiles."""
    for source in profile.sources.select_related("original"):
        if kind != SYSTEM or source.role not in ("neff", "ntff"):
            path = str(stores.source_path(source))
            yield JobSource(source.role, source.name, path, source.ordinal)


def _devices(profile: Profile) -> Iterator[DeviceRef]:
    for profile_id, device in captures.devices_of(profile):
        yield DeviceRef.of(str(profile_id), device)


def _settle(run: IngestRun, ending: Ending) -> Outcome:
    """Write the ending down. A run whose claim is lost by now leaves nothing behind."""
    if ending.outcome is Outcome.DONE:
        return _publish(run, ending)
    if ending.outcome is Outcome.HANDED_BACK:
        lifecycle.release(run.pk, run.attempt)
    elif ending.failure is not None:
        lifecycle.fail(
            run.pk,
            run.attempt,
            code=ending.failure.code,
            message=ending.failure.message,
            hint=ending.failure.hint,
            offset=ending.failure.offset,
            file=ending.failure.file,
            log=ending.log,
        )
    return ending.outcome


def _publish(run: IngestRun, ending: Ending) -> Outcome:
    pause_at(pause_folder(), "commit")
    store = stores.table_store()
    profile_id = str(run.profile_id)
    manifest = store.open_run(profile_id, run.number).manifest
    if lifecycle.publish(run.pk, run.attempt, manifest, log=ending.log):
        return Outcome.DONE
    store.drop_run(profile_id, run.number)
    return Outcome.DISOWNED


def _patiently(write: Callable[[], T]) -> T:
    """Call `write`, again after a pause when the database does not answer."""
    for attempt in range(1, WRITE_TRIES):
        try:
            return write()
        except DatabaseError:
            logger.warning("the end of a run could not be written", exc_info=True)
            time.sleep(WRITE_PAUSE_S * 2**attempt)
    return write()
