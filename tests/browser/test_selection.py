"""A range and a box on the timeline: drawn, moved, counted, kept in the address, cleared."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.timeline_page import THIN, TimelinePage

pytestmark = pytest.mark.browser


def drag(timeline: TimelinePage, start: tuple[float, float], end: tuple[float, float]) -> None:
    mouse = timeline.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    mouse.move(*end)
    mouse.up()
    timeline.settle()


def test_a_box_over_rows_is_counted_and_moved_by_its_corners(timeline: TimelinePage) -> None:
    timeline.open("?t=0-100000")
    page, left = timeline.page, timeline.stage_x
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Box")).to_have_attribute("aria-pressed", "true")
    first, last = timeline.row("Vector"), timeline.row("GpSimd")
    drag(timeline, (left + 200, first.middle), (left + 500, last.middle))
    selection = page.locator("[data-page=selection]")
    expect(selection.locator("[data-about]")).to_contain_text("rows")
    expect(selection.get_by_role("table", name="Engines")).to_contain_text("Vector")
    expect(selection.get_by_role("table", name="Engines")).not_to_contain_text("TensorMatrix")
    times, keys = timeline.query("box").split(":")
    start, end = map(int, times.split("-"))
    assert "p0/c0/vector" in keys.split(",")
    assert "p0/c0/gpsimd" in keys.split(",")

    # The lower right corner to the right: the other three edges stay.
    drag(timeline, (left + 500, last.top + last.height), (left + 600, last.middle))
    moved = timeline.query("box").split(":")
    assert moved[1] == keys
    new_start, new_end = map(int, moved[0].split("-"))
    assert abs(new_start - start) <= (end - start) / 100
    assert new_end > end
    about = selection.locator("[data-about]").inner_text()

    # The address is the view: the same box, counted the same.
    timeline.open(f"?t=0-100000&box={timeline.query('box')}")
    expect(selection.locator("[data-about]")).to_have_text(about)

    timeline.press("Escape")
    assert timeline.query("box") == ""
    expect(selection).to_be_hidden()


def test_a_range_is_drawn_moved_by_key_and_field_and_led_to_the_summary(
    timeline: TimelinePage,
) -> None:
    timeline.open("?t=0-100000")
    page, left, row = timeline.page, timeline.stage_x, timeline.row("Vector")
    page.keyboard.press("r")
    drag(timeline, (left + 100, row.middle), (left + 300, row.middle))
    start, end = map(int, timeline.query("mark").split("-"))
    selection = page.locator("[data-page=selection]")
    expect(selection.locator("[data-about]")).to_contain_text("all rows")

    timeline.press("e")
    assert int(timeline.query("mark").split("-")[1]) == end + 1000
    timeline.press("x", "E")
    assert int(timeline.query("mark").split("-")[0]) == start + 10_000

    field = selection.get_by_label("Selected range")
    field.fill("20us-60us")
    field.press("Enter")
    timeline.settle()
    assert timeline.query("mark") == "20000-60000"
    expect(selection.locator("[data-about]")).to_contain_text("319 instructions")
    expect(selection.get_by_text("MATMUL")).to_be_visible()
    # What began before the range is in the file too.
    expect(selection.locator("[data-rows]")).to_contain_text("complete")
    with page.expect_download() as download:
        selection.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith("_20000-60000ns.csv")
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    told = selection.locator("[data-rows]").inner_text()
    assert told.replace(THIN, "").startswith(f"{len(lines) - 1}rows")
    link = selection.get_by_role("link", name="Summary of this range")
    expect(link).to_have_attribute("href", re.compile(r"/summary/\?t=20000-60000$"))

    # Esc ends the mode, then clears the range; an event that was selected would come last.
    timeline.page.locator("[data-stage]").focus()
    timeline.press("Escape")
    assert timeline.query("mark") == "20000-60000"
    timeline.press("Escape")
    assert timeline.query("mark") == ""
