"""Markers and regions by pointer and by keyboard, for two people at once, and as files."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from profiles.annotations.board import annotation_change, annotation_create
from profiles.annotations.draft import Draft
from profiles.models import Annotation, Profile
from profiles.services import profile_reprocess
from tests.api.conftest import process_now
from tests.browser.timeline_page import THIN, TimelinePage

pytestmark = pytest.mark.browser
HEARD_MS = 15_000
"""Pages ask every three seconds; under load it takes longer."""


def marks(page: Page) -> Locator:
    return page.get_by_role("list", name="Markers and regions").get_by_role("listitem")


def go_of(page: Page, name: str) -> Locator:
    return marks(page).get_by_role("button", name=name)


def open_list(page: Page) -> None:
    page.get_by_role("button", name="Markers").click()


def test_a_marker_snaps_to_an_event_a_drag_makes_a_region_and_undo_takes_them_back(
    timeline: TimelinePage,
) -> None:
    timeline.open("?t=70000-74000")
    page = timeline.page
    row = timeline.row("TensorMatrix")
    title = timeline.select(row, "blue")
    timeline.press("]")
    start = timeline.times()["Start"]
    timeline.press("m")
    box = page.evaluate(
        "() => { const v = document.querySelector('[data-stage]').getBoundingClientRect();"
        " return [v.left, v.width]; }"
    )
    start_ns = round(float(start.split(THIN)[0]) * 1000)
    x = box[0] + (start_ns - 70_000) / 4000 * box[1]
    page.mouse.click(x + 5, row.middle)
    expect(go_of(page, "Marker 1")).to_contain_text(start)
    assert Annotation.objects.get().start_ns == start_ns, title
    page.mouse.move(x + 40, row.middle)
    page.mouse.down()
    page.mouse.move(x + 200, row.middle, steps=4)
    page.mouse.up()
    expect(go_of(page, "Region 1")).to_be_visible()
    timeline.settle()
    assert len(timeline.query("ann")) == 36
    region = Annotation.objects.get(name="Region 1")
    assert region.end_ns is not None
    assert region.end_ns > region.start_ns
    timeline.press("Escape", "Control+z")
    expect(marks(page)).to_have_count(1)
    timeline.press("Control+z")
    expect(marks(page)).to_have_count(0)
    assert Annotation.objects.count() == 0


def test_a_flag_is_dragged_and_every_field_written_by_keyboard(
    timeline: TimelinePage, processed: Profile
) -> None:
    made = annotation_create(processed.pk, Draft("softmax", 40_000))
    timeline.open("?t=20000-60000")
    page = timeline.page
    ruler = page.locator("[data-ruler]").bounding_box()
    assert ruler
    x, y = ruler["x"] + ruler["width"] / 2 + 5, ruler["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.keyboard.down("Alt")
    page.mouse.move(x + ruler["width"] / 4, y, steps=4)
    page.mouse.up()
    page.keyboard.up("Alt")
    expect(page.locator("#toast")).to_contain_text("Changed “softmax”")
    made.refresh_from_db()
    assert 50_000 <= made.start_ns < 50_500
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#toast")).to_contain_text("Undone")
    made.refresh_from_db()
    assert made.start_ns == 40_000
    page.locator("[data-stage]").focus()
    timeline.press("Shift+M")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    page.keyboard.type("<b>PV</b>")
    page.keyboard.press("Tab")
    page.keyboard.type("30us")
    page.keyboard.press("Tab")
    page.keyboard.type("45.5us")
    page.keyboard.press("Enter")
    expect(page.locator("[data-stage]")).to_be_focused()
    expect(go_of(page, "<b>PV</b>")).to_contain_text(f"30.000{THIN}µs · 15.50{THIN}µs")
    page.get_by_label("orange").check(force=True)
    expect(go_of(page, "<b>PV</b>")).to_have_accessible_name(
        f"region <b>PV</b>, 30.000{THIN}µs – 45.500{THIN}µs, 15.50{THIN}µs, orange"
    )
    page.get_by_label("Compare with").select_option(label=f"softmax · 40.000{THIN}µs")
    expect(page.get_by_role("region", name="Measure")).to_contain_text(f"+10.000{THIN}µs")
    expect(page.get_by_role("region", name="Measure")).to_contain_text("MFU")
    expect(page.get_by_role("link", name="Open in Summary")).to_have_attribute(
        "href", f"/profiles/{processed.pk}/summary/?t=30000-40000"
    )
    timeline.settle()
    assert timeline.query("ann").endswith(f",{made.pk}")


@pytest.mark.failing_requests
def test_two_people_see_each_other_s_marker_and_neither_overwrites_the_other(
    timeline: TimelinePage, context: BrowserContext, processed: Profile
) -> None:
    timeline.open()
    mine, theirs = timeline.page, context.new_page()
    theirs.goto(timeline.address)
    for page in (mine, theirs):
        open_list(page)
    mine.get_by_role("button", name="Add marker").click()
    expect(go_of(theirs, "Marker 1")).to_be_visible(timeout=HEARD_MS)
    field = mine.get_by_label("Name", exact=True)
    field.fill("mine")
    one = Annotation.objects.get()
    annotation_change(
        processed.pk, one.pk, version=one.version, changes={"name": "theirs", "note": "n"}
    )
    expect(go_of(mine, "theirs")).to_be_visible(timeout=HEARD_MS)
    expect(field).to_have_value("mine")
    field.press("Enter")
    question = mine.locator(".marks__question")
    expect(question).to_contain_text("Somebody else changed the name of “Marker 1” first.")
    one.refresh_from_db()
    assert one.name == "theirs"
    question.get_by_role("button", name="Use mine").click()
    expect(go_of(theirs, "mine")).to_be_visible(timeout=HEARD_MS)
    one.refresh_from_db()
    assert (one.name, one.note) == ("mine", "n")
    theirs.close()


@pytest.mark.failing_requests
def test_they_survive_processing_again_and_travel_as_a_file(
    timeline: TimelinePage, processed: Profile, tmp_path: Path
) -> None:
    annotation_create(processed.pk, Draft("softmax", 25_000, 65_000, "green", "why"))
    profile_reprocess(processed)
    process_now(str(processed.pk))
    timeline.open()
    page = timeline.page
    open_list(page)
    expect(go_of(page, "softmax")).to_be_visible()
    page.get_by_text("Sets and files").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export JSON").click()
    file = tmp_path / "marks.json"
    download.value.save_as(file)
    document: Any = json.loads(file.read_text())
    assert [one["note"] for one in document["annotations"]] == ["why"]
    page.get_by_role("textbox", name="Name of the set").fill("before")
    page.get_by_role("button", name="Save as set").click()
    expect(page.get_by_role("list", name="Saved sets")).to_contain_text("before")
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete all").click()
    expect(marks(page)).to_have_count(0)
    page.get_by_label("File of markers").set_input_files(file)
    expect(go_of(page, "softmax")).to_be_visible()
    page.get_by_label("Loading and importing replace").check()
    page.get_by_role("button", name="Load before").click()
    expect(page.locator("#toast")).to_contain_text("Added 1")
    bad = tmp_path / "bad.csv"
    bad.write_text("name,start_ns\nx,soon\n")
    page.get_by_label("File of markers").set_input_files(bad)
    expect(
        page.locator(".marks__page > section .field-error, .marks__page .field-error").first
    ).to_contain_text("Entry 1 cannot be read")
    expect(marks(page)).to_have_count(1)
