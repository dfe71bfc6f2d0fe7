"""Bytes written column by column are what a protocol buffer library reads."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace

from ingest_worker.exports.perfetto.interning import EVENT_NAME, Interning
from ingest_worker.exports.perfetto.packets import Events, TraceWriter
from ingest_worker.exports.perfetto.wire import Messages, block, number, text, varint, varints

WIDE = st.integers(-(1 << 63), (1 << 63) - 1)


def value_of(data: bytes) -> int:
    found = 0
    for place, byte in enumerate(data):
        found |= (byte & 0x7F) << 7 * place
    return found


@given(WIDE)
def test_a_varint_holds_its_number(value: int) -> None:
    data = varint(value)
    assert value_of(data) == value & (1 << 64) - 1
    assert all(byte & 0x80 for byte in data[:-1])
    assert not data[-1] & 0x80


@given(st.lists(WIDE, min_size=1, max_size=20))
def test_a_column_of_varints_is_as_wide_as_its_widest(values: list[int]) -> None:
    found = varints(np.array(values, np.int64))
    assert found.shape == (
        len(values),
        max(len(varint(value)) for value in values),
    )
    for row, value in zip(found, values, strict=True):
        assert value_of(row.tobytes()) == value & (1 << 64) - 1
        assert not row[-1] & 0x80


def test_no_numbers_take_no_room() -> None:
    messages = Messages(0)
    messages.put(b"\x08", varints(np.zeros(0, np.int64)))
    messages.enclose(b"\x0a")
    assert messages.to_bytes() == b""


def test_a_column_can_be_in_some_rows_only() -> None:
    messages = Messages(3)
    messages.put(b"a")
    messages.put(b"bc", where=np.array([True, False, True]))
    messages.enclose(b"<")
    assert messages.to_bytes() == b"<\x03abc<\x01a<\x03abc"


def test_messages_follow_those_of_their_own_row() -> None:
    first, second = Messages(2), Messages(2)
    first.put(np.array([[1], [2]], np.uint8))
    second.put(np.array([[3], [4]], np.uint8), where=np.array([False, True]))
    first.follow(second)
    assert first.to_bytes() == bytes([1, 2, 4])


def test_text_that_utf8_cannot_say_is_replaced() -> None:
    assert text(1, "\ud800") == block(1, b"?")


def test_texts_get_one_number_each_and_none_for_nothing() -> None:
    texts = Interning()
    found = texts.numbers(EVENT_NAME, pa.array(["a", None, "", "b", "a"]))
    assert found.tolist() == [1, 0, 0, 2, 1]
    assert texts.taken() == block(EVENT_NAME, number(1, 1) + text(2, "a")) + block(
        EVENT_NAME, number(1, 2) + text(2, "b")
    )
    assert texts.taken() == b""


def test_too_many_texts_are_forgotten_between_batches() -> None:
    texts = Interning(most=2)
    texts.numbers(EVENT_NAME, pa.array(["a", "b", "c"]))
    texts.taken()
    texts.make_room()
    assert texts.is_fresh
    assert texts.numbers(EVENT_NAME, pa.array(["c"])).tolist() == [1]


def events(**arguments: pa.Array) -> list[dict[str, object]]:
    """The arguments of two slices as the library of the format reads them."""
    writer = TraceWriter(zero_ns=1000)
    track = writer.thread(writer.process("p"), "t")
    data = writer.events(
        Events(
            track=np.array([track, track]),
            start=np.array([-1000, 5]),
            end=np.array([0, 7]),
            names=pa.array(["first", "second"]),
            arguments=arguments,
        )
    )
    keys: dict[int, str] = {}
    texts: dict[int, str] = {}
    found: list[dict[str, object]] = []
    for packet in Trace.FromString(data).packet:
        keys |= {one.iid: one.name for one in packet.interned_data.debug_annotation_names}
        texts |= {
            one.iid: one.str.decode() for one in packet.interned_data.debug_annotation_string_values
        }
        if packet.HasField("track_event") and packet.track_event.type == 1:
            own: dict[str, object] = {"": packet.timestamp}
            for one in packet.track_event.debug_annotations:
                kind = one.WhichOneof("value")
                value = getattr(one, kind)
                own[keys[one.name_iid]] = texts[value] if kind == "string_value_iid" else value
            found.append(own)
    return found


@pytest.mark.parametrize(
    "values",
    [
        pa.array([-5, 1 << 62]),
        pa.array([1, None], pa.int32()),
        pa.array([0.5, None], pa.float32()),
        pa.array([True, False]),
        pa.array(["text", None]),
        pa.array(["same", "same"]).dictionary_encode(),
    ],
)
def test_arguments_arrive_as_they_were(values: pa.Array) -> None:
    expected = [value for value in values.to_pylist() if value is not None]
    found = events(key=values)
    assert [one[""] for one in found] == [0, 1005]
    assert [one["key"] for one in found if "key" in one] == expected


def test_an_argument_no_row_has_is_not_written() -> None:
    assert events(key=pa.nulls(2, pa.int64())) == [{"": 0}, {"": 1005}]
