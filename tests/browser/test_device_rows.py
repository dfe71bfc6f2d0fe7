"""Rows of the device timeline as a person likes them: chosen, kept, and in the link."""

import re

from playwright.sync_api import expect

from tests.browser.timeline_page import TimelinePage


def names(timeline: TimelinePage) -> list[str]:
    return [row.name for row in timeline.rows()]


def test_pinned_hidden_and_moved_rows_stay_so_while_zooming_after_and_in_a_link(
    timeline: TimelinePage,
) -> None:
    page = timeline.open("?t=20000-60000").page
    page.get_by_role("button", name="Pin Scalar").first.press("Enter")
    page.get_by_role("button", name="Hide GpSimd").first.press("Enter")
    timeline.settle()
    assert names(timeline)[:2] == ["Pinned", "Scalar · Core 0"]
    hidden = timeline.query("hide")
    assert re.fullmatch(r"p0/c0/\w+", hidden)
    page.locator("[data-act='rows']").click()
    page.get_by_label("Filter rows by name").fill("vector nc 4")
    page.get_by_role("button", name="Move up: Vector").press("Enter")
    expect(page.get_by_role("button", name="Move up: Vector")).to_be_focused()
    page.get_by_role("button", name="Higher: Vector").press("Enter")
    page.keyboard.press("Escape")
    timeline.settle()
    shown = names(timeline)
    assert shown.index("Vector") < shown.index("TensorMatrix")
    assert timeline.query("h").endswith(":p0/c0/vector")
    page.locator("[data-stage]").focus()
    timeline.press("w", "f")
    assert names(timeline) == shown
    link = page.url
    page.goto(timeline.address)
    timeline.settle()
    assert names(timeline) == shown, "kept for the next visit"
    page.evaluate("localStorage.clear()")
    page.goto(link)
    timeline.settle()
    assert names(timeline) == shown, "and said in the link"
    timeline.open("?t=20000-60000&hide=")
    assert "Pinned" not in names(timeline), "a link never means the reader's own choice"


def test_a_row_dragged_onto_another_stands_before_it_and_its_edge_changes_its_height(
    timeline: TimelinePage,
) -> None:
    page = timeline.open("?t=20000-60000").page
    vector = page.locator("[data-row='p0/c0/vector']")
    vector.drag_to(page.locator("[data-row='p0/c0/tensor']"))
    timeline.settle()
    shown = names(timeline)
    assert shown.index("Vector") < shown.index("Tensor")
    box = vector.bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] - 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] + 38, steps=4)
    page.mouse.up()
    timeline.settle()
    assert abs(timeline.row("Vector").height - box["height"] - 40) <= 2


def test_without_any_row_there_is_a_way_back(timeline: TimelinePage) -> None:
    page = timeline.open("?t=20000-60000").page
    before = names(timeline)
    page.locator("[data-act='rows']").click()
    page.get_by_role("button", name="Hide these").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("No rows are chosen.")).to_be_visible()
    expect(page.locator("[data-rows-count]")).to_contain_text("Rows 0 /")
    page.get_by_role("button", name="Show all rows").click()
    timeline.settle()
    assert names(timeline) == before
    expect(page.get_by_text("No rows are chosen.")).to_be_hidden()
