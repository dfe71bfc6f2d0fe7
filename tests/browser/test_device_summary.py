"""The Summary of a device profile in a browser, on the sample capture."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from profiles.models import Profile
from tests.browser.timeline_page import TimelinePage

THIN = "\u202f"
CARDS = (
    "Findings",
    "Roofline",
    "Tensor FLOPs",
    "Busy time by unit",
    "HBM bandwidth",
    "Opcodes",
    "Bounds",
    "Critical path",
    "DMA",
    "Data notices",
    "Collectives",
    "NKI kernels",
    "System",
)


@pytest.fixture
def address(live_server: Any, processed: Profile) -> str:
    return f"{live_server.url}/profiles/{processed.pk}/summary/"


@pytest.fixture
def summary(page: Page, address: str) -> Page:
    """The page with the numbers of the whole profile."""
    page.goto(address)
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the numbers asked for are there."""
    expect(page.locator("[data-cards]")).to_be_visible()
    expect(page.locator("[data-cards][aria-busy]")).to_have_count(0)


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def tiles(page: Page) -> list[str]:
    return page.locator(".strip__value").all_inner_texts()


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def choose_range(page: Page, text: str) -> None:
    field = page.get_by_label("Range, such as 20us-24.6us")
    field.fill(text)
    field.press("Enter")


def test_the_tab_leads_to_seven_tiles_and_every_card(timeline: TimelinePage, page: Page) -> None:
    timeline.open()
    page.get_by_role("link", name="Summary").click()
    settle(page)
    expect(page.locator(".strip__one")).to_have_count(7)
    heads = page.locator("main h2").all_inner_texts()
    assert sorted(heads) == sorted(CARDS)
    expect(page.get_by_role("link", name="Summary")).to_have_attribute("aria-current", "page")


def test_the_numbers_are_those_of_the_api(summary: Page, address: str) -> None:
    answer = summary.request.get(
        address.replace("/profiles/", "/api/v1/profiles/").replace("/summary/", "/metrics/")
    )
    document = answer.json()
    shown = card(summary, "Findings").get_by_role("heading", level=3).all_inner_texts()
    assert shown == [finding["title"] for finding in document["findings"]][: len(shown)]
    useful = document["metrics"]["mfu"]["value"]
    assert tiles(summary)[1] == f"{100 * useful:.1f}%"
    rows = card(summary, "Opcodes").get_by_role("row")
    counts = {row["opcode"]: row["count"] for row in document["opcodes"]}
    matmul = rows.filter(has_text=re.compile(r"^MATMUL")).first
    expect(matmul.get_by_role("cell").nth(2)).to_have_text(str(counts["MATMUL"]))


def test_a_finding_shows_its_rows_at_its_place_on_the_timeline(summary: Page) -> None:
    findings = card(summary, "Findings")
    gap = findings.get_by_role("listitem").filter(has_text="in one piece").first
    assert "Tensor" in gap.inner_text() or "Scalar" in gap.inner_text()
    link = gap.get_by_role("link", name=re.compile("^Show"))
    href = link.get_attribute("href") or ""
    query = parse_qs(urlsplit(href).query)
    first, last = (int(n) for n in query["mark"][0].split("-"))
    link.click()
    summary.wait_for_selector("[data-counts]:not(:empty)")
    panel = summary.locator("[data-event]")
    expect(panel.locator("h2")).to_be_visible()
    assert asked(summary)["sel"] == query["sel"]
    assert asked(summary)["finding"] == query["finding"]
    seen = [int(n) for n in asked(summary)["t"][0].split("-")]
    assert seen[0] < first < last < seen[1]


@pytest.mark.parametrize(
    ("name", "row"), [("Opcodes", "MATMUL"), ("DMA", re.compile("hardware dynamic"))]
)
def test_a_row_of_a_table_leads_to_its_longest_event(
    summary: Page, name: str, row: str | re.Pattern[str]
) -> None:
    link = card(summary, name).get_by_role("link", name=row).first
    query = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    link.click()
    summary.wait_for_selector("[data-counts]:not(:empty)")
    expect(summary.locator("[data-event] h2")).to_be_visible()
    assert asked(summary)["sel"] == query["sel"]


