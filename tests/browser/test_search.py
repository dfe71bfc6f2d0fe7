"""Find on the device timeline: hits counted, capped, visited and linked, and errors told."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.timeline_page import TimelinePage

_CAPS = """() => {
  const canvas = document.querySelector("[data-marks]");
  const wanted = getComputedStyle(document.querySelector("[data-timeline]"))
    .getPropertyValue("--warn").trim();
  const probe = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  probe.fillStyle = wanted;
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === r && data[at + 1] === g && data[at + 2] === b && data[at + 3] === 255) found++;
  }
  return found;
}"""


def caps(timeline: TimelinePage) -> int:
    """How many pixels are caps."""
    timeline.settle()
    found: int = timeline.page.evaluate(_CAPS)
    return found


def parts(timeline: TimelinePage) -> tuple[Any, Any, Any]:
    """The field, the words beside it, the line below the toolbar."""
    page = timeline.page
    names = ("[data-find]", "[data-find-count]", "[data-find-line]")
    field, words, line = (page.locator(name) for name in names)
    return field, words, line


def test_a_search_is_counted_capped_visited_and_linked(timeline: TimelinePage) -> None:
    timeline.open()
    field, words, line = parts(timeline)
    # Other marks may have the same colour.
    before = caps(timeline)
    timeline.page.keyboard.press("/")
    expect(field).to_be_focused()
    field.fill("opcode=matmul duration>50ns")
    expect(words).to_have_text(re.compile(r"^\d+ hits$"))
    expect(line).to_contain_text("summed")
    expect(line.locator("button").first).to_contain_text("TensorMatrix")
    assert caps(timeline) > before + 20
    field.press("Enter")
    expect(words).to_contain_text("1 of ")
    expect(timeline.panel.locator("h2")).to_have_text("MATMUL")
    timeline.page.locator("[data-stage]").focus()
    timeline.page.keyboard.press("n")
    expect(words).to_contain_text("2 of ")
    timeline.page.keyboard.press("Shift+N")
    expect(words).to_contain_text("1 of ")
    timeline.settle()
    assert timeline.query("find") == "opcode=matmul duration>50ns"
    timeline.page.reload()
    expect(words).to_have_text(re.compile(r"^\d+ hits$"))
    assert caps(timeline) > before + 20
    timeline.page.locator("[data-stage]").focus()
    timeline.page.keyboard.press("Escape")
    expect(line).to_be_hidden()
    timeline.settle()
    assert timeline.query("find") == ""


@pytest.mark.failing_requests
def test_what_cannot_be_read_is_told_below_the_field_and_can_be_put_right(
    timeline: TimelinePage,
) -> None:
    timeline.open()
    field, words, line = parts(timeline)
    field.fill("opcod:matmul")
    expect(line.locator("mark")).to_have_text("opcod")
    expect(line).to_contain_text("There is no field opcod")
    expect(field).to_have_attribute("aria-invalid", "true")
    line.get_by_role("button", name="opcode", exact=True).click()
    expect(field).to_have_value("opcode:matmul")
    expect(words).to_contain_text("hits")
    timeline.page.get_by_role("button", name="How to find").click()
    timeline.page.locator("[data-find-filter]").fill("queue")
    timeline.page.locator("[data-find-fields] button").first.click()
    expect(field).to_have_value(re.compile("^opcode:matmul queue"))
