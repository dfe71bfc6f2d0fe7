"""Markers and regions through the API: two people, files both ways, bad requests."""

import csv
import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.annotations.exchange import MOST_BYTES
from profiles.models import Annotation, Profile
from profiles.services import profile_submit
from tests.api.conftest import error_of
from tests.domain.conftest import received

JSON = "application/json"
REGION = {"name": "softmax", "start_ns": 25_000, "end_ns": 65_000, "colour": "green"}
MARKER = {"name": "PV", "start_ns": 70_000, "note": "here"}
Answer = Any
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def profile(db: None, data_dir: object, sent: list[str]) -> Profile:
    return profile_submit(name="a", files=[received("ntff", "a.ntff", b"trace")])[0]


@pytest.fixture
def here(profile: Profile) -> str:
    return f"/api/v1/profiles/{profile.pk}/annotations/"


def put(client: Client, here: str, body: Any) -> Answer:
    return client.post(here, body, content_type=JSON)


def patch(client: Client, url: str, **body: Any) -> Answer:
    return client.patch(url, body, content_type=JSON)


def names(client: Client, here: str) -> list[str]:
    return [one["name"] for one in client.get(here).json()["annotations"]]


def test_a_marker_is_put_changed_and_deleted(client: Client, here: str) -> None:
    answer = put(client, here, MARKER)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["kind"], made["colour"], made["version"]) == ("marker", "blue", 1)
    url = f"{here}{made['id']}/"
    assert client.get(url).json() == made
    changed = patch(client, url, version=1, end_ns=80_000, note="").json()
    assert (changed["kind"], changed["note"], changed["version"]) == ("region", "", 2)
    assert client.delete(f"{url}?version=2").status_code == 204
    assert client.get(url).status_code == 404
    assert names(client, here) == []


def test_asking_again_is_cheap_until_somebody_changes_something(client: Client, here: str) -> None:
    made = put(client, here, MARKER).json()
    first = client.get(here)
    assert [one["id"] for one in first.json()["annotations"]] == [made["id"]]

    def asked(tag: str) -> Answer:
        return client.get(here, headers={"if-none-match": tag})

    again = asked(first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    other = Client(headers={"host": "localhost:3001"})
    patch(other, f"{here}{made['id']}/", version=1, colour="red")
    fresh = asked(first.headers["ETag"])
    assert fresh.status_code == 200
    assert fresh.json()["annotations"][0]["colour"] == "red"
    assert fresh.json()["revision"] == first.json()["revision"] + 1
    assert asked(fresh.headers["ETag"]).status_code == 304


def test_of_two_people_who_edit_one_the_second_is_told_what_it_is_now(
    client: Client, here: str
) -> None:
    url = f"{here}{put(client, here, MARKER).json()['id']}/"
    theirs = patch(client, url, version=1, name="theirs").json()
    mine = patch(client, url, version=1, name="mine", note="also mine")
    assert mine.status_code == 409
    error = error_of(mine)
    assert error["code"] == "annotation.stale"
    assert error["fields"]["current"] == theirs == client.get(url).json()
    gone = client.delete(f"{url}?version=1")
    assert gone.status_code == 409
    assert error_of(gone)["fields"]["current"] == theirs
    kept = patch(client, url, version=theirs["version"], name="mine", note="also mine")
    assert (kept.status_code, kept.json()["version"]) == (200, 3)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a"}, "start_ns"),
        ({**REGION, "end_ns": 5}, "end_ns"),
        ({**MARKER, "colour": "teal"}, "colour"),
        ({**MARKER, "color": "red"}, "color"),
        ({**MARKER, "name": "n" * 81}, "name"),
        ({**MARKER, "id": "5"}, "id"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    client: Client, here: str, body: dict[str, Any], field: str
) -> None:
    answer = put(client, here, body)
    assert answer.status_code == 400
    error = error_of(answer)
    assert (error["code"], list(error["fields"])) == ("annotation.invalid", [field])
    assert Annotation.objects.count() == 0
    assert client.get(here).json()["revision"] == 0


@pytest.mark.parametrize("version", ["", "x", "-1", "1.0", "٣", "9" * 40, "true"])
def test_a_version_is_a_whole_number(client: Client, here: str, version: str) -> None:
    url = f"{here}{put(client, here, MARKER).json()['id']}/"
    for answer in (
        client.delete(f"{url}?version={version}"),
        client.delete(f"{here}?revision={version}"),
        client.delete(url),
        patch(client, url, name="x"),
        patch(client, url, name="x", version=True),
        patch(client, url, name="x", version=10**30),
    ):
        assert answer.status_code == 400
        error_of(answer)
    assert names(client, here) == ["PV"]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_of_a_profile_that_is_not_there_nothing_is_told(
    client: Client, db: None, method: str
) -> None:
    gone = f"/api/v1/profiles/{uuid4()}/annotations/"
    for url in (gone, f"{gone}sets/", f"{gone}export.json", f"{gone}import/", f"{gone}{uuid4()}/"):
        answer = getattr(client, method)(
            f"{url}?revision=0&version=1",
            **({} if method == "get" else {"data": json.dumps(MARKER), "content_type": JSON}),
        )
        assert 400 <= answer.status_code < 500
        error_of(answer)


@QUICK
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["name", "start_ns", "end_ns", "colour", "note", "version", "mode"]
                ),
                inner,
            )
        ),
        max_leaves=8,
    )
)
def test_any_json_is_taken_or_refused_with_a_stable_code(
    client: Client, here: str, body: Any
) -> None:
    one = f"{here}{uuid4()}/"
    for answer in (
        client.post(here, json.dumps(body), content_type=JSON),
        client.patch(one, json.dumps(body), content_type=JSON),
        client.post(f"{here}sets/", json.dumps(body), content_type=JSON),
        client.patch(f"{here}sets/{uuid4()}/", json.dumps(body), content_type=JSON),
        client.post(f"{here}sets/{uuid4()}/load/", json.dumps(body), content_type=JSON),
        client.post(f"{here}import/", json.dumps(body), content_type=JSON),
    ):
        assert answer.status_code < 500
        if answer.status_code >= 400:
            error_of(answer)


