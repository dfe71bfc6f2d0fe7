"""ntrace.pb against a reader of the tests' own, whole, cut and damaged."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.system.frames import find_frames
from ingest_worker.formats.system.ntrace import TraceFrames, read_ntrace
from ingest_worker.formats.system.trace_info import read_trace_info
from tests.make import wire
from tests.make.session import broken, read_back
from tests.make.session.frames import event_frames, framed
from tests.make.session.serving import small_session
from tests.make.session.trace_info import trace_info

MANY = 1_000_000
PROCESS = small_session().processes[0]
FRAMES = event_frames(PROCESS)
INFO = trace_info(PROCESS)


def read(data: bytes) -> TraceFrames:
    return read_ntrace(find_frames(memoryview(data), MANY))


def keys_of(frames: TraceFrames) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{} for _ in range(len(frames))]
    own = frames.attributes
    for frame, key, offset, size in zip(
        own.frame.tolist(), own.key.tolist(), own.offset.tolist(), own.size.tolist(), strict=True
    ):
        raw = frames.data[offset : offset + size].tobytes()
        found[frame][frames.keys[key]] = raw.decode()
    return found


def test_every_frame_has_the_numbers_the_slow_reader_finds() -> None:
    slow, fast = read_back.events(FRAMES), read(FRAMES)
    assert len(fast) == len(slow) == PROCESS.frame_count
    for number, column in (
        (2, fast.time_ns),
        (7, fast.kind),
        (9, fast.thread),
        (10, fast.event_id),
        (14, fast.phase),
        (15, fast.span_id),
    ):
        assert column.tolist() == [frame.numbers.get(number, 0) for frame in slow]


def test_every_frame_has_the_keys_the_slow_reader_finds() -> None:
    assert keys_of(read(FRAMES)) == [frame.keys for frame in read_back.events(FRAMES)]


@settings(max_examples=40)
@given(st.integers(0, len(FRAMES)))
def test_a_trace_cut_anywhere_gives_its_whole_frames(cut: int) -> None:
    found = read(FRAMES[:cut])
    whole = read(FRAMES)
    count = len(found)
    assert found.damaged == 0
    assert found.time_ns.tolist() == whole.time_ns[:count].tolist()
    assert found.attributes.frame.max(initial=-1) < count


@settings(max_examples=60)
@given(st.integers(0, len(FRAMES) - 1), st.integers(0, 255))
def test_a_changed_byte_anywhere_is_never_an_error(place: int, value: int) -> None:
    changed = bytearray(FRAMES)
    changed[place] = value
    found = read(bytes(changed))
    assert len(found) + found.damaged <= PROCESS.frame_count + 200
    assert (found.attributes.frame < max(len(found), 1)).all()


def test_noise_is_never_an_error() -> None:
    noise = random.Random(4)
    bodies = [noise.randbytes(noise.randrange(60)) for _ in range(500)]
    found = read(framed(bodies))
    assert len(found) + found.damaged == 500
    assert (found.attributes.frame < max(len(found), 1)).all()


def test_a_damaged_frame_is_left_out_and_the_byte_is_told() -> None:
    good = [wire.uint(2, 5) + wire.uint(7, 3), wire.uint(2, 9) + wire.uint(7, 4)]
    found = read(framed([good[0], b"\x62\x50", good[1]]))
    assert found.time_ns.tolist() == [5, 9]
    assert (found.damaged, found.first_damaged_at) == (1, len(framed(good[:1])) + 4)


def test_a_damaged_key_damages_its_frame_only() -> None:
    bad = wire.uint(2, 7) + wire.message(12, b"\x0a\x7f")
    found = read(framed([wire.uint(2, 5) + wire.message(12, wire.text(1, "k")), bad]))
    assert found.time_ns.tolist() == [5]
    assert keys_of(found) == [{"k": ""}]


def test_fields_of_a_later_version_are_kept_by_their_number() -> None:
    process = broken.unknown_fields(small_session()).processes[0]
    found = read(event_frames(process))
    assert len(found.extras) == len(found)
    number = broken.UNKNOWN_FIELD
    assert set(map(str, found.extras[0].items())) == {
        str((f"field_{number}", "4711")),
        str((f"field_{number + 1}", "later")),
    }


def test_an_empty_trace_has_no_frame() -> None:
    found = read(b"")
    assert len(found) == 0
    assert found.attributes.frame.tolist() == []


def test_a_time_that_cannot_be_is_the_latest() -> None:
    assert read(framed([wire.uint(2, (1 << 64) - 1)])).time_ns.tolist() == [(1 << 62) - 1]


def test_what_trace_info_says_is_read_back() -> None:
    found = read_trace_info(memoryview(INFO))
    instance = PROCESS.instance
    assert (found.process_id, found.instance_id) == (PROCESS.pid, instance.name)
    assert (found.arch, found.instance_type) == (instance.arch, instance.type)
    assert (found.cpus, found.memory_bytes) == (instance.cpus, instance.memory_bytes)
    assert (found.cpu_interval_s, found.memory_interval_s) == (1.0, 1.0)
    assert (found.start_ns, found.end_ns) == (PROCESS.opened_ns, PROCESS.closed_ns)
    assert found.event_count == found.stored_count == PROCESS.frame_count
    assert found.ultraserver_index is None
    assert found.logical_core_size == PROCESS.lnc_size


def test_names_of_types_and_models_come_from_the_file() -> None:
    found = read_trace_info(memoryview(INFO))
    assert found.type_name(3) == "nrt_execute"
    assert found.type_name(77) == "type_77"
    for model in PROCESS.models:
        assert found.model_name(model.model_id) == model.path
    assert found.model_name(0) is None
    assert found.model_name(1) is None


def answer(data: bytes) -> str:
    """What the reader of trace_info.pb says: a name it knows, or the code of its refusal."""
    try:
        return read_trace_info(memoryview(data)).type_name(3)
    except FormatError as error:
        return error.code


@given(st.binary(max_size=120))
def test_bytes_that_are_no_trace_info_are_refused_or_read(data: bytes) -> None:
    assert answer(data) in {"type_3", "system.malformed", "limit.records"}


@settings(max_examples=60)
@given(st.integers(0, len(INFO) - 1), st.integers(0, 255))
def test_a_changed_byte_of_trace_info_is_refused_or_read(place: int, value: int) -> None:
    changed = bytearray(INFO)
    changed[place] = value
    said = answer(bytes(changed))
    assert "." not in said or said == "system.malformed"


@pytest.mark.parametrize("cut", [1, 10, len(INFO) // 2, len(INFO) - 1])
def test_a_cut_trace_info_is_refused_or_read(cut: int) -> None:
    assert answer(INFO[:cut]) in {"type_3", "nrt_execute", "system.malformed"}
