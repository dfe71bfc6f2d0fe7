"""Reads of markers, regions and their sets, as plain data."""

from typing import Any
from uuid import UUID

from profiles.annotations.draft import FIELDS, Draft
from profiles.models import Annotation, AnnotationSet, Profile


def draft_of(one: Annotation) -> Draft:
    """What it holds, without who it is."""
    return Draft(**{name: getattr(one, name) for name in FIELDS})


def drafts_on(profile_id: UUID) -> list[Draft]:
    """All of a profile, by time."""
    return [draft_of(one) for one in Annotation.objects.filter(profile_id=profile_id)]


def annotation_document(one: Annotation) -> dict[str, Any]:
    """A marker or a region with its version."""
    return {
        "id": str(one.pk),
        **draft_of(one).document(),
        "version": one.version,
        "created_at": one.created_at.isoformat(),
        "updated_at": one.updated_at.isoformat(),
    }


def set_document(one: AnnotationSet) -> dict[str, Any]:
    """A set by name, without what it holds."""
    return {
        "id": str(one.pk),
        "name": one.name,
        "count": len(one.entries),
        "version": one.version,
        "updated_at": one.updated_at.isoformat(),
    }


def set_documents(profile_id: UUID) -> list[dict[str, Any]]:
    """The sets of a profile by name."""
    return [set_document(one) for one in AnnotationSet.objects.filter(profile_id=profile_id)]


def board_document(profile: Profile) -> dict[str, Any]:
    """All there is on a profile, and its revision; whoever knows that needs nothing else."""
    return {
        "revision": profile.annotation_revision,
        "annotations": [annotation_document(one) for one in profile.annotations.all()],
        "sets": set_documents(profile.pk),
    }


def annotation_count(profile_id: UUID) -> int:
    """How many markers and regions a profile has."""
    return Annotation.objects.filter(profile_id=profile_id).count()
