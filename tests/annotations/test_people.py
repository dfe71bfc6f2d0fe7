"""Random work of two people who look now and then: nothing that was answered is lost."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.annotations.board import (
    annotation_change,
    annotation_create,
    annotation_delete,
    annotations_bring_in,
    annotations_clear,
)
from profiles.annotations.documents import annotation_document, board_document
from profiles.annotations.draft import Draft
from profiles.models import Annotation, Profile
from profiles.refusal import Refused
from tests.domain.conftest import Submit

PEOPLE = (0, 1)
STEP = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(["look", "put", "name", "note", "delete", "clear", "replace", "import"]),
    st.integers(0, 5),
)
OFTEN = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class Person:
    """What one of them saw last."""

    revision: int = 0
    seen: list[dict[str, Any]] = field(default_factory=list)

    def look(self, document: dict[str, Any]) -> None:
        self.revision = document["revision"]
        self.seen = document["annotations"]


def act(profile_id: UUID, person: Person, what: str, number: int) -> dict[str, dict[str, Any]]:
    """Do it as the person saw things; the markers that are other than before. Raises Refused."""
    one = person.seen[number % len(person.seen)] if person.seen else None
    if what == "put" or one is None:
        made = annotation_create(profile_id, Draft(f"n{number}", number))
        return {str(made.pk): annotation_document(made)}
    if what in ("name", "note"):
        done = annotation_change(
            profile_id, UUID(one["id"]), version=one["version"], changes={what: f"to {number}"}
        )
        return {one["id"]: annotation_document(done)}
    annotation_delete(profile_id, UUID(one["id"]), version=one["version"])
    return {one["id"]: {}}


def at_once(profile_id: UUID, person: Person, what: str, number: int) -> None:
    """What changes all of the board. Raises Refused."""
    drafts = [Draft(f"file {number}", number), Draft("file", 9, 12)]
    if what == "clear":
        annotations_clear(profile_id, revision=person.revision)
    elif what == "replace":
        annotations_bring_in(profile_id, drafts, mode="replace", revision=person.revision)
    else:
        annotations_bring_in(profile_id, drafts)


def now(profile: Profile) -> dict[str, Any]:
    return board_document(Profile.objects.get(pk=profile.pk))


@OFTEN
@given(st.lists(STEP, max_size=25))
def test_every_answer_stands_until_somebody_who_saw_it_changes_it(
    submit: Submit, steps: list[tuple[int, str, int]]
) -> None:
    Profile.objects.all().delete()
    profile = submit("run 1")
    people = {one: Person() for one in PEOPLE}
    known: dict[str, dict[str, Any]] = {}
    for who, what, number in steps:
        person, before = people[who], now(profile)
        if what == "look":
            person.look(before)
            continue
        try:
            if what in ("clear", "replace", "import"):
                at_once(profile.pk, person, what, number)
                after = now(profile)
                if what != "import":
                    # Nobody's work goes that was not seen by the one who let it go.
                    assert person.revision == before["revision"]
                else:
                    kept = {one["id"]: one for one in after["annotations"]}
                    assert all(kept[one["id"]] == one for one in before["annotations"])
                known = {one["id"]: one for one in after["annotations"]}
            else:
                known.update(act(profile.pk, person, what, number))
                known = {key: one for key, one in known.items() if one}
                after = now(profile)
        except Refused as refusal:
            assert refusal.code in ("annotation.stale", "request.not_found")  # noqa: PT017
            assert now(profile) == before
            continue
        assert {one["id"]: one for one in after["annotations"]} == known
        assert after["revision"] == before["revision"] + 1
        person.look(after)
    assert Annotation.objects.filter(profile=profile).count() == len(known)
