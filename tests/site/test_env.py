"""Settings are read once, typed, and a wrong one is said in one sentence."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from explorer_site import env

NAME = "EXPLORER_TEST_VALUE"


@pytest.fixture
def value(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv(NAME, raising=False)
    return monkeypatch


def test_a_text_is_stripped_and_has_a_default(value: pytest.MonkeyPatch) -> None:
    assert env.text(NAME, "x") == "x"
    value.setenv(NAME, "  y ")
    assert env.text(NAME, "x") == "y"


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("", False)]
)
def test_a_flag_has_the_usual_spellings(
    value: pytest.MonkeyPatch, text: str, expected: bool
) -> None:
    value.setenv(NAME, text)
    assert env.flag(NAME) is expected


def test_a_flag_that_is_neither_is_refused(value: pytest.MonkeyPatch) -> None:
    value.setenv(NAME, "perhaps")
    with pytest.raises(ImproperlyConfigured, match="neither yes nor no"):
        env.flag(NAME)


@pytest.mark.parametrize("text", ["x", "1.5", "-1", "70000", ""])
def test_a_number_out_of_bounds_is_refused(value: pytest.MonkeyPatch, text: str) -> None:
    value.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env.number(NAME, 3001, least=1, most=65535)


def test_a_number_has_a_default(value: pytest.MonkeyPatch) -> None:
    assert env.number(NAME, 3001, least=1, most=65535) == 3001
    value.setenv(NAME, "80")
    assert env.number(NAME, 3001, least=1, most=65535) == 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20GB", 20 * 10**9),
        ("512 MiB", 512 * 2**20),
        ("1.5kB", 1500),
        ("7", 7),
        ("2tib", 2 * 2**40),
    ],
)
def test_sizes_carry_units(value: pytest.MonkeyPatch, text: str, expected: int) -> None:
    value.setenv(NAME, text)
    assert env.size_bytes(NAME, "1") == expected


@pytest.mark.parametrize("text", ["many", "20 apples", "-1GB", "GB", "1e9"])
def test_what_is_no_size_is_refused(value: pytest.MonkeyPatch, text: str) -> None:
    value.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match="not a size"):
        env.size_bytes(NAME, "1")


@given(st.integers(0, 2**50))
def test_a_plain_number_of_bytes_is_itself(size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NAME, str(size))
        assert env.size_bytes(NAME, "1") == size


def test_a_secret_may_lie_in_a_file(value: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("swordfish\n")
    value.setenv(f"{NAME}_FILE", str(file))
    value.setenv(NAME, "ignored")
    assert env.secret(NAME) == "swordfish"
    value.setenv(f"{NAME}_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.secret(NAME)


def test_names_are_a_list_with_commas(value: pytest.MonkeyPatch) -> None:
    assert env.names(NAME) == []
    value.setenv(NAME, "trn-box, ,trn-box.lan")
    assert env.names(NAME) == ["trn-box", "trn-box.lan"]


def test_a_folder_is_absolute(value: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.folder(NAME, tmp_path) == tmp_path
    value.setenv(NAME, "~/data")
    assert env.folder(NAME, tmp_path) == Path.home() / "data"
