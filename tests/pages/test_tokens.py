"""The colours hold the contrasts that the design promises; nothing else has colours."""

import re
from itertools import product

import pytest

from tests.house.test_sizes import ROOT, tracked

TOKENS = ROOT / "static" / "css" / "tokens.css"
THEMES = ("dark", "light")
GROUNDS = ("bg-0", "bg-1", "bg-2", "bg-3")
HUES = ("blue", "sky", "green", "yellow", "orange", "pink", "violet", "red", "grey")
STATES = ("ok", "warn", "err", "info", "accent")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(")


def blocks() -> dict[str, dict[str, str]]:
    """Custom properties by selector."""
    found = {}
    for selector, body in re.findall(r"(:root[^{]*)\{([^}]*)\}", TOKENS.read_text("utf-8")):
        pairs = re.findall(r"--([\w-]+):\s*([^;]+);", body)
        found[selector.strip()] = dict(pairs)
    return found


def theme(name: str) -> dict[str, str]:
    every = blocks()
    light = every[':root[data-theme="light"]'] if name == "light" else {}
    return {**every[":root"], **light}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(
    ("text", "ground"), list(product(("text-1", "text-2", "text-3", *STATES), GROUNDS))
)
def test_text_is_readable_on_every_surface(name: str, text: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_state_text_is_readable_on_its_soft_ground(name: str, state: str) -> None:
    colours = theme(name)
    assert contrast(colours[state], colours[f"{state}-soft"]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_text_on_the_accent_is_readable(name: str) -> None:
    colours = theme(name)
    assert contrast(colours["accent-ink"], colours["accent"]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("hue", HUES)
def test_every_hue_stands_out_and_carries_its_label(name: str, hue: str) -> None:
    colours = theme(name)
    assert contrast(colours[f"c-{hue}"], colours["well"]) >= 3
    assert contrast(colours[f"ink-{hue}"], colours[f"c-{hue}"]) >= 4.5
    assert colours[f"ink-{hue}"] in ("#0b0d11", "#ffffff")


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("ground", ["bg-0", "bg-1", "bg-2", "bg-3", "well"])
def test_edges_of_controls_can_be_seen(name: str, ground: str) -> None:
    colours = theme(name)
    assert contrast(colours["line-3"], colours[ground]) >= 3


def test_light_by_wish_of_the_system_is_the_same_as_light_by_choice() -> None:
    every = blocks()
    assert every[":root:not([data-theme])"] == every[':root[data-theme="light"]']


def test_both_themes_say_something_for_every_colour() -> None:
    dark, light = blocks()[":root"], blocks()[':root[data-theme="light"]']
    shared = {"font", "mono", "ease"}
    assert set(dark) - shared == set(light)


def test_no_colour_stands_outside_the_tokens() -> None:
    sheets = [p for p in tracked("static/css/*.css") if p != TOKENS]
    assert len(sheets) >= 6
    found = {p.name: COLOUR.findall(p.read_text("utf-8")) for p in sheets}
    assert {name: colours for name, colours in found.items() if colours} == {}


def test_every_token_a_sheet_uses_is_there() -> None:
    known = set(theme("dark"))
    for sheet in tracked("static/css/*.css"):
        used = set(re.findall(r"var\(--([\w-]+)", sheet.read_text("utf-8")))
        own = set(re.findall(r"--([\w-]+):", sheet.read_text("utf-8")))
        assert used <= known | own, sheet.name
