"""What many open pages ask every few seconds is cheap, whole, and never older than its tag."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from profiles.annotations.board import annotation_change, annotation_create
from profiles.annotations.draft import Draft
from profiles.annotations.sets import set_save
from profiles.models import Annotation, Profile
from profiles.services import profile_rename, profile_reprocess, profile_submit
from tests.api.conftest import error_of, process_now, sample
from tests.domain.conftest import received

JSON = "application/json"
Asserted = Any


@pytest.fixture
def profile(db: None, data_dir: object, sent: list[str]) -> Profile:
    return profile_submit(name="a", files=[received("ntff", "a.ntff", b"trace")])[0]


def address(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/annotations/"


def tag_of(client: Client, profile: Profile) -> str:
    tag: str = client.get(address(profile)).headers["ETag"]
    return tag


def test_nothing_new_costs_one_query_however_much_there_is(
    client: Client, profile: Profile, django_assert_num_queries: Asserted
) -> None:
    for number in range(60):
        annotation_create(profile.pk, Draft(f"n{number}", number, note="n" * 1000))
    tag = tag_of(client, profile)
    with django_assert_num_queries(1):
        answer = client.get(address(profile), headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag


def test_all_of_a_board_is_read_with_three_queries(
    client: Client, profile: Profile, django_assert_num_queries: Asserted
) -> None:
    for number in range(20):
        annotation_create(profile.pk, Draft(f"n{number}", number))
    set_save(profile.pk, name="mine")
    with django_assert_num_queries(3):
        document = client.get(address(profile)).json()
    assert len(document["annotations"]) == 20
    assert [one["count"] for one in document["sets"]] == [20]


def test_the_tag_changes_with_every_change_and_with_nothing_else(
    client: Client, profile: Profile
) -> None:
    tags = [tag_of(client, profile)]

    def changed() -> None:
        tags.append(tag_of(client, profile))

    one = annotation_create(profile.pk, Draft("a", 5))
    changed()
    client.patch(f"{address(profile)}{one.pk}/", {"version": 1, "note": "n"}, content_type=JSON)
    changed()
    set_save(profile.pk, name="mine")
    changed()
    client.delete(f"{address(profile)}{one.pk}/?version=2")
    changed()
    assert len(set(tags)) == len(tags)
    before = tags[-1]
    client.delete(f"{address(profile)}{one.pk}/?version=2")
    client.post(address(profile), {"name": ""}, content_type=JSON)
    client.get(f"{address(profile)}export.csv")
    profile_rename(profile, name="other")
    changed()
    assert tags[-1] == before


def test_two_profiles_of_one_revision_have_tags_of_their_own(
    client: Client, profile: Profile
) -> None:
    other = profile_submit(name="b", files=[received("ntff", "b.ntff", b"other")])[0]
    mine = tag_of(client, profile)
    assert client.get(address(other), headers={"if-none-match": mine}).status_code == 200


def test_a_tag_in_a_list_or_a_weak_one_is_known_as_caches_may_send_it(
    client: Client, profile: Profile
) -> None:
    tag = tag_of(client, profile)
    for header in (f'"x", {tag}', f"W/{tag}", "*"):
        answer = client.get(address(profile), headers={"if-none-match": header})
        assert answer.status_code == 304, header
    assert client.get(address(profile), headers={"if-none-match": '"x"'}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_reader_beside_many_writers_never_has_an_old_board_under_a_new_tag(
    data_dir: object, sent: list[str]
) -> None:
    profile = profile_submit(name="a", files=[received("ntff", "a.ntff", b"trace")])[0]
    one = annotation_create(profile.pk, Draft("0", 0))
    done = threading.Event()

    def write() -> None:
        try:
            for number in range(1, 25):
                annotation_change(profile.pk, one.pk, version=number, changes={"start_ns": number})
        finally:
            done.set()
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    client, seen = Client(headers={"host": "localhost:3001"}), []
    while not done.is_set():
        document = client.get(address(profile)).json()
        seen.append((document["revision"], document["annotations"][0]["start_ns"]))
    writer.join()
    # The revision is read first: what comes with it may be newer, and is then read once more.
    assert all(start >= revision - 1 for revision, start in seen)
    assert client.get(address(profile)).json()["annotations"][0]["start_ns"] == 24


@pytest.mark.django_db(transaction=True)
def test_two_scripts_that_edit_at_once_are_told_apart_by_the_api(
    data_dir: object, sent: list[str]
) -> None:
    profile = profile_submit(name="a", files=[received("ntff", "a.ntff", b"trace")])[0]
    one = annotation_create(profile.pk, Draft("a", 0))
    start = threading.Barrier(4)
    answers: list[tuple[int, str]] = []

    def edit(number: int) -> None:
        client = Client(headers={"host": "localhost:3001"})
        start.wait()
        try:
            body = {"version": 1, "name": f"by {number}"}
            answer = client.patch(f"{address(profile)}{one.pk}/", body, content_type=JSON)
            current = answer.json() if answer.status_code == 200 else error_of(answer)["fields"]
            answers.append((answer.status_code, current.get("current", current)["name"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    # Everyone was told the same, and it is what is kept.
    assert {name for _, name in answers} == {Annotation.objects.get().name}


def test_they_are_there_for_a_profile_in_any_state(
    client: Client, db: None, data_dir: object, sent: list[str]
) -> None:
    profile = profile_submit(name="a", files=[received("ntff", "a.ntff", sample("ntff"))])[0]
    annotation_create(profile.pk, Draft("while it waits", 5))
    process_now(str(profile.pk))
    profile_reprocess(Profile.objects.get(pk=profile.pk))
    answer = client.post(address(profile), {"name": "b", "start_ns": 9}, content_type=JSON)
    assert answer.status_code == 201
    process_now(str(profile.pk))
    names = [one["name"] for one in client.get(address(profile)).json()["annotations"]]
    assert names == ["while it waits", "b"]
