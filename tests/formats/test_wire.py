"""Protobuf messages are read field by field, and a wrong length is an error with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.formats.wire import Message, read_fields, read_varint
from tests.formats.message_bytes import blob, number, varint


def message(data: bytes, base: int = 0) -> Message:
    return Message(memoryview(data), form="ntff", base=base)


def test_a_varint_of_two_bytes_is_300() -> None:
    assert read_varint(memoryview(b"\xac\x02"), 0, form="ntff") == (300, 2)


@given(st.integers(0, 2**64 - 1), st.binary(max_size=3))
def test_every_number_comes_back_from_its_varint(value: int, behind: bytes) -> None:
    raw = varint(value)
    assert read_varint(memoryview(raw + behind), 0, form="ntff") == (value, len(raw))


def test_a_varint_of_eleven_bytes_is_malformed() -> None:
    with pytest.raises(Malformed) as caught:
        read_varint(memoryview(b"\xff" * 11), 0, form="neff", base=100)
    assert (caught.value.code, caught.value.offset) == ("neff.malformed", 100)


def test_a_number_cut_off_is_malformed_at_its_first_byte() -> None:
    with pytest.raises(Malformed) as caught:
        list(read_fields(memoryview(number(1, 5) + b"\x10\xff"), form="ntff", base=128))
    assert caught.value.offset == 131


def test_a_length_beyond_the_message_is_malformed_before_anything_is_allocated() -> None:
    with pytest.raises(Malformed) as caught:
        list(read_fields(memoryview(b"\x0a" + varint(1 << 60) + b"x"), form="ntff", base=10))
    assert caught.value.offset == 10
    assert "claims" in caught.value.message


@pytest.mark.parametrize("kind", [3, 4, 6, 7])
def test_groups_and_unknown_wire_types_are_malformed(kind: int) -> None:
    with pytest.raises(Malformed):
        list(read_fields(memoryview(bytes([1 << 3 | kind, 0])), form="ntff"))


def test_field_number_zero_is_malformed() -> None:
    with pytest.raises(Malformed):
        list(read_fields(memoryview(b"\x00\x01"), form="ntff"))


def test_fixed_width_fields_are_little_endian_numbers() -> None:
    found = list(
        read_fields(memoryview(b"\x0d\x01\x02\x00\x00\x11" + b"\x05" + b"\0" * 7), form="x")
    )
    assert [(field.number, field.value) for field in found] == [(1, 0x201), (2, 5)]


def test_absent_fields_have_the_defaults_of_proto3() -> None:
    empty = message(b"")
    assert empty.uint(1) == 0
    assert empty.text(2) == ""
    assert bytes(empty.blob(3)) == b""
    assert list(empty.children(4)) == []
    assert empty.child(4).uint(1) == 0


def test_the_last_value_of_a_repeated_scalar_counts() -> None:
    assert message(number(1, 3) + number(1, 9)).uint(1) == 9


def test_a_negative_number_is_ten_bytes() -> None:
    assert message(number(5, -1)).sint(5) == -1


def test_broken_utf8_is_replaced() -> None:
    assert message(blob(1, b"q\xffx")).text(1) == "q\ufffdx"


def test_packed_and_plain_numbers_are_read_alike() -> None:
    plain = number(4, 1) + number(4, 300)
    packed = blob(4, varint(1) + varint(300))
    assert message(plain).uints(4) == message(packed).uints(4) == [1, 300]


def test_children_know_where_they_lie() -> None:
    inner = number(1, 7)
    data = number(9, 1) + blob(2, inner + b"\x12\x7f")
    with pytest.raises(Malformed) as caught:
        message(data, base=1000).child(2)
    assert caught.value.offset == 1000 + 2 + 2 + len(inner)


def test_a_number_where_bytes_belong_is_malformed() -> None:
    with pytest.raises(Malformed):
        message(number(1, 7)).blob(1)
    with pytest.raises(Malformed):
        message(blob(1, b"")).uint(1)


def test_unknown_fields_are_counted() -> None:
    data = number(1, 1) + number(77, 1) + number(77, 2) + blob(78, b"")
    assert message(data).unknown(frozenset({1})) == {77: 2, 78: 1}


def test_more_fields_than_allowed_exceed_a_limit() -> None:
    with pytest.raises(LimitExceeded) as caught:
        Message(memoryview(number(1, 1) * 5), form="ntff", most_fields=4)
    assert caught.value.code == "limit.records"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    error: Malformed | None = None
    try:
        list(read_fields(memoryview(data), form="ntff"))
    except Malformed as caught:
        error = caught
    assert error is None or 0 <= (error.offset or 0) <= len(data)
