"""The timeline while tiles are on their way, missing, cut or unreadable; and several traces."""

import re
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Page, Route, expect

from profiles.models import Profile
from profiles.services import profile_submit, sample_files
from profiles.storage.sources import ReceivedFile
from profiles.stores import source_store, table_store
from tests.api.conftest import process_now
from tests.browser.timeline_page import TimelinePage

TILES = re.compile(r"/tiles/")
TOGETHER = re.compile(r"/tiles/\?")
SLICES = re.compile(r"/tiles/.*/-1/")


def one_by_one(page: Page) -> None:
    """Refuses answers of several tiles, so that each is asked for at its own address."""
    page.route(TOGETHER, lambda route: route.fulfill(status=400, body="no"))


@pytest.mark.failing_requests
def test_unreadable_tiles_are_said_and_come_by_themselves_once_they_can_be_read(
    timeline: TimelinePage, processed: Profile
) -> None:
    path = table_store().run_path(str(processed.pk), 1) / "parts" / "0" / "timeline.pyramid"
    whole = path.read_bytes()
    path.write_bytes(whole[:-16])
    timeline.open()
    page = timeline.page
    expect(page.locator("[data-state]")).to_contain_text("not readable")
    expect(page.locator("[data-retry]")).to_be_visible()
    path.write_bytes(whole)
    expect(page.locator("[data-state]")).not_to_contain_text("not readable", timeout=40_000)
    timeline.settle()
    assert timeline.runs(timeline.row("TensorMatrix"), "blue")
    expect(page.locator("[data-retry]")).to_be_hidden()


@pytest.mark.failing_requests
def test_a_failed_tile_is_hatched_over_its_own_rows_and_a_click_there_tries_again(
    timeline: TimelinePage,
) -> None:
    page = timeline.page
    broken = re.compile(r"/tiles/p0-c1/")
    one_by_one(page)
    page.route(broken, lambda route: route.fulfill(status=500, body="no"))
    timeline.open()
    expect(page.locator("[data-state]")).to_contain_text("not readable")
    assert timeline.runs(timeline.row("TensorMatrix", 0), "blue")
    lower = timeline.row("TensorMatrix", 1)
    assert not timeline.runs(lower, "blue")
    assert timeline.runs(lower, "err")
    page.unroute(broken)
    page.mouse.click(timeline.stage_x + 40, lower.middle)
    expect(page.locator("[data-state]")).not_to_contain_text("not readable")
    timeline.settle()
    assert timeline.runs(timeline.row("TensorMatrix", 1), "blue")


def test_a_slow_tile_is_said_to_be_loading_while_a_coarser_one_stands_in(
    timeline: TimelinePage,
) -> None:
    page = timeline.page
    timeline.open()
    held: list[Route] = []
    page.route(SLICES, lambda route: held.append(route))
    page.locator("[data-range]").fill("20us-21us")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_contain_text("loading")
    assert held
    row = timeline.row("TensorMatrix")
    assert len(timeline.colours(row)) > 3, "the coarser level stays on the screen"
    for route in held:
        route.continue_()
    page.unroute(SLICES)
    expect(page.locator("[data-state]")).not_to_contain_text("loading")


def test_what_the_view_has_left_is_no_longer_asked_for(timeline: TimelinePage) -> None:
    page = timeline.page
    timeline.open()
    page.route(SLICES, lambda _route: None)
    given_up: list[str] = []
    page.on("requestfailed", lambda request: given_up.append(request.url))
    page.locator("[data-range]").fill("20us-21us")
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.keyboard.press("f")
    latest = time.monotonic() + 10
    while not any("/-1/" in url for url in given_up):
        assert time.monotonic() < latest, "nothing was given up"
        page.wait_for_timeout(50)


def test_tiles_are_asked_for_once_and_those_of_a_view_together(timeline: TimelinePage) -> None:
    asked: list[str] = []
    timeline.page.on(
        "request", lambda request: asked.append(request.url) if TILES.search(request.url) else None
    )
    timeline.open()
    assert len(asked) == 1
    timeline.press("w", "w", "s", "s", "f")
    tiles = [tile for url in asked for tile in re.findall(r"[^/?=&]+/-?\d+/\d+", url)]
    assert len(tiles) > 5
    assert len(set(tiles)) == len(tiles)


@pytest.mark.failing_requests
def test_an_answer_that_is_cut_says_so_in_the_status_bar(timeline: TimelinePage) -> None:
    def cut(route: Route) -> None:
        table = pa.ipc.open_stream(route.fetch().body()).read_all()
        facts = {**(table.schema.metadata or {}), b"complete": b"false"}
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema.with_metadata(facts)) as writer:
            writer.write_table(table.replace_schema_metadata(facts))
        route.fulfill(body=sink.getvalue().to_pybytes(), headers={"content-encoding": "identity"})

    timeline.page.route(TILES, cut)
    one_by_one(timeline.page)
    timeline.open()
    expect(timeline.page.locator("[data-state]")).to_contain_text("incomplete")


@pytest.mark.failing_requests
def test_a_timeline_that_cannot_be_read_says_why(
    page: Page, live_server: Any, processed: Profile
) -> None:
    body = '{"error": {"code": "tile.unreadable", "title": "Tile not readable", "detail": "Gone."}}'
    page.route(
        re.compile(r"/runs/1/timeline/"),
        lambda route: route.fulfill(status=500, body=body, content_type="application/json"),
    )
    page.goto(f"{live_server.url}/profiles/{processed.pk}/timeline/")
    expect(page.locator("[data-event] [role=alert]")).to_have_text("Gone.")


@pytest.fixture
def two_traces(live_server: Any, data_dir: Any, sent: list[str]) -> Profile:
    """A profile of the sample's trace, twice."""
    files = {role: path.read_bytes() for role, path in sample_files()}
    received = []
    for name, role in (("a.neff", "neff"), ("rank0.ntff", "ntff"), ("rank1.ntff", "ntff")):
        with source_store().receive() as incoming:
            incoming.append(files[role])
            received.append(ReceivedFile(role, name, incoming.finish()))
    profile, _ = profile_submit(name="two <b>ranks</b>", files=received)
    return process_now(str(profile.pk))


def test_several_traces_stand_under_each_other_each_with_its_own_head(
    page: Page, live_server: Any, two_traces: Profile
) -> None:
    timeline = TimelinePage(page, f"{live_server.url}/profiles/{two_traces.pk}/timeline/").open()
    heads = [row for row in timeline.rows() if "row--part" in row.kind]
    assert [(row.name, row.busy) for row in heads] == [
        ("rank0.ntff", "1 of 2"),
        ("rank1.ntff", "2 of 2"),
    ]
    expect(page.locator("header")).to_contain_text("two <b>ranks</b>")


def test_a_trace_alone_has_its_timeline(
    page: Page, live_server: Any, submit: Callable[..., Profile]
) -> None:
    trace = dict(sample_files())["ntff"].read_bytes()
    profile = process_now(str(submit("alone", ntff=trace).pk))
    timeline = TimelinePage(page, f"{live_server.url}/profiles/{profile.pk}/timeline/").open()
    assert timeline.select(timeline.row("TensorMatrix"), "blue") == "MATMUL"
    page.locator("[data-act=notices]").click()
    expect(timeline.panel).to_contain_text("There is no NEFF")
