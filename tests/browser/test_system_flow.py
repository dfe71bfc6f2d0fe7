"""From a host call to what ran on devices: arrows, flow, device row, folds, links."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ingest_worker.ingest import ingest
from profiles.models import Profile
from profiles.services import sample_open
from tests.browser.system_run import serving_step
from tests.browser.test_system_capture import choose, process_all
from tests.browser.timeline_page import TimelinePage

STEP = "?t=3300000-4000000"
PERFETTO = "http://perfetto.test"
LISTENER = """<script>
  addEventListener("message", ({data, source, origin}) => {
    if (data === "PING") source.postMessage("PONG", origin);
    else window.got = [data.perfetto.title, data.perfetto.buffer.byteLength];
  });
</script>"""

_MARKS = """() => {
  const canvas = document.querySelector("[data-marks]");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = {};
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 250) continue;
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    found[colour] = (found[colour] ?? 0) + 1;
  }
  return found;
}"""
INCOMING, OUTGOING, FOUND = 0xF2AC52, 0xA9D3EC, 0xF2B64C


@pytest.fixture
def serving(page: Page, live_server: Any, data_dir: Path, sent: list[str]) -> TimelinePage:
    """The serving run that comes with the program, and the device profile of its first core."""
    profile = sample_open("serving")
    process_all(sent, most=1)
    for device in Profile.objects.filter(name__contains="_nc_0_"):
        ingest(device.pk, worker="test")
    return TimelinePage(page, f"{live_server.url}/profiles/{profile.pk}/timeline/")


def marks(timeline: TimelinePage, colour: int) -> int:
    """How many pixels over the rows have a colour."""
    found: dict[str, int] = timeline.page.evaluate(_MARKS)
    return found.get(str(colour), 0)


def test_a_call_is_followed_to_the_cores_by_arrows_lines_and_a_row(serving: TimelinePage) -> None:
    serving.open(STEP)
    names = [row.name for row in serving.rows()]
    assert names.index("Device profile") == names.index("Core 0") + 1
    assert marks(serving, OUTGOING) == 0
    choose(serving, serving.row("Runtime", 1), 150)
    assert marks(serving, INCOMING) > 10
    assert marks(serving, OUTGOING) > 50
    toggle = serving.page.get_by_role("button", name="Flow", exact=True)
    toggle.click()
    serving.settle()
    assert marks(serving, OUTGOING) == 0
    expect(serving.panel).to_contain_text("Beside this")
    expect(serving.panel).to_contain_text("rank 1")
    expect(serving.panel.get_by_role("img", name="Busy: Tensor")).to_be_visible()
    serving.page.locator("[data-act='flow-tab']").click()
    lines = serving.page.locator("[data-flow] .flow__line")
    expect(lines.filter(has_text="neuron::execute")).to_contain_text("−")
    running = lines.filter(has_text="nc_exec_running").first
    running.click()
    expect(serving.page.locator("[data-event] h2")).to_have_text("nc_exec_running")


def test_a_search_leaves_caps_over_what_it_found(serving: TimelinePage) -> None:
    serving.open(STEP)
    assert marks(serving, FOUND) == 0
    serving.page.locator("[data-find]").fill("kbl_exec_wait")
    expect(serving.page.locator("[data-find-count]")).to_contain_text("hit")
    serving.settle()
    assert marks(serving, FOUND) > 100


def test_a_closed_head_keeps_one_row_and_opens_again(serving: TimelinePage) -> None:
    serving.open(STEP)
    head = serving.page.locator(".row--inner").filter(has_text="Hardware").first
    head.click()
    serving.settle()
    expect(head).to_have_attribute("aria-expanded", "false")
    # Core 0 is the first of two devices.
    names = [row.name for row in serving.rows()]
    assert names.count("Core 0") == 1
    assert "2 rows closed" in names
    serving.page.reload()
    serving.settle()
    assert [row.name for row in serving.rows()].count("Core 0") == 1
    serving.page.locator(".row--inner").filter(has_text="Hardware").first.press("Enter")
    serving.settle()
    assert [row.name for row in serving.rows()].count("Core 0") == 2


def test_a_link_shows_the_same_rows_to_somebody_else(serving: TimelinePage) -> None:
    serving.open(STEP)
    rows = serving.page.locator(".row--system")
    rows.filter(has_text="Core 1").first.drag_to(rows.filter(has_text="Core 0").first)
    serving.page.get_by_role("button", name="Hide Framework").press("Enter")
    serving.settle()
    wanted = [row.name for row in serving.rows()]
    assert wanted.index("Core 1") < wanted.index("Core 0")
    link = serving.page.url
    serving.page.evaluate("() => localStorage.clear()")
    serving.page.goto(link)
    serving.settle()
    assert [row.name for row in serving.rows()] == wanted


def test_rows_are_as_deep_as_what_is_in_view(serving: TimelinePage) -> None:
    serving.open(STEP)
    empty = [row for row in serving.rows() if row.name == "Runtime"][3]
    assert empty.height == 6 + 19
    serving.open()
    assert [row for row in serving.rows() if row.name == "Runtime"][3].height > empty.height


def test_the_visible_range_is_handed_to_perfetto(
    page: Page,
    live_server: Any,
    submit: Callable[..., Profile],
    context: BrowserContext,
    settings: Any,
) -> None:
    settings.PERFETTO_UI = PERFETTO
    context.route(
        f"{PERFETTO}/**", lambda route: route.fulfill(body=LISTENER, content_type="text/html")
    )
    step = replace(serving_step(), series=())
    profile = step.publish(submit("serving session", neff=b"not read"))
    timeline = TimelinePage(page, f"{live_server.url}/profiles/{profile.pk}/timeline/")
    timeline.open("?t=14786000-16250000")
    page.get_by_role("button", name="Traces and pictures").press("Enter")
    with page.expect_popup() as opened:
        page.get_by_role("menuitem", name="Open visible range in Perfetto").press("Enter")
    opened.value.wait_for_function("() => window.got")
    title, size = opened.value.evaluate("() => window.got")
    assert title == "serving session"
    assert size > 100