def test_a_body_that_is_too_large_is_refused(client: Client, here: str) -> None:
    answer = put(client, here, {**MARKER, "note": "n" * 70_000})
    assert (answer.status_code, error_of(answer)["code"]) == (413, "request.too_large")
    large = client.post(f"{here}import/", b" " * (MOST_BYTES + 1), content_type=JSON)
    assert (large.status_code, error_of(large)["code"]) == (413, "request.too_large")


@pytest.mark.parametrize(("ending", "kind"), [("json", JSON), ("csv", "text/csv")])
def test_what_is_exported_comes_in_on_another_profile(
    client: Client, here: str, ending: str, kind: str
) -> None:
    for body in (MARKER, REGION, {**MARKER, "name": "=1+1", "note": 'two\nlines, "so"'}):
        put(client, here, body)
    file = client.get(f"{here}export.{ending}")
    assert file.headers["Content-Type"].startswith(kind)
    assert "attachment" in file.headers["Content-Disposition"]
    other = profile_submit(name="b", files=[received("ntff", "b.ntff", b"other")])[0]
    there = f"/api/v1/profiles/{other.pk}/annotations/"
    done = client.post(f"{there}import/", file.content, content_type=kind)
    assert done.json() == {"added": 3, "already_there": 0}
    assert client.get(f"{there}export.csv").content == client.get(f"{here}export.csv").content
    again = client.post(f"{there}import/", file.content, content_type="application/octet-stream")
    assert again.json() == {"added": 0, "already_there": 3}


def test_the_csv_has_a_line_each_by_time(client: Client, here: str) -> None:
    put(client, here, MARKER)
    put(client, here, REGION)
    text = client.get(f"{here}export.csv").content.decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["kind", "name", "start_ns", "end_ns", "colour", "note", "part", "row"],
        ["region", "softmax", "25000", "65000", "green", "", "", ""],
        ["marker", "PV", "70000", "", "blue", "here", "", ""],
    ]


