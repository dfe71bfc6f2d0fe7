"""The device timeline as a person uses it."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from profiles.models import Profile
from profiles.stores import table_store

EXPLORER = "window.explorerViewer"


def wait_until(page: Page, expression: str) -> None:
    """Wait for a JavaScript expression; the page's own policy forbids what Playwright would do."""
    latest = time.monotonic() + 15
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < latest, f"never true: {expression}"
        page.wait_for_timeout(50)


def open_timeline(page: Page, live_server: Any, profile: Profile, query: str = "") -> None:
    page.goto(f"{live_server.url}/profiles/{profile.pk}/timeline/{query}")
    wait_until(page, f"{EXPLORER} && {EXPLORER}.frame && !{EXPLORER}.store.isLoading")


def view(page: Page) -> dict[str, float]:
    found: dict[str, float] = page.evaluate(f"({{...{EXPLORER}.range}})")
    return found


def ink_by_row(page: Page) -> dict[str, int]:
    """Pixels of each row that are not the ground, by the name of its track."""
    found: dict[str, int] = page.evaluate(
        f"""(() => {{
          const v = {EXPLORER}, p = v.plot.pixels, ink = {{}};
          for (const row of v.frame.rows) {{
            if (!row.track) continue;
            let n = 0;
            const top = Math.round((row.y - v.scrollY) * v.plot.ratio);
            const bottom = Math.round((row.y + row.height - v.scrollY) * v.plot.ratio) - 1;
            for (let y = top; y < Math.min(bottom, p.height); y++)
              for (let x = 0; x < p.width; x++)
                if (p.data[y * p.width + x] !== v.palette.well
                    && p.data[y * p.width + x] !== v.palette.line) n++;
            ink[row.track.key] = n;
          }}
          return ink;
        }})()"""
    )
    return found


def busiest_point(page: Page, name: str) -> tuple[float, float]:
    """A point in the middle of the longest slice in view of a track of that name, core 0."""
    x, y = page.evaluate(
        f"""(() => {{
          const v = {EXPLORER};
          const row = v.frame.rows.find((r) => r.track && r.track.name === {name!r});
          v.selected = {{track: row.track, row: -1}};
          const hits = v.known().filter((h) => h.count === 0 && h.start > v.range.start
            && h.start + h.duration < v.range.end);
          v.selected = null;
          const hit = hits.sort((a, b) => b.duration - a.duration)[0];
          const box = v.box(hit, v.scale());
          const at = v.stage.getBoundingClientRect();
          return [at.left + (box.x0 + box.x1) / 2, at.top + (box.y0 + box.y1) / 2];
        }})()"""
    )
    return x, y


