"""The Info page and the tabs of a processed profile."""

from pathlib import Path

import pytest
from django.test import Client

from profiles.models import Profile, Status
from profiles.services import sample_files, source_roots_keep
from tests.api.conftest import process_now
from tests.pages.conftest import MakeProfile
from tests.pages.document import Element, document

SAMPLE = {role: path.read_bytes() for role, path in sample_files()}


@pytest.fixture
def whole(submit: MakeProfile) -> Profile:
    """The sample, processed by the real pipeline."""
    return process_now(str(submit("attention <b>", **SAMPLE).pk))


@pytest.fixture
def neff_alone(submit: MakeProfile) -> Profile:
    return process_now(str(submit("program", neff=SAMPLE["neff"]).pk))


def info(client: Client, profile: Profile, viewer: str = "info/") -> Element:
    answer = client.get(f"/profiles/{profile.pk}/{viewer}")
    assert answer.status_code == 200
    return document(answer.content)


def test_every_table_is_listed_with_its_rows_and_can_be_downloaded(
    client: Client, whole: Profile
) -> None:
    tables = client.get(f"/api/v1/profiles/{whole.pk}/tables/").json()
    rows = info(client, whole).one("table", class_="plain").one("tbody").all("tr")
    assert [row.one("code").text for row in rows] == [table["name"] for table in tables]
    numbers = [row.all("td")[2].text.replace("\u202f", "") for row in rows]
    assert numbers == [str(table["rows"]) for table in tables]
    link = rows[0].one("a").attributes["href"]
    assert b"".join(client.get(link).streaming_content)[:4] == b"PAR1"  # type: ignore[attr-defined]


def test_notices_versions_files_and_the_neff_header_are_shown(
    client: Client, whole: Profile
) -> None:
    page = info(client, whole)
    assert page.one("strong", class_="bar__name").text == "attention <b>"
    heads = [h2.text for h2 in page.all("h2")]
    assert {"Tables", "Files", "Traces", "NEFF header", "Versions"} <= set(heads)
    header = page.one("section", aria_labelledby="neff-title")
    assert SAMPLE["neff"][204:220].hex() in header.text
    assert "NTFF version 6" in page.one("section", aria_labelledby="traces-title").text
    assert len(page.all("div", class_="source")) == 2


def test_folders_of_source_code_are_shown_where_there_are_any(
    client: Client, whole: Profile
) -> None:
    assert not info(client, whole).all("section", aria_labelledby="roots-title")
    source_roots_keep(whole.pk, {"nki": "/home/a/<kernels>"})
    card = info(client, whole).one("section", aria_labelledby="roots-title")
    assert (card.one("dt").text, card.one("dd").text) == ("NKI", "/home/a/<kernels>")
    told = client.get(f"/api/v1/profiles/{whole.pk}/").json()
    assert told["source_roots"] == {"nki": "/home/a/<kernels>"}


def test_a_neff_alone_shows_its_facts_and_says_why_there_is_no_timeline(
    client: Client, neff_alone: Profile
) -> None:
    page = info(client, neff_alone, "")
    timeline, summary = page.all("span", class_="bar__tab--off")
    assert (timeline.text, timeline.attributes["aria-disabled"]) == ("Timeline", "true")
    assert "a NEFF or a summary alone has no timeline" in timeline.attributes["title"]
    assert (summary.text, summary.attributes["aria-disabled"]) == ("Summary", "true")
    assert "its numbers need a trace" in summary.attributes["title"]
    assert page.one("a", class_="bar__tab", aria_current="page").text == "Info"
    assert "No trace in this profile" in page.text


def test_only_viewers_that_are_built_have_tabs(client: Client, whole: Profile) -> None:
    tabs = info(client, whole).one("nav", aria_label="Viewers")
    assert [tab.text for tab in tabs.children] == ["Timeline", "Summary", "Info"]


def test_a_processed_profile_that_waits_again_stays_open_and_says_so(
    client: Client, whole: Profile
) -> None:
    Profile.objects.filter(pk=whole.pk).update(status=Status.PENDING)
    assert info(client, whole).one("span", class_="badge").text == "PENDING"


def test_activity_is_answered_once_and_for_all(client: Client, whole: Profile) -> None:
    answer = client.get(f"/profiles/{whole.pk}/runs/1/activity/")
    assert "immutable" in answer.headers["Cache-Control"]
    lanes = answer.json()["lanes"]
    assert [lane["name"] for lane in lanes] == [
        "Tensor",
        "Vector",
        "Scalar",
        "GpSimd",
        "Sync",
        "DMA",
    ]
    assert all(0 <= share <= 1 for lane in lanes for share in lane["busy"])
    assert all(sum(lane["busy"]) > 0 for lane in lanes)


def test_activity_that_cannot_be_read_is_a_404(
    client: Client, whole: Profile, data_dir: Path
) -> None:
    for pyramid in (data_dir / "tables").rglob("*.pyramid"):
        pyramid.unlink()
    assert client.get(f"/profiles/{whole.pk}/runs/1/activity/").status_code == 404
