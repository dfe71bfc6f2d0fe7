"""A server without pages: the API, the upload script and health answer, nothing else does."""

from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches, set_urlconf

from profiles.models import Profile

pytestmark = pytest.mark.usefixtures("db", "data_dir")


@pytest.fixture(autouse=True)
def without_pages(settings: Any) -> Any:
    settings.ROOT_URLCONF, settings.DISABLE_UI = "explorer_site.api_urls", True
    clear_url_caches()
    yield
    set_urlconf(None)
    clear_url_caches()


@pytest.mark.parametrize(
    "address",
    ["/api/v1/profiles/", "/api/v1/schema/", "/api/v1/health", "/healthz", "/readyz", "/upload.py"],
)
def test_the_api_and_what_scripts_need_answer(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/", "/profiles/", "/profiles/5a2b4c4e-0000-4000-8000-000000000000/", "/api/v1/docs/", "/x"],
)
def test_pages_are_not_there_and_say_so_in_the_api_s_own_shape(
    client: Client, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "request.not_found"


def test_documents_name_no_page(client: Client) -> None:
    profile = Profile.objects.create(name="alone")
    links = client.get(f"/api/v1/profiles/{profile.pk}/").json()["links"]
    assert (links["page"], links["timeline"]) == (None, None)
    for name in ("self", "runs", "sources"):
        assert client.get(links[name]).status_code == 200, name


def test_a_forgotten_slash_still_leads_on(client: Client) -> None:
    answer = client.get("/api/v1/profiles")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/v1/profiles/")
