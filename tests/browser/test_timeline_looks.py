"""The rows' picture against pictures kept beside this file.

A pixel counts as different when a channel is off by more than `CHANNEL`; as many may differ as
`SHARE` says, for text is smoothed a little differently from browser to browser. After a wanted
change `UPDATE_LOOKS=1` writes the pictures again; look at them before they are committed.
"""

import base64
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from profiles.models import Profile
from tests.browser.system_run import serving_step
from tests.browser.timeline_page import TimelinePage

LOOKS = Path(__file__).parent / "looks"
CHANNEL = 40
SHARE = 0.01

_DRAWN = "() => document.querySelector('[data-rows-canvas]').toDataURL('image/png')"
_DIFFERENCE = """async ([wanted, channel]) => {
  const canvas = document.querySelector("[data-rows-canvas]");
  const image = new Image();
  image.src = wanted;
  await image.decode();
  if (image.width !== canvas.width || image.height !== canvas.height) {
    return `${image.width}x${image.height} became ${canvas.width}x${canvas.height}`;
  }
  const other = new OffscreenCanvas(image.width, image.height).getContext("2d");
  other.drawImage(image, 0, 0);
  const size = [0, 0, image.width, image.height];
  const [one, two] = [canvas.getContext("2d"), other].map((c) => c.getImageData(...size).data);
  let count = 0;
  for (let at = 0; at < one.length; at += 4) {
    if ([0, 1, 2].some((c) => Math.abs(one[at + c] - two[at + c]) > channel)) count++;
  }
  return count / (one.length / 4);
}"""

VIEWS = {
    "whole-dark": ("dark", ""),
    "bars-light": ("light", "?t=70000-78000"),
    "lanes-dark": ("dark", "?t=33000-37000&closed=p0/c1"),
    "values-dark": ("dark", "?closed=p0/c0,p0/c1,p0/dma0,p0/dma1"),
    "engines-light": ("light", "?t=0-40000&dma=engine&closed=p0/c0,p0/c1"),
}


SYSTEM_VIEWS = {
    "system-whole-dark": ("dark", ""),
    "system-step-light": ("light", "?t=14786000-16250000"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_rows_look_as_they_did(page: Page, live_server: Any, processed: Profile, name: str) -> None:
    theme, query = VIEWS[name]
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    TimelinePage(page, f"{live_server.url}/profiles/{processed.pk}/timeline/").open(query)
    compare(page, name)


@pytest.mark.parametrize("name", SYSTEM_VIEWS)
def test_rows_of_a_system_run_look_as_they_did(
    page: Page, live_server: Any, submit: Callable[..., Profile], name: str
) -> None:
    theme, query = SYSTEM_VIEWS[name]
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    step = replace(serving_step(), series=())
    profile = step.publish(submit("serving session", neff=b"not read"))
    TimelinePage(page, f"{live_server.url}/profiles/{profile.pk}/timeline/").open(query)
    compare(page, name)


def compare(page: Page, name: str) -> None:
    """Hold the rows against the picture of that name."""
    path = LOOKS / f"{name}.png"
    drawn: str = page.evaluate(_DRAWN)
    if os.environ.get("UPDATE_LOOKS"):
        LOOKS.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(drawn.partition(",")[2]))
    wanted = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    difference = page.evaluate(_DIFFERENCE, [wanted, CHANNEL])
    assert isinstance(difference, float | int), difference
    assert difference <= SHARE


def test_another_view_is_told_from_the_kept_one(
    page: Page, live_server: Any, processed: Profile
) -> None:
    timeline = TimelinePage(page, f"{live_server.url}/profiles/{processed.pk}/timeline/")
    timeline.open("?t=70000-72000")
    path = LOOKS / "whole-dark.png"
    wanted = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    assert page.evaluate(_DIFFERENCE, [wanted, CHANNEL]) > 3 * SHARE
