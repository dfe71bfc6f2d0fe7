"""What a file's head says of itself, whatever it holds."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.reading import source_head
from profiles.services import sample_files

SAMPLE = {role: path.read_bytes() for role, path in sample_files()}
ID_AT = slice(204, 220)


def test_a_neff_and_its_trace_carry_the_same_id() -> None:
    heads = {role: source_head(path) for role, path in sample_files()}
    assert heads["neff"].ids == (SAMPLE["neff"][ID_AT].hex(),)
    assert set(heads["ntff"].ids) == set(heads["neff"].ids)
    assert heads["neff"].read_as.startswith("package version 2")
    assert heads["ntff"].read_as == "version 6"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello", "not recognised by its first bytes"),
        (b"\x1f\x8b\x08\x00" * 10, "not recognised by its first bytes"),
    ],
)
def test_other_files_are_said_to_be_so(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert source_head(path).read_as == words


def test_a_file_that_is_gone_is_said_to_be_so(tmp_path: Path) -> None:
    assert source_head(tmp_path / "gone").read_as == "the file cannot be read"


def test_a_cut_neff_has_a_version_and_no_id(tmp_path: Path) -> None:
    path = tmp_path / "cut.neff"
    path.write_bytes(SAMPLE["neff"][:300])
    assert source_head(path) == type(source_head(path))("package version 2", ())


def test_a_build_text_of_any_bytes_does_no_harm(tmp_path: Path) -> None:
    data = bytearray(SAMPLE["neff"][:1024])
    data[40:168] = b"\x1b[31m\xff\x00" * 18 + b"\0\0"
    path = tmp_path / "odd.neff"
    path.write_bytes(data)
    assert "\x1b" not in source_head(path).read_as


def test_little_is_read_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "large.ntff"
    with path.open("wb") as file:
        file.write(bytes([6]) + (1 << 33).to_bytes(8, "little") + bytes(119))
        file.truncate(1 << 33)
    assert source_head(path).read_as == "version 6"


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["neff", "ntff"]), st.integers(0, 3000), st.binary(max_size=40))
def test_damaged_heads_are_always_answered(
    tmp_path: Path, role: str, at: int, damage: bytes
) -> None:
    data = bytearray(SAMPLE[role][:4096])
    data[at : at + len(damage)] = damage
    path = tmp_path / "damaged"
    path.write_bytes(data)
    head = source_head(path)
    assert head.read_as
    assert all(len(one) <= 32 for one in head.ids)
