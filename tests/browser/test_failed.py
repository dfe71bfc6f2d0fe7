"""A profile that fails shows the way out, and takes it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ingest_worker.formats.errors import FormatError
from profiles import lifecycle
from profiles.models import Profile, Status
from profiles.services import sample_files
from tests.api.conftest import process_now

SAMPLE = {role: path.read_bytes() for role, path in sample_files()}
ID_AT = 204
AT = "2026-11-24T14:02:11.245+00:00"
Submit = Callable[..., Profile]


@pytest.fixture
def mismatched(submit: Submit) -> Profile:
    """A trace with another program's NEFF, as the pipeline refuses it."""
    neff = bytearray(SAMPLE["neff"])
    neff[ID_AT : ID_AT + 16] = bytes(range(1, 17))
    return failing(submit("mismatch", neff=bytes(neff), ntff=SAMPLE["ntff"]))


def failing(profile: Profile) -> Profile:
    """Process a profile whose files are refused, and record it as the worker does."""
    with pytest.raises(FormatError) as refused:
        process_now(str(profile.pk))
    run = profile.runs.get(finished_at=None)
    error = refused.value
    assert lifecycle.fail(
        run.pk,
        run.attempt,
        code=error.code,
        message=error.message,
        hint=error.hint,
        offset=error.offset,
        file=error.file or "",
        log=json.dumps({"at": AT, "message": "failed", "code": error.code}),
    )
    return Profile.objects.get(pk=profile.pk)


def open_page(page: Page, live_server: Any, profile: Profile) -> None:
    page.goto(f"{live_server.url}/profiles/{profile.pk}/")


def test_a_pair_that_does_not_belong_together_is_shown_without_its_neff(
    page: Page, live_server: Any, mismatched: Profile
) -> None:
    page.goto(f"{live_server.url}/profiles/")
    page.get_by_role("link", name="What to do").click()
    title = "The NEFF and the NTFF do not belong together"
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("[data-code]")).to_have_text("pair.uuid_mismatch")
    expect(page.locator(".facts__odd")).to_have_count(2)
    page.get_by_role("button", name="Process without NEFF").click()
    expect(page.get_by_role("heading", name="Waiting to be processed")).to_be_visible()
    assert Profile.objects.get().without == ["neff"]
    # The worker leaves the NEFF out, as the profile now says.
    Profile.objects.get().sources.filter(role="neff").delete()
    process_now(str(mismatched.pk))
    expect(page.locator("[data-timeline]")).to_be_visible()


def test_a_cut_trace_is_processed_as_far_as_it_goes(
    page: Page, live_server: Any, submit: Submit
) -> None:
    profile = failing(submit("cut", ntff=SAMPLE["ntff"][:-1000]))
    open_page(page, live_server, profile)
    expect(page.get_by_role("heading", name="The trace ends early")).to_be_visible()
    page.get_by_role("button", name="Process what is there").click()
    expect(page.get_by_role("heading", name="Waiting to be processed")).to_be_visible()
    assert Profile.objects.get().partial is True


def test_the_page_of_a_waiting_profile_goes_on_by_itself(
    page: Page, live_server: Any, submit: Submit
) -> None:
    profile = submit("live", **SAMPLE)
    open_page(page, live_server, profile)
    expect(page.get_by_role("heading", name="Waiting to be processed")).to_be_visible()
    run = lifecycle.claim(profile.pk, worker="test", lease_s=60)
    assert run is not None
    lifecycle.advance(run.pk, run.attempt, stage="build", done=1, total=4)
    expect(page.locator(".stages [aria-current='step']")).to_have_text("Build25\u202f%")
    lifecycle.fail(run.pk, run.attempt, code="worker.fault", message="It fell over.")
    expect(page.get_by_role("heading", name="The program made a mistake")).to_be_visible()
    expect(page.locator(".bar .badge")).to_have_text("FAILED")


@pytest.mark.failing_requests
def test_the_page_of_a_deleted_profile_leads_to_the_list(
    page: Page, live_server: Any, submit: Submit
) -> None:
    profile = submit("gone", neff=SAMPLE["neff"])
    open_page(page, live_server, profile)
    expect(page.get_by_role("heading", name="Waiting to be processed")).to_be_visible()
    Profile.objects.all().delete()
    expect(page).to_have_url(f"{live_server.url}/profiles/")


def test_a_failed_profile_is_deleted_from_its_page(
    page: Page, live_server: Any, mismatched: Profile, data_dir: Path
) -> None:
    open_page(page, live_server, mismatched)
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#confirm")).to_contain_text("2 uploaded files (")
    page.get_by_role("button", name="Delete profile").click()
    expect(page).to_have_url(f"{live_server.url}/profiles/")
    assert Profile.objects.count() == 0
    assert [path for path in (data_dir / "sources").rglob("*") if path.is_file()] == []


def test_code_and_report_are_copied(page: Page, live_server: Any, mismatched: Profile) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, live_server, mismatched)
    page.get_by_role("button", name="Copy the code").click()
    expect(page.locator("#toast")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "pair.uuid_mismatch"
    page.get_by_role("button", name="Copy report").first.click()
    page.wait_for_timeout(200)
    report = page.evaluate("navigator.clipboard.readText()")
    assert "Code pair.uuid_mismatch" in report
    assert "mismatch.neff" not in report
    assert Profile.objects.get().status == Status.FAILED


def test_uploading_anew_opens_the_dialog(page: Page, live_server: Any, mismatched: Profile) -> None:
    open_page(page, live_server, mismatched)
    page.get_by_role("link", name="Upload Profile").click()
    expect(page.locator("#upload")).to_be_visible()


@pytest.mark.parametrize("width", [1024, 320])
def test_the_failed_page_fits_narrow_windows(
    browser: Browser, live_server: Any, mismatched: Profile, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 768})
    page = context.new_page()
    try:
        open_page(page, live_server, mismatched)
        sizes = page.evaluate(
            "(() => { const d = document.documentElement; "
            "return [d.scrollWidth, d.clientWidth]; })()"
        )
        assert sizes[0] <= sizes[1]
    finally:
        context.close()
