"""Starts and stops: paired by their span id, whatever order they stand in."""

import random

import pytest

from ingest_worker.builders.system.spans import join_spans, unknown_phases
from ingest_worker.builders.system.values import NONE, FrameValues
from tests.make.session.frames import START, STOP
from tests.system.frames_made import Recorder


def times(recorder: Recorder) -> list[tuple[int, int]]:
    spans = recorder.spans
    base = recorder.base_ns
    pairs = zip(spans.start_ns.tolist(), spans.end_ns.tolist(), strict=True)
    return sorted((start - base, end - base) for start, end in pairs)


def test_a_start_and_its_stop_are_a_span() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 10, 30)
    recorder.span("nrt_load", 15, 20)
    assert times(recorder) == [(10, 30), (15, 20)]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_frames_does_not_matter(seed: int) -> None:
    recorder = Recorder()
    expected = []
    for number in range(40):
        start = 7 * number
        recorder.span("nrt_execute", start, start + 3 + number % 5)
        expected.append((start, start + 3 + number % 5))
    random.Random(seed).shuffle(recorder.bodies)
    assert times(recorder) == sorted(expected)
    assert (recorder.spans.unclosed, recorder.spans.lonely_stops) == (0, 0)


def test_an_instant_has_no_length() -> None:
    recorder = Recorder()
    recorder.instant("timestamp_sync_point", 12)
    assert times(recorder) == [(12, 12)]


def test_a_start_without_a_stop_lasts_to_the_end_of_the_trace() -> None:
    recorder = Recorder()
    recorder.frame("nrt_execute", START, 5, 1)
    recorder.span("nrt_load", 10, 90)
    spans = recorder.spans
    assert times(recorder) == [(5, 90), (10, 90)]
    assert spans.unclosed == 1


def test_a_stop_without_a_start_is_counted_and_left_out() -> None:
    recorder = Recorder()
    recorder.frame("nrt_execute", STOP, 5, 1)
    recorder.span("nrt_load", 10, 90)
    assert times(recorder) == [(10, 90)]
    assert recorder.spans.lonely_stops == 1


def test_an_id_used_again_pairs_in_order_of_time() -> None:
    recorder = Recorder()
    for at, phase in ((10, START), (20, STOP), (30, START), (45, STOP)):
        recorder.frame("nrt_execute", phase, at, 77)
    recorder.bodies.reverse()
    assert times(recorder) == [(10, 20), (30, 45)]


def test_an_end_before_the_start_is_an_instant_and_counted() -> None:
    recorder = Recorder()
    recorder.span("nrt_execute", 50, 40)
    assert times(recorder) == [(50, 50)]
    assert recorder.spans.backward == 1


def test_a_phase_nobody_knows_is_an_instant() -> None:
    recorder = Recorder()
    recorder.frame("nrt_execute", 9, 50, 1)
    assert times(recorder) == [(50, 50)]
    assert unknown_phases(recorder.frames) == 1


def test_ids_with_the_core_above_bit_50_stay_apart() -> None:
    recorder = Recorder()
    for core in (0, 1):
        recorder.frame("nrt_execute", START, 10 + core, 5 + (core << 50))
    for core in (0, 1):
        recorder.frame("nrt_execute", STOP, 20 + core, 5 + (core << 50))
    assert times(recorder) == [(10, 20), (11, 21)]


def test_no_frame_is_no_span() -> None:
    assert len(join_spans(Recorder().frames)) == 0


def test_numbers_of_keys_are_found_by_frame() -> None:
    recorder = Recorder()
    recorder.frame("nrt_load", START, 1, 1, size=7, text="x")
    recorder.frame("nrt_load", STOP, 2, 1, size=12345678901234567)
    values = FrameValues(recorder.frames)
    frame = recorder.spans.start_frame
    assert values.numbers("size", frame).tolist() == [7]
    assert values.numbers("size", recorder.spans.stop_frame).tolist() == [12345678901234567]
    assert values.numbers("text", frame).tolist() == [NONE]
    assert values.numbers("absent", frame).tolist() == [NONE]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", NONE),
        ("12a", NONE),
        ("-1", NONE),
        ("", NONE),
        ("1" * 25, NONE),
        ("0x10", NONE),
    ],
)
def test_only_decimal_texts_of_64_bits_are_numbers(text: str, number: int) -> None:
    recorder = Recorder()
    recorder.frame("nrt_load", START, 1, 1, size=text)
    found = FrameValues(recorder.frames).numbers("size", recorder.spans.start_frame)
    assert found.tolist() == [number]


def test_texts_of_keys_are_kept_once() -> None:
    recorder = Recorder()
    for usage in ("weight", "io", "weight"):
        recorder.span("nrt_dma_mem_alloc", 1, 2, usage_type=usage)
    codes, texts = FrameValues(recorder.frames).texts("usage_type", recorder.spans.start_frame)
    assert [texts[code] for code in codes] == ["weight", "io", "weight"]
    assert len(texts) == 2
