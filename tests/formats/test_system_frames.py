"""Files of frames: every whole frame is found, wherever the file is cut."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.errors import LimitExceeded
from ingest_worker.formats.system.frames import find_frames
from ingest_worker.formats.system.messages import read_columns
from ingest_worker.formats.system.samples import read_cpu, read_memory
from tests.make import wire
from tests.make.session.description import Samples
from tests.make.session.frames import cpu_frames, framed, memory_frames

MANY = 1_000_000
MESSAGES = st.lists(st.binary(max_size=40), max_size=12)


def pieces(data: bytes) -> tuple[list[bytes], int | None]:
    found = find_frames(memoryview(data), MANY)
    return [data[a:b] for a, b in zip(found.start, found.end, strict=True)], found.cut_at


@given(MESSAGES)
def test_frames_of_a_whole_file_are_the_messages(messages: list[bytes]) -> None:
    assert pieces(framed(messages)) == (messages, None)


@given(MESSAGES, st.data())
def test_a_cut_file_gives_its_whole_frames_and_the_byte_of_the_cut(
    messages: list[bytes], data: st.DataObject
) -> None:
    whole = framed(messages)
    cut = data.draw(st.integers(0, len(whole)))
    found, cut_at = pieces(whole[:cut])
    assert found == messages[: len(found)]
    kept = len(framed(found))
    assert kept <= cut
    assert cut_at == (None if kept == cut else kept)
    assert len(found) == len(messages) or len(framed(messages[: len(found) + 1])) > cut


@given(st.binary(max_size=200))
def test_any_bytes_give_frames_inside_the_file(data: bytes) -> None:
    found = find_frames(memoryview(data), MANY)
    assert all(0 <= a <= b <= len(data) for a, b in zip(found.start, found.end, strict=True))


def test_a_length_beyond_the_file_is_a_cut_and_no_memory_is_taken() -> None:
    data = framed([b"ab"]) + struct.pack("<I", 0xFFFF_FFFF) + b"rest"
    assert pieces(data) == ([b"ab"], 6)


def test_more_frames_than_allowed_are_refused() -> None:
    with pytest.raises(LimitExceeded) as error:
        find_frames(memoryview(framed([b""] * 11)), 10)
    assert error.value.code == "limit.records"


FIELDS = st.lists(
    st.one_of(
        st.tuples(st.just("uint"), st.integers(1, 2000), st.integers(0, (1 << 64) - 1)),
        st.tuples(st.just("text"), st.integers(1, 2000), st.binary(max_size=20)),
        st.tuples(st.just("fixed32"), st.integers(1, 2000), st.integers(0, (1 << 32) - 1)),
        st.tuples(st.just("fixed64"), st.integers(1, 2000), st.integers(0, (1 << 64) - 1)),
    ),
    max_size=6,
)


def encoded(fields: list[tuple[str, int, int | bytes]]) -> bytes:
    out = b""
    for kind, number, value in fields:
        if isinstance(value, bytes):
            out += wire.message(number, value)
        elif kind == "uint":
            out += wire.written(number, value)
        elif kind == "fixed32":
            out += wire.tag(number, wire.FIXED32) + struct.pack("<I", value)
        else:
            out += wire.tag(number, wire.FIXED64) + struct.pack("<Q", value)
    return out


def columns_of(
    data: bytes, start: list[int], end: list[int]
) -> tuple[list[list[object]], list[bool]]:
    damaged = np.zeros(len(start), bool)
    raw = np.frombuffer(data, np.uint8)
    found: list[list[object]] = [[] for _ in start]
    for column in read_columns(raw, np.array(start, np.int64), np.array(end, np.int64), damaged):
        for owner, number, kind, value, size in zip(
            column.owner, column.number, column.kind, column.value, column.size, strict=True
        ):
            is_text = int(kind) == wire.BYTES
            got = data[int(value) : int(value) + int(size)] if is_text else int(value)
            found[int(owner)].append((int(number), got))
    return found, damaged.tolist()


@given(st.lists(FIELDS, max_size=6))
def test_columns_hold_the_fields_of_every_message_in_order(
    messages: list[list[tuple[str, int, int | bytes]]],
) -> None:
    bodies = [encoded(fields) for fields in messages]
    ends = np.cumsum([len(body) for body in bodies]).tolist() if bodies else []
    starts = [end - len(body) for end, body in zip(ends, bodies, strict=True)]
    found, damaged = columns_of(b"".join(bodies), starts, ends)
    assert found == [[(number, value) for _, number, value in fields] for fields in messages]
    assert not any(damaged)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_within_their_bounds(data: bytes) -> None:
    found, _ = columns_of(data, [0], [len(data)])
    for _, value in found[0]:
        assert not isinstance(value, bytes) or value in data


@pytest.mark.parametrize(
    "body",
    [
        b"\x80" * 11,  # a number that does not end
        b"\x0a\x05ab",  # a text longer than its message
        b"\x00\x01",  # field number 0
        b"\x0b",  # a group
        b"\x0d\x01\x02",  # four bytes of which two are there
        b"\x09\x01",  # eight bytes of which one is there
    ],
)
def test_what_is_no_message_is_marked_and_its_neighbour_is_not(body: bytes) -> None:
    good = wire.uint(3, 7)
    found, damaged = columns_of(body + good, [0, len(body)], [len(body), len(body) + len(good)])
    assert damaged == [True, False]
    assert found[1] == [(3, 7)]


SAMPLES = Samples(
    ticks_ns=(1_000_000_000, 2_000_000_000), cpu=((0.0, 12.5), (99.75, 0.0)), memory=(5, 1 << 50)
)


def test_samples_of_cpus_are_read_back_absent_numbers_as_zero() -> None:
    found = read_cpu(find_frames(memoryview(cpu_frames(SAMPLES)), MANY))
    assert found.time_ns.tolist() == [1_000_000_000] * 2 + [2_000_000_000] * 2
    assert found.cpu.tolist() == [0, 1, 0, 1]
    assert found.percent.tolist() == [0.0, 12.5, 99.75, 0.0]


def test_samples_of_memory_are_read_back() -> None:
    found = read_memory(find_frames(memoryview(memory_frames(SAMPLES)), MANY))
    assert found.used_bytes.tolist() == [5, 1 << 50]
    assert found.damaged == 0


def test_a_value_that_is_no_number_counts_as_zero() -> None:
    bodies = [wire.tag(1, wire.FIXED32) + struct.pack("<f", float(v)) for v in ("nan", "inf")]
    found = read_cpu(find_frames(memoryview(framed(bodies)), MANY))
    assert found.percent.tolist() == [0.0, 0.0]


def test_a_damaged_sample_is_left_out_and_counted() -> None:
    data = framed([wire.uint(1, 7) + wire.uint(2, 9), b"\x0a\xff"])
    found = read_memory(find_frames(memoryview(data), MANY))
    assert (found.used_bytes.tolist(), found.damaged) == ([7], 1)
