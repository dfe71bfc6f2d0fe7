"""Values over time under a device's rows, as a person uses them."""

import re

from playwright.sync_api import expect

from tests.browser.timeline_page import THIN, TimelinePage


def scroll_to_values(timeline: TimelinePage) -> None:
    timeline.page.locator("[data-scroll]").evaluate("(place) => place.scrollTo(0, 1e6)")
    timeline.page.wait_for_timeout(500)


def test_every_core_has_its_values_under_the_queues(timeline: TimelinePage) -> None:
    timeline.open()
    names = [row.name for row in timeline.rows()]
    assert names.count("DMA throughput") == 2
    values = names[names.index("DMA throughput") :]
    assert {"MFU", "HFU", "Pending DMA"} <= set(values)
    assert names.index("DMA throughput") > names.index("qSyncDynamicHW")


def test_a_row_of_values_leaves_ink_and_says_its_mean_in_view(timeline: TimelinePage) -> None:
    timeline.open()
    scroll_to_values(timeline)
    row = timeline.row("Pending DMA")
    assert len(timeline.colours(row)) > 2
    assert re.fullmatch(r"[\d.]+", row.busy)
    assert re.fullmatch(rf"[\d.]+{THIN}[kMGT]?B/s", timeline.row("DMA throughput").busy)


def test_a_click_shows_what_holds_at_that_instant(timeline: TimelinePage) -> None:
    timeline.open()
    scroll_to_values(timeline)
    row = timeline.row("DMA throughput")
    stage = timeline.page.locator("[data-stage]").bounding_box()
    assert stage is not None
    timeline.page.mouse.click(stage["x"] + stage["width"] / 2, row.top + row.height / 2)
    expect(timeline.panel).to_contain_text("current_throughput")
    expect(timeline.panel).to_contain_text("Bytes per second of the packets under way")


def test_a_chosen_semaphore_has_a_row_and_stands_in_the_address(timeline: TimelinePage) -> None:
    timeline.open()
    timeline.page.get_by_role("button", name="Semaphores").click()
    dialog = timeline.page.get_by_role("dialog", name="Semaphores")
    dialog.get_by_role("checkbox").first.check()
    chosen = dialog.locator("li label").first.inner_text().split("core ")[0].strip()
    dialog.get_by_role("button", name="Close").click()
    timeline.settle()
    assert timeline.row(chosen).height == 18
    sem = timeline.query("sem")
    timeline.open(f"?sem={sem}")
    assert timeline.row(chosen).height == 18


def test_a_closed_group_of_values_keeps_its_head(timeline: TimelinePage) -> None:
    timeline.open("?closed=p0/values0,p0/values1")
    assert "DMA throughput" not in [row.name for row in timeline.rows()]
    assert timeline.page.locator(".row--head", has_text="values over time").count() == 2
