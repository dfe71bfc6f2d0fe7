"""The three viewers, each opened as its users open it."""

import http.server
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.peers.gestures import Wire, family, page_mb, panned, pss_mb, zoomed
from tests.browser.chromium import FLAGS, chromium
from tests.processes.server import RunningServer, processes_with
from tests.tutorial.perfetto_picture import served_page

SIZE = {"width": 1440, "height": 900}
MIDDLE = (800.0, 450.0)
WITHIN_MS = 600_000
SETTLE_MS = 1_500
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
XPROF_RUN = "bench"

Figures = dict[str, Any]


@contextmanager
def browser_page() -> Iterator[tuple[Browser, Page]]:
    """A page of a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            yield browser, browser.new_page(viewport=SIZE)
        finally:
            browser.close()


def moved(browser: Browser, page: Page, server: Callable[[], list[int]]) -> Figures:
    """Frames and memory of a page that shows something."""
    page.mouse.move(*MIDDLE)
    pan = panned(page)
    page.wait_for_timeout(SETTLE_MS)
    zoom = zoomed(page)
    return {
        "pan": asdict(pan),
        "zoom": asdict(zoom),
        "page_mb": page_mb(browser),
        "server_mb": pss_mb(server()),
    }


def ours(server: RunningServer, profile: str) -> Figures:
    """This program: the profile's timeline, until it says that everything asked for is drawn."""
    with browser_page() as (browser, page):
        wire = Wire(page)
        begun = time.perf_counter()
        page.goto(f"{server.endpoint}/profiles/{profile}/timeline/")
        page.wait_for_selector("[data-counts]:not(:empty)", timeout=WITHIN_MS)
        page.wait_for_selector("[data-stage][aria-busy='false']", timeout=WITHIN_MS)
        opened_s = time.perf_counter() - begun
        page.locator("[data-stage]").focus()
        wire_kb = wire.size_bytes // 1000
        figures = moved(browser, page, lambda: list(processes_with(server.data_dir)))
    return {"open_s": round(opened_s, 2), "wire_kb": wire_kb, **figures}


class _TraceHandler(http.server.BaseHTTPRequestHandler):
    path_of_trace: Path

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in ANY_ORIGIN.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(self.path_of_trace.stat().st_size))
        self.end_headers()
        with self.path_of_trace.open("rb") as file:
            shutil.copyfileobj(file, self.wfile)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_trace(path: Path) -> Iterator[str]:
    """The address of a trace; the page of Perfetto may read it from this port of this machine."""
    handler = type("Handler", (_TraceHandler,), {"path_of_trace": path})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 9001), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "http://127.0.0.1:9001/trace"
        server.shutdown()


def perfetto(trace: Path) -> Figures:
    """Perfetto's page: the trace read into the page, until its tracks stand there, all loaded."""
    with served_page() as address, served_trace(trace) as url, browser_page() as (browser, page):
        page.route("**/*", lambda route: _inside(route, (address, url, "blob:", "data:")))
        wire = Wire(page)
        begun = time.perf_counter()
        page.goto(f"{address}index.html#!/?url={url}")
        page.locator(".pf-track, .pf-middle-ellipsis-left").first.wait_for(timeout=WITHIN_MS)
        page.wait_for_function(
            "() => !document.body.innerText.includes('Loading')", timeout=WITHIN_MS
        )
        opened_s = time.perf_counter() - begun
        page.wait_for_timeout(SETTLE_MS)
        wire_kb = wire.size_bytes // 1000
        figures = moved(browser, page, list)
    # What the page fetched by stream is not told as finished: the trace itself is added.
    size_kb = trace.stat().st_size // 1000
    return {"open_s": round(opened_s, 2), "wire_kb": max(wire_kb, size_kb), **figures}


def _inside(route: Any, allowed: tuple[str, ...]) -> None:
    if route.request.url.startswith(allowed):
        route.continue_()
    else:
        route.abort()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def xprof_server(python: Path, logs: Path) -> Iterator[tuple[str, int]]:
    """XProf's own server over a folder: its address and pid."""
    port = free_port()
    command = [str(python), "-m", "xprof.server", "--logdir", str(logs), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{address}/data/plugin/profile/runs", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield address, server.pid
        finally:
            server.terminate()


def xprof(python: Path, logs: Path, host: str) -> Figures:
    """XProf's streaming trace viewer: its first view, which converts the file, and its page."""
    with xprof_server(python, logs) as (address, pid), browser_page() as (browser, page):
        data = f"/data/plugin/profile/data?run={XPROF_RUN}&tag=trace_viewer@&host={host}"
        url = f"{address}/trace_viewer_index.html?is_streaming=true&is_oss=true"
        page.route("**/*", lambda route: _inside(route, (address, "blob:", "data:")))
        wire = Wire(page)
        begun = time.perf_counter()
        page.goto(f"{url}&trace_data_url={urllib.request.quote(data, safe='')}")
        page.get_by_text("(pid").locator("visible=true").first.wait_for(timeout=WITHIN_MS)
        opened_s = time.perf_counter() - begun
        page.get_by_text("Expand All").click()
        page.wait_for_timeout(SETTLE_MS)
        wire_kb = wire.size_bytes // 1000
        figures = moved(browser, page, lambda: family(pid))
    return {"open_s": round(opened_s, 2), "wire_kb": wire_kb, **figures}