def test_every_finding_with_a_row_selects_one_that_is_there(summary: Page) -> None:
    more = summary.get_by_role("button", name=re.compile("more finding"))
    if more.count():
        more.click()
    links = summary.locator(".finding a").evaluate_all("all => all.map((one) => one.href)")
    chosen = [link for link in links if "sel=" in link]
    assert len(chosen) >= 3
    for link in chosen:
        summary.goto(link)
        summary.wait_for_selector("[data-counts]:not(:empty)")
        expect(summary.locator("[data-event] h2"), link).to_be_visible()
        expect(summary.locator(".row--selected, [data-gutter] [aria-current]")).to_have_count(1)


def test_a_typed_range_recomputes_everything_and_stands_in_the_address(summary: Page) -> None:
    whole = tiles(summary)
    choose_range(summary, "20us-40us")
    expect(summary.locator(".strip__value").first).to_have_text("20.00µs")
    settle(summary)
    assert asked(summary)["t"] == ["20000-40000"]
    assert tiles(summary)[1:] != whole[1:]
    expect(summary.get_by_role("button", name="Whole profile")).to_have_attribute(
        "aria-pressed", "false"
    )
    summary.reload()
    expect(summary.locator(".strip__value").first).to_have_text("20.00µs")
    summary.get_by_role("button", name="Whole profile").click()
    expect(summary.locator(".strip__value").first).to_have_text(whole[0])
    assert "t" not in asked(summary)
    summary.go_back()
    expect(summary.locator(".strip__value").first).to_have_text("20.00µs")


def test_what_is_no_range_is_said_beside_the_field_and_keeps_the_numbers(summary: Page) -> None:
    whole = tiles(summary)
    choose_range(summary, "soon")
    expect(summary.locator("#region-error")).to_contain_text("20us-24.6us")
    field = summary.get_by_label("Range, such as 20us-24.6us")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("soon")
    assert tiles(summary) == whole
    choose_range(summary, "20us-40us")
    expect(summary.locator("#region-error")).to_be_empty()


def test_one_core_can_be_chosen(summary: Page) -> None:
    summary.get_by_label("Core", exact=True).focus()
    summary.get_by_label("Core", exact=True).select_option("Core 1")
    expect(summary.locator(".strip__note").nth(1)).to_contain_text("one core")
    assert asked(summary)["core"] == ["1"]
    expect(summary.get_by_label("Core", exact=True)).to_be_focused()
    expect(card(summary, "Busy time by unit")).to_contain_text("core 1")


def test_the_range_seen_on_the_timeline_can_be_taken_over(
    timeline: TimelinePage, page: Page, address: str
) -> None:
    timeline.open("?t=10000-60000&mark=20000-30000")
    page.goto(address)
    settle(page)
    page.get_by_role("button", name="From the timeline").click()
    expect(page.locator(".strip__value").first).to_have_text("10.00µs")
    assert asked(page)["t"] == ["20000-30000"]


def test_a_region_is_shown_on_the_timeline_as_it_is(summary: Page) -> None:
    choose_range(summary, "20us-40us")
    expect(summary.locator(".strip__value").first).to_have_text("20.00µs")
    summary.get_by_role("group", name="Region").get_by_role(
        "link", name="Show on the timeline"
    ).click()
    summary.wait_for_selector("[data-counts]:not(:empty)")
    assert asked(summary)["mark"] == ["20000-40000"]


def test_the_whole_profile_is_shown_on_the_timeline_without_a_mark(summary: Page) -> None:
    summary.get_by_role("group", name="Region").get_by_role(
        "link", name="Show on the timeline"
    ).click()
    summary.wait_for_selector("[data-counts]:not(:empty)")
    assert "mark" not in asked(summary)


def test_a_number_tells_its_formula_and_source_at_the_pointer(summary: Page) -> None:
    meaning = summary.locator("[data-meaning]")
    expect(meaning).to_be_hidden()
    summary.locator(".strip__value .number").nth(1).hover()
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text("Formula")
    expect(meaning).to_contain_text("mfu")
    expect(meaning).to_contain_text("Source")
    meaning.get_by_role("link", name="Show on the timeline").hover()
    summary.wait_for_timeout(400)
    expect(meaning).to_be_visible()
    summary.mouse.move(5, 700)
    expect(meaning).to_be_hidden()


def test_by_key_a_number_is_explained_entered_and_left(summary: Page) -> None:
    term = summary.locator(".strip").get_by_role("button", name="MFU", exact=True)
    term.focus()
    meaning = summary.locator("[data-meaning]")
    expect(meaning).to_be_visible()
    expect(term).to_have_attribute("aria-describedby", "meaning")
    summary.keyboard.press("Enter")
    expect(meaning.get_by_role("link")).to_be_focused()
    summary.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    expect(term).to_be_focused()


