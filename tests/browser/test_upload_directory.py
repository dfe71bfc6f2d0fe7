"""Uploading a capture directory: dropped, chosen or as an archive; what it holds, how far it is."""

import io
import json
import re
import tarfile
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_upload import SAMPLE, choose, file, open_dialog, slow_down

HOST = "i-0d9_pid_713479"
MANY = 130


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A directory as a serving run leaves it, by the names alone."""
    folder = tmp_path / "capture-0412" / HOST
    folder.mkdir(parents=True)
    (folder / "trace_info.pb").write_bytes(b"\x08\x02")
    (folder / "ntrace.pb").write_bytes(b"\0" * 2000)
    (folder / "cpu_util.pb").write_bytes(b"\0" * 50)
    (folder / "neff_171450338541704.neff").write_bytes(SAMPLE["neff"].read_bytes())
    trace = folder / "171450338541704_instid_0_vnc_0.ntff"
    trace.write_bytes(SAMPLE["ntff"].read_bytes())
    (folder.parent / "notes <b>.txt").write_text("hello")
    return folder.parent


class Received:
    """Answers the upload itself and keeps what the request carried."""

    def __init__(self, page: Page) -> None:
        self.bodies: list[tuple[dict[str, str], bytes]] = []
        page.route("**/api/v1/profiles/", self._answer)

    def _answer(self, route: Any) -> None:
        self.bodies.append((route.request.headers, route.request.post_data_buffer or b""))
        route.fulfill(status=201, json={"id": "x"})

    def parts(self) -> dict[str, tuple[str | None, bytes]]:
        """Parts of the one request by name: file name and bytes."""
        (headers, body) = self.bodies[-1]
        head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + body)
        found = {}
        for part in message.get_payload():
            assert not isinstance(part, str)
            name = str(part.get_param("name", header="content-disposition"))
            found[name] = (part.get_filename(), bytes(part.get_payload(decode=True) or b""))
        return found


def drop(page: Page, *paths: Path) -> None:
    """Drops files or folders of this machine on the page, as a file manager does."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})


def row(dialog: Locator, text: str) -> Locator:
    return dialog.locator(".holds__row").filter(has_text=text)


