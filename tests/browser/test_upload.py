"""Uploading as a person does it: drop, look at the pairs, name, send, see it processed."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from profiles.models import Profile, Status
from profiles.services import sample_files
from tests.api.conftest import process_now

SAMPLE = dict(sample_files())
NEFF, NTFF = str(SAMPLE["neff"]), str(SAMPLE["ntff"])
ID_AT = 204
SLOW_BYTES_PER_S = 60_000


def open_dialog(page: Page, live_server: Any) -> Locator:
    page.goto(f"{live_server.url}/profiles/")
    page.locator("[data-upload]").first.click()
    dialog = page.locator("#upload")
    expect(dialog).to_be_visible()
    return dialog


def choose(page: Page, *files: str | dict[str, Any]) -> None:
    given = [file(Path(f).name, Path(f).read_bytes()) if isinstance(f, str) else f for f in files]
    page.set_input_files("[data-file-input]", given)  # type: ignore[arg-type]


def file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def other_neff() -> bytes:
    """The sample's NEFF with another id inside."""
    data = bytearray(SAMPLE["neff"].read_bytes())
    data[ID_AT : ID_AT + 16] = bytes(range(1, 17))
    return bytes(data)


def slow_down(page: Page) -> None:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 5,
            "downloadThroughput": -1,
            "uploadThroughput": SLOW_BYTES_PER_S,
        },
    )


def test_from_an_empty_library_to_a_processed_profile_without_a_reload(
    page: Page, live_server: Any, sent: list[str]
) -> None:
    dialog = open_dialog(page, live_server)
    choose(page, NTFF, NEFF)
    expect(dialog.locator(".pair .badge")).to_have_text("Same id inside")
    expect(dialog.locator("#upload-name")).to_have_value("attention")
    dialog.locator("#upload-name").fill("run 12")
    dialog.get_by_role("button", name="Upload profile").click()
    row = page.locator("tr.list__row")
    expect(row).to_have_count(1)
    expect(page.locator("#toast")).to_have_text("NEFF and NTFF uploaded: run 12")
    expect(row.locator(".status")).to_have_text("PENDING")
    page.evaluate("window.sameDocument = true")
    profile = Profile.objects.get()
    assert sent == [str(profile.pk)]
    process_now(str(profile.pk))
    expect(row.locator(".status")).to_have_text("PROCESSED")
    picture = row.locator("canvas.print")
    expect(picture).to_have_attribute("aria-label", re.compile(r"^Busy: Tensor \d+ %"))
    assert page.evaluate("window.sameDocument") is True
    row.get_by_role("link", name="run 12").click()
    expect(page.locator("[data-timeline]")).to_be_visible()


def test_on_the_list_the_row_appears_at_once(page: Page, live_server: Any, submit: Any) -> None:
    submit("first", neff=SAMPLE["neff"].read_bytes())
    dialog = open_dialog(page, live_server)
    page.evaluate("window.sameDocument = true")
    choose(page, NEFF, NTFF)
    dialog.get_by_role("button", name="Upload profile").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#toast")).to_have_text("NEFF and NTFF uploaded: attention")
    expect(page.locator("[data-kept] tr.list__row").first).to_contain_text("attention")
    expect(page.locator("[data-kept] tr.list__row").first).to_contain_text("PENDING")
    expect(page.locator("[data-count='all']")).to_have_text("2")
    assert page.evaluate("window.sameDocument") is True


