"""Warnings of a device profile: bands on the timeline and a page of the panel."""

import re

from playwright.sync_api import Page, expect

from tests.browser.timeline_page import TimelinePage


def test_a_warning_is_listed_with_advice_and_shown_where_it_happens(
    timeline: TimelinePage, page: Page
) -> None:
    timeline.open()
    page.locator("[data-tab=warnings]").click()
    panel = page.locator("[data-page=warnings]")
    throttling = panel.get_by_role("listitem").filter(has_text="Throttling")
    expect(throttling.get_by_role("heading")).to_have_text(re.compile("^Below full clock for"))
    expect(throttling).to_contain_text("short gaps make the clock drop")
    throttling.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"[?&]t=\d+-\d+"))
