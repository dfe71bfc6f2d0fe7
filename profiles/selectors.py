"""Reads: which profiles there are, and what is known of one."""

from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from profiles.models import Annotation, IngestRun, Profile, Status
from profiles.storage.manifest import PartEntry
from profiles.storage.tables import ReadableRun, RunMissingError
from profiles.stores import table_store


def profiles_visible() -> QuerySet[Profile]:
    """All profiles, newest first, with what a row shows. In local mode everyone sees all.

    Logs are left where they are until somebody asks for one.
    """
    # A subquery: two counts over joins would multiply each other.
    marks = Annotation.objects.filter(profile=OuterRef("pk")).order_by().values("profile")
    counted = Subquery(marks.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    found = Profile.objects.select_related("current_run", "active_run").annotate(
        annotation_total=Coalesce(counted, 0),
        device_total=Count("devices"),
        device_ready=Count("devices", filter=Q(devices__status=Status.PROCESSED)),
        device_failed=Count("devices", filter=Q(devices__status=Status.FAILED)),
    )
    found = found.order_by("-created_at", "id")  # an aggregate forgets the model's order
    return found.prefetch_related("sources").defer("current_run__log", "active_run__log")


def last_run(profile: Profile) -> IngestRun | None:
    """The run that says most: the active one, the failed one, or the current one."""
    if profile.status == Status.PROCESSED:
        return profile.current_run
    return profile.active_run or profile.runs.defer("log").first()


def queue_position(profile: Profile) -> int | None:
    """Place in the queue, 1 for the next; None when the profile does not wait."""
    if profile.status != Status.PENDING:
        return None
    earlier = Profile.objects.filter(status=Status.PENDING, created_at__lt=profile.created_at)
    return earlier.count() + 1


def run_opened(profile_id: UUID, run: int) -> ReadableRun:
    """A published run of a profile that still exists. Raises RunMissingError."""
    if not IngestRun.objects.filter(profile_id=profile_id, number=run, outcome="done").exists():
        raise RunMissingError(f"run {run} is not there")
    return table_store().open_run(str(profile_id), run)


def device_profiles(profile_id: UUID) -> QuerySet[Profile]:
    """The device profiles made from the same directory, by name."""
    return profiles_visible().filter(parent_id=profile_id).order_by("name", "id")


def part_of(profile: Profile) -> PartEntry | None:
    """What the current run says of the profile's first trace; None while there is none."""
    try:
        return next(iter(current_run_opened(profile).manifest.parts), None)
    except RunMissingError:
        return None


def current_run_opened(profile: Profile) -> ReadableRun:
    """The current run. Raises RunMissingError if nothing has been published yet."""
    if profile.current_run is None:
        raise RunMissingError("nothing has been published yet")
    return table_store().open_run(str(profile.pk), profile.current_run.number)
