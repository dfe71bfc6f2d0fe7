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