def test_every_row_with_events_leaves_ink_and_no_other(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_timeline(page, live_server, processed)
    ink = ink_by_row(page)
    rows = page.evaluate(
        f"Object.fromEntries({EXPLORER}.document.tracks.map((t) => [t.key, t.rows]))"
    )
    assert len(ink) > 12
    for key, pixels in ink.items():
        assert (pixels > 4) == (rows[key] > 0), (key, pixels, rows[key])


def test_an_event_is_selected_and_shown_in_full_and_the_address_says_so(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_timeline(page, live_server, processed)
    page.mouse.click(*busiest_point(page, "TensorMatrix"))
    panel = page.locator("[data-panel]")
    expect(panel.locator("h2")).to_have_text("MATMUL")
    expect(panel).to_contain_text("Operands")
    expect(panel).to_contain_text("acc_flags")
    expect(page).to_have_url(re.compile(r"sel=0\.Instruction\.\d+"))


def test_a_link_is_a_view(page: Page, live_server: Any, processed: Profile) -> None:
    open_timeline(page, live_server, processed)
    page.mouse.click(*busiest_point(page, "TensorMatrix"))
    page.keyboard.press("z")
    page.wait_for_timeout(700)
    wait_until(page, f"!{EXPLORER}.store.isLoading")
    expect(page).to_have_url(re.compile("t="))
    page.wait_for_timeout(300)
    before, address = view(page), page.url
    row = page.evaluate(f"{EXPLORER}.selected.row")
    page.goto("about:blank")
    page.goto(address)
    wait_until(page, f"{EXPLORER} && {EXPLORER}.selected")
    assert page.evaluate(f"{EXPLORER}.selected.row") == row
    after = view(page)
    assert after == pytest.approx(before, abs=1)


def test_zoom_keeps_the_instant_under_the_pointer(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_timeline(page, live_server, processed)
    box = page.locator("[data-stage]").bounding_box()
    assert box
    x = box["x"] + box["width"] * 0.3
    page.mouse.move(x, box["y"] + 100)
    at = f"{EXPLORER}.scale().ns({box['width'] * 0.3})"
    before, wide = page.evaluate(at), view(page)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -600)
    page.keyboard.up("Control")
    page.wait_for_timeout(300)
    narrow = view(page)
    assert narrow["end"] - narrow["start"] < 0.6 * (wide["end"] - wide["start"])
    assert page.evaluate(at) == pytest.approx(before, abs=(narrow["end"] - narrow["start"]) / 200)


def test_dragging_pans_and_history_goes_back(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_timeline(page, live_server, processed, "?t=20000-60000")
    before = view(page)
    box = page.locator("[data-stage]").bounding_box()
    assert box
    page.mouse.move(box["x"] + 400, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=5)
    page.mouse.up()
    moved = view(page)
    assert moved["start"] > before["start"]
    page.keyboard.press("Alt+ArrowLeft")
    assert view(page)["start"] == pytest.approx(before["start"])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_both_themes_draw_with_their_own_colours(
    page: Page, live_server: Any, processed: Profile, theme: str
) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    open_timeline(page, live_server, processed)
    well = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--well')")
    assert well.strip().lower() == {"dark": "#0f1319", "light": "#ffffff"}[theme]
    assert sum(ink_by_row(page).values()) > 1000


def test_the_keyboard_alone_walks_selects_and_reads(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_timeline(page, live_server, processed, "?t=20000-40000")
    page.locator("[data-stage]").focus()
    for _ in range(3):
        page.keyboard.press("j")
    wait_until(page, f"{EXPLORER}.selected")
    first = page.evaluate(f"{EXPLORER}.selected.start")
    page.keyboard.press("]")
    page.wait_for_timeout(400)
    assert page.evaluate(f"{EXPLORER}.selected.start") >= first
    expect(page.locator("[data-live]")).to_contain_text("long")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.hasAttribute('data-panel')")
    page.keyboard.press("Escape")
    wait_until(page, f"!{EXPLORER}.selected")
    page.keyboard.press("t")
    table = page.locator("[data-events] table")
    expect(table).to_be_visible()
    assert table.locator("tbody tr").count() > 5
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("[data-keys]")).to_be_visible()


def test_a_range_can_be_typed(page: Page, live_server: Any, processed: Profile) -> None:
    open_timeline(page, live_server, processed)
    field = page.locator("[data-range]")
    field.fill("20us-24.6us")
    field.press("Enter")
    page.wait_for_timeout(500)
    assert view(page) == pytest.approx({"start": 20_000, "end": 24_600})
    field.fill("nonsense")
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"


def test_dma_is_shown_by_queue_or_by_engine(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_timeline(page, live_server, processed)
    page.locator("[data-dma]").select_option("engine")
    expect(page.locator("[data-gutter]")).to_contain_text(re.compile(r"E\d+"))
    expect(page).to_have_url(re.compile("dma=engine"))


def test_groups_close_and_stay_closed_in_the_link(
    page: Page, live_server: Any, processed: Profile
) -> None:
    open_timeline(page, live_server, processed)
    head = page.locator(".row--head").first
    head.click()
    expect(page.locator(".row--head").first).to_have_attribute("aria-expanded", "false")
    expect(page).to_have_url(re.compile("closed="))


@pytest.mark.failing_requests
def test_unreadable_tiles_are_said_and_can_be_tried_again(
    page: Page, live_server: Any, processed: Profile
) -> None:
    path = table_store().run_path(str(processed.pk), 1) / "parts" / "0" / "timeline.pyramid"
    whole = path.read_bytes()
    path.write_bytes(whole[:-16])
    page.goto(f"{live_server.url}/profiles/{processed.pk}/timeline/")
    expect(page.locator("[data-state]")).to_contain_text("not readable")
    path.write_bytes(whole)
    page.locator("[data-retry]").click()
    wait_until(page, f"{EXPLORER}.frame.exact + {EXPLORER}.frame.inCells > 100")
    expect(page.locator("[data-retry]")).to_be_hidden()


def test_a_narrow_window_folds_the_panel_below(
    page: Page, live_server: Any, processed: Profile
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    open_timeline(page, live_server, processed)
    stage = page.locator("[data-stage]").bounding_box()
    panel = page.locator("[data-panel]").bounding_box()
    assert stage
    assert panel
    assert panel["y"] >= stage["y"] + stage["height"] - 2
    assert stage["width"] > 800
