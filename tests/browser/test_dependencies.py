"""Why an event started when it did, and the way to what it waited for."""

import re

from playwright.sync_api import expect

from tests.browser.timeline_page import TimelinePage


def test_an_instruction_says_why_it_started_and_leads_to_what_it_waited_for(
    timeline: TimelinePage,
) -> None:
    timeline.open("?t=33000-37000")
    timeline.select(timeline.row("TensorMatrix"), "blue")
    expect(timeline.panel).to_contain_text("Why it started then")
    before = timeline.query("sel")
    link = timeline.panel.locator(".edges__go").first
    wanted = link.locator("code").inner_text()
    link.click()
    expect(timeline.panel.locator(".panel__title")).to_have_text(wanted)
    timeline.page.wait_for_timeout(400)
    after = timeline.query("sel")
    assert after != before
    assert re.fullmatch(r"p0/c\d/\w+:\d+", after)


def test_a_packet_has_no_such_section(timeline: TimelinePage) -> None:
    timeline.open("?t=0-6000")
    row = timeline.row("qSyncDynamicHW")
    box = timeline.page.locator("[data-stage]").bounding_box()
    assert box is not None
    for x in range(20, int(box["width"]), 15):
        timeline.page.mouse.click(box["x"] + x, row.top + row.height / 2)
        if "qSyncDynamicHW" in timeline.panel.inner_text():
            break
    expect(timeline.panel).to_contain_text("Data moved")
    assert "Why it started then" not in timeline.panel.inner_text()


def test_a_finding_of_the_panel_is_shown_where_it_happens_and_stands_in_the_address(
    timeline: TimelinePage,
) -> None:
    timeline.open()
    finding = timeline.panel.locator(".edges__go").first
    finding.click()
    expect(timeline.panel.locator(".edges__go[aria-pressed=true]")).to_have_count(1)
    timeline.page.wait_for_timeout(600)
    rule, view = timeline.query("finding"), timeline.query("t")
    assert re.fullmatch(r"[\w.-]+", rule)
    timeline.open(f"?finding={rule}&t={view}")
    expect(timeline.panel.locator(".edges__go[aria-pressed=true]")).to_have_count(1)


_INK = """(hue) => {
  const canvas = document.querySelector("[data-marks]");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]) === hue && data[at + 3]) found++;
  }
  return found;
}"""
ORANGE = 0xF2AC52
REDUCE = "p0/c0/vector:428"
"""An instruction that waits for two others and that one waits for."""


def ink(timeline: TimelinePage) -> int:
    """Pixels over the rows in the colour of what leads to the selected event."""
    found: int = timeline.page.evaluate(_INK, ORANGE)
    return found


def test_dependencies_are_arrows_that_can_be_walked_and_switched_off(
    timeline: TimelinePage,
) -> None:
    timeline.open(f"?t=33000-37000&sel={REDUCE}")
    expect(timeline.panel.get_by_role("heading", name="Waits for 2")).to_be_visible()
    assert ink(timeline) > 20
    timeline.press(",")
    before = timeline.query("sel")
    assert before != REDUCE
    timeline.press(".")
    assert timeline.query("sel") != before
    timeline.open(f"?t=33000-37000&sel={REDUCE}&deps=0")
    timeline.press("<")
    expect(timeline.page.locator("[data-live]")).to_contain_text("Waits for LDWEIGHTS on Tensor")
    assert ink(timeline) == 0
    timeline.page.locator("[data-view-menu]").click()
    timeline.page.get_by_label("Dependencies").check()
    timeline.settle()
    assert timeline.query("deps") == ""
    assert ink(timeline) > 20


def test_a_whole_chain_is_drawn_listed_kept_in_the_link_and_cleared_by_escape(
    timeline: TimelinePage,
) -> None:
    timeline.open(f"?t=33000-37000&path=1&sel={REDUCE}")
    expect(timeline.page.locator("[data-path]")).to_contain_text("Critical path:")
    chain = timeline.panel.locator("[data-chain]")
    chain.get_by_label("Depth of the chain in edges").fill("3")
    chain.get_by_role("button", name="Back").click()
    expect(chain.get_by_text("came before")).to_be_visible()
    timeline.settle()
    assert timeline.query("chain").startswith("back.3.p0.i")
    listed = chain.locator(".edges__go").count()
    assert listed > 1
    link = timeline.page.url.removeprefix(timeline.address)
    timeline.open(link)
    expect(chain.locator(".edges__go")).to_have_count(listed)
    chain.locator(".edges__go").last.click()
    timeline.settle()
    assert timeline.query("sel") not in link
    expect(chain.get_by_text("came before")).to_be_visible()
    timeline.page.locator("[data-stage]").focus()
    timeline.press("Escape")
    assert (timeline.query("chain"), timeline.query("path")) == ("", "1")
    expect(chain.get_by_text("came before")).to_have_count(0)
    assert timeline.query("sel")
