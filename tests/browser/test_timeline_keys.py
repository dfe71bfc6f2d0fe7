"""The timeline by keyboard alone: moving, walking from event to event, reading them as a table."""

from playwright.sync_api import expect

from tests.browser.timeline_page import THIN, TimelinePage


def test_keys_zoom_pan_and_fit(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-60000")
    timeline.press("w")
    assert timeline.range == (26_000, 54_000)
    timeline.press("d")
    assert timeline.range == (28_800, 56_800)
    timeline.press("A")
    assert timeline.range == (800, 28_800)
    timeline.press("f")
    assert timeline.range[0] == 0
    assert timeline.range[1] > 100_000


def test_escape_clears_the_range_before_the_selection(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-60000&mark=30000-40000")
    timeline.select(timeline.row("TensorMatrix"), "blue")
    timeline.press("Escape")
    assert (timeline.query("mark"), bool(timeline.query("sel"))) == ("", True)
    timeline.press("Escape")
    assert timeline.query("sel") == ""
    expect(timeline.panel).to_contain_text("instructions")


def test_the_keyboard_alone_walks_selects_and_reads(timeline: TimelinePage) -> None:
    timeline.open("?t=20000-40000")
    page = timeline.page
    page.locator("[data-stage]").focus()
    timeline.press("]")
    start = timeline.times()["Start"]
    seen = [start]
    for _ in range(4):
        timeline.press("]")
        seen.append(timeline.times()["Start"])
    assert seen == sorted(seen, key=lambda text: float(text.split(THIN)[0]))
    assert len(set(seen)) == 5
    timeline.press("[", "[", "[", "[")
    assert timeline.times()["Start"] == start
    before = timeline.query("sel")
    timeline.press("j")
    assert timeline.query("sel").rpartition(":")[0] != before.rpartition(":")[0]
    expect(page.locator("[data-live]")).to_contain_text("long")
    timeline.press("Enter")
    assert page.evaluate("document.activeElement.hasAttribute('data-event')")
    timeline.press("Escape")
    assert timeline.query("sel") == ""


def test_walking_leaves_the_view_only_when_the_next_event_is_not_in_it(
    timeline: TimelinePage,
) -> None:
    timeline.open("?t=30000-31000")
    timeline.press("j", "]")
    length = 1000
    for _ in range(12):
        timeline.press("]")
    start, end = timeline.range
    assert end - start == length
    assert start > 30_000
    at = float(timeline.times()["Start"].split(THIN)[0]) * 1000
    assert start <= at <= end


def test_the_events_in_view_are_a_table_to_select_from(timeline: TimelinePage) -> None:
    timeline.open()
    timeline.press("t")
    table = timeline.page.locator("[data-events] table")
    expect(table).to_be_visible()
    assert table.locator("tbody tr").count() == 500
    expect(timeline.page.locator("[data-events]")).to_contain_text("The first 500 of 2")
    second = table.locator("tbody tr").nth(40)
    start = second.locator("td").nth(3).inner_text()
    second.locator("button").click()
    timeline.settle()
    assert timeline.times()["Start"] == start
    timeline.press("?")
    expect(timeline.page.locator("[data-keys]")).to_contain_text("zoom at the pointer")
