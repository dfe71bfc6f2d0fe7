"""The dialog, a plain request and the one-file uploader give the same tables."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.processes.files import small_pair
from tests.processes.server import RunningServer

pytestmark = pytest.mark.processes

FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
NAME = "same name"


def by_request(server: RunningServer) -> None:
    """What `curl -F name=... -F neff=@... -F ntff=@...` sends."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{NAME}\r\n'
    body = head.encode()
    for role, path in small_pair():
        place = f'name="{role}"; filename="{path.name}"'
        body += f"--{boundary}\r\nContent-Disposition: form-data; {place}\r\n\r\n".encode()
        body += path.read_bytes() + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        f"{server.endpoint}/api/v1/profiles/",
        body,
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 201


def by_uploader(server: RunningServer) -> None:
    """What `curl -s .../upload.py | python3 - ... --wait` does."""
    with urllib.request.urlopen(f"{server.endpoint}/upload.py", timeout=60) as answer:
        script = answer.read()
    flags = [word for role, path in small_pair() for word in (f"--{role}", str(path))]
    done = subprocess.run(
        [sys.executable, "-", *flags, "--name", NAME, "--wait"],
        input=script,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()


def by_dialog(server: RunningServer) -> None:
    """What a person does."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{server.endpoint}/profiles/")
        page.locator("[data-upload]").first.click()
        files = [str(path) for _, path in small_pair()]
        page.locator("dialog input[type=file]").first.set_input_files(files)
        page.locator("#upload-name").fill(NAME)
        before = len(server.profiles())
        page.locator("[data-send]").click()
        for _ in range(200):
            if len(server.profiles()) > before:
                break
            page.wait_for_timeout(100)
        browser.close()


def hashes(server: RunningServer, profile: dict[str, Any]) -> dict[str, str]:
    """Content hash of every table."""
    url = f"{server.endpoint}{profile['links']['tables']}"
    with urllib.request.urlopen(url, timeout=60) as answer:
        tables = json.load(answer)
    return {f"{t['part']}/{t['name']}": t["content_hash"] for t in tables}


def test_the_three_ways_in_give_identical_tables(server: RunningServer, tmp_path: Path) -> None:
    for way in (by_request, by_uploader, by_dialog):
        way(server)
    profiles = [server.final(p["id"]) for p in server.profiles()]
    assert [p["status"] for p in profiles] == ["PROCESSED"] * 3
    one, two, three = (hashes(server, p) for p in profiles)
    assert len(one) > 12
    assert one == two == three
