"""Colour modes of the timeline: chosen in the toolbar, told by the legend, kept in the address."""

from pathlib import Path

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


def test_the_view_is_saved_as_a_picture(timeline: TimelinePage, tmp_path: Path) -> None:
    timeline.open("?t=20000-40000")
    expect(timeline.page.locator("[data-legend]")).to_contain_text("Matmul")
    timeline.page.get_by_role("button", name="Traces and pictures").click()
    for ending, head in (("PNG", b"\x89PNG"), ("SVG", b"<svg ")):
        with timeline.page.expect_download() as download:
            timeline.page.get_by_role("menuitem", name=f"Picture of the view, {ending}").click()
        assert download.value.suggested_filename.endswith(f"_20000-40000ns.{ending.lower()}")
        path = tmp_path / f"view.{ending}"
        download.value.save_as(path)
        body = path.read_bytes()
        assert body.startswith(head)
        assert len(body) > 10_000
        timeline.page.get_by_role("button", name="Traces and pictures").click()
