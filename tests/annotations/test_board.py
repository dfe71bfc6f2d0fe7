"""A profile's board of markers: changes one at a time, none of them lost, none outliving it."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from profiles import lifecycle
from profiles.annotations import board
from profiles.annotations.board import (
    REPLACE,
    annotation_change,
    annotation_create,
    annotation_delete,
    annotations_bring_in,
    annotations_clear,
)
from profiles.annotations.documents import board_document, drafts_on
from profiles.annotations.draft import MOST_SETS, Draft
from profiles.annotations.sets import (
    set_change,
    set_delete,
    set_drafts,
    set_load,
    set_save,
)
from profiles.models import Annotation, AnnotationSet, Profile
from profiles.refusal import Refused
from profiles.selectors import profiles_visible
from profiles.services import profile_delete, profile_reprocess
from tests.domain.conftest import Submit, write_run

PV = Draft("PV", 70_000, colour="sky")
SOFTMAX = Draft("softmax", 25_000, 65_000, "green", "half the clock")


@pytest.fixture
def profile(submit: Submit) -> Profile:
    return submit("run 1")


def revision(profile: Profile) -> int:
    return Profile.objects.get(pk=profile.pk).annotation_revision


def names(profile: Profile) -> list[str]:
    return [draft.name for draft in drafts_on(profile.pk)]


def refusal_of(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def test_what_is_put_is_there_by_time(profile: Profile) -> None:
    annotation_create(profile.pk, PV)
    annotation_create(profile.pk, SOFTMAX)
    assert drafts_on(profile.pk) == [SOFTMAX, PV]
    document = board_document(Profile.objects.get(pk=profile.pk))
    assert document["revision"] == 2
    assert [(one["kind"], one["version"]) for one in document["annotations"]] == [
        ("region", 1),
        ("marker", 1),
    ]


def test_a_change_of_a_version_that_was_not_the_last_changes_nothing(profile: Profile) -> None:
    one = annotation_create(profile.pk, PV)
    annotation_change(profile.pk, one.pk, version=1, changes={"name": "theirs"})
    before = revision(profile)
    refusal = refusal_of(
        lambda: annotation_change(profile.pk, one.pk, version=1, changes={"name": "mine"})
    )
    assert refusal.code == "annotation.stale"
    assert refusal.fields is not None
    assert refusal.fields["current"]["name"] == "theirs"
    assert refusal.fields["current"]["version"] == 2
    assert (names(profile), revision(profile)) == (["theirs"], before)


def test_a_delete_does_not_take_an_edit_with_it(profile: Profile) -> None:
    one = annotation_create(profile.pk, PV)
    annotation_change(profile.pk, one.pk, version=1, changes={"note": "look here"})
    refusal = refusal_of(lambda: annotation_delete(profile.pk, one.pk, version=1))
    assert refusal.code == "annotation.stale"
    assert refusal.fields is not None
    assert refusal.fields["current"]["note"] == "look here"
    annotation_delete(profile.pk, one.pk, version=2)
    gone = refusal_of(lambda: annotation_change(profile.pk, one.pk, version=2, changes={}))
    assert gone.code == "request.not_found"


def test_a_bad_change_is_refused_and_not_counted(profile: Profile) -> None:
    one = annotation_create(profile.pk, SOFTMAX)
    before = revision(profile)
    refusal = refusal_of(
        lambda: annotation_change(profile.pk, one.pk, version=1, changes={"end_ns": 1})
    )
    assert refusal.code == "annotation.invalid"
    assert (drafts_on(profile.pk), revision(profile)) == ([SOFTMAX], before)


@pytest.mark.django_db(transaction=True)
def test_of_many_edits_of_one_version_at_once_exactly_one_is_kept(submit: Submit) -> None:
    profile = submit("run 1")
    one = annotation_create(profile.pk, PV)
    start = threading.Barrier(6)
    outcomes: list[str] = []

    def edit(number: int) -> None:
        start.wait()
        try:
            annotation_change(profile.pk, one.pk, version=1, changes={"name": f"by {number}"})
            outcomes.append(f"by {number}")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [text for text in outcomes if text.startswith("by")]
    assert (len(outcomes), len(kept), outcomes.count("annotation.stale")) == (6, 1, 5)
    assert names(profile) == kept
    assert Annotation.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_the_bound_holds_when_many_put_at_once(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "MOST_ANNOTATIONS", 3)
    profile = submit("run 1")
    start = threading.Barrier(6)

    def put() -> None:
        start.wait()
        try:
            annotation_create(profile.pk, PV)
        except Refused as refusal:
            codes.append(refusal.code)
        finally:
            connection.close()

    codes: list[str] = []
    threads = [threading.Thread(target=put) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["annotation.too_many"] * 3
    assert Annotation.objects.count() == revision(profile) == 3


def test_a_file_comes_in_whole_or_not_at_all(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "MOST_ANNOTATIONS", 2)
    annotation_create(profile.pk, PV)
    many = [SOFTMAX, Draft("a", 1)]
    assert refusal_of(lambda: annotations_bring_in(profile.pk, many)).code == "annotation.too_many"
    assert names(profile) == ["PV"]
    done = annotations_bring_in(profile.pk, many, mode=REPLACE, revision=1)
    assert done == {"added": 2, "already_there": 0}
    assert names(profile) == ["a", "softmax"]


def test_what_is_there_already_is_not_doubled(profile: Profile) -> None:
    annotation_create(profile.pk, PV)
    done = annotations_bring_in(profile.pk, [PV, SOFTMAX, SOFTMAX])
    assert done == {"added": 1, "already_there": 2}
    again = annotations_bring_in(profile.pk, [PV, SOFTMAX])
    assert again == {"added": 0, "already_there": 2}
    assert names(profile) == ["softmax", "PV"]


def test_clearing_and_replacing_need_the_board_that_was_seen(profile: Profile) -> None:
    annotation_create(profile.pk, PV)
    seen = revision(profile)
    annotation_create(profile.pk, SOFTMAX)
    for act in (
        lambda: annotations_clear(profile.pk, revision=seen),
        lambda: annotations_bring_in(profile.pk, [], mode=REPLACE, revision=seen),
        lambda: annotations_bring_in(profile.pk, [], mode=REPLACE),
    ):
        assert refusal_of(act).code == "annotation.stale"
    assert names(profile) == ["softmax", "PV"]
    assert annotations_clear(profile.pk, revision=revision(profile)) == 2
    assert names(profile) == []


def test_nothing_is_put_on_a_profile_that_is_gone(db: None) -> None:
    refusal = refusal_of(lambda: annotation_create(uuid4(), PV))
    assert refusal.code == "request.not_found"


def test_one_profile_does_not_reach_another_s(profile: Profile, submit: Submit) -> None:
    other = submit("run 2", ntff=b"another")
    one = annotation_create(profile.pk, PV)
    refusal = refusal_of(lambda: annotation_delete(other.pk, one.pk, version=1))
    assert refusal.code == "request.not_found"
    kept = set_save(profile.pk, name="mine")
    assert refusal_of(lambda: set_load(other.pk, kept.pk)).code == "request.not_found"
    annotations_clear(other.pk, revision=revision(other))
    assert names(profile) == ["PV"]


def test_they_survive_processing_again(profile: Profile) -> None:
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    lifecycle.publish(run.pk, run.attempt, write_run(profile, run.number))
    annotation_create(profile.pk, SOFTMAX)
    set_save(profile.pk, name="mine")
    profile_reprocess(Profile.objects.get(pk=profile.pk))
    again = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert again is not None
    assert lifecycle.publish(again.pk, again.attempt, write_run(profile, again.number))
    assert drafts_on(profile.pk) == [SOFTMAX]
    assert AnnotationSet.objects.count() == 1


def test_they_go_with_the_profile(profile: Profile) -> None:
    annotation_create(profile.pk, SOFTMAX)
    set_save(profile.pk, name="mine")
    profile_delete(profile)
    assert Annotation.objects.count() == AnnotationSet.objects.count() == 0


def test_the_list_counts_them_beside_device_profiles(profile: Profile, submit: Submit) -> None:
    for name in ("a", "b"):
        child = submit(name, ntff=name.encode())
        Profile.objects.filter(pk=child.pk).update(parent=profile)
    for draft in (PV, SOFTMAX, Draft("c", 1)):
        annotation_create(profile.pk, draft)
    found = profiles_visible().get(pk=profile.pk)
    assert (found.annotation_total, found.device_total) == (3, 2)
    assert profiles_visible().get(pk=child.pk).annotation_total == 0


def test_a_set_brings_back_what_was_saved(profile: Profile) -> None:
    annotation_create(profile.pk, PV)
    annotation_create(profile.pk, SOFTMAX)
    kept = set_save(profile.pk, name="  two \n of them ")
    assert (kept.name, len(kept.entries)) == ("two of them", 2)
    annotations_clear(profile.pk, revision=revision(profile))
    annotation_create(profile.pk, Draft("new", 1))
    assert set_load(profile.pk, kept.pk) == {"added": 2, "already_there": 0}
    assert names(profile) == ["new", "softmax", "PV"]
    set_load(profile.pk, kept.pk, mode=REPLACE, revision=revision(profile))
    assert drafts_on(profile.pk) == set_drafts(profile.pk, kept.pk) == [SOFTMAX, PV]


def test_a_set_is_saved_over_renamed_and_deleted_as_it_was_seen(profile: Profile) -> None:
    annotation_create(profile.pk, PV)
    kept = set_save(profile.pk, name="mine")
    taken = refusal_of(lambda: set_save(profile.pk, name="mine"))
    assert taken.code == "annotation.set_exists"
    assert taken.fields is not None
    assert taken.fields["current"]["id"] == str(kept.pk)
    annotation_create(profile.pk, SOFTMAX)
    over = set_change(profile.pk, kept.pk, version=1, is_saved_over=True)
    assert (over.version, len(over.entries)) == (2, 2)
    stale = refusal_of(lambda: set_change(profile.pk, kept.pk, version=1, name="other"))
    assert stale.code == "annotation.stale"
    other = set_save(profile.pk, name="other")
    clash = refusal_of(lambda: set_change(profile.pk, kept.pk, version=2, name="other"))
    assert clash.code == "annotation.set_exists"
    assert set_change(profile.pk, kept.pk, version=2, name="renamed").name == "renamed"
    assert (
        refusal_of(lambda: set_delete(profile.pk, other.pk, version=9)).code == "annotation.stale"
    )
    set_delete(profile.pk, other.pk, version=1)
    assert [one.name for one in AnnotationSet.objects.all()] == ["renamed"]
    assert names(profile) == ["softmax", "PV"]


@pytest.mark.parametrize("name", ["", "  ", 5, None, "n" * 81])
def test_a_set_needs_a_name(profile: Profile, name: object) -> None:
    refusal = refusal_of(lambda: set_save(profile.pk, name=name))
    assert (refusal.code, list(refusal.fields or ())) == ("annotation.invalid", ["name"])


def test_there_is_a_bound_on_sets(profile: Profile) -> None:
    for number in range(MOST_SETS):
        set_save(profile.pk, name=f"set {number}")
    assert refusal_of(lambda: set_save(profile.pk, name="more")).code == "annotation.too_many"
