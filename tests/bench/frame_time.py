"""Measures frames while panning a large capture in a real Chromium without a GPU.

Run by hand:

    python -m tests.bench.frame_time --instructions 1000000
    python -m tests.bench.frame_time --url http://localhost:3001/profiles/ID/timeline/

Without an address a capture of that many instructions is written, a server of its own started
over a folder of its own, and the capture uploaded. The page is panned by a wheel event in every
frame, at several zooms. Printed per zoom: the time from frame to frame (16.7 ms is the screen's own
pace), and how much of it the page's own code took. The machine's load goes with the figures.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import FLAGS, chromium
from tests.make.big import write_big
from tests.processes.server import RunningServer

INSTRUCTION_SHARE = 0.13 / 2
"""Instructions a record: 13 % of the records belong to instructions, two to each."""

ZOOMS = (1, 16, 256, 4096, 65536)
FRAMES = 240
PROCESSED_WITHIN_S = 1800

WATCH_FRAMES = """(() => {
  const real = window.requestAnimationFrame.bind(window);
  window.frameWork = new Map();
  window.requestAnimationFrame = (callback) => real((at) => {
    const began = performance.now();
    callback(at);
    window.frameWork.set(at, (window.frameWork.get(at) ?? 0) + performance.now() - began);
  });
})()"""

PAN = """async ([frames, step]) => {
  const stage = document.querySelector("[data-scroll]");
  window.frameWork.clear();
  const times = [];
  await new Promise((done) => {
    const next = (at) => {
      times.push(at);
      if (times.length > frames) return done();
      const way = Math.floor(times.length / 120) % 2 ? -step : step;
      stage.dispatchEvent(new WheelEvent("wheel", {deltaY: way, shiftKey: true, bubbles: true,
        cancelable: true}));
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  return {times, work: [...window.frameWork.values()]};
}"""


@contextmanager
def own_timeline(instructions: int) -> Iterator[str]:
    """The address of a timeline of that many instructions, on a server of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        neff, ntff, records = write_big(folder, int(instructions / INSTRUCTION_SHARE))
        print(f"written: {records} records", file=sys.stderr)
        server = RunningServer(folder / "data").start()
        try:
            made = server.send([("neff", neff), ("ntff", ntff)], name="big")
            status = server.final(made, within_s=PROCESSED_WITHIN_S)["status"]
            if status != "PROCESSED":
                raise RuntimeError(f"the capture is {status}")
            yield f"{server.endpoint}/profiles/{made}/timeline/"
        finally:
            server.end()


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measured(page: Page, url: str, zoom: int) -> dict[str, Any]:
    """Frame figures while panning at a zoom, in milliseconds."""
    page.goto(url)
    page.wait_for_selector("[data-counts]:not(:empty)")
    duration_ns = page.evaluate(
        """async () => {
          const {profile, run} = document.querySelector("[data-timeline]").dataset;
          const answer = await fetch(`/api/v1/profiles/${profile}/runs/${run}/timeline/`);
          return (await answer.json()).duration_ns;
        }"""
    )
    length = duration_ns / zoom
    start = (duration_ns - length) * 0.4
    page.goto(f"{url}?t={int(start)}-{int(start + length)}")
    page.wait_for_timeout(2000)
    found = page.evaluate(PAN, [FRAMES, 6])
    gaps = [b - a for a, b in zip(found["times"], found["times"][1:], strict=False)]
    work = found["work"]
    return {
        "zoom": zoom,
        "view_us": round(length / 1000, 1),
        "shown": page.inner_text("[data-counts]"),
        "frame_p50_ms": round(statistics.median(gaps), 1),
        "frame_p95_ms": round(percentile(gaps, 0.95), 1),
        "frame_max_ms": round(max(gaps), 1),
        "script_p50_ms": round(statistics.median(work), 1),
        "script_p95_ms": round(percentile(work, 0.95), 1),
        "heap_mb": round(page.evaluate("performance.memory.usedJSHeapSize") / 1e6),
    }


def report(url: str) -> list[dict[str, Any]]:
    """All zooms, one after the other."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH_FRAMES)
        found = []
        for zoom in ZOOMS:
            figures = {**measured(page, url, zoom), "load_1min": round(os.getloadavg()[0], 1)}
            print(json.dumps(figures), flush=True)
            found.append(figures)
        browser.close()
    return found


def main() -> int:
    """Measure what the command line asks for. Returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instructions", type=int, default=1_000_000)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.url:
        report(options.url)
        return 0
    with own_timeline(options.instructions) as url:
        report(url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
