"""A capture directory all the way: dropped, unfolded, read, looked at, into a device and back."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ingest_worker.ingest import ingest
from profiles.models import Profile, Status
from profiles.services import sample_open
from tests.browser.test_upload_directory import drop
from tests.browser.timeline_page import Row, TimelinePage

SESSION = "nki-moe-megakernel/session"
STEP = "?t=14786000-16250000"


def process_all(sent: list[str], most: int = 100) -> None:
    """Process what was sent, and what that sends, as a worker does."""
    for number in range(most):
        if number >= len(sent):
            return
        ingest(Profile.objects.get(pk=sent[number]).pk, worker="test")


@pytest.fixture
def session(
    page: Page, live_server: Any, data_dir: Path, sent: list[str], samples: Path
) -> TimelinePage:
    """The public session, dropped on the page and processed."""
    page.goto(f"{live_server.url}/profiles/")
    drop(page, (samples / SESSION).resolve())
    page.locator("[data-send]").click()
    expect(page.locator("tr.list__row")).to_have_count(1)
    process_all(sent)
    profile = Profile.objects.get(kind="system")
    return TimelinePage(page, f"{live_server.url}/profiles/{profile.pk}/timeline/")


@pytest.fixture
def serving(page: Page, live_server: Any, data_dir: Path, sent: list[str]) -> TimelinePage:
    """The serving run that comes with the program: its system part, no device profile yet."""
    profile = sample_open("serving")
    process_all(sent, most=1)
    return TimelinePage(page, f"{live_server.url}/profiles/{profile.pk}/timeline/")


def choose(timeline: TimelinePage, row: Row, x: float, y: float = 12) -> None:
    """Click a point of a row, from its top left corner."""
    timeline.page.mouse.click(timeline.stage_x + x, row.top + y)
    timeline.page.wait_for_selector("[data-event] h2")
    timeline.settle()


def execute_of(timeline: TimelinePage) -> None:
    """Find nrt_execute by its name."""
    field = timeline.page.locator("[data-find]")
    field.fill("nrt_execute")
    expect(timeline.page.locator("[data-find-count]")).to_contain_text("hit")
    field.press("Enter")
    expect(timeline.panel.locator("h2")).to_have_text("nrt_execute")
    timeline.settle()


def test_the_dropped_session_accounts_for_every_event(session: TimelinePage) -> None:
    session.open()
    assert [p.status for p in Profile.objects.all()] == [Status.PROCESSED] * 2
    expect(session.panel).to_contain_text("839 events in 16.43")
    assert [row.name for row in session.rows()][:2] == ["i-0af76a…64dd", "Runtime"]
    expect(session.page.locator("[data-devices-count]")).to_have_text("1")


def test_only_the_core_that_ran_is_open_at_first(session: TimelinePage) -> None:
    session.open(STEP)
    heads = session.page.locator(".row--inner").filter(has_text="Runtime")
    states = [heads.nth(n).get_attribute("aria-expanded") for n in range(4)]
    assert states == ["true", "false", "false", "false"]
    assert session.row("Core 4").top < session.stage["y"] + session.stage["height"]


def test_sync_points_are_marked_and_the_panel_says_how_well_they_agree(
    session: TimelinePage,
) -> None:
    session.open(STEP)
    choose(session, session.row("Core 4"), 400)
    expect(session.panel.locator("h2")).to_have_text("nc_exec_running")
    expect(session.panel).to_contain_text("placed on host time by 2 sync points ▾")
    expect(session.panel).to_contain_text("They agree within 1.5")
    row = session.row("Core 4")
    lit = session.page.evaluate(
        """([top]) => {
          const canvas = document.querySelector("[data-marks]");
          const from = Math.round(top - canvas.getBoundingClientRect().top);
          const {data} = canvas.getContext("2d").getImageData(0, from, canvas.width, 3);
          return data.filter((_, at) => at % 4 === 3).some((alpha) => alpha > 0);
        }""",
        [row.top],
    )
    assert lit


def test_the_same_program_opens_without_a_jump_in_time(session: TimelinePage) -> None:
    session.open(STEP)
    execute_of(session)
    expect(session.panel).to_contain_text("same program")
    expect(session.panel).to_contain_text("another execution of the same program")
    session.panel.get_by_role("link", name="Open device timeline").click()
    expect(session.page.locator("[data-back-link]")).to_be_visible()
    session.settle()
    assert "t=" not in session.page.url.split("back=")[0]
    session.page.locator("[data-back-link]").click()
    expect(session.panel.locator("h2")).to_have_text("nrt_execute")


def test_memory_in_use_is_shown_by_kind_where_it_is_clicked(session: TimelinePage) -> None:
    session.open(STEP)
    session.page.locator("[data-scroll]").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    session.settle()
    choose(session, session.row("HBM 2 in use"), 300)
    expect(session.panel.locator("h2")).to_have_text("HBM 2 in use")
    expect(session.panel).to_contain_text("388\u202fMiB of 24\u202fGiB")
    expect(session.panel.get_by_role("heading", name="By kind")).to_be_visible()


def test_host_rows_say_when_no_sample_falls_in_view(session: TimelinePage) -> None:
    session.open(STEP)
    session.page.get_by_role("button", name="Host CPU").click()
    session.settle()
    names = [row.name for row in session.rows()]
    assert "Host CPU 11" in names
    assert "Host memory" in names


@pytest.mark.parametrize(("what", "ending"), [("whole profile", ""), ("visible range", "_range")])
def test_a_trace_for_perfetto_is_saved(session: TimelinePage, what: str, ending: str) -> None:
    session.open(STEP)
    session.page.get_by_role("button", name="Traces and pictures").press("Enter")
    menu = session.page.get_by_role("menu", name="Traces and pictures")
    traces = menu.get_by_role("menuitem").filter(has_text="Perfetto trace")
    expect(traces).to_have_count(2)
    with session.page.expect_download() as waited:
        menu.get_by_role("menuitem", name=what).press("Enter")
    assert waited.value.suggested_filename == f"session{ending}.pftrace"
    assert Path(waited.value.path()).stat().st_size > 1000


def test_an_execution_opens_its_device_profile_at_the_same_instant(serving: TimelinePage) -> None:
    serving.open()
    execute_of(serving)
    expect(serving.panel).to_contain_text("It opens as soon as it has been processed.")
    core = re.search(r"/nc(\d+)/", serving.query("sel"))
    assert core
    for device in Profile.objects.filter(name__contains=f"_nc_{core[1]}_"):
        ingest(device.pk, worker="test")
    serving.page.reload()
    expect(serving.panel.locator("h2")).to_have_text("nrt_execute")
    expect(serving.panel).to_contain_text("this execution")
    serving.settle()
    expect(serving.panel).to_contain_text("Where the time went")
    assert "Device profile" in [row.name for row in serving.rows()]
    serving.panel.get_by_role("link", name="Open device timeline").first.click()
    expect(serving.page.locator("[data-back-link]")).to_be_visible()
    serving.settle()
    start, end = serving.range
    assert 0 <= start < end
    serving.page.go_back()
    expect(serving.panel.locator("h2")).to_have_text("nrt_execute")


def test_device_profiles_that_wait_are_said_to_wait(serving: TimelinePage) -> None:
    serving.open()
    expect(serving.page.locator("[data-devices-count]")).to_have_text("0 of 16")
    serving.page.get_by_role("button", name="Device profiles").click()
    dialog = serving.page.get_by_role("dialog", name="Device profiles")
    expect(dialog).to_contain_text("PENDING")
    expect(dialog.get_by_role("link")).to_have_count(16)
