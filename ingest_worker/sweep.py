"""What is left on the disk by processes that were killed, or is no longer needed."""

import contextlib
import shutil
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from ingest_worker.ingest import scratch_root
from profiles import official_folder
from profiles.models import IngestRun, Profile
from profiles.stores import source_store, table_store

UPLOAD_KEPT_S = 15
"""A file in `incoming` this old, whose process has ended, is abandoned."""

SOURCES_KEPT_S = 600
"""Files move to their place before the rows that name them are written."""

OLD_RUN_KEPT = timedelta(hours=1)
"""A superseded run stays readable for pages that were open when the new one came."""

LINK_WATCHED = timedelta(minutes=2)

SWEEP_NOTE = "sweep.done"


def note_sweep() -> None:
    """Show that a message from the beat came all the way through."""
    (settings.DATA_DIR / "run" / SWEEP_NOTE).touch()


def drop_scratch() -> int:
    """Remove scratch folders of runs that have ended. Returns how many."""
    folders = list(scratch_root().iterdir()) if scratch_root().is_dir() else []
    running = set(
        IngestRun.objects.filter(finished_at=None).values_list("pk", flat=True) if folders else ()
    )
    ended = [folder for folder in folders if _run_key(folder) not in running]
    for folder in ended:
        shutil.rmtree(folder, ignore_errors=True)
    return len(ended)


def _run_key(folder: Path) -> int | None:
    with contextlib.suppress(ValueError):
        return int(folder.name.partition("-")[0])
    return None


def repair_recent_links() -> int:
    """Set the links of profiles processed a moment ago. Returns how many profiles.

    A worker that is killed between the transaction that publishes a run and the link to it leaves
    the link behind; a start repairs all of them, this repairs it at once.
    """
    recent = Profile.objects.filter(processed_at__gt=timezone.now() - LINK_WATCHED)
    profiles = list(recent.values_list("pk", flat=True))
    for profile_id in profiles:
        official_folder.follow(profile_id)
    return len(profiles)


def drop_stale_uploads() -> int:
    """Remove what uploads that were cut off by a kill left in `incoming`. Returns how many."""
    return source_store().drop_stale(older_than_s=UPLOAD_KEPT_S)


def drop_unnamed_sources() -> int:
    """Remove source folders that no row has named for ten minutes. Returns how many."""
    store = source_store()
    unknown = set(store.profiles()) - {
        str(pk) for pk in Profile.objects.values_list("pk", flat=True)
    }
    oldest = time.time() - SOURCES_KEPT_S
    stale = [name for name in unknown if (store.root / name).stat().st_mtime < oldest]
    for name in stale:
        store.delete_profile(name)
    return len(stale)


def drop_old_runs() -> int:
    """Remove run folders that are neither current, nor being written, nor just superseded."""
    store = table_store()
    count = 0
    for profile_id in store.profiles():
        kept = _kept_runs(profile_id)
        for number in store.runs_of(profile_id):
            if kept is None or number not in kept:
                store.drop_run(profile_id, number)
                count += 1
    return count


def _kept_runs(profile_id: str) -> set[int] | None:
    """Numbers of the runs to keep; None if there is no such profile."""
    try:
        profile = Profile.objects.filter(pk=UUID(profile_id)).first()
    except ValueError:
        return None
    if profile is None:
        return None
    recent = timezone.now() - OLD_RUN_KEPT
    runs = IngestRun.objects.filter(profile=profile)
    kept = runs.filter(finished_at=None) | runs.filter(outcome="done", finished_at__gt=recent)
    if profile.current_run_id is not None:
        kept = kept | runs.filter(pk=profile.current_run_id)
    return set(kept.values_list("number", flat=True))
