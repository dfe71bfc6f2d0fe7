"""A cursor reads little-endian numbers and never past the end."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.cursor import Cursor
from ingest_worker.formats.errors import FormatError, Truncated, hint_for


def cursor(data: bytes, base: int = 0) -> Cursor:
    return Cursor(memoryview(data), form="ntff", base=base)


def test_numbers_are_little_endian_and_move_the_place() -> None:
    place = cursor(bytes(range(1, 16)))
    assert place.u8() == 0x01
    assert place.u16() == 0x0302
    assert place.u32() == 0x07060504
    assert place.u64() == 0x0F0E0D0C0B0A0908
    assert (place.position, place.remaining) == (15, 0)


def test_reading_past_the_end_names_the_offset_and_what_was_wanted() -> None:
    place = cursor(b"abc", base=128)
    place.take(2, "two")
    with pytest.raises(Truncated) as caught:
        place.u32("the size")
    assert caught.value.code == "ntff.truncated"
    assert caught.value.offset == 130
    assert "the size" in caught.value.message


@given(st.binary(max_size=30), st.integers(-5, 40), st.integers(-5, 40))
def test_a_slice_is_inside_the_buffer_or_an_error(data: bytes, start: int, size: int) -> None:
    if start >= 0 and size >= 0 and start + size <= len(data):
        assert bytes(cursor(data).slice(start, size, "x")) == data[start : start + size]
    else:
        with pytest.raises(Truncated):
            cursor(data).slice(start, size, "x")


def test_an_error_says_code_place_and_file_in_one_line() -> None:
    error = FormatError("ntff.malformed", "A length is wrong.", 12, file="a.ntff")
    assert str(error) == "ntff.malformed: a.ntff: A length is wrong. (at byte 12)"
    assert error.hint == hint_for("ntff.malformed") != ""


def test_an_error_survives_the_way_between_processes() -> None:
    error = Truncated("ntff.truncated", "Cut.", 5, file="x", hint="Copy again.")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is Truncated
    assert vars(again) == vars(error)
