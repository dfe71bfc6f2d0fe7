"""Summary and Devices of a system run in a browser, on a written run with faults in it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from profiles.models import Profile, SourceFile, Status
from tests.api.system_profile import publish_run, system_profile
from tests.make.session.serving import Serving, serving_session
from tests.metrics.system_events import event
from tests.metrics.test_hbm import FIRST, SECOND, held
from tests.metrics.written_session import rows_of

INSTANCE = "i-0a11ce5e55104e550"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    found = rows_of(serving_session(Serving(straggler=5, gap_after=3)))
    return sorted(found, key=lambda row: row["start_ts"])


@pytest.fixture
def system(live_server: Any, data_dir: Path, rows: list[dict[str, Any]]) -> Profile:
    """The run with two device profiles: one ready, one waiting."""
    names = [f"serving_{INSTANCE}_pid_713479_nc_{core}_model_7" for core in (0, 1)]
    listed = [
        {
            "device_profile_name": name,
            "instance_id": INSTANCE,
            "process_id": 713_479 + core,
            "nc_id": core,
            "model_id": 171_450_338_541_704,
        }
        for core, name in enumerate(names)
    ]
    end = rows[-1]["end_ts"]
    tables = {
        "SystemProfileEvents": rows,
        "DeviceProfileList": listed,
        "SystemProfileHbmUsage": [
            held(0, 3 << 30, 1 << 30, of=FIRST),
            held(0, 1 << 30, of=SECOND),
            held(end // 2, 3 << 30, 2 << 30, of=FIRST),
            held(end * 3 // 4, 1 << 30, of=FIRST),
        ],
        "SystemProfileMetadata": [{"hbm_capacity_bytes": 24 << 30}],
    }
    profile = system_profile(tables, name="serving", duration_ns=rows[-1]["end_ts"])
    ready, waiting = (Profile.objects.create(name=name, parent=profile) for name in names)
    SourceFile.objects.create(
        profile=waiting, role="ntff", name="7_vnc_1.ntff", size_bytes=2048, sha256="0"
    )
    publish_run(ready, {}, duration_ns=123_456)
    return profile


def open_viewer(page: Page, live_server: Any, profile: Profile, viewer: str) -> None:
    page.goto(f"{live_server.url}/profiles/{profile.pk}/{viewer}/")


def test_the_late_rank_and_the_gap_are_found_and_named(
    page: Page, live_server: Any, system: Profile
) -> None:
    open_viewer(page, live_server, system, "summary")
    late = page.get_by_role("region", name="Late ranks")
    expect(late).to_contain_text("Rank 5 comes last to cc_exec_barrier in 14 of 14")
    expect(late).to_contain_text("Rank 5 comes last to the begin of steps in 14 of 14")
    gaps = page.get_by_role("region", name="Host gaps")
    expect(gaps.get_by_role("listitem").first).to_contain_text("detokenize")
    steps = page.get_by_role("region", name="Steps")
    expect(steps.get_by_role("row").nth(1)).to_contain_text("decode")
    expect(page.get_by_role("region", name="Ranks", exact=True)).to_contain_text("rank 5")
    expect(page.get_by_role("region", name="Processes")).to_contain_text("713479")
    expect(page.locator(".tiles")).to_contain_text("1 ready")
    devices = page.get_by_role("region", name="Device profiles")
    expect(devices.get_by_role("row")).to_have_count(3)
    mfu = devices.get_by_role("row").nth(1).get_by_role("cell").nth(9)
    expect(mfu).to_have_text("–")
    expect(mfu).to_have_attribute("title", "The use of peak FLOPs is not computed yet.")


def test_device_memory_is_drawn_by_kind_and_read_at_the_pointer(
    page: Page, live_server: Any, system: Profile
) -> None:
    open_viewer(page, live_server, system, "summary")
    card = page.get_by_role("region", name="Device memory")
    expect(card).to_contain_text("At most 6\u202fGiB in 2 memories")
    expect(card).to_contain_text("of 48\u202fGiB")
    assert "mark=" in (card.get_by_role("link", name="Peak").get_attribute("href") or "")
    legend = card.get_by_role("listitem")
    expect(legend).to_have_text(["tensors2\u202fGiB", "weights4\u202fGiB"])
    heights = card.locator("svg path[style]").evaluate_all(
        "paths => paths.map((path) => path.getBoundingClientRect().height)"
    )
    assert all(height > 20 for height in heights)
    box = card.locator("svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20)
    expect(legend).to_have_text(["tensors0\u202fB", "weights2\u202fGiB"])
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] - 50)
    expect(legend.last).to_have_text("weights4\u202fGiB")
    card.get_by_label("Memory", exact=True).focus()
    card.get_by_label("Memory", exact=True).select_option("device 0, HBM 1")
    expect(card).to_contain_text("At most 1\u202fGiB at")
    expect(card).to_contain_text("of 24\u202fGiB")
    expect(legend).to_have_text(["weights1\u202fGiB"])
    expect(card.get_by_label("Memory", exact=True)).to_be_focused()


def test_a_claim_leads_to_its_place_in_the_timeline(
    page: Page, live_server: Any, system: Profile
) -> None:
    open_viewer(page, live_server, system, "summary")
    link = page.get_by_role("link", name="Show in timeline").first
    address = link.get_attribute("href") or ""
    assert address.startswith(f"/profiles/{system.pk}/timeline/?t=")
    first, last = address.split("mark=")[1].split("-")
    assert int(last) - int(first) > 2_000_000


def test_device_profiles_are_a_table_that_follows_their_status(
    page: Page, live_server: Any, system: Profile
) -> None:
    open_viewer(page, live_server, system, "devices")
    card = page.get_by_role("region", name="Device profiles")
    expect(card).to_contain_text("1 of 2 ready")
    expect(card.get_by_role("row")).to_have_count(3)
    expect(card.get_by_role("row").nth(1)).to_contain_text("PROCESSED")
    link = card.get_by_role("link").first
    assert "/timeline/?back=%2Fprofiles%2F" in (link.get_attribute("href") or "")
    card.get_by_label("Process", exact=True).select_option(f"{INSTANCE} · 713480")
    expect(card.get_by_role("row")).to_have_count(2)
    Profile.objects.filter(status=Status.PENDING).update(status=Status.FAILED)
    expect(card).to_contain_text("1 failed")
    expect(card.get_by_role("row")).to_have_count(2)


@pytest.mark.parametrize(("viewer", "words"), [("summary", "no events"), ("devices", "no device")])
def test_a_run_with_nothing_in_it_says_so(
    page: Page, live_server: Any, data_dir: Path, viewer: str, words: str
) -> None:
    open_viewer(page, live_server, system_profile({"SystemProfileEvents": []}), viewer)
    expect(page.get_by_role("main")).to_contain_text(words)


@pytest.mark.failing_requests
def test_an_answer_that_fails_can_be_asked_for_again(
    page: Page, live_server: Any, data_dir: Path
) -> None:
    profile = system_profile({"SystemProfileEvents": [event("nrt_load", 0, 9)]})
    page.route("**/system-summary/", lambda route: route.fulfill(status=500, body="{}"))
    open_viewer(page, live_server, profile, "summary")
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    page.unroute("**/system-summary/")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Steps")).to_contain_text("no steps")
    expect(page.get_by_role("region", name="Host gaps")).to_contain_text("never idle")


def test_on_a_narrow_page_the_cards_stand_below_each_other(
    page: Page, live_server: Any, system: Profile
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    open_viewer(page, live_server, system, "summary")
    expect(page.get_by_role("region", name="Host gaps")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_markup_in_names_is_only_text(page: Page, live_server: Any, data_dir: Path) -> None:
    markup = "<img src=x onerror=alert(1)>"
    rows = [
        event(markup, 0, 900, nc=None, source="framework", instance=markup),
        event("nrt_execute", 10, 100, instance=markup, model_name=markup),
        event("nrt_execute", 300, 400, instance=markup, model_name=markup),
    ]
    profile = system_profile({"SystemProfileEvents": rows}, name=markup)
    Profile.objects.create(name=markup, parent=profile)
    for viewer, region in (("summary", "Steps"), ("devices", "Device profiles")):
        open_viewer(page, live_server, profile, viewer)
        expect(page.get_by_role("region", name=region)).to_contain_text(markup)
        assert page.locator("main img").count() == 0


def test_many_device_profiles_are_cut_in_the_summary_and_whole_on_their_page(
    page: Page, live_server: Any, data_dir: Path
) -> None:
    profile = system_profile({"SystemProfileEvents": [event("nrt_load", 0, 9)]})
    Profile.objects.bulk_create(
        Profile(name=f"serving_nc_{number}_model_7", parent=profile, status=Status.PROCESSED)
        for number in range(64)
    )
    open_viewer(page, live_server, profile, "summary")
    card = page.get_by_role("region", name="Device profiles")
    expect(card.get_by_role("row")).to_have_count(17)
    card.get_by_role("link", name="All 64").click()
    card = page.get_by_role("region", name="Device profiles")
    expect(card.get_by_role("row")).to_have_count(65)
    expect(card).to_contain_text("all 64 ready")
    names = card.get_by_role("row").get_by_role("link").all_text_contents()
    assert names[1:3] == ["serving_nc_1_model_7", "serving_nc_2_model_7"]


def test_light_and_dark_differ_and_both_show_the_cards(
    page: Page, live_server: Any, system: Profile
) -> None:
    open_viewer(page, live_server, system, "summary")
    card = page.get_by_role("region", name="Late ranks")
    expect(card).to_be_visible()
    ground = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Switch between dark and light").click()
    expect(card).to_be_visible()
    assert page.evaluate(ground) != dark


def test_tables_wider_than_the_page_scroll_by_key(
    page: Page, live_server: Any, system: Profile
) -> None:
    page.set_viewport_size({"width": 400, "height": 700})
    open_viewer(page, live_server, system, "devices")
    table = page.get_by_role("group", name="Device profiles")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")
    expect(table).to_be_focused()
