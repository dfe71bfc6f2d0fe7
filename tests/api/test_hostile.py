"""Requests that make no sense get an answer in the one shape, never a fault of the server."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from profiles.models import Profile
from profiles.services import profile_submit
from tests.api.conftest import error_of
from tests.domain.conftest import received

JSON = "application/json"
HUGE = "9" * 5000


@pytest.fixture
def profile(db: None, data_dir: Path, sent: list[str]) -> Profile:
    return profile_submit(name="a", files=[received("ntff", "a.ntff", b"trace")])[0]


@pytest.mark.parametrize(
    "path",
    [
        "profiles/?page=0",
        "profiles/?page=x",
        f"profiles/?page={HUGE}",
        "profiles/?page_size=-1&page=2",
        "profiles/?status=LOST",
        "profiles/?ordering=secret",
        f"profiles/?search={'a+' * 200}",
        "profiles/not-a-uuid/",
        "profiles/------------------------------------/",
        "profiles/{id}/runs/1/timeline/",
        f"profiles/{{id}}/runs/{HUGE}/timeline/",
        "profiles/{id}/runs/99999999999999999999/timeline/",
        "profiles/{id}/runs/1/tiles/p0-c0/0/0",
        f"profiles/{{id}}/runs/1/tiles/p0-c0/0/{HUGE}",
        "profiles/{id}/runs/1/tiles/../0/0",
        "profiles/{id}/runs/1/tiles/p0-c0/-2/0",
        "profiles/{id}/sources/99999999999999999999/file",
        "profiles/{id}/tables/Instruction.parquet",
        "profiles/{id}/tables/..%2f..%2fdb.parquet",
        "profiles/{id}/tables/Instruction/rows/?run=99999999999",
        "profiles/{id}/tables/Instruction/rows/?part=٣",
        "profiles/{id}/tables/Instruction/rows/?row=-1",
        "../../etc/passwd",
    ],
)
def test_an_address_that_makes_no_sense_is_4xx(client: Client, profile: Profile, path: str) -> None:
    answer = client.get("/api/v1/" + path.replace("{id}", str(profile.pk)))
    assert 400 <= answer.status_code < 500
    error_of(answer)


def test_a_page_beyond_the_last_is_not_there(client: Client, profile: Profile) -> None:
    answer = client.get("/api/v1/profiles/?page=2")
    assert error_of(answer)["code"] == "request.not_found"


def test_a_page_size_is_bounded(client: Client, profile: Profile) -> None:
    assert client.get("/api/v1/profiles/?page_size=99999").json()["count"] == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"1", b'"x"', b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 9999],
)
def test_a_body_that_makes_no_sense_is_no_fault(
    client: Client, profile: Profile, body: bytes
) -> None:
    for method, path in (("patch", ""), ("post", "reprocess/")):
        url = f"/api/v1/profiles/{profile.pk}/{path}"
        answer = getattr(client, method)(url, body, content_type=JSON)
        assert answer.status_code < 500, answer.content


def test_a_body_beyond_a_megabyte_is_too_large(client: Client, profile: Profile) -> None:
    url = f"/api/v1/profiles/{profile.pk}/"
    answer = client.patch(url, b" " * 1_100_000, content_type=JSON)
    assert error_of(answer)["code"] == "request.too_large"
    assert answer.status_code == 413


NUMBERS = st.one_of(st.integers().map(str), st.text(max_size=5))


@hypothesis_settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(st.sampled_from(["page", "search", "ordering", "status", "page_size"]), NUMBERS)
)
def test_no_query_of_the_list_is_a_fault(
    client: Client, profile: Profile, query: dict[str, Any]
) -> None:
    assert client.get("/api/v1/profiles/", query).status_code < 500


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=5-",
        "bytes=0-99999999999999999999999",
        "bytes=-99999999999999999999999",
        "bytes=3-1",
        "bytes=-0",
        "bytes=٣-٤",
        "bytes=--",
        "bytes=",
        "lines=0-1",
    ],
)
def test_no_range_is_a_fault(client: Client, profile: Profile, asked: str) -> None:
    source = profile.sources.get()
    url = f"/api/v1/profiles/{profile.pk}/sources/{source.pk}/file"
    answer = client.get(url, headers={"Range": asked.encode().decode("latin-1")})
    assert answer.status_code in {200, 206, 416}
    answer.close()


def test_a_source_whose_file_was_lost_is_not_there(
    client: Client, profile: Profile, data_dir: Path
) -> None:
    source = profile.sources.get()
    for path in (data_dir / "sources").rglob("ntff-0"):
        path.unlink()
    answer = client.get(f"/api/v1/profiles/{profile.pk}/sources/{source.pk}/file")
    assert answer.status_code == 404
    error_of(answer)


def test_a_source_of_another_profile_is_not_there(client: Client, profile: Profile) -> None:
    other, _ = profile_submit(name="b", files=[received("ntff", "b.ntff", b"other")])
    answer = client.get(f"/api/v1/profiles/{other.pk}/sources/{profile.sources.get().pk}/file")
    assert answer.status_code == 404


def test_a_name_with_markup_and_quotes_stays_in_its_header(
    client: Client, data_dir: Path, db: None, sent: list[str]
) -> None:
    name = 'a"b\\<script>\r\nX: y.ntff'
    made, _ = profile_submit(name="x", files=[received("ntff", name, b"trace")])
    answer = client.get(f"/api/v1/profiles/{made.pk}/sources/{made.sources.get().pk}/file")
    assert answer.status_code == 200
    assert "X" not in answer.headers
    assert "\n" not in answer.headers["Content-Disposition"]
    answer.close()


def test_a_missing_slash_is_put_right_for_readers_and_told_to_writers(
    client: Client, profile: Profile
) -> None:
    answer = client.get("/api/v1/profiles?search=a")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "/api/v1/profiles/?search=a"
    assert client.get(f"/api/v1/profiles/{profile.pk}", follow=True).json()["name"] == "a"
    answer = client.post("/api/v1/profiles", {})
    assert answer.status_code == 404
    assert "slash" in error_of(answer)["detail"]
    answer = client.delete("/api/v1/nothing")
    assert "slash" not in error_of(answer)["detail"]
    assert client.get("/api/v1/nothing").status_code == 404


def test_a_redirect_never_leaves_the_server(client: Client, db: None) -> None:
    for path in ("/api/v1//evil.example/profiles", "/api/v1/https://evil.example/profiles"):
        answer = client.get(path)
        assert "Location" not in answer.headers
        assert answer.status_code == 404
