"""The house rules on sizes: short files, short functions, more test than code."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
MOST_STATEMENTS = 30
LEAST_RATIO = 0.95
"""Lines of test for a line of code. The aim is 1.2; this bound only ever goes up."""

PRODUCT = ("explorer_site", "ingest_worker", "profiles")
BANNED_NAMES = {"utils", "helpers", "common", "base", "misc", "util", "helper"}


def tracked(*patterns: str) -> list[Path]:
    """Files git knows or would take, that exist, matching the given pathspecs."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return sorted({ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()})


def product_python() -> list[Path]:
    return [
        path
        for path in tracked("*.py")
        if path.relative_to(ROOT).parts[0] in PRODUCT and "migrations" not in path.parts
    ]


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_source_file_is_longer_than_400_lines() -> None:
    sources = [
        path
        for path in tracked("*.py", "*.js", "*.css", "*.html")
        if "vendor" not in path.parts and "migrations" not in path.parts
    ]
    long = {str(p.relative_to(ROOT)): line_count(p) for p in sources if line_count(p) > MOST_LINES}
    assert sources
    assert long == {}


def statements_in(node: ast.AST) -> int:
    return sum(isinstance(child, ast.stmt) for child in ast.walk(node)) - 1


def test_no_function_has_more_than_30_statements() -> None:
    found = []
    for path in product_python():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = statements_in(node)
                if count > MOST_STATEMENTS:
                    found.append((str(path.relative_to(ROOT)), node.name, count))
    assert found == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = [
        p for p in tracked("*.py", "*.js") if p.stem in BANNED_NAMES and "vendor" not in p.parts
    ]
    assert names == []


def test_the_tests_keep_up_with_the_code() -> None:
    code = sum(line_count(p) for p in product_python()) + sum(
        line_count(p) for p in tracked("static/*.js") if "vendor" not in p.parts
    )
    tests = sum(line_count(p) for p in tracked("tests/*.py", "tests/*.js", "tests/*.mjs"))
    assert tests >= LEAST_RATIO * code, f"{tests} lines of test for {code} lines of code"


@pytest.mark.parametrize("package", PRODUCT)
def test_package_roots_stay_empty_so_that_pure_folders_stay_pure(package: str) -> None:
    assert (ROOT / package / "__init__.py").read_text(encoding="utf-8").strip() == ""


def test_every_product_module_says_in_one_sentence_what_it_is() -> None:
    missing = []
    for path in product_python():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and ast.get_docstring(tree) is None:
            missing.append(str(path.relative_to(ROOT)))
    assert missing == []


def test_nothing_speaks_of_the_machine_it_was_made_on() -> None:
    words = re.compile(r"/work/(main|shared)|\.library|/tmp/brief|\bhelper-\d")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked(
            "*.py", "*.js", "*.md", "*.html", "*.css", "*.toml", "*.yml", "Makefile"
        )
        if path != Path(__file__) and words.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
