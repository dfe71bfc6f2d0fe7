"""The system timeline as a person reads it: rows by source, an execution, its device profile."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from profiles.models import Profile
from tests.browser.system_run import HOST, MS, PROCESS, serving_step
from tests.browser.timeline_page import Row, TimelinePage

STEP = "?t=14786000-16250000"
DEVICE_ZERO = 15_023_000
NO_DEVICES: dict[str, Any] = {"total": 0, "ready": 0, "failed": 0, "devices": []}


@pytest.fixture
def system(page: Page, live_server: Any, submit: Callable[..., Profile]) -> TimelinePage:
    """The written step's timeline, not opened yet."""
    profile = serving_step().publish(submit("serving session", neff=b"not read"))

    def series(route: Route) -> None:
        inside = "hbm" in route.request.url
        before = {"start_ns": 3 * MS, "value": 405_000_000}
        empty: dict[str, Any] = {name: [] for name in ("start_ns", "min", "max", "mean", "last")}
        route.fulfill(json={**empty, "nearest": {"before": before if inside else None}})

    page.route("**/runs/1/series/*/**", series)
    page.route("**/devices/", lambda route: route.fulfill(json=NO_DEVICES))
    page.route("**/device-link/**", lambda route: route.fulfill(json={"candidates": []}))
    return TimelinePage(page, f"{live_server.url}/profiles/{profile.pk}/timeline/")


@pytest.fixture
def linked(page: Page, system: TimelinePage, processed: Profile) -> TimelinePage:
    """The same, where the sample capture is the device profile of the execution."""
    candidate = {
        "profile_id": str(processed.pk),
        "name": "serving session_nc_0_model_171450338541704",
        "status": "PROCESSED",
        "relation": "this execution",
        "evidence": "model id and core agree",
        "open_url": f"/profiles/{processed.pk}/timeline/?t=0-40000",
        "device_zero_host_ns": DEVICE_ZERO,
    }
    where = [
        {"label": "Submit, before the device starts", "ns": 169_000, "share": 0.136},
        {"label": "Device running", "ns": 984_000, "share": 0.794},
        {"label": "After the device stops", "ns": 86_800, "share": 0.07},
    ]
    model = {"name": "context_encoding_model/_tp0_bk0", "role": "prefill", "rank": 0, "bucket": 0}
    answer = {"event": {}, "model": model, "where": where, "candidates": [candidate]}
    page.route("**/device-link/**", lambda route: route.fulfill(json=answer))
    return system


def names(system: TimelinePage) -> list[str]:
    return [row.name for row in system.rows()]


def row(system: TimelinePage, name: str, place: int = 0) -> Row:
    return system.row(name, place)


def choose_execute(system: TimelinePage) -> None:
    """Click nrt_execute."""
    runtime = row(system, "Runtime", 1)
    system.page.mouse.click(system.stage_x + 300, runtime.top + 12)
    expect(system.panel.locator("h2")).to_have_text("nrt_execute")
    system.settle()


def test_rows_come_by_host_and_process_then_by_source(system: TimelinePage) -> None:
    system.open()
    assert names(system) == [
        *(HOST, "Framework", "Runtime", "Runtime", "Runtime"),
        *("Hardware", "Core 4", "Core 5"),
        *("Memory and transfers", "Host to device", "HBM 2 in use"),
    ]
    expect(system.page.locator(".row--head").first).to_contain_text(f"process {PROCESS}")
    assert system.counted().endswith(("exact", "cells"))


def test_nested_spans_take_nineteen_pixels_a_level(system: TimelinePage) -> None:
    system.open(STEP)
    assert row(system, "Framework").height == 6 + 4 * 19
    assert row(system, "Core 4").height == 6 + 19
    assert "All" in system.counted()


def test_an_event_is_shown_with_all_its_attributes(system: TimelinePage) -> None:
    system.open(STEP)
    choose_execute(system)
    panel = system.panel
    assert system.times() == {
        "Start": "14.852000\u202fms",
        "End": "16.092000\u202fms",
        "Duration": "1.240000\u202fms",
    }
    attributes = panel.locator(".panel__section").filter(has_text="AttributesInstance")
    expect(attributes).to_contain_text("exec_id")
    expect(panel).to_contain_text("No device profile of this program was captured.")
    expect(panel).to_contain_text("No sync point ties this core")
    assert re.fullmatch(r"p0/.*/rt/nc0/t7:\d+", system.query("sel"))


def test_an_execution_opens_its_device_profile_and_back_returns(linked: TimelinePage) -> None:
    linked.open(STEP)
    choose_execute(linked)
    expect(linked.panel).to_contain_text("Device running")
    expect(linked.panel).to_contain_text("prefill")
    open_device = linked.panel.get_by_role("link", name="Open device timeline")
    open_device.click()
    expect(linked.page.locator("[data-back-link]")).to_be_visible()
    linked.settle()
    assert linked.range == (0, 40_000)
    linked.page.go_back()
    expect(linked.panel.locator("h2")).to_have_text("nrt_execute")
    open_device.click()
    linked.page.locator("[data-back-link]").click()
    expect(linked.panel.locator("h2")).to_have_text("nrt_execute")
    assert linked.range == (14_786_000, 16_250_000)


