"""Colour modes of the timeline: chosen in the toolbar, told by the legend, kept in the address."""

import pytest
from playwright.sync_api import expect

from tests.browser.timeline_page import TimelinePage

pytestmark = pytest.mark.browser


def test_a_mode_colours_rows_its_legend_filters_and_the_address_keeps_both(
    timeline: TimelinePage,
) -> None:
    timeline.open("?t=20000-40000")
    page, row = timeline.page, timeline.row("Vector")
    legend = page.locator("[data-legend]")
    expect(legend.get_by_role("button", name="Matmul")).to_be_visible()
    before = timeline.colours(row)
    page.get_by_label("Colour by").select_option("layer")
    expect(legend).to_contain_text("AttentionBlock/softmax")
    timeline.settle()
    assert timeline.query("colour") == "layer"
    assert timeline.colours(row) != before

    plain = timeline.colours(row)
    button = legend.get_by_role("button", name="AttentionBlock/softmax")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    timeline.settle()
    assert timeline.query("dim") == "AttentionBlock/softmax"
    assert timeline.colours(timeline.row("TensorMatrix")) != plain

    shown = timeline.colours(row)
    timeline.open(f"?t=20000-40000&colour=layer&dim={timeline.query('dim')}")
    expect(button).to_have_attribute("aria-pressed", "true")
    timeline.settle()
    assert timeline.colours(timeline.row("Vector")) == shown

    page.get_by_label("Colour by").select_option("class")
    expect(legend.get_by_role("button", name="Matmul")).to_be_visible()
    timeline.settle()
    assert (timeline.query("colour"), timeline.query("dim")) == ("", "")
    assert timeline.colours(timeline.row("Vector")) == before
