"""The timeline as a person sees it: its address, its words, the pixels of its rows."""

import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FloatRect, Locator, Page

THIN = "\u202f"
WITHIN_S = 15.0
QUIET_S = 0.35
HUES = {"blue": 0x5FADF6, "rail": 0xAEB7C4, "err": 0xFF7B72}
"""Colours of the dark theme."""

_GUTTER = """() => [...document.querySelectorAll("[data-gutter] > *")].map((row) => {
  const box = row.getBoundingClientRect();
  return {
    name: row.querySelector(".row__name, .row__title").firstChild.textContent,
    busy: row.querySelector(".row__busy")?.textContent ?? "",
    kind: row.className, top: box.top, height: box.height,
  };
})"""

_PIXELS = """([top, height, hue, what]) => {
  const canvas = document.querySelector("[data-rows-canvas]");
  const from = Math.round(top - canvas.getBoundingClientRect().top);
  const lines = Math.min(Math.round(height), canvas.height - from);
  if (from < 0 || lines <= 0) return [];
  const {data} = canvas.getContext("2d").getImageData(0, from, canvas.width, lines);
  const colour = (at) => (data[4 * at] << 16) | (data[4 * at + 1] << 8) | data[4 * at + 2];
  const count = canvas.width * lines;
  if (what === "colours") {
    const found = new Set();
    for (let at = 0; at < count; at++) found.add(colour(at));
    return [...found];
  }
  const runs = [];
  for (let at = 0; at < count; at++) {
    if (colour(at) !== hue) continue;
    let end = at + 1;
    const edge = (Math.floor(at / canvas.width) + 1) * canvas.width;
    while (end < edge && colour(end) === hue) end++;
    runs.push([at % canvas.width, Math.floor(at / canvas.width), end - at]);
    at = end;
  }
  return runs;
}"""


@dataclass(frozen=True)
class Row:
    """A row of the gutter, CSS pixels of the window."""

    name: str
    busy: str
    kind: str
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


class TimelinePage:
    """Drives one timeline."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self._under_way = 0
        self._quiet_since = time.monotonic()
        page.on("request", lambda _: self._count(1))
        page.on("requestfinished", lambda _: self._count(-1))
        page.on("requestfailed", lambda _: self._count(-1))

    def _count(self, change: int) -> None:
        self._under_way += change
        self._quiet_since = time.monotonic()

    def open(self, query: str = "") -> "TimelinePage":
        """Go there and wait until everything asked for is drawn."""
        self._under_way = 0
        self.page.goto(self.address + query)
        self.page.wait_for_selector("[data-counts]:not(:empty)")
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until the page says that it rests and nothing is asked for any more.

        At rest everything asked for is drawn, no glide is under way and the address is written.
        """
        latest = time.monotonic() + WITHIN_S
        self._quiet_since = time.monotonic()
        while not self._is_quiet():
            assert time.monotonic() < latest, "the page never comes to rest"
            self.page.wait_for_timeout(50)

    def _is_quiet(self) -> bool:
        if self.page.locator("[data-stage]").get_attribute("aria-busy") == "true":
            self._quiet_since = time.monotonic()
        return self._under_way <= 0 and time.monotonic() - self._quiet_since >= QUIET_S

    def query(self, name: str) -> str:
        """A value of the address's query, empty if absent."""
        return parse_qs(urlsplit(self.page.url).query).get(name, [""])[0]

    @property
    def range(self) -> tuple[int, int]:
        """The view in ns, as the address tells it."""
        found = re.fullmatch(r"(-?\d+)-(-?\d+)", self.query("t"))
        assert found, f"no range in {self.page.url}"
        return int(found[1]), int(found[2])

    @property
    def stage(self) -> FloatRect:
        box = self.page.locator("[data-stage]").bounding_box()
        assert box
        return box

    @property
    def panel(self) -> Locator:
        return self.page.locator("[data-event]")

    def rows(self) -> list[Row]:
        """The gutter's rows from top to bottom."""
        return [Row(**facts) for facts in self.page.evaluate(_GUTTER)]

    def row(self, name: str, place: int = 0) -> Row:
        """The row of that name; of several the one at `place`."""
        return [row for row in self.rows() if row.name == name][place]

    def colours(self, row: Row) -> set[int]:
        """The colours that stand in a row, its line at the bottom left out."""
        found: list[int] = self.page.evaluate(_PIXELS, [row.top, row.height - 1, 0, "colours"])
        return set(found)

    def runs(self, row: Row, hue: str) -> list[tuple[int, int, int]]:
        """Where a colour stands in a row: x from the stage's left, y from the row's top, length."""
        found = self.page.evaluate(_PIXELS, [row.top, row.height, HUES[hue], "runs"])
        return [(x, y, length) for x, y, length in found]

    def widest_run(self, row: Row, hue: str) -> tuple[float, float]:
        """The middle of the longest line of a colour in the row, as a point of the window."""
        x, y, length = max(self.runs(row, hue), key=lambda run: run[2])
        assert length > 3, f"no {hue} in {row.name}"
        return self.stage_x + x + length / 2, row.top + y

    @property
    def stage_x(self) -> float:
        return self.stage["x"]

    def select(self, row: Row, hue: str) -> str:
        """Click the widest bar of a colour; returns what the panel is headed with."""
        self.page.mouse.click(*self.widest_run(row, hue))
        self.page.wait_for_selector("[data-event] h2")
        self.settle()
        return self.panel.locator("h2").inner_text()

    def times(self) -> dict[str, str]:
        """Start, end and duration in the panel."""
        names = self.panel.locator(".panel__times dt").all_inner_texts()
        values = self.panel.locator(".panel__times dd").all_inner_texts()
        return dict(zip(names, values, strict=True))

    def press(self, *keys: str) -> None:
        """Press keys one after the other, letting the page come to rest after each."""
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    def counted(self) -> str:
        """What the status bar says of how events are drawn."""
        text: Any = self.page.inner_text("[data-counts]")
        return str(text)
