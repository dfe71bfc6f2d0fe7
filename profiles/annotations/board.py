"""What changes a profile's markers and regions: one change at a time, each counted.

Whoever changes something says which version of it was seen; with another one nothing happens and
the answer holds what it is now, so that nobody's edit is lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from profiles.annotations.documents import annotation_document, draft_of
from profiles.annotations.draft import FIELDS, MOST_ANNOTATIONS, Draft, changed, sorted_drafts
from profiles.models import Annotation, Profile
from profiles.refusal import Refused

ADD, REPLACE = "add", "replace"


@contextmanager
def board_changing(profile_id: UUID, *, revision: int | None = None) -> Iterator[None]:
    """One change of a profile's board; others wait. Nothing is kept of one that is refused.

    `revision` is the one that was seen, where all of the board is at stake.
    """
    mine = Profile.objects.filter(pk=profile_id)
    with transaction.atomic():
        # The row is written first: whoever comes second waits here, and sees what the first did.
        if not mine.update(annotation_revision=F("annotation_revision") + 1):
            raise Refused("request.not_found", "There is no such profile.")
        now = mine.values_list("annotation_revision", flat=True).get() - 1
        if revision is not None and revision != now:
            raise Refused("annotation.stale", fields={"current": {"revision": now}})
        yield


def annotation_create(profile_id: UUID, draft: Draft) -> Annotation:
    """Put a marker or a region on a profile. Raises Refused when there are too many."""
    with board_changing(profile_id):
        _check_room(profile_id, 1)
        return Annotation.objects.create(profile_id=profile_id, **_columns(draft))


def annotation_change(
    profile_id: UUID, annotation_id: UUID, *, version: int, changes: Mapping[str, Any]
) -> Annotation:
    """Change some fields of one, if it still is at `version`. Raises Refused."""
    with board_changing(profile_id):
        found = _seen(profile_id, annotation_id, version)
        columns = _columns(changed(draft_of(found), changes))
        for name, value in columns.items():
            setattr(found, name, value)
        found.version += 1
        found.save()
    return found


def annotation_delete(profile_id: UUID, annotation_id: UUID, *, version: int) -> None:
    """Remove one, if it still is at `version`. Raises Refused."""
    with board_changing(profile_id):
        _seen(profile_id, annotation_id, version).delete()


def annotations_clear(profile_id: UUID, *, revision: int) -> int:
    """Remove all, if nothing has changed since `revision`; how many there were. Raises Refused."""
    with board_changing(profile_id, revision=revision):
        gone = Annotation.objects.filter(profile_id=profile_id)
        count = gone.count()
        gone.delete()
    return count


def annotations_bring_in(
    profile_id: UUID, drafts: Sequence[Draft], *, mode: str = ADD, revision: int | None = None
) -> dict[str, int]:
    """Add what a file or a set holds; with `replace` it takes the place of all that is there.

    What is there already, equal in every field, is not added again. Raises Refused; replacing needs
    the revision that was seen.
    """
    if mode == REPLACE and revision is None:
        raise Refused("annotation.stale", "Replacing needs the revision that was seen.")
    with board_changing(profile_id, revision=revision if mode == REPLACE else None):
        there = Annotation.objects.filter(profile_id=profile_id)
        if mode == REPLACE:
            there.delete()
        known = {draft_of(one) for one in there.all()}
        fresh = [draft for draft in dict.fromkeys(drafts) if draft not in known]
        _check_room(profile_id, len(fresh))
        now = timezone.now()
        Annotation.objects.bulk_create(
            Annotation(profile_id=profile_id, created_at=now, updated_at=now, **_columns(draft))
            for draft in sorted_drafts(fresh)
        )
    return {"added": len(fresh), "already_there": len(drafts) - len(fresh)}


def _check_room(profile_id: UUID, more: int) -> None:
    there = Annotation.objects.filter(profile_id=profile_id).count()
    if there + more > MOST_ANNOTATIONS:
        raise Refused(
            "annotation.too_many",
            f"The profile has {there}; with {more} more there would be over {MOST_ANNOTATIONS}.",
        )


def _seen(profile_id: UUID, annotation_id: UUID, version: int) -> Annotation:
    """The row as somebody saw it. Raises Refused if it has changed or gone since."""
    found = Annotation.objects.filter(profile_id=profile_id, pk=annotation_id).first()
    if found is None:
        raise Refused("request.not_found", "This marker is not there any more.")
    if found.version != version:
        raise Refused("annotation.stale", fields={"current": annotation_document(found)})
    return found


def _columns(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in FIELDS}