def test_the_engines_of_the_device_stand_under_its_core_on_host_time(linked: TimelinePage) -> None:
    linked.open(STEP)
    choose_execute(linked)
    device = row(linked, "Device profile")
    assert device.top > row(linked, "Core 4").top
    linked.settle()
    assert 0xF2AC52 in linked.colours(device) or 0x5FADF6 in linked.colours(device)
    toggle = linked.panel.get_by_role("button", name="In the rows")
    toggle.click()
    linked.settle()
    assert "Device profile" not in names(linked)


@pytest.mark.parametrize("grouping", ["device", "core", "thread", "process", "instance"])
def test_every_grouping_shows_the_same_events(system: TimelinePage, grouping: str) -> None:
    system.open(STEP)
    before = system.counted()
    system.page.locator("[data-grouping]").select_option(grouping)
    system.settle()
    assert system.query("by") == grouping
    assert system.counted() == before
    system.page.reload()
    system.settle()
    expect(system.page.locator("[data-grouping]")).to_have_value(grouping)


def test_pinned_and_hidden_rows_stay_so_while_zooming_and_after(system: TimelinePage) -> None:
    system.open(STEP)
    system.page.get_by_role("button", name="Pin Core 5").press("Enter")
    system.page.get_by_role("button", name="Hide Framework").press("Enter")
    system.settle()
    assert names(system)[:2] == ["Pinned", "Core 5"]
    assert "Framework" not in names(system)
    system.page.locator("[data-stage]").focus()
    system.press("w", "w", "f")
    assert names(system)[:2] == ["Pinned", "Core 5"]
    system.page.goto(system.address)
    system.settle()
    assert names(system)[:2] == ["Pinned", "Core 5"]
    assert "Framework" not in names(system)
    system.page.get_by_role("button", name="Rows ").click()
    system.page.get_by_role("checkbox", name="Show Framework").check()
    system.page.get_by_role("button", name="Close").last.press("Enter")
    assert "Framework" in names(system)


def test_rows_are_moved_by_keyboard_in_the_list_of_rows(system: TimelinePage) -> None:
    system.open(STEP)
    system.page.get_by_role("button", name="Rows ").press("Enter")
    down = system.page.get_by_role("button", name="Move down: Core 4")
    down.press("Enter")
    expect(system.page.get_by_role("button", name="Move down: Core 4")).to_be_focused()
    system.page.keyboard.press("Escape")
    shown = names(system)
    assert shown.index("Core 5") < shown.index("Core 4")


def test_a_row_dragged_onto_another_stands_before_it(system: TimelinePage) -> None:
    system.open(STEP)
    rows = system.page.locator(".row--system")
    rows.filter(has_text="Core 5").drag_to(rows.filter(has_text="Core 4"))
    system.settle()
    shown = names(system)
    assert shown.index("Core 5") < shown.index("Core 4")


def test_host_cpu_is_off_until_asked_for_and_says_when_it_has_no_sample(
    system: TimelinePage,
) -> None:
    system.open(STEP)
    assert "Host CPU" not in names(system)
    system.page.get_by_role("button", name="Host CPU").click()
    system.settle()
    assert "Host CPU" in names(system)


def test_find_counts_the_hits_and_goes_from_one_to_the_next(system: TimelinePage) -> None:
    system.open()
    system.page.keyboard.press("/")
    field = system.page.locator("[data-find]")
    expect(field).to_be_focused()
    field.fill("mem_alloc")
    words = system.page.locator("[data-find-count]")
    expect(words).to_contain_text("24 hits")
    field.press("Enter")
    expect(words).to_have_text("1 of 24 hits")
    expect(system.panel.locator("h2")).to_have_text("nrt_dma_mem_alloc")
    field.press("Enter")
    expect(words).to_have_text("2 of 24 hits")
    field.press("Shift+Enter")
    expect(words).to_have_text("1 of 24 hits")
    field.fill("nothing like it")
    expect(words).to_have_text("no hits")
    expect(system.page.locator("[data-find-line]")).to_contain_text("No event of the whole profile")
    field.fill("name:mem_alloc duration>1us")
    expect(words).to_contain_text("hits")
    expect(system.page.locator("[data-find-line]")).to_contain_text("summed")


def test_a_marked_range_is_counted_by_name_and_core(system: TimelinePage) -> None:
    system.open("?t=14786000-16250000&mark=14800000-16240000")
    box = system.page.locator("[data-ruler]").bounding_box()
    assert box
    system.page.mouse.move(box["x"] + 50, box["y"] + 10)
    system.page.mouse.down()
    system.page.mouse.move(box["x"] + 700, box["y"] + 10, steps=4)
    system.page.mouse.up()
    expect(system.panel.locator("h2")).to_have_text("Range statistics")
    allocations = system.panel.locator("tr").filter(has_text="nrt_dma_mem_alloc")
    expect(allocations.locator("td").nth(2)).to_have_text("24")


def test_keys_walk_the_events_and_a_table_lists_them(system: TimelinePage) -> None:
    system.open(STEP)
    system.page.locator("[data-stage]").focus()
    system.press("]")
    expect(system.panel.locator("h2")).to_have_text("serve.py: generate")
    system.press("]")
    expect(system.panel.locator("h2")).to_have_text("decode_step")
    system.press("j")
    expect(system.page.locator("[data-live]")).to_contain_text("Runtime")
    system.press("t")
    table = system.page.locator("[data-events-table]")
    expect(table).to_contain_text("kbl_exec_wait")
