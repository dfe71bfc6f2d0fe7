"""Templates keep to the content policy, name icons that exist, and speak to screen readers."""

import re

import pytest

from tests.house.test_sizes import ROOT, tracked

TEMPLATES = [path for path in tracked("templates/*.html") if path.name != "500.html"]
SPRITE = (ROOT / "static" / "img" / "icons.svg").read_text("utf-8")
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 10


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_script_or_handler(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|javascript:|\son[a-z]+=", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_a_template_names_is_drawn(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text("utf-8")
    named = set(re.findall(r'_icon\.html" with name="([\w-]+)"', text))
    named |= set(re.findall(r"icons\.svg' %}#([\w-]+)", text))
    assert named <= ICONS


def test_every_icon_a_module_names_is_drawn() -> None:
    for path in tracked("static/js/*.js"):
        text = path.read_text("utf-8")
        named = set(re.findall(r'\bicon\("([\w-]+)"\)', text))
        named |= set(re.findall(r'\bicon: "([\w-]+)"', text))
        assert named <= ICONS, path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_button_without_words_has_a_name(path) -> None:  # type: ignore[no-untyped-def]
    text = re.sub(r"{% include [^%]*%}", "", path.read_text("utf-8"))
    for attributes, content in re.findall(r"<button([^>]*)>(.*?)</button>", text, re.DOTALL):
        words = re.sub(r"<[^>]*>|\s", "", content)
        # A hidden one is filled by its module before it is shown.
        assert words or "aria-label" in attributes or "hidden" in attributes.split()


def test_no_template_names_another_host() -> None:
    for path in TEMPLATES:
        found = re.findall(r"https?://[^\s\"'<]+", path.read_text("utf-8"))
        assert [url for url in found if "w3.org" not in url] == [], path.name


def test_nothing_promises_what_comes_later() -> None:
    for path in TEMPLATES:
        text = path.read_text("utf-8").lower()
        for word in ("resume", "goes on where it stopped", "already here", "compare"):
            assert word not in text, (path.name, word)
