"""Every code that can be said is registered, has a hint, and stands on its page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from profiles.error_codes import ERROR_CODES, describe, error_code
from profiles.refusal import Refused

ROOT = Path(__file__).resolve().parent.parent.parent
RAISED = frozenset(
    {
        *("Refused", "FormatError", "NotThisFormat", "Malformed", "Truncated", "Unsupported"),
        *("LimitExceeded", "Failure", "error_code", "plain_answer"),
    }
)
DOTTED = re.compile(r"[a-z]+(\.[a-z_]+)+\Z")
PROMISED = (
    "upload.empty upload.missing_part upload.too_large upload.incomplete upload.no_space "
    "pair.swapped pair.uuid_mismatch name.empty name.too_long neff.not_this_format "
    "neff.malformed neff.truncated neff.unsupported_version ntff.not_this_format ntff.malformed "
    "ntff.truncated ntff.unsupported_version archive.unsafe_member archive.duplicate_member "
    "archive.bomb limit.records limit.bytes limit.memory worker.lost worker.timeout store.full"
)


def product_files() -> list[Path]:
    folders = ("explorer_site", "profiles", "ingest_worker")
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Dotted texts handed to whatever raises or answers, and texts handed on as `code=`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        handed = [word.value for word in node.keywords if word.arg == "code"]
        if name_of(node.func) in RAISED:
            handed += node.args[:2]
        for value in handed:
            if isinstance(value, ast.Constant) and DOTTED.match(str(value.value)):
                yield str(value.value)


def test_every_code_that_is_raised_is_registered() -> None:
    raised = {
        code
        for path in product_files()
        for code in codes_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(raised) > 30
    assert raised - set(ERROR_CODES) == set()


@pytest.mark.parametrize("code", PROMISED.split())
def test_the_promised_codes_are_there(code: str) -> None:
    assert ERROR_CODES[code].code == code


@pytest.mark.parametrize("entry", ERROR_CODES.values(), ids=lambda entry: entry.code)
def test_a_code_has_a_title_a_hint_and_a_status(entry: object) -> None:
    assert isinstance(entry, type(error_code("upload.empty")))
    assert DOTTED.match(entry.code)
    assert not entry.title.endswith(".")
    assert entry.hint.endswith((".", "/"))
    assert 400 <= entry.status < 600


def test_the_page_of_codes_is_up_to_date() -> None:
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == describe()


def test_an_unknown_code_is_shown_all_the_same() -> None:
    entry = error_code("future.code")
    assert (entry.code, entry.status) == ("future.code", 500)
    assert entry.title
    assert entry.hint


def test_a_refusal_says_its_code_and_a_sentence() -> None:
    refusal = Refused("upload.empty", fields={"neff": "a.neff"})
    assert str(refusal) == "upload.empty: A file is empty."
    assert refusal.fields == {"neff": "a.neff"}
