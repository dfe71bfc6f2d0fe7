"""Sets: markers and regions kept under a name, to be loaded again later."""

from uuid import UUID

from profiles.annotations.board import ADD, annotations_bring_in, board_changing
from profiles.annotations.documents import drafts_on, set_document
from profiles.annotations.draft import MOST_SETS, Draft, line_of, refused
from profiles.annotations.exchange import drafts_of
from profiles.models import AnnotationSet
from profiles.refusal import Refused


def set_save(profile_id: UUID, *, name: object) -> AnnotationSet:
    """Keep what is there now under a new name. Raises Refused if there is a set of that name."""
    chosen = set_name(name)
    with board_changing(profile_id):
        mine = AnnotationSet.objects.filter(profile_id=profile_id)
        if mine.count() >= MOST_SETS:
            raise Refused("annotation.too_many", f"A profile may have {MOST_SETS} sets.")
        _check_free(profile_id, chosen)
        return AnnotationSet.objects.create(
            profile_id=profile_id, name=chosen, entries=_entries_now(profile_id)
        )


def set_change(
    profile_id: UUID,
    set_id: UUID,
    *,
    version: int,
    name: object = None,
    is_saved_over: bool = False,
) -> AnnotationSet:
    """Rename a set, or save what is there now over it, if it still is at `version`."""
    chosen = None if name is None else set_name(name)
    with board_changing(profile_id):
        found = _seen(profile_id, set_id, version)
        if chosen is not None and chosen != found.name:
            _check_free(profile_id, chosen)
            found.name = chosen
        if is_saved_over:
            found.entries = _entries_now(profile_id)
        found.version += 1
        found.save()
    return found


def set_delete(profile_id: UUID, set_id: UUID, *, version: int) -> None:
    """Remove a set, if it still is at `version`; what was loaded from it stays."""
    with board_changing(profile_id):
        _seen(profile_id, set_id, version).delete()


def set_load(
    profile_id: UUID, set_id: UUID, *, mode: str = ADD, revision: int | None = None
) -> dict[str, int]:
    """Bring the set's markers and regions back, beside or instead of what is there."""
    drafts = drafts_of(set_found(profile_id, set_id).entries)
    return annotations_bring_in(profile_id, drafts, mode=mode, revision=revision)


def set_found(profile_id: UUID, set_id: UUID) -> AnnotationSet:
    """A set of a profile. Raises Refused."""
    found = AnnotationSet.objects.filter(profile_id=profile_id, pk=set_id).first()
    if found is None:
        raise Refused("request.not_found", "This set is not there any more.")
    return found


def set_drafts(profile_id: UUID, set_id: UUID) -> list[Draft]:
    """What a set holds."""
    return drafts_of(set_found(profile_id, set_id).entries)


def set_name(name: object) -> str:
    """The name of a set, in one line. Raises Refused."""
    try:
        return line_of(name)
    except ValueError as error:
        raise refused({"name": str(error)}) from error


def _seen(profile_id: UUID, set_id: UUID, version: int) -> AnnotationSet:
    found = set_found(profile_id, set_id)
    if found.version != version:
        raise Refused("annotation.stale", fields={"current": set_document(found)})
    return found


def _check_free(profile_id: UUID, name: str) -> None:
    there = AnnotationSet.objects.filter(profile_id=profile_id, name=name).first()
    if there is not None:
        raise Refused("annotation.set_exists", fields={"current": set_document(there)})


def _entries_now(profile_id: UUID) -> list[dict[str, object]]:
    return [draft.document() for draft in drafts_on(profile_id)]