def test_a_file_with_one_bad_line_changes_nothing(client: Client, here: str) -> None:
    put(client, here, MARKER)
    answer = client.post(
        f"{here}import/?mode=replace&revision=1",
        b"name,start_ns\ngood,5\nbad,x\n",
        content_type="text/csv",
    )
    assert answer.status_code == 400
    error = error_of(answer)
    assert error["code"] == "annotation.file"
    assert "Entry 2" in error["detail"]
    assert list(error["fields"]) == ["2.start_ns"]
    assert names(client, here) == ["PV"]


def test_replacing_and_clearing_need_the_revision_that_was_seen(client: Client, here: str) -> None:
    put(client, here, MARKER)
    seen = client.get(here).json()["revision"]
    put(client, here, REGION)
    file = b'[{"name": "only", "start_ns": 1}]'
    stale = client.post(f"{here}import/?mode=replace&revision={seen}", file, content_type=JSON)
    assert (stale.status_code, error_of(stale)["code"]) == (409, "annotation.stale")
    assert client.delete(f"{here}?revision={seen}").status_code == 409
    assert names(client, here) == ["softmax", "PV"]
    now = error_of(stale)["fields"]["current"]["revision"]
    done = client.post(f"{here}import/?mode=replace&revision={now}", file, content_type=JSON)
    assert done.json() == {"added": 1, "already_there": 0}
    assert names(client, here) == ["only"]
    assert client.delete(f"{here}?revision={now + 1}").json() == {"deleted": 1}


@pytest.mark.parametrize("query", ["mode=replace", "mode=x", "mode=replace&revision=x"])
def test_a_way_of_importing_that_makes_no_sense_is_refused(
    client: Client, here: str, query: str
) -> None:
    answer = client.post(f"{here}import/?{query}", b"[]", content_type=JSON)
    assert answer.status_code == 400
    error_of(answer)


def test_a_set_is_saved_loaded_exported_renamed_and_deleted(client: Client, here: str) -> None:
    put(client, here, MARKER)
    made = client.post(f"{here}sets/", {"name": "mine"}, content_type=JSON)
    assert made.status_code == 201
    url = f"{here}sets/{made.json()['id']}/"
    taken = client.post(f"{here}sets/", {"name": "mine"}, content_type=JSON)
    assert (taken.status_code, error_of(taken)["code"]) == (409, "annotation.set_exists")
    revision = client.get(here).json()["revision"]
    client.delete(f"{here}?revision={revision}")
    put(client, here, REGION)
    done = client.post(f"{url}load/", {}, content_type=JSON)
    assert done.json() == {"added": 1, "already_there": 0}
    revision = client.get(here).json()["revision"]
    body = {"mode": "replace", "revision": revision}
    assert client.post(f"{url}load/", body, content_type=JSON).json()["added"] == 1
    assert names(client, here) == ["PV"]
    put(client, here, REGION)
    over = patch(client, url, version=1, save_over=True, name="both").json()
    assert (over["count"], over["name"], over["version"]) == (2, "both", 2)
    assert client.get(url).json() == over
    assert client.get(here).json()["sets"] == client.get(f"{here}sets/").json() == [over]
    text = client.get(f"{here}export.json?set={over['id']}").json()
    assert [one["name"] for one in text["annotations"]] == ["softmax", "PV"]
    assert client.get(f"{here}export.json?set=x").status_code == 400
    assert client.get(f"{here}export.json?set={uuid4()}").status_code == 404
    assert client.delete(f"{url}?version=1").status_code == 409
    assert client.delete(f"{url}?version=2").status_code == 204
    assert client.get(here).json()["sets"] == []


def test_another_site_may_not_put_anything(client: Client, here: str) -> None:
    answer = client.post(
        f"{here}import/",
        b"name,start_ns\na,1\n",
        content_type="text/plain",
        headers={"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    assert names(client, here) == []


def test_the_list_s_delete_dialog_names_them(client: Client, here: str) -> None:
    page = client.get("/profiles/").content.decode()
    assert "markers and regions" not in page
    put(client, here, MARKER)
    assert "1 marker or region" in client.get("/profiles/").content.decode()
    put(client, here, REGION)
    assert "2 markers and regions" in client.get("/profiles/").content.decode()
