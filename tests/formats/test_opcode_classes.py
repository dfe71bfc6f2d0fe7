"""The browser colours opcodes by their names as the decoder classes their bytes."""

import re

from ingest_worker.formats.isa.opcodes import COLOURS, CONTROL, ISA_NAMES, opcode_name
from tests.house.test_sizes import ROOT

MODULE = ROOT / "static" / "js" / "viewers" / "summary" / "device" / "opcode-classes.js"
HUES = ("blue", "sky", "green", "yellow", "orange", "pink", "violet", "red")
"""Colour classes 0 to 7; what is in none of them is control."""


def test_the_names_of_each_colour_are_those_of_its_opcodes() -> None:
    lists = dict(re.findall(r"(\w+): `([^`]*)`", MODULE.read_text("utf-8")))
    assert tuple(lists) == HUES
    for place, hue in enumerate(HUES):
        named = {opcode_name(byte) for byte in ISA_NAMES if COLOURS[byte] == place}
        assert set(lists[hue].split()) == named, hue


def test_no_name_has_two_colours() -> None:
    found = {(opcode_name(byte), COLOURS[byte]) for byte in ISA_NAMES}
    assert len(found) == len({name for name, _ in found})
    assert CONTROL in {colour for _, colour in found}
