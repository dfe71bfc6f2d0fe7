"""The timeline while the server is gone: it says so, and goes on by itself when it is back."""

import re

import pytest
from playwright.sync_api import Page, expect

from profiles.models import Profile
from tests.browser.timeline_page import TimelinePage

BACK_WITHIN_MS = 30_000


def pan_to(page: Page, text: str) -> None:
    page.locator("[data-range]").fill(text)
    page.keyboard.press("Enter")


@pytest.mark.failing_requests
def test_a_cut_line_is_said_in_amber_and_what_is_missing_comes_once_it_is_back(
    timeline: TimelinePage,
) -> None:
    page = timeline.page
    timeline.open()
    state = page.locator("[data-state]")
    page.context.set_offline(True)
    pan_to(page, "20us-21us")
    expect(state).to_contain_text("No connection since")
    expect(state).to_have_class(re.compile("tl__state--lost"))
    assert len(timeline.colours(timeline.row("TensorMatrix"))) > 3, "what is there stays"
    expect(page.locator("[data-state]")).not_to_contain_text("not readable")
    page.context.set_offline(False)
    expect(state).not_to_contain_text("No connection", timeout=BACK_WITHIN_MS)
    expect(page.locator("[data-stage]")).to_have_attribute("aria-busy", "false")
    expect(page.locator("[data-counts]")).to_contain_text("exact")
    assert timeline.range[0] == 20_000, "the view is where it was"


@pytest.mark.failing_requests
def test_a_server_that_starts_again_is_waited_for_while_one_pans(
    timeline: TimelinePage, processed: Profile
) -> None:
    page = timeline.page
    timeline.open()
    gone = re.compile(r"/api/v1/")
    page.route(gone, lambda route: route.abort("connectionrefused"))
    for text in ("20us-21us", "22us-23us", "24us-25us"):
        pan_to(page, text)
    state = page.locator("[data-state]")
    expect(state).to_contain_text("No connection since")
    # A proxy answers before what is behind it does.
    page.unroute(gone)
    page.route(gone, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    pan_to(page, "26us-27us")
    expect(state).to_contain_text("No connection since")
    page.unroute(gone)
    expect(state).not_to_contain_text("No connection", timeout=BACK_WITHIN_MS)
    pan_to(page, "20us-21us")
    expect(page.locator("[data-stage]")).to_have_attribute("aria-busy", "false")
    assert timeline.runs(timeline.row("TensorMatrix"), "blue")
    expect(page.locator("[data-retry]")).to_be_hidden()
