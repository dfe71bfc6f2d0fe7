"""One script of key presses for every viewer, and what the page did meanwhile."""

import itertools
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

REPEATS = 30
EVERY_S = 1 / 30

WATCH = """() => {
  if (window.benchTimes) { window.benchTimes.length = 0; return; }
  const times = (window.benchTimes = []);
  const next = (at) => { times.push(at); requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


@dataclass(frozen=True)
class Frames:
    """Time from frame to frame while something moves, milliseconds."""

    p50_ms: float
    p95_ms: float
    worst_ms: float


def _frames(page: Page) -> Frames:
    times: list[float] = page.evaluate("() => [...window.benchTimes]")
    gaps = sorted(b - a for a, b in itertools.pairwise(times))
    if not gaps:
        return Frames(float("inf"), float("inf"), float("inf"))
    p95 = gaps[min(len(gaps) - 1, int(0.95 * len(gaps)))]
    return Frames(round(statistics.median(gaps), 1), round(p95, 1), round(gaps[-1], 1))


def _held(page: Page, key: str) -> None:
    """A key held down for a while, with the repeats that a keyboard gives."""
    due = time.perf_counter()
    for _ in range(REPEATS):
        page.keyboard.down(key)
        due += EVERY_S
        time.sleep(max(0.0, due - time.perf_counter()))
    page.keyboard.up(key)


def panned(page: Page) -> Frames:
    """Pan right and left by the keys that every viewer knows."""
    page.evaluate(WATCH)
    for key in "dada":
        _held(page, key)
    return _frames(page)


def zoomed(page: Page) -> Frames:
    """Zoom in and out again by the keys that every viewer knows."""
    page.evaluate(WATCH)
    for key in "wsws":
        _held(page, key)
    return _frames(page)


class Wire:
    """Bytes that came over the network since it was made, as they were sent."""

    def __init__(self, page: Page) -> None:
        self.size_bytes = 0
        session: CDPSession = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, float]) -> None:
        self.size_bytes += int(event["encodedDataLength"])


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def family(pid: int) -> list[int]:
    """A process and everything below it."""
    return [pid, *(one for child in _children(pid) for one in family(child))]


def pss_mb(pids: list[int]) -> int:
    """Memory of processes, shared pages divided among their users, MB."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024 // 1_000_000


def page_mb(browser: Browser) -> int:
    """Memory of the browser's renderers, workers and WebAssembly included, MB."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return pss_mb([int(one["id"]) for one in found if one["type"] == "renderer"])
