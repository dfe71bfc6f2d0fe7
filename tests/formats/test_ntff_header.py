"""The first 128 bytes of a trace decide whether it is one, which version, and if it is whole."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError, NotThisFormat, Truncated, Unsupported
from ingest_worker.formats.ntff.header import read_header
from tests.formats.message_bytes import blob, ntff

MESSAGE = blob(1, "file.neff")


def refused(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read_header(memoryview(data))
    return caught.value


def test_the_worked_example_has_its_blob_area_at_3288() -> None:
    data = bytes.fromhex("06580c000000000000").ljust(128, b"\xee") + b"\x0a" * 3160
    header = read_header(memoryview(data))
    assert (header.version, header.message_size, header.base) == (6, 3160, 3288)


@pytest.mark.parametrize("version", [4, 5, 6])
def test_versions_4_to_6_are_read_whatever_lies_behind_the_length(version: int) -> None:
    assert read_header(memoryview(ntff(version, MESSAGE))).version == version


@pytest.mark.parametrize("version", [1, 3, 7, 8, 15, 200])
def test_another_version_of_a_whole_trace_is_unsupported_and_named(version: int) -> None:
    error = refused(ntff(version, MESSAGE))
    assert isinstance(error, Unsupported)
    assert error.code == "ntff.unsupported_version"
    assert str(version) in error.message


def test_an_empty_file_had_no_execution() -> None:
    error = refused(b"")
    assert (error.code, error.offset) == ("ntff.truncated", 0)
    assert "no execution" in error.message


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04" + b"\0" * 200,
        b"\x7fELF" + b"\1" * 200,
        b"\x1f\x8b\x08" + b"\0" * 200,
        b"hello world, this is no trace" * 20,
        struct.pack("<5Q", 2, 1024, 40960, 2, 0).ljust(1024, b"\0"),
        b"\0" * 300,
    ],
    ids=["zip", "elf", "gzip", "text", "neff", "zeros"],
)
def test_other_files_are_not_this_format(head: bytes) -> None:
    error = refused(head)
    assert isinstance(error, NotThisFormat)
    assert (error.code, error.offset) == ("ntff.not_this_format", 0)


def test_a_file_cut_in_its_description_says_where_it_ends() -> None:
    whole = ntff(6, MESSAGE)
    error = refused(whole[:-3])
    assert isinstance(error, Truncated)
    assert (error.code, error.offset) == ("ntff.truncated", len(whole) - 3)


@given(st.binary(max_size=300))
def test_any_head_is_a_header_or_a_coded_error(data: bytes) -> None:
    code = ""
    try:
        header = read_header(memoryview(data))
        assert 128 < header.base <= len(data)
    except FormatError as error:
        code = error.code
    assert code in {
        "",
        "ntff.not_this_format",
        "ntff.truncated",
        "ntff.unsupported_version",
    }