def test_all_of_the_page_is_reached_by_tab(summary: Page) -> None:
    summary.get_by_label("Range, such as 20us-24.6us").focus()
    reached = set()
    for _ in range(140):
        summary.keyboard.press("Tab")
        region = summary.evaluate(
            "document.activeElement.closest('section')?.getAttribute('aria-labelledby') ?? ''"
        )
        reached.add(region)
        if region == "card-nki-kernels":
            break
    assert {"card-findings", "card-roofline", "card-opcodes", "card-critical-path"} <= reached


def test_every_number_has_a_metric_of_the_list(summary: Page, live_server: Any) -> None:
    known = {one["id"] for one in summary.request.get(f"{live_server.url}/api/v1/metrics/").json()}
    used = summary.locator("[data-metric]").evaluate_all(
        "all => all.map((one) => one.dataset.metric)"
    )
    assert len(used) > 150
    assert set(used) <= known


def test_opcodes_are_filtered_sorted_and_shown_in_full(summary: Page) -> None:
    table = card(summary, "Opcodes")
    table.get_by_role("searchbox").fill("dma")
    names = table.locator("tbody code").all_inner_texts()
    assert names
    assert all("DMA" in name for name in names)
    table.get_by_role("searchbox").fill("nothing at all")
    expect(table).to_contain_text("No opcode matches")
    table.get_by_role("searchbox").fill("")
    table.get_by_role("button", name="Count").click()
    counts = table.locator("tbody tr td:nth-child(3)").all_inner_texts()
    numbers = [int(text.replace(THIN, "")) for text in counts]
    assert numbers == sorted(numbers, reverse=True)
    expect(table.locator("th[aria-sort=descending]")).to_have_text("Count")


def test_a_filter_outlives_a_new_region(summary: Page) -> None:
    card(summary, "Opcodes").get_by_role("searchbox").fill("matmul")
    choose_range(summary, "20us-90us")
    expect(summary.locator(".strip__value").first).to_have_text("70.00µs")
    names = card(summary, "Opcodes").locator("tbody code").all_inner_texts()
    assert set(names) <= {"MATMUL"}


def test_links_of_the_critical_path_lead_to_the_timeline(summary: Page) -> None:
    path = card(summary, "Critical path")
    links = path.get_by_role("link")
    assert 1 <= links.count() <= 10
    links.first.click()
    summary.wait_for_selector("[data-counts]:not(:empty)")
    assert "mark" in asked(summary)


@pytest.mark.failing_requests
def test_an_answer_that_fails_is_told_and_asked_for_again(page: Page, address: str) -> None:
    error = {"error": {"code": "x", "title": "Gone", "detail": "The tables are gone.", "hint": ""}}
    body = json.dumps(error)
    page.route("**/metrics/?*", lambda route: route.fulfill(status=500, body=body))
    page.goto(address)
    settle(page)
    choose_range(page, "20us-40us")
    expect(page.get_by_role("alert").filter(has_text="tables are gone")).to_be_visible()
    page.unroute("**/metrics/?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".strip__value").first).to_have_text("20.00µs")
    expect(page.locator("[data-state]")).to_be_hidden()


def test_while_numbers_come_the_page_says_so(page: Page, address: str) -> None:
    page.route("**/api/v1/metrics/", lambda route: (page.wait_for_timeout(300), route.continue_()))
    page.goto(address)
    expect(page.get_by_role("status").first).to_contain_text("Reading the profile")
    settle(page)


@pytest.mark.parametrize("width", [1440, 1024, 720, 320])
def test_no_width_needs_sideways_scrolling(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.locator(".strip__value").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    )
    assert cut == 0


def test_light_and_dark_colour_the_same_bars_differently(summary: Page) -> None:
    colour = "getComputedStyle(document.querySelector('.stack > .hue')).backgroundColor"
    dark = summary.evaluate(colour)
    summary.get_by_role("button", name="Switch between dark and light").click()
    assert summary.evaluate(colour) not in {dark, "rgba(0, 0, 0, 0)"}


def test_drawings_are_named_for_those_who_do_not_see_them(summary: Page) -> None:
    drawings = summary.locator("[role=img], svg[role=group]")
    names = drawings.evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert all(names)
    assert any(name.startswith("Roofline. ") for name in names)
    assert any(name.startswith("Busy share of DMA engines") for name in names)
