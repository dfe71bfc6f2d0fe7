"""The Profile Manager says what there is, in the words users look for."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from profiles.models import Profile, Status
from profiles.views.rows import segments
from tests.pages.conftest import MakeProfile, processed_row
from tests.pages.document import Element, document

HOSTILE = "<script>alert(1)</script><b>\"bold\"</b> & 'more'"


@pytest.fixture
def page(client: Client, data_dir: Path, db: None) -> Any:
    def get(query: str = "") -> Element:
        answer = client.get(f"/profiles/{query}")
        assert answer.status_code == 200
        return document(answer.content)

    return get


def row_names(page: Element) -> list[str]:
    return [link.text for link in page.all("a", class_="name__link")]


def test_the_list_is_the_home_page(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/profiles/")


def test_the_page_is_titled_profile_manager(page: Any, submit: MakeProfile) -> None:
    submit()
    found = page()
    assert found.one("title").text.startswith("Profile Manager")
    assert [h1.text for h1 in found.all("h1")] == ["Profile Manager", "Upload Profile"]


def test_a_row_says_name_status_kind_cores_duration_size_and_age(
    page: Any, submit: MakeProfile
) -> None:
    processed_row(submit("attention"), instance_type="trn2.3xlarge", notice_count=2)
    row = page().one("tr", class_="list__row")
    cells = [cell.text for cell in row.all("td")]
    assert cells[0] == "attention Device · 2 cores · NTFF v6 · trn2.3xlarge"
    assert cells[1] == "PROCESSED 2 data notices"
    assert cells[3].replace("\u202f", " ") == "102.7 µs"
    assert cells[4] == "2"
    assert cells[5].endswith(("kB", "MB"))
    assert cells[6] == "just now"


@pytest.mark.parametrize("status", Status.values)
def test_statuses_are_the_four_words(page: Any, submit: MakeProfile, status: str) -> None:
    Profile.objects.filter(pk=submit().pk).update(status=status)
    row = page().one("tr", class_="list__row")
    assert row.one("span", class_=f"status--{status}").text == status


def test_a_hostile_name_is_shown_as_text(page: Any, submit: MakeProfile) -> None:
    submit(HOSTILE)
    found = page()
    assert row_names(found) == [HOSTILE]
    assert found.one("tr", class_="list__row").attributes["data-name"] == HOSTILE
    assert found.all("b") == []
    assert [script for script in found.all("script") if "alert" in script.text] == []


def test_a_waiting_profile_says_its_place_in_the_queue(page: Any, submit: MakeProfile) -> None:
    for name in ("one", "two", "three"):
        submit(name)
    texts = [cell.text for cell in page().all("td", class_="list__wide")]
    assert texts == ["3rd in the queue", "2nd in the queue", "Next in the queue"]


def test_a_running_profile_shows_its_stage_and_how_far_it_is(
    page: Any, processing: MakeProfile
) -> None:
    processing(stage="build", done=3_100_000, total=5_000_000)
    row = page().one("tr", class_="list__row")
    assert row.one("span", class_="wide__text").text.replace("\u202f", " ") == (
        "Building tables · 3.1 M of 5.0 M"
    )
    bar = row.one("svg", role="progressbar")
    assert bar.attributes["aria-valuenow"] == "3"
    assert bar.attributes["aria-valuetext"] == "Building tables, stage 4 of 7"
    assert len(bar.all("rect", class_="segments__trough")) == 7
    assert len(bar.all("rect", class_="segments__fill")) == 4
    assert "stage 4 of 7" in row.text


def test_segments_before_the_stage_are_full_and_the_stage_fills() -> None:
    widths = [one["width"] for one in segments({"index": 2, "done": 1, "total": 4})]
    assert widths == [25, 25, 6.25, 0, 0, 0, 0]
    assert next(iter(segments({"index": 0, "done": 9, "total": 4})))["width"] == 25


def test_a_failed_profile_says_why_and_where_to_look(page: Any, failed: MakeProfile) -> None:
    profile = failed(code="ntff.truncated", message="Record 9 is cut.")
    row = page().one("tr", class_="list__row")
    assert row.one("span", class_="wide__cause").text == "The trace ends early"
    assert row.one("code", class_="wide__code").text == "ntff.truncated"
    assert row.one("td", class_="list__status").text == "FAILED attempt 1 of 1"
    ways = [a for a in row.all("a") if a.text == "What to do"]
    assert [a.attributes["href"] for a in ways] == [f"/profiles/{profile.pk}/"]


def test_a_profile_without_a_trace_has_dashes_with_their_reason(
    page: Any, submit: MakeProfile
) -> None:
    processed_row(submit(), duration_ns=0, core_count=None, ntff_version=None)
    row = page().one("tr", class_="list__row")
    dashes = [span for span in row.all("span") if span.text == "–"]
    assert len(dashes) == 3
    assert {dash.attributes["title"] for dash in dashes} == {"A NEFF alone holds no trace"}
    assert row.all("canvas") == []


def test_the_menu_of_a_row_offers_what_can_be_done_now(page: Any, submit: MakeProfile) -> None:
    waiting = submit()
    items = [item.text for item in page().one("div", id=f"menu-{waiting.pk}").all(role="menuitem")]
    assert [re.sub(r" [0-9.]+\u202fk?B$", "", item) for item in items] == [
        "Rename",
        "Download model.neff",
        "Download model.ntff",
        "Delete",
    ]
    processed_row(waiting)
    items = [item.text for item in page().one("div", id=f"menu-{waiting.pk}").all(role="menuitem")]
    assert items[:3] == ["Open", "Rename", "Process again"]


def test_what_comes_later_is_absent_not_disabled(page: Any, submit: MakeProfile) -> None:
    processed_row(submit())
    found = page()
    text = found.text.lower()
    for word in ("folder", "tag", "share", "favourite", "compare", "pause", "resume", "owner"):
        assert not re.search(rf"\b{word}s?\b", text), word
    buttons = [b for b in found.all("button") if "disabled" in b.attributes]
    assert [b.text for b in buttons] == ["Upload profile"]


def test_rows_can_be_narrowed_by_status_and_name(page: Any, submit: MakeProfile) -> None:
    processed_row(submit("attention fused"))
    submit("attention baseline")
    submit("moe step")
    assert row_names(page("?status=PROCESSED")) == ["attention fused"]
    assert row_names(page("?search=attention+base")) == ["attention baseline"]
    assert row_names(page("?search=status:pending+moe")) == ["moe step"]
    assert row_names(page("?status=PROCESSED&status=PENDING&search=fused")) == ["attention fused"]


def test_no_hit_shows_the_query_and_a_button_to_drop_it(page: Any, submit: MakeProfile) -> None:
    submit()
    empty = page("?search=fp8%3Cb%3E").one("td", class_="list__empty")
    assert empty.one("code").text == "fp8<b>"
    assert empty.one("button", data_drop_filter="").text == "Drop the search"


def test_rows_are_ordered_as_asked_and_the_head_says_so(page: Any, submit: MakeProfile) -> None:
    for name in ("b", "a", "c"):
        submit(name)
    assert row_names(page()) == ["c", "a", "b"]
    found = page("?ordering=name")
    assert row_names(found) == ["a", "b", "c"]
    heads = [head for head in found.all("th") if "aria-sort" in head.attributes]
    assert [(h.text, h.attributes["aria-sort"]) for h in heads] == [("Name", "ascending")]
    assert heads[0].one("a").attributes["data-ordering"] == "-name"


@pytest.mark.parametrize(
    "query", ["?ordering=nonsense", "?status=nonsense", "?page=999", "?page=x"]
)
def test_nonsense_in_the_address_still_gives_the_list(
    page: Any, submit: MakeProfile, query: str
) -> None:
    submit("run")
    assert row_names(page(query)) in (["run"], [])


def test_a_long_list_comes_in_pages(
    page: Any, submit: MakeProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profiles.views.profile_list.PAGE_ROWS", 2)
    for number in range(5):
        submit(f"run {number}")
    assert row_names(page()) == ["run 4", "run 3"]
    last = page("?page=3")
    assert row_names(last) == ["run 0"]
    assert last.one("nav", id="pager").text == "Newer 5–5 of 5"


def test_the_fragment_holds_the_same_rows_and_is_never_kept(
    client: Client, page: Any, submit: MakeProfile
) -> None:
    submit("one")
    answer = client.get("/profiles/rows/")
    assert answer.headers["Cache-Control"] == "no-store"
    fragment = document(answer.content)
    assert row_names(fragment) == ["one"]
    assert fragment.one("div", class_="list__facts").attributes["data-running"] == "yes"
    assert fragment.all("html") == []


def test_the_fragment_says_when_nothing_runs(client: Client, submit: MakeProfile) -> None:
    processed_row(submit())
    facts = document(client.get("/profiles/rows/").content).one("div", class_="list__facts")
    assert facts.attributes["data-running"] == "no"
    assert facts.attributes["data-counts"] == "all=1 PENDING=0 PROCESSING=0 PROCESSED=1 FAILED=0"


def test_deleting_names_what_goes_and_its_size(page: Any, submit: MakeProfile) -> None:
    processed_row(submit(), table_bytes=12_000_000)
    goes = page().one("tr", class_="list__row").attributes["data-goes"].replace("\\u202f", " ")
    assert "2 uploaded files (" in goes
    assert "the tables and the timeline made from them (12 MB)" in goes


def test_the_list_asks_for_few_queries_however_long_it_is(
    client: Client, submit: MakeProfile, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        processed_row(submit(f"run {number}"))
    with django_assert_max_num_queries(10):
        client.get("/profiles/rows/")
