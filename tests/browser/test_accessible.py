"""axe finds nothing serious on any page; a timeline can be read by keys alone, in any colours."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from profiles.models import Profile
from tests.browser.system_run import serving_step
from tests.browser.test_device_summary import settle as settle_summary
from tests.browser.test_failed import SAMPLE, failing
from tests.browser.timeline_page import TimelinePage

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
"""A tool of the tests only, from npm: `npm ci` puts it there."""

GRAVE = ("serious", "critical")
ID_AT = 204
REFLOWED_PX = 720
"""What is left of 1440 pixels at 200 %."""

_RUN = """async () => {
  const {violations} = await axe.run(document, {resultTypes: ["violations"]});
  return violations.map(({id, impact, help, nodes}) => ({id, impact, help,
    nodes: nodes.slice(0, 4).map(({target, failureSummary}) => `${target}: ${failureSummary}`)}));
}"""


def check(page: Page, name: str) -> list[str]:
    """What is serious on the page as it stands, in words."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    grave = [one for one in found if one["impact"] in GRAVE]
    return [f"{name}: {one['id']} ({one['help']}): {'; '.join(one['nodes'])}" for one in grave]


@pytest.fixture
def system(submit: Callable[..., Profile]) -> Profile:
    step = serving_step()
    step.series = ()
    return step.publish(submit("serving session", neff=b"not read"))


@pytest.fixture
def failed(submit: Callable[..., Profile]) -> Profile:
    neff = bytearray(SAMPLE["neff"])
    neff[ID_AT : ID_AT + 16] = bytes(range(1, 17))
    return failing(submit("mismatch", neff=bytes(neff), ntff=SAMPLE["ntff"]))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious_on_any_page(
    page: Page, live_server: Any, processed: Profile, failed: Profile, theme: str
) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    root, found = f"{live_server.url}/profiles", []
    page.goto(f"{root}/")
    expect(page.get_by_role("link", name="What to do")).to_be_visible()
    found += check(page, "list")
    page.locator("[data-upload]").first.click()
    expect(page.locator("#upload")).to_be_visible()
    found += check(page, "upload dialog")
    page.goto(f"{root}/{failed.pk}/")
    expect(page.get_by_role("heading", name="do not belong together")).to_be_visible()
    found += check(page, "failed")
    page.goto(f"{root}/{processed.pk}/summary/")
    settle_summary(page)
    found += check(page, "summary")
    page.goto(f"{root}/{processed.pk}/info/")
    found += check(page, "info")
    timeline = TimelinePage(page, f"{root}/{processed.pk}/timeline/").open()
    found += check(page, "device timeline")
    timeline.press("j", "]")
    expect(timeline.panel.locator("h2")).to_be_visible()
    found += check(page, "device timeline with an event")
    assert found == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious_on_a_system_timeline(
    page: Page, live_server: Any, system: Profile, theme: str
) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    TimelinePage(page, f"{live_server.url}/profiles/{system.pk}/timeline/").open()
    assert check(page, "system timeline") == []


def test_a_journey_over_the_timeline_by_keys_alone(timeline: TimelinePage) -> None:
    page = timeline.page
    timeline.open()
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_contain_text("Skip")
    page.keyboard.press("Enter")
    expect(page.locator("[role=application]")).to_be_focused()
    timeline.press("w", "w", "d")
    start, end = timeline.range
    assert 0 < start < end
    timeline.press("j", "]")
    live = page.locator("[data-live]")
    expect(live).to_contain_text("long")
    first = live.inner_text()
    timeline.press("j", "j", "]")
    expect(live).not_to_have_text(first)
    page.keyboard.press("Enter")
    expect(timeline.panel).to_be_focused()
    page.keyboard.press("Escape")
    timeline.press("t")
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("tbody tr").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_in_forced_colours_bars_keep_an_outline_and_text_is_the_systems(
    timeline: TimelinePage,
) -> None:
    page = timeline.page
    page.emulate_media(forced_colors="active")
    timeline.open()
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    row = timeline.row("TensorMatrix")
    assert len(timeline.colours(row)) > 2, "bars, rail and ground are told apart"
    button = page.locator("[data-act=fit]")
    expect(button).to_be_visible()
    assert page.evaluate(
        "getComputedStyle(document.querySelector('[data-counts]')).color"
    ) == page.evaluate("getComputedStyle(document.body).color")


def test_without_motion_a_glide_is_a_jump(timeline: TimelinePage) -> None:
    page = timeline.page
    page.emulate_media(reduced_motion="reduce")
    timeline.open("?t=20000-21000")
    frames = page.evaluate(
        """async () => {
          const field = document.querySelector("[data-range]");
          const seen = new Set();
          document.querySelector("[data-act=fit]").click();
          for (let at = 0; at < 20; at++) {
            await new Promise((next) => requestAnimationFrame(next));
            seen.add(field.value);
          }
          return seen.size;
        }"""
    )
    assert frames <= 2, "the old view and the new one, nothing between"


def test_at_twice_the_size_nothing_is_cut_off(
    page: Page, live_server: Any, processed: Profile, failed: Profile
) -> None:
    page.set_viewport_size({"width": REFLOWED_PX, "height": 450})
    root = f"{live_server.url}/profiles"
    for name in ("", f"{processed.pk}/summary/", f"{failed.pk}/", f"{processed.pk}/info/"):
        page.goto(f"{root}/{name}")
        expect(page.locator("main")).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= REFLOWED_PX, f"{name or 'list'} is {wide} px wide"
    timeline = TimelinePage(page, f"{root}/{processed.pk}/timeline/").open()
    assert timeline.stage["width"] > 300
    assert timeline.stage["height"] > 100
    expect(page.locator("[data-counts]")).to_have_text(re.compile("exact"))
