"""How long frames take while panning and zooming a profile in Chromium without a GPU.

Run by hand, against a running server:

    python tests/bench/frames.py http://localhost:3001/profiles/<id>/timeline/

Prints the time spent drawing (script) and the time between frames, as median, p95 and worst, and
the largest answer of the timeline. Views: the whole profile, a tenth, a hundredth, a thousandth.
"""

import argparse
import shutil
import statistics

from playwright.sync_api import Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAN = """async ({share, steps}) => {
  const v = window.explorerViewer, whole = v.duration, frames = [];
  v.moveTo({start: 0, end: whole * share});
  v.frameTimes.length = 0;
  let last = performance.now();
  for (let i = 0; i < steps; i++) {
    const by = (v.range.end - v.range.start) / 60 * (i % 120 < 60 ? 1 : -1);
    v.moveTo({start: v.range.start + by, end: v.range.end + by});
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  return {frames, draws: [...v.frameTimes]};
}"""


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {statistics.median(ordered):6.1f}  p95 {p95:6.1f}  worst {ordered[-1]:6.1f} ms"


def measure(page: Page, steps: int) -> None:
    for share in (1.0, 0.1, 0.01, 0.001):
        found = page.evaluate(PAN, {"share": share, "steps": steps})
        print(f"{share:>6.1%} of the profile  between frames  {spread(found['frames'])}")
        print(f"{'':>6}                  drawing         {spread(found['draws'])}")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("url")
    words.add_argument("--steps", type=int, default=240)
    given = words.parse_args()
    sizes: list[int] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.on(
            "response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0)))
        )
        page.goto(given.url)
        while not page.evaluate("Boolean(window.explorerViewer && window.explorerViewer.frame)"):
            page.wait_for_timeout(100)
        page.wait_for_timeout(1500)
        measure(page, given.steps)
        heap = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize : 0")
        print(
            f"page heap {heap / 1e6:.0f} MB, largest answer {max(sizes) / 1000:.0f} kB on the wire"
        )
        browser.close()


if __name__ == "__main__":
    main()
