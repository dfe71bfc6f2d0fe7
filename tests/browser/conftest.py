"""A real Chromium on a real server; an error on a page or a request elsewhere fails the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from profiles.models import Profile
from profiles.services import profile_submit, sample_files
from profiles.storage.sources import ReceivedFile
from profiles.stores import source_store
from tests.api.conftest import process_now
from tests.browser.chromium import FLAGS, chromium
from tests.browser.timeline_page import TimelinePage

# The browser's own event loop runs in this thread; the database is used from it all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FAILING = ("Failed to load resource", "net::ERR_", "htmx:", "Response Status Error")
"""What the browser and htmx say of a request that a test means to fail."""

RESULTS = Path(__file__).resolve().parents[2] / "test-results"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield running
        running.close()


class Watch:
    """What a page did wrong."""

    def __init__(self, page: Page, origin: str) -> None:
        self.problems: list[str] = []
        self._host = urlsplit(origin).netloc
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws"} and parts.netloc != self._host:
            self.problems.append(f"request elsewhere: {request.url}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    yield made
    made.close()


@pytest.fixture
def page(
    context: BrowserContext, live_server: Any, data_dir: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page that fails its test for any error on it or any request to another host."""
    made = context.new_page()
    watch = Watch(made, live_server.url)
    made.set_default_timeout(15_000)
    yield made
    RESULTS.mkdir(exist_ok=True)
    made.screenshot(path=RESULTS / f"{request.node.name[:80].replace('/', '-')}.png")
    allowed = request.node.get_closest_marker("failing_requests") is not None
    found = [p for p in watch.problems if not (allowed and any(part in p for part in FAILING))]
    assert found == []


@pytest.fixture
def submit(live_server: Any, data_dir: Path, sent: list[str]) -> Callable[..., Profile]:
    """A profile from given bytes: `submit("name", neff=..., ntff=...)`."""

    def make(name: str, **files: bytes) -> Profile:
        received = []
        for role, data in files.items():
            with source_store().receive() as incoming:
                incoming.append(data)
                received.append(ReceivedFile(role, f"{name}.{role}", incoming.finish()))
        profile, _ = profile_submit(name=name, files=received)
        return profile

    return make


@pytest.fixture
def processed(submit: Callable[..., Profile]) -> Profile:
    """The sample capture, processed."""
    files = {role: path.read_bytes() for role, path in sample_files()}
    return process_now(str(submit("attention", **files).pk))


@pytest.fixture
def timeline(page: Page, live_server: Any, processed: Profile) -> TimelinePage:
    """The sample's timeline, not opened yet."""
    return TimelinePage(page, f"{live_server.url}/profiles/{processed.pk}/timeline/")
