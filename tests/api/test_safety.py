"""Local mode is safe: hosts, origins and headers on every route."""

import base64
import hashlib
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from profiles.models import Profile
from tests.api.conftest import error_of

POLICY = (
    "default-src 'none'; script-src 'self' {hash}; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SAMPLE_VALUES = {
    "profile_id": None,
    "run": "1",
    "source_id": "1",
    "table": "Instruction",
    "group": "p0-c0",
    "level": "0",
    "index": "0",
    "series": "s0",
    "kind": "summary-text",
    "mode": "opcode",
    "ending": "json",
    "annotation_id": "00000000-0000-0000-0000-000000000000",
    "set_id": "00000000-0000-0000-0000-000000000000",
}


def names_of(patterns: list[Any], prefix: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += names_of(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            found.append(text)
    return found


def address(pattern: str, profile: Profile) -> str:
    """An address for a route, with values put in."""
    values = {**SAMPLE_VALUES, "profile_id": str(profile.pk)}
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda m: str(values[m[1]]), pattern)
    text = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), text)
    return "/" + text.replace("^", "").replace("$", "").replace(".*", "nowhere")


def routes(profile: Profile) -> list[str]:
    return [address(pattern, profile) for pattern in names_of(get_resolver().url_patterns)]


def test_every_route_carries_the_exact_policy_and_headers(
    client: Client, processed: Profile
) -> None:
    page = client.get(f"/profiles/{processed.pk}/").content.decode()
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, re.DOTALL)
    assert len(inline) == 1
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    expected = POLICY.format(hash=f"'sha256-{digest}'")
    asked = [*routes(processed), "/nowhere", "/static/css/tokens.css"]
    assert len(asked) > 20
    for url in asked:
        answer = client.get(url)
        assert b"".join(answer) is not None  # read to its end, so that files are closed
        assert answer.headers["Content-Security-Policy"] == expected, url
        assert answer.headers["X-Content-Type-Options"] == "nosniff", url
        assert answer.headers["Referrer-Policy"] == "no-referrer", url
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", url
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", url


def test_pages_hold_no_inline_style_and_no_other_inline_script(
    client: Client, processed: Profile
) -> None:
    for url in ("/profiles/", f"/profiles/{processed.pk}/", f"/profiles/{processed.pk}/info/"):
        page = client.get(url).content.decode()
        assert " style=" not in page, url
        assert "<style" not in page, url
        assert not re.search(r"\son\w+=", page), url
        assert re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page) == [' type="importmap"'], url
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page), url


@pytest.mark.parametrize("host", ["localhost:9999", "127.0.0.1", "[::1]:3001", "localhost"])
def test_loopback_names_are_answered_on_any_port(db: None, data_dir: Any, host: str) -> None:
    assert Client(headers={"host": host}).get("/api/v1/profiles/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.5:3001", "a@b"])
def test_other_names_are_refused(db: None, data_dir: Any, host: str) -> None:
    for url in ("/api/v1/profiles/", "/profiles/", "/healthz", "/upload.py"):
        answer = Client(headers={"host": host}).get(url)
        assert answer.status_code == 400
        assert error_of(answer)["code"] == "request.host_refused"


def test_a_configured_name_is_answered(db: None, data_dir: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "trn-box"]
    assert Client(headers={"host": "trn-box:3001"}).get("/api/v1/profiles/").status_code == 200


GOOD = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost:3001"},
    {"Origin": "http://localhost:3001", "Sec-Fetch-Site": "same-origin"},
]
BAD = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "https://localhost:3001"},
    {"Origin": "http://localhost:3001", "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", GOOD)
def test_own_pages_and_scripts_may_change_things(
    client: Client, processed: Profile, headers: dict[str, str]
) -> None:
    url = f"/api/v1/profiles/{processed.pk}/"
    answer = client.patch(url, {"name": "b"}, content_type="application/json", headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", BAD)
@pytest.mark.parametrize("method", ["post", "patch", "delete", "put"])
def test_other_sites_pages_may_not(
    client: Client, processed: Profile, headers: dict[str, str], method: str
) -> None:
    url = f"/api/v1/profiles/{processed.pk}/"
    answer = getattr(client, method)(url, content_type="application/json", headers=headers)
    assert answer.status_code == 403
    assert error_of(answer)["code"] == "request.cross_site"
    assert Profile.objects.get().name == "run 1"


def test_reading_is_not_stopped_by_where_a_link_stands(client: Client, processed: Profile) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    assert client.get(f"/profiles/{processed.pk}/", headers=headers).status_code == 200


def test_errors_have_one_shape_whatever_goes_wrong(client: Client, processed: Profile) -> None:
    url = f"/api/v1/profiles/{processed.pk}/"
    for answer, status, code in (
        (client.put(url, content_type="application/json"), 405, "request.method"),
        (client.get("/api/v1/nowhere/"), 404, "request.not_found"),
        (client.patch(url, "{", content_type="application/json"), 400, "request.malformed"),
        (client.patch(url, "x", content_type="text/plain"), 400, "request.malformed"),
    ):
        assert answer.status_code == status
        assert error_of(answer)["code"] == code


def test_there_is_no_admin_site(client: Client, db: None) -> None:
    assert client.get("/admin/").status_code == 404


def test_the_openapi_document_names_every_operation(client: Client, db: None) -> None:
    answer = client.get("/api/v1/schema/?format=json")
    assert answer.status_code == 200
    page = client.get("/api/v1/docs/").content.decode()
    assert "/api/v1/profiles/{profile_id}/reprocess/" in page
    assert "swagger" not in page.lower()