def test_a_folder_dropped_on_the_page_says_what_it_holds(
    page: Page, live_server: Any, capture: Path
) -> None:
    page.goto(f"{live_server.url}/profiles/")
    drop(page, capture)
    dialog = page.locator("#upload")
    expect(dialog.locator(".drop--held")).to_contain_text("capture-0412 · 1 host · 5 files · ")
    expect(dialog.locator("[data-becomes]")).to_have_text("System profile with 1 device profile")
    expect(dialog.get_by_role("button", name="Directory", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(row(dialog, "trace_info.pb")).to_contain_text("Names and clocks of each process")
    expect(row(dialog, "host_mem.pb")).to_contain_text("missing")
    expect(row(dialog, "host_mem.pb")).to_contain_text("No host memory row")
    expect(row(dialog, "_vnc_0.ntff")).to_contain_text("All paired")
    expect(row(dialog, "_vnc_0.ntff").locator("code")).to_have_attribute(
        "title", "171450338541704_instid_0_vnc_0.ntff"
    )
    expect(dialog.get_by_role("heading", name="Upload a capture directory")).to_be_visible()
    expect(row(dialog, "notes <b>.txt")).to_contain_text("Not known, stays here")
    expect(dialog.locator("#upload-name")).to_have_value("capture-0412")
    expect(dialog.locator("[data-send]")).to_be_enabled()


def test_the_directory_travels_as_one_archive_with_every_path(
    page: Page, live_server: Any, capture: Path
) -> None:
    received = Received(page)
    dialog = open_dialog(page, live_server)
    page.set_input_files("[data-directory-input]", str(capture))
    dialog.locator("#upload-name").fill("serving run")
    dialog.get_by_role("button", name="Upload profile").click()
    page.wait_for_url("**/profiles/")
    expect(page.locator("#toast")).to_have_text("Directory uploaded: serving run")
    parts = received.parts()
    assert set(parts) == {"name", "left_out", "directory"}
    assert json.loads(parts["left_out"][1]) == {
        "count": 1,
        "files": [["capture-0412/notes <b>.txt", 5]],
    }
    assert parts["name"][1] == b"serving run"
    assert parts["directory"][0] == "capture-0412.tar"
    with tarfile.open(fileobj=io.BytesIO(parts["directory"][1])) as archive:
        names = archive.getnames()
        member = archive.extractfile(f"capture-0412/{HOST}/171450338541704_instid_0_vnc_0.ntff")
        assert member is not None
        assert member.read() == SAMPLE["ntff"].read_bytes()
    assert all(name.startswith(f"capture-0412/{HOST}/") for name in names)
    assert len(names) == 5


def test_more_files_than_a_reader_hands_out_at_once_are_all_taken(
    page: Page, live_server: Any, capture: Path
) -> None:
    for number in range(MANY):
        path = capture / HOST / "ranks" / f"{number}_vnc_0.ntff"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(SAMPLE["ntff"].read_bytes()[:4096])
    page.goto(f"{live_server.url}/profiles/")
    drop(page, capture)
    dialog = page.locator("#upload")
    expect(dialog.locator(".drop--held")).to_contain_text(f" · {MANY + 5} files · ")
    expect(row(dialog, "ntff")).to_contain_text(f"{MANY + 1} traces")
    expect(row(dialog, "neff_")).to_contain_text("1 program, sent once")


def test_an_archive_goes_as_it_is(page: Page, live_server: Any) -> None:
    received = Received(page)
    dialog = open_dialog(page, live_server)
    choose(page, file("serve.tar.gz", b"\x1f\x8b" + bytes(3000)))
    expect(dialog.locator("#upload-name")).to_have_value("serve")
    expect(dialog.locator(".holds__row")).to_contain_text("Opened on the server, member by member")
    dialog.get_by_role("button", name="Upload profile").click()
    page.wait_for_url("**/profiles/")
    expect(page.locator("#toast")).to_have_text("Directory uploaded: serve")
    assert received.parts()["directory"] == ("serve.tar.gz", b"\x1f\x8b" + bytes(3000))


def test_every_file_shows_how_much_of_it_is_sent(
    page: Page, live_server: Any, capture: Path, submit: Any
) -> None:
    submit("first", neff=SAMPLE["neff"].read_bytes())
    dialog = open_dialog(page, live_server)
    page.set_input_files("[data-directory-input]", str(capture))
    slow_down(page)
    dialog.get_by_role("button", name="Upload profile").click()
    expect(dialog.get_by_role("progressbar", name="Upload of capture-0412")).to_have_attribute(
        "aria-valuetext", re.compile(r"of .* · ")
    )
    expect(dialog.locator(".blocks > span")).to_have_count(5)
    filled = "[...document.querySelectorAll('.blocks > span > span')].map((e) => e.style.transform)"
    shares = [float(text[7:-1]) for text in page.evaluate(filled)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0
    dialog.get_by_role("button", name="Cancel upload").click()
    expect(dialog.locator("[data-live]")).to_have_text("Cancelled. Nothing was kept.")
    expect(dialog.locator("[data-send]")).to_be_enabled()


def test_the_same_files_can_be_sent_as_pairs_instead(
    page: Page, live_server: Any, capture: Path
) -> None:
    dialog = open_dialog(page, live_server)
    page.set_input_files("[data-directory-input]", str(capture))
    expect(dialog.locator(".holds__row").first).to_be_visible()
    dialog.get_by_role("button", name="Files", exact=True).click()
    expect(dialog.locator(".pair .badge")).to_have_text("Same id inside")
    expect(dialog.locator(".upload__ignored")).to_contain_text("Ignored: ")
    dialog.get_by_role("button", name="Directory", exact=True).click()
    expect(dialog.locator(".drop--held")).to_contain_text("capture-0412")
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.locator("[data-drop-title]")).to_have_text(
        "Drop a capture directory, a folder of tables, or an archive"
    )
    expect(dialog.locator("[data-send]")).to_be_disabled()


def test_a_directory_with_nothing_to_show_blocks_with_its_reason(
    page: Page, live_server: Any, tmp_path: Path
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "ntrace.pb").write_bytes(b"\0" * 9)
    dialog = open_dialog(page, live_server)
    page.set_input_files("[data-directory-input]", str(tmp_path / "logs"))
    expect(dialog.get_by_role("alert").filter(has_text="no trace_info.pb")).to_be_visible()
    expect(dialog.locator("[data-send]")).to_be_disabled()


@pytest.mark.failing_requests
def test_a_refusal_of_a_directory_is_shown_and_can_be_tried_again(
    page: Page, live_server: Any, capture: Path
) -> None:
    error = {"code": "archive.too_many", "title": "Too many files", "detail": "", "hint": "Split."}
    keys: list[str] = []

    def refuse(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = {"error": error} if len(keys) == 1 else {"id": "x"}
        route.fulfill(status=413 if len(keys) == 1 else 201, body=json.dumps(answer))

    page.route("**/api/v1/profiles/", refuse)
    dialog = open_dialog(page, live_server)
    page.set_input_files("[data-directory-input]", str(capture))
    dialog.get_by_role("button", name="Upload profile").click()
    expect(dialog.locator(".holds")).to_contain_text("Too many files")
    expect(dialog.locator(".holds")).to_contain_text("archive.too_many")
    dialog.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/profiles/")
    expect(page.locator("#toast")).to_have_text("Directory uploaded: capture-0412")
    assert keys[0] == keys[1]
