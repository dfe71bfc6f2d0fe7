"""Measures how soon the Summary of a large profile stands in a real Chromium.

Run by hand:

    python -m tests.bench.summary_open --records 10000000
    python -m tests.bench.summary_open --url http://localhost:3001/profiles/ID/summary/

Without an address a capture of that many records is written, a server of its own started over a
folder of its own, and the capture uploaded and processed. The page is opened once right after
PROCESSED, when nothing is in memory yet, and several times more, each in a browser without a cache.
From the start of the navigation on it is measured when the metric strip and the findings hold their
numbers (`filled`), and how soon a range that is then chosen is answered (`range`). The machine's
load goes with the figures.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.make.big import write_big
from tests.processes.server import RunningServer

FLOOR_MS = 1000
"""So soon the page should stand after PROCESSED."""

PROCESSED_WITHIN_S = 1800
WITHIN_MS = 60_000

WATCH = """(() => {
  window.filledAt = null;
  const look = () => {
    const values = [...document.querySelectorAll(".strip__value")];
    const cards = document.querySelector("[data-cards]");
    const isFilled = values.length === 7 && values.every((one) => one.textContent.trim())
      && cards && !cards.hidden && !cards.hasAttribute("aria-busy")
      && cards.textContent.includes("Findings");
    if (isFilled) window.filledAt ??= performance.now();
    else requestAnimationFrame(look);
  };
  document.addEventListener("DOMContentLoaded", look);
})()"""


@contextmanager
def own_summary(records: int) -> Iterator[str]:
    """The address of the Summary of a capture of that many records, just processed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        neff, ntff, count = write_big(folder, records)
        print(f"written: {count} records", file=sys.stderr)
        server = RunningServer(folder / "data").start()
        try:
            made = server.send([("neff", neff), ("ntff", ntff)], name="big")
            status = server.final(made, within_s=PROCESSED_WITHIN_S)["status"]
            if status != "PROCESSED":
                raise RuntimeError(f"the capture is {status}")
            yield f"{server.endpoint}/profiles/{made}/summary/"
        finally:
            server.end()


def opened(page: Page, url: str) -> dict[str, float]:
    """Milliseconds from the start of the navigation."""
    page.goto(url)
    page.wait_for_function("() => window.filledAt !== null", timeout=WITHIN_MS)
    found = page.evaluate(
        """() => {
          const [own] = performance.getEntriesByType("navigation");
          const asked = performance.getEntriesByType("resource")
            .filter((one) => one.name.includes("/metrics/"));
          return {
            first_byte_ms: own.responseStart,
            document_ms: own.domContentLoadedEventEnd,
            answered_ms: Math.max(0, ...asked.map((one) => one.responseEnd)),
            filled_ms: window.filledAt,
          };
        }"""
    )
    return {name: round(value, 1) for name, value in found.items()}


def ranged(page: Page, share: float) -> float:
    """Milliseconds from choosing a range in the middle of the profile to its numbers."""
    total = page.evaluate(
        """async () => {
          const id = location.pathname.split("/")[2];
          return (await (await fetch(`/api/v1/profiles/${id}/metrics/`)).json()).range.last_ns;
        }"""
    )
    start = int(total * (0.5 - share / 2))
    field = page.get_by_label("Range, such as 20us-24.6us")
    field.fill(f"{start}ns-{start + int(total * share)}ns")
    begun = time.perf_counter()
    with page.expect_response(lambda answer: "start_ns=" in answer.url, timeout=WITHIN_MS):
        field.press("Enter")
    page.wait_for_selector("[data-cards]:not([aria-busy])", timeout=WITHIN_MS)
    return round((time.perf_counter() - begun) * 1000, 1)


def once(browser: Browser, url: str) -> dict[str, Any]:
    """One opening without a cache, and two ranges after it."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(WATCH)
    figures: dict[str, Any] = dict(opened(page, url))
    figures["range_ms"] = [ranged(page, share) for share in (0.01, 0.5)]
    figures["load_1min"] = round(os.getloadavg()[0], 1)
    page.close()
    return figures


def report(url: str, times: int) -> float:
    """Prints every opening, the first one first; returns the median until filled."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        found = []
        for _ in range(times):
            found.append(once(browser, url))
            print(json.dumps(found[-1]), flush=True)
        browser.close()
    median = statistics.median(one["filled_ms"] for one in found)
    print(json.dumps({"filled_p50_ms": median, "floor_ms": FLOOR_MS}))
    return median


def main() -> int:
    """Measures what the command line asks for. Returns 0 if the page was soon enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.url:
        return int(report(options.url, options.times) > FLOOR_MS)
    with own_summary(options.records) as url:
        return int(report(url, options.times) > FLOOR_MS)


if __name__ == "__main__":
    sys.exit(main())
