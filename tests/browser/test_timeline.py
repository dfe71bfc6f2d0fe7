"""The device timeline as a person uses it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from profiles.models import Profile
from tests.browser.timeline_page import HUES, THIN, TimelinePage


def test_the_whole_profile_is_on_the_screen_at_first(timeline: TimelinePage) -> None:
    timeline.open()
    field = timeline.page.locator("[data-range]").input_value()
    assert re.fullmatch(rf"0 – [\d.]+{THIN}µs", field)
    names = [row.name for row in timeline.rows()]
    engines = ["Tensor", "TensorMatrix", "Vector", "Scalar", "GpSimd", "Sync"]
    assert names[:3] == ["Errors of core 1", "Clock limit · core 0", "Clock limit · core 1"]
    assert names[3:10] == ["Core 0", *engines]
    assert names[10:17] == ["Core 1", *engines]
    assert "qSyncDynamicHW" in names


def test_every_row_with_events_leaves_ink(timeline: TimelinePage) -> None:
    timeline.open("?closed=p0/values0,p0/values1")
    for row in timeline.rows():
        if "row--head" in row.kind:
            continue
        assert len(timeline.colours(row)) > 2, row.name


def test_the_gutter_says_how_busy_each_row_is_in_view(timeline: TimelinePage) -> None:
    timeline.open()
    whole = timeline.row("TensorMatrix").busy
    assert re.fullmatch(rf"\d+{THIN}%", whole)
    assert timeline.row("Clock limit · core 0").busy.startswith("avg ")
    timeline.open("?t=1-40")
    assert timeline.row("TensorMatrix").busy == f"0{THIN}%"


def test_an_event_is_selected_shown_in_full_and_named_in_the_address(
    timeline: TimelinePage,
) -> None:
    timeline.open()
    title = timeline.select(timeline.row("TensorMatrix"), "blue")
    assert title == "MATMUL"
    expect(timeline.panel).to_contain_text("TensorMatrix · core 0 · Matmul")
    expect(timeline.panel).to_contain_text("Operands")
    expect(timeline.panel).to_contain_text("Source")
    expect(timeline.panel).to_contain_text("Event id")
    assert re.fullmatch(r"p0/c0/tensormatrix:\d+", timeline.query("sel"))
    expect(timeline.page.locator("[data-live]")).to_contain_text("MATMUL, TensorMatrix · core 0")
    timeline.panel.locator("summary").click()
    fields = timeline.panel.locator(".panel__fields--all dt").all_inner_texts()
    assert {"start_ts", "opcode", "operands", "semaphore", "pc"} - {"semaphore"} <= set(fields)
    assert len(fields) > 40


def test_a_link_is_a_view(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-60000&dma=engine")
    timeline.select(timeline.row("TensorMatrix"), "blue")
    timeline.page.locator(".row--head").nth(1).click()
    timeline.settle()
    address = timeline.page.url
    before = (timeline.times(), timeline.rows(), timeline.range)
    timeline.page.goto("about:blank")
    timeline.page.goto(address)
    timeline.page.wait_for_selector("[data-event] h2")
    timeline.settle()
    assert (timeline.times(), timeline.rows(), timeline.range) == before
    assert timeline.page.url == address


def test_a_link_finds_its_event_even_where_it_lies_in_a_cell_or_out_of_view(
    timeline: TimelinePage,
) -> None:
    timeline.open("?t=20000-24000")
    timeline.select(timeline.row("TensorMatrix"), "blue")
    times, selected = timeline.times(), timeline.query("sel")
    for query in ("", "?t=100000-101000"):
        separator = "&" if query else "?"
        timeline.open(f"{query}{separator}sel={selected}")
        timeline.page.wait_for_selector("[data-event] h2")
        timeline.settle()
        assert timeline.times() == times


@pytest.mark.failing_requests
def test_a_link_to_an_event_that_is_not_there_shows_the_view(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-60000&sel=p0/c0/tensor:999999")
    assert timeline.range == (20_000, 60_000) if timeline.query("t") else True
    expect(timeline.panel).to_contain_text("instructions")
    timeline.open("?sel=p9/c9/none:1")
    expect(timeline.panel).to_contain_text("instructions")


def test_zoom_keeps_the_instant_under_the_pointer(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-60000")
    stage = timeline.stage
    timeline.page.mouse.move(stage["x"] + stage["width"] * 0.25, stage["y"] + 100)
    timeline.page.keyboard.down("Control")
    timeline.page.mouse.wheel(0, -600)
    timeline.page.keyboard.up("Control")
    timeline.settle()
    start, end = timeline.range
    assert end - start < 0.6 * 40_000
    assert start + (end - start) * 0.25 == pytest.approx(30_000, abs=40)


def test_the_plain_wheel_scrolls_rows_and_with_shift_it_pans(timeline: TimelinePage) -> None:
    timeline.page.set_viewport_size({"width": 1440, "height": 420})
    timeline.open("?t=20000-60000")
    stage = timeline.stage
    timeline.page.mouse.move(stage["x"] + 100, stage["y"] + 100)
    before = timeline.row("TensorMatrix").top
    timeline.page.mouse.wheel(0, 60)
    timeline.settle()
    assert timeline.row("TensorMatrix").top < before
    timeline.page.keyboard.down("Shift")
    timeline.page.mouse.wheel(0, 60)
    timeline.page.keyboard.up("Shift")
    timeline.settle()
    start, end = timeline.range
    assert start > 20_000
    assert end - start == 40_000


def test_dragging_pans_and_the_history_goes_back_and_forward(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-60000")
    stage = timeline.stage
    timeline.page.mouse.move(stage["x"] + 400, stage["y"] + 300)
    timeline.page.mouse.down()
    timeline.page.mouse.move(stage["x"] + 200, stage["y"] + 300, steps=5)
    timeline.page.mouse.up()
    timeline.settle()
    moved = timeline.range
    assert moved[0] - 20_000 == pytest.approx(200 / stage["width"] * 40_000, abs=60)
    timeline.press("Alt+ArrowLeft")
    assert timeline.range == (20_000, 60_000)
    timeline.page.locator("[data-act=forward]").click()
    timeline.settle()
    assert timeline.range == moved
    expect(timeline.page.locator("[data-act=forward]")).to_be_disabled()


def cell_of(timeline: TimelinePage, card: Locator) -> tuple[float, float]:
    """A point on a cell, the pointer on it."""
    for row in timeline.rows():
        for x, y, _ in timeline.runs(row, "rail"):
            point = (timeline.stage_x + x + 0.5, row.top + y - 2)
            timeline.page.mouse.move(*point)
            timeline.page.wait_for_timeout(150)
            # A bar that lies over the edge of a cell is what one points at there.
            if "instructions" in (card.text_content() or ""):
                return point
    raise AssertionError("there is no cell")


def test_a_click_on_a_cell_zooms_until_its_events_separate(timeline: TimelinePage) -> None:
    timeline.open()
    assert "cells" in timeline.counted()
    card = timeline.page.locator("[data-hover]")
    point = cell_of(timeline, card)
    expect(card).to_contain_text("of this cell")
    timeline.page.mouse.click(*point)
    timeline.settle()
    start, end = timeline.range
    assert end - start < 10_000
    assert re.fullmatch(r"All \d+ instructions exact", timeline.counted())


def test_the_card_names_what_is_under_the_pointer(timeline: TimelinePage) -> None:
    timeline.open("?t=70000-74000")
    timeline.page.mouse.move(*timeline.widest_run(timeline.row("TensorMatrix"), "blue"))
    card = timeline.page.locator("[data-hover]")
    expect(card).to_contain_text("MATMUL")
    expect(card).to_contain_text("TensorMatrix · core 0")
    expect(card).to_contain_text("Matmul")
    expect(card).to_contain_text(f"50{THIN}% here")
    timeline.page.mouse.move(5, 5)
    expect(card).to_be_hidden()


def test_a_range_is_marked_on_the_ruler_zoomed_to_and_cleared(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-60000")
    ruler = timeline.page.locator("[data-ruler]").bounding_box()
    assert ruler
    timeline.page.mouse.move(ruler["x"] + 100, ruler["y"] + 12)
    timeline.page.mouse.down()
    timeline.page.mouse.move(ruler["x"] + 300, ruler["y"] + 12, steps=4)
    timeline.page.mouse.up()
    timeline.settle()
    start, end = map(int, timeline.query("mark").split("-"))
    per_px = 40_000 / ruler["width"]
    assert start == pytest.approx(20_000 + 100 * per_px, abs=per_px)
    assert end == pytest.approx(20_000 + 300 * per_px, abs=per_px)
    timeline.press("z")
    assert timeline.range == (start, end)
    timeline.press("Escape")
    assert timeline.query("mark") == ""


def test_the_overview_moves_the_window(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-40000")
    box = timeline.page.locator("[data-overview]").bounding_box()
    assert box
    timeline.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 20)
    timeline.settle()
    start, end = timeline.range
    assert end - start == 20_000
    assert start > 90_000
    ink = timeline.page.evaluate(
        """() => {
          const canvas = document.querySelector("[data-overview]");
          const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert ink > 10


def test_a_range_can_be_typed_and_a_wrong_one_is_kept_and_explained(
    timeline: TimelinePage,
) -> None:
    timeline.open()
    field = timeline.page.locator("[data-range]")
    field.fill("20us-24.6us")
    field.press("Enter")
    timeline.settle()
    assert timeline.range == (20_000, 24_600)
    assert timeline.page.inner_text("[data-length]") == f"4.600{THIN}µs"
    field.fill("nonsense")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"
    expect(timeline.page.locator("[data-range-error]")).to_be_visible()
    assert field.input_value() == "nonsense"


def test_dma_is_shown_by_queue_or_by_engine(timeline: TimelinePage) -> None:
    timeline.open()
    timeline.page.locator("[data-dma]").select_option("engine")
    timeline.settle()
    names = [row.name for row in timeline.rows()]
    assert next(name for name in names if re.fullmatch(r"E\d+", name)) == "E64"
    assert "qSyncDynamicHW" not in names
    assert timeline.query("dma") == "engine"


def test_groups_close_to_one_row_and_open_again(timeline: TimelinePage) -> None:
    timeline.open()
    before = [row.name for row in timeline.rows()]
    head = timeline.page.locator(".row--head").first
    head.click()
    timeline.settle()
    names = [row.name for row in timeline.rows()]
    assert names[3:6] == ["Core 0", "6 rows closed", "Core 1"]
    assert timeline.query("closed") == "p0/c0"
    expect(timeline.page.locator(".row--head").first).to_have_attribute("aria-expanded", "false")
    timeline.page.locator(".row--head").first.click()
    timeline.settle()
    assert [row.name for row in timeline.rows()] == before


def test_the_theme_can_be_switched_while_one_looks(timeline: TimelinePage) -> None:
    timeline.open()
    row = timeline.row("TensorMatrix")
    assert timeline.runs(row, "blue")
    timeline.page.locator("[data-theme-toggle]").click()
    timeline.settle()
    colours = timeline.colours(row)
    assert {0x0061C1, 0xFFFFFF} <= colours
    assert HUES["blue"] not in colours


def test_a_screen_of_two_pixels_to_one_is_drawn_as_fine(
    browser: Any, live_server: Any, processed: Profile
) -> None:
    context = browser.new_context(device_scale_factor=2, viewport={"width": 1200, "height": 800})
    page = context.new_page()
    timeline = TimelinePage(page, f"{live_server.url}/profiles/{processed.pk}/timeline/").open()
    sizes = page.evaluate(
        """() => ["rows-canvas", "ruler", "overview", "marks"].map((name) => {
          const canvas = document.querySelector(`[data-${name}]`);
          return canvas.width / canvas.getBoundingClientRect().width;
        })"""
    )
    assert sizes == pytest.approx([2, 2, 2, 2], abs=0.01)
    assert "exact" in timeline.counted()
    context.close()


def test_a_narrow_window_folds_the_panel_below(timeline: TimelinePage) -> None:
    page = timeline.page
    page.set_viewport_size({"width": 1024, "height": 768})
    timeline.open()
    panel = page.locator("aside.panel")
    box = panel.bounding_box()
    assert box
    assert box["height"] == pytest.approx(36, abs=1)
    assert box["y"] >= timeline.stage["y"] + timeline.stage["height"] - 2
    assert timeline.stage["width"] > 860
    page.locator("[data-act=fold]").click()
    timeline.settle()
    opened = panel.bounding_box()
    assert opened
    assert opened["height"] > 200


def test_the_panel_closes_and_comes_back_with_the_next_event(timeline: TimelinePage) -> None:
    timeline.open()
    narrow = timeline.stage["width"]
    timeline.page.locator("[data-act=close]").click()
    timeline.settle()
    assert timeline.stage["width"] > narrow + 300
    timeline.select(timeline.row("TensorMatrix"), "blue")
    assert timeline.stage["width"] == narrow
