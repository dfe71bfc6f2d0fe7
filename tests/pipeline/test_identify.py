"""Roles are checked against first bytes before anything is decoded."""

from pathlib import Path

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.registry import HEAD_BYTES, role_of
from ingest_worker.pipeline.identify import identify
from ingest_worker.pipeline.stage import Options, SourceRef, in_order
from tests.make.pair import write_pair


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return write_pair(tmp_path)


def ref(role: str, path: Path, ordinal: int = 0, name: str = "") -> SourceRef:
    return SourceRef(role, name or path.name, path, ordinal)


@pytest.mark.parametrize("version", [4, 5, 6])
def test_first_bytes_tell_a_trace_from_a_neff(tmp_path: Path, version: int) -> None:
    neff, ntff = write_pair(tmp_path, version=version, cores=1)
    assert role_of(neff.read_bytes()[:HEAD_BYTES]) == "neff"
    assert role_of(ntff.read_bytes()[:HEAD_BYTES]) == "ntff"


@pytest.mark.parametrize("head", [b"", b"\0" * 1024, b"PK\x03\x04" * 300, b"text " * 300])
def test_other_bytes_have_no_role(head: bytes) -> None:
    assert role_of(head) is None


def test_the_neff_and_the_traces_are_told_apart_in_their_order(pair: tuple[Path, Path]) -> None:
    neff, ntff = pair
    given = [ref("ntff", ntff, 2, "c"), ref("neff", neff), ref("ntff", ntff, 1, "b")]
    found = identify(given, Options())
    assert found.neff is not None
    assert found.neff.path == neff
    assert [source.name for source in found.traces] == ["b", "c"]


def test_roles_left_out_are_left_out(pair: tuple[Path, Path]) -> None:
    given = [ref("neff", pair[0]), ref("ntff", pair[1])]
    assert identify(given, Options(without=frozenset({"neff"}))).neff is None
    assert identify(given, Options(without=frozenset({"ntff"}))).traces == ()


@pytest.mark.parametrize("swap", [True, False])
def test_swapped_files_name_the_file_and_say_what_helps(
    pair: tuple[Path, Path], swap: bool
) -> None:
    source = ref("neff", pair[1]) if swap else ref("ntff", pair[0])
    with pytest.raises(FormatError) as caught:
        identify([source], Options())
    assert (caught.value.code, caught.value.file) == ("pair.swapped", source.name)
    assert "Swap" in caught.value.hint


def test_a_file_of_no_known_format_is_left_to_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "odd.ntff"
    path.write_bytes(b"neither one nor the other" * 50)
    assert identify([ref("ntff", path)], Options()).traces[0].path == path


def test_no_source_at_all_is_a_missing_part() -> None:
    with pytest.raises(FormatError) as caught:
        identify([], Options())
    assert caught.value.code == "upload.missing_part"


def test_sources_are_ordered_by_role_then_place(pair: tuple[Path, Path]) -> None:
    given = [ref("ntff", pair[1], 1), ref("ntff", pair[1], 0), ref("neff", pair[0])]
    assert [(s.role, s.ordinal) for s in in_order(given)] == [("neff", 0), ("ntff", 0), ("ntff", 1)]
