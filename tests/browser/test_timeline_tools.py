"""What the tools of the timeline share: palette, menu of a place, pages of the panel."""

import pytest
from playwright.sync_api import expect

from tests.browser.timeline_page import THIN, TimelinePage

pytestmark = pytest.mark.browser


def test_the_palette_goes_to_a_range_a_command_and_a_row_by_name(timeline: TimelinePage) -> None:
    timeline.open()
    timeline.press("Control+k")
    field = timeline.page.get_by_role("combobox", name="Go to")
    expect(field).to_be_focused()
    field.fill("20us-40us")
    timeline.press("Enter")
    assert timeline.range == (20_000, 40_000)
    timeline.press("Control+k")
    field.fill("fit all")
    expect(timeline.page.get_by_role("option", name="Fit all")).to_have_attribute(
        "aria-selected", "true"
    )
    timeline.press("Enter")
    assert timeline.range[0] == 0
    timeline.press("Control+k")
    field.fill("nothing is called so")
    expect(timeline.page.get_by_role("listbox", name="What there is")).to_contain_text(
        "Nothing goes by that name."
    )
    timeline.press("Escape")
    expect(field).to_be_hidden()


def test_the_menu_of_an_event_zooms_to_it_and_takes_its_name(timeline: TimelinePage) -> None:
    timeline.open("?t=70000-74000")
    point = timeline.widest_run(timeline.row("TensorMatrix"), "blue")
    timeline.page.mouse.click(*point, button="right")
    menu = timeline.page.get_by_role("menu", name="This place")
    expect(menu.get_by_role("menuitem", name="Copy MATMUL")).to_be_visible()
    menu.get_by_role("menuitem", name="Zoom to it").click()
    timeline.settle()
    expect(timeline.panel.locator("h2")).to_have_text("MATMUL")
    start, end = timeline.range
    stood = float(timeline.times()["Start"].split(THIN)[0]) * 1000
    assert start < stood < end
    assert (start, end) != (70_000, 74_000)
    expect(timeline.page.locator("[data-stage]")).to_be_focused()


def test_the_page_says_when_it_rests(timeline: TimelinePage) -> None:
    timeline.open()
    stage = timeline.page.locator("[data-stage]")
    expect(stage).to_have_attribute("aria-busy", "false")
    timeline.page.keyboard.press("w")
    expect(stage).to_have_attribute("aria-busy", "false")
    assert timeline.query("t")