def test_files_dropped_anywhere_open_the_dialog(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/profiles/")
    data = base64.b64encode(SAMPLE["ntff"].read_bytes()[:4096]).decode()
    drop = """([name, data]) => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name));
      for (const type of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
        document.querySelector(".bar").dispatchEvent(event);
        if (type === "dragenter") window.sawOverlay = document.body.matches(".dropping");
      }
    }"""
    page.evaluate(drop, ["trace.ntff", data])
    expect(page.locator("#upload")).to_be_visible()
    expect(page.locator(".pair code").first).to_be_visible()
    assert page.evaluate("window.sawOverlay") is True
    expect(page.locator("body.dropping")).to_have_count(0)


def test_a_trace_alone_waits_for_a_word(page: Page, live_server: Any) -> None:
    dialog = open_dialog(page, live_server)
    choose(page, NTFF, file("other.neff", other_neff()))
    expect(dialog.locator("[data-summary]")).to_have_text("2 need a look")
    expect(dialog.locator(".badge").first).to_have_text("No NEFF for this trace")
    expect(dialog.locator(".badge").nth(1)).to_have_text("No trace for this NEFF")
    expect(dialog.locator(".pair__text").first).to_contain_text("The NEFF above carries another id")
    send = dialog.locator("[data-send]")
    expect(send).to_be_disabled()
    dialog.get_by_role("button", name="Upload the trace anyway").click()
    expect(send).to_be_enabled()
    expect(send).to_be_focused()
    send.click()
    expect(dialog.locator(".pair")).to_have_count(1)
    assert [s.role for s in Profile.objects.get().sources.all()] == ["ntff"]


def test_one_neff_with_many_traces_is_one_profile(page: Page, live_server: Any) -> None:
    dialog = open_dialog(page, live_server)
    trace = SAMPLE["ntff"].read_bytes()
    choose(page, file("rank0.ntff", trace), file("rank1.ntff", trace + b"\0" * 16), NEFF)
    expect(dialog.locator(".pair")).to_have_count(1)
    expect(dialog.locator(".pair__file")).to_have_count(3)
    dialog.get_by_role("button", name="Upload profile").click()
    expect(page.locator("tr.list__row")).to_have_count(1)
    roles = [source.role for source in Profile.objects.get().sources.all()]
    assert roles == ["neff", "ntff", "ntff"]


def test_swapped_names_are_found_and_a_swap_is_offered(page: Page, live_server: Any) -> None:
    dialog = open_dialog(page, live_server)
    choose(
        page,
        file("model.ntff", SAMPLE["neff"].read_bytes()),
        file("model.neff", SAMPLE["ntff"].read_bytes()),
    )
    expect(dialog.locator(".badge")).to_have_text("The two are swapped")
    expect(dialog.locator("[data-send]")).to_be_disabled()
    dialog.get_by_role("button", name="Swap them").click()
    dialog.get_by_role("button", name="Upload profile").click()
    expect(page.locator("tr.list__row")).to_have_count(1)
    assert process_now(str(Profile.objects.get().pk)).status == Status.PROCESSED


def test_several_profiles_take_their_names_from_a_pattern(page: Page, live_server: Any) -> None:
    dialog = open_dialog(page, live_server)
    choose(page, NEFF, NTFF, file("other.neff", other_neff()))
    dialog.get_by_role("button", name="Upload the NEFF anyway").click()
    name = dialog.locator("#upload-name")
    expect(dialog.locator("[data-name-label]")).to_have_text("Name for 2 profiles")
    expect(name).to_have_value("{ntff}")
    name.fill("same")
    expect(dialog.locator("[data-name-error]")).to_have_text(
        "Some of the profiles get the same name."
    )
    expect(dialog.locator("[data-send]")).to_be_disabled()
    name.fill("study {neff}")
    names = dialog.locator(".pair__name")
    expect(names).to_have_text(["study attention", "study other"])
    dialog.get_by_role("button", name="Upload 2 profiles").click()
    expect(page.locator("tr.list__row")).to_have_count(2)
    assert set(Profile.objects.values_list("name", flat=True)) == {"study attention", "study other"}


def test_a_name_is_needed_and_has_at_most_150_characters(page: Page, live_server: Any) -> None:
    dialog = open_dialog(page, live_server)
    choose(page, NEFF, NTFF)
    name, hint = dialog.locator("#upload-name"), dialog.locator("[data-name-hint]")
    expect(hint).to_have_text("9 of 150 characters")
    name.fill("  ")
    expect(dialog.locator("[data-name-error]")).to_have_text("A name is needed.")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("é" * 151)
    expect(hint).to_have_text("151 of 150 characters")
    expect(dialog.locator("[data-name-error]")).to_have_text("1 characters too many.")
    expect(dialog.locator("[data-send]")).to_be_disabled()
    name.fill("😀" * 150)
    expect(dialog.locator("[data-send]")).to_be_enabled()
    name.press("Enter")
    expect(page.locator("tr.list__row")).to_have_count(1)
    assert Profile.objects.get().name == "😀" * 150


def test_other_files_are_left_out_with_their_reason(page: Page, live_server: Any) -> None:
    dialog = open_dialog(page, live_server)
    choose(page, file("nohup.out", b"hello\n"), file("a.neff", b""), NTFF)
    ignored = dialog.locator(".upload__ignored")
    expect(ignored).to_contain_text("Ignored: nohup.out and 1 more")
    ignored.locator("summary").click()
    expect(ignored.locator("li").nth(1)).to_have_text("a.neff · empty")
    expect(dialog.locator(".pair")).to_have_count(1)


def test_hostile_names_are_shown_as_text(page: Page, live_server: Any) -> None:
    hostile = "<img src=x onerror=alert(1)>.ntff"
    dialog = open_dialog(page, live_server)
    choose(page, file(hostile, SAMPLE["ntff"].read_bytes()), NEFF)
    expect(dialog.locator(".pair__file code").nth(1)).to_have_text(hostile)
    dialog.get_by_role("button", name="Upload profile").click()
    expect(page.locator(".name__link")).to_have_text("<img src=x onerror=alert(1)>")
    expect(page.locator("img[src='x']")).to_have_count(0)


def test_progress_is_shown_while_sending_and_cancel_keeps_nothing(
    page: Page, live_server: Any, submit: Any
) -> None:
    submit("first", neff=SAMPLE["neff"].read_bytes())
    dialog = open_dialog(page, live_server)
    choose(page, NEFF, NTFF)
    slow_down(page)
    dialog.get_by_role("button", name="Upload profile").click()
    expect(dialog.locator("[data-progress]")).to_contain_text("/s · ")
    bar = dialog.get_by_role("progressbar", name="attention.ntff")
    expect(bar).to_be_attached()
    expect(dialog.locator(".pair__state").first).to_contain_text("Received")
    dialog.get_by_role("button", name="Run in background").click()
    expect(page.locator("#tray")).to_contain_text("Uploading attention")
    sending = page.locator("[data-sending] tr")
    expect(sending).to_contain_text("Uploading")
    expect(sending.locator(".wide__text")).to_contain_text("of")
    page.get_by_role("button", name="Cancel the upload of attention").click()
    expect(sending).to_have_count(0)
    expect(page.locator("#tray")).to_be_hidden()
    assert Profile.objects.count() == 1


def test_leaving_the_page_while_sending_asks(page: Page, live_server: Any) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    dialog = open_dialog(page, live_server)
    choose(page, NEFF, NTFF)
    slow_down(page)
    dialog.get_by_role("button", name="Upload profile").click()
    expect(dialog.locator("[data-progress]")).to_contain_text("%")
    page.on("dialog", stay)
    page.evaluate("window.location.assign('/api/v1/docs/')")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Cancel upload").click()
    expect(dialog.locator("[data-live]")).to_have_text("Cancelled. Nothing was kept.")


@pytest.mark.failing_requests
def test_a_refusal_is_shown_with_its_code_and_can_be_tried_again(
    page: Page, live_server: Any
) -> None:
    error = {
        "code": "upload.no_space",
        "title": "Not enough space",
        "detail": "18.40 GB needed, 12.10 GB free.",
        "hint": "Delete profiles that are no longer needed.",
    }
    keys: list[str] = []

    def refuse(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fulfill(status=507, json={"error": error})
        else:
            route.continue_()

    page.route("**/api/v1/profiles/", refuse)
    dialog = open_dialog(page, live_server)
    choose(page, NEFF, NTFF)
    dialog.get_by_role("button", name="Upload profile").click()
    note = dialog.locator(".pair--failed .pair__text").last
    expect(note).to_contain_text("Not enough space 18.40 GB needed, 12.10 GB free.")
    expect(note).to_contain_text("upload.no_space")
    note.get_by_role("button", name="Try again").click()
    expect(page.locator("tr.list__row")).to_have_count(1)
    assert len(keys) == 2
    assert keys[0] == keys[1]


def test_no_space_is_said_before_the_first_byte(page: Page, live_server: Any) -> None:
    dialog = open_dialog(page, live_server)
    page.evaluate("document.getElementById('upload').dataset.free = '1000'")
    choose(page, NEFF, NTFF)
    expect(dialog.get_by_role("alert").first).to_contain_text("needed, 1\u202fkB free.")
    expect(dialog.locator("[data-send]")).to_be_disabled()


def test_the_dialog_works_by_keyboard_and_gives_the_focus_back(
    page: Page, live_server: Any
) -> None:
    page.goto(f"{live_server.url}/profiles/")
    opener = page.locator(".first [data-upload]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#upload")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement.closest('#upload, body') !== null")
        assert inside
        outside = page.evaluate("document.activeElement.closest('main, .bar') !== null")
        assert not outside
    page.keyboard.press("Escape")
    expect(page.locator("#upload")).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (600, 900), (320, 640)])
def test_the_dialog_fits_narrow_windows(
    browser: Browser, live_server: Any, data_dir: Path, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    try:
        dialog = open_dialog(page, live_server)
        choose(page, NEFF, NTFF)
        expect(dialog.locator(".pair")).to_have_count(1)
        sizes = page.evaluate(
            "(() => { const d = document.documentElement; "
            "return [d.scrollWidth, d.clientWidth]; })()"
        )
        assert sizes[0] <= sizes[1]
        box = dialog.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        expect(dialog.locator("[data-send]")).to_be_in_viewport()
    finally:
        context.close()


def test_the_request_is_one_multipart_with_named_parts(page: Page, live_server: Any) -> None:
    bodies: list[str] = []

    def look(route: Any) -> None:
        bodies.append(route.request.headers["content-type"])
        route.continue_()

    page.route("**/api/v1/profiles/", look)
    dialog = open_dialog(page, live_server)
    choose(page, NEFF, NTFF)
    dialog.get_by_role("button", name="Upload profile").click()
    expect(page.locator("tr.list__row")).to_have_count(1)
    assert len(bodies) == 1
    assert bodies[0].startswith("multipart/form-data; boundary=")
