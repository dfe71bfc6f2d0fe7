"""The tutorial says of every command whether it is run, and its links lead somewhere."""

import ast
import re
import subprocess

from tests.house.test_sizes import ROOT
from tests.tutorial.document import NEEDS_INSTANCE, PATH, RUNS, blocks

TEXT = PATH.read_text(encoding="utf-8")


def test_every_block_is_run_or_needs_an_instance() -> None:
    found = blocks()
    assert TEXT.count("```") == 2 * len(found)
    assert [b.line for b in found if b.remark not in (RUNS, NEEDS_INSTANCE)] == []
    assert {b.language for b in found} == {"sh", "python"}


def test_what_needs_an_instance_is_at_least_sound_shell() -> None:
    for block in blocks():
        if block.language == "sh":
            done = subprocess.run(
                ["bash", "-n"], input=block.text, text=True, capture_output=True, check=False
            )
            assert done.returncode == 0, (block.line, done.stderr)
        else:
            ast.parse(block.text)


def test_links_lead_to_files_and_headings() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.strip("# ").lower()).replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (PATH.parent / target).is_file(), target


def test_the_readme_leads_here() -> None:
    assert "docs/tutorial.md" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_scripts_set_the_variables_that_the_page_explains() -> None:
    script = (PATH.parent / "examples" / "qwen3_offline_inference.py").read_text(encoding="utf-8")
    set_there = set(re.findall(r'"((?:NEURON|XLA)_[A-Z_]+)"', script))
    assert len(set_there) == 9
    assert {name for name in set_there if name not in TEXT} == set()
