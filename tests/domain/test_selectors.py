"""What is read of profiles: enough for a row, and no more than a row needs."""

from typing import Any

import pytest

from profiles import lifecycle
from profiles.filters import ProfileFilter
from profiles.models import Profile, Status
from profiles.presentation import profile_document
from profiles.selectors import (
    current_run_opened,
    last_run,
    profiles_visible,
    queue_position,
    run_opened,
)
from profiles.storage.tables import RunMissingError, TableStore
from tests.domain.conftest import Submit, write_run


def publish(profile: Profile, log: str = "") -> None:
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    assert lifecycle.publish(run.pk, run.attempt, write_run(profile, run.number), log=log)


def fail(profile: Profile) -> None:
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    lifecycle.fail(run.pk, run.attempt, code="ntff.truncated", message="cut", offset=7)


def fresh(profile: Profile) -> Profile:
    return profiles_visible().get(pk=profile.pk)


def test_a_list_of_processed_profiles_takes_two_queries(
    submit: Submit, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        publish(submit(f"run {number}"), log="x" * 1000)
    with django_assert_num_queries(2) as queries:
        documents = [profile_document(profile) for profile in profiles_visible()]
    assert len(documents) == 5
    assert not any('"log"' in query["sql"] for query in queries.captured_queries)


def test_the_run_that_says_most_is_shown(submit: Submit) -> None:
    profile = submit()
    assert last_run(fresh(profile)) is None
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert last_run(fresh(profile)) == run
    assert run is not None
    lifecycle.release(run.pk, run.attempt)
    publish(profile)
    assert last_run(fresh(profile)) == fresh(profile).current_run
    lifecycle.reprocess(profile.pk, without=[], partial=False)
    fail(profile)
    shown = last_run(fresh(profile))
    assert shown is not None
    assert (shown.number, shown.error_code) == (3, "ntff.truncated")


def test_who_waits_has_a_place_in_the_queue(submit: Submit) -> None:
    waiting = [submit(f"run {number}") for number in range(3)]
    assert [queue_position(profile) for profile in waiting] == [1, 2, 3]
    publish(waiting[0])
    assert [queue_position(fresh(profile)) for profile in waiting] == [None, 1, 2]


def test_a_failure_is_told_with_title_and_hint(submit: Submit) -> None:
    profile = submit()
    fail(profile)
    failure = profile_document(fresh(profile))["failure"]
    assert failure["code"] == "ntff.truncated"
    assert failure["offset"] == 7
    assert failure["title"]
    assert failure["hint"]
    assert failure["stage"] == "identify"


def test_progress_is_told_by_stage(submit: Submit) -> None:
    profile = submit()
    run = lifecycle.claim(profile.pk, worker="w", lease_s=60)
    assert run is not None
    lifecycle.advance(run.pk, run.attempt, stage="build", done=5, total=9)
    stage = profile_document(fresh(profile))["stage"]
    assert (stage["name"], stage["index"], stage["done"], stage["total"]) == ("build", 3, 5, 9)


def test_a_run_is_opened_only_while_it_is_published_and_there(
    submit: Submit, tables: TableStore
) -> None:
    profile = submit()
    with pytest.raises(RunMissingError):
        current_run_opened(fresh(profile))
    publish(profile)
    assert run_opened(profile.pk, 1).manifest.core_count == 2
    assert current_run_opened(fresh(profile)).manifest.duration_ns == 54_276
    write_run(profile, 2)
    with pytest.raises(RunMissingError):
        run_opened(profile.pk, 2)
    tables.drop_run(str(profile.pk), 1)
    with pytest.raises(RunMissingError):
        run_opened(profile.pk, 1)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["c", "b", "a two"]),
        ({"search": "TWO a"}, ["a two"]),
        ({"search": "status:failed"}, ["b"]),
        ({"search": "status:nothing"}, []),
        ({"status": ["PENDING", "FAILED"]}, ["c", "b"]),
        ({"ordering": "name"}, ["a two", "b", "c"]),
        ({"ordering": "-size_bytes"}, ["c", "b", "a two"]),
        ({"ordering": "duration_ns", "status": ["PROCESSED"]}, ["a two"]),
    ],
)
def test_the_list_is_filtered_and_ordered(
    submit: Submit, query: dict[str, Any], names: list[str]
) -> None:
    publish(submit("a two", ntff=b"1"))
    fail(submit("b", ntff=b"22"))
    submit("c", ntff=b"333")
    asked = ProfileFilter(query, queryset=profiles_visible())
    assert asked.is_valid(), asked.errors
    assert [profile.name for profile in asked.qs] == names


def test_a_search_longer_than_any_name_is_refused() -> None:
    asked = ProfileFilter({"search": "a " * 200}, queryset=Profile.objects.none())
    assert not asked.is_valid()


def test_statuses_are_the_four_words() -> None:
    assert set(Status.values) == {"PENDING", "PROCESSING", "PROCESSED", "FAILED"}
