"""Framework traces: Chrome's JSON, on a clock or on none, whole, packed, cut and hostile."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats import json_stream
from ingest_worker.formats.limits import DEFAULT_LIMITS, Limits
from ingest_worker.formats.system.framework import FrameworkTrace, read_framework
from ingest_worker.formats.system.json_events import ChromeTrace

BASE_NS = 1_700_000_000_000_000_000


def span(name: str = "op", ts: Any = 1, dur: Any = 2, **more: Any) -> dict[str, Any]:
    return {"ph": "X", "name": name, "ts": ts, "dur": dur, "pid": 7, "tid": 9, **more}


def written(folder: Path, document: Any, *, packed: bool = False) -> Path:
    text = document if isinstance(document, str) else json.dumps(document)
    path = folder / ("trace.json.gz" if packed else "trace.json")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def read(folder: Path, document: Any, **options: Any) -> FrameworkTrace:
    return read_framework(written(folder, document, **options), DEFAULT_LIMITS)


def test_a_base_time_makes_unix_times(tmp_path: Path) -> None:
    found = read(tmp_path, {"baseTimeNanoseconds": BASE_NS, "traceEvents": [span(ts=1.001)]})
    assert found.has_clock
    assert (found.spans[0].start_ns, found.spans[0].end_ns) == (BASE_NS + 1001, BASE_NS + 3001)


def test_a_base_time_behind_the_events_counts_too(tmp_path: Path) -> None:
    found = read(tmp_path, {"traceEvents": [span()], "baseTimeNanoseconds": BASE_NS})
    assert found.spans[0].start_ns == BASE_NS + 1000


def test_large_times_are_unix_times_themselves(tmp_path: Path) -> None:
    found = read(tmp_path, f'{{"traceEvents":[{{"ph":"X","ts":{BASE_NS // 1000}.125,"dur":0.5}}]}}')
    assert found.has_clock
    assert found.spans[0].start_ns == BASE_NS + 125
    assert found.spans[0].end_ns == BASE_NS + 625


def test_small_times_have_no_clock(tmp_path: Path) -> None:
    assert not read(tmp_path, {"traceEvents": [span()]}).has_clock


def test_a_bare_list_is_a_trace(tmp_path: Path) -> None:
    assert [s.name for s in read(tmp_path, [span("a"), span("b")]).spans] == ["a", "b"]


def test_a_packed_trace_reads_the_same(tmp_path: Path) -> None:
    document = {"traceEvents": [span(args={"step": 3})], "baseTimeNanoseconds": BASE_NS}
    assert read(tmp_path, document, packed=True) == read(tmp_path, document)


def test_begin_and_end_make_a_span_inner_ones_first(tmp_path: Path) -> None:
    events = [
        {"ph": "B", "name": "outer", "ts": 1, "pid": 1, "tid": 1},
        {"ph": "B", "name": "inner", "ts": 2, "pid": 1, "tid": 1},
        {"ph": "E", "ts": 3, "pid": 1, "tid": 1},
        {"ph": "E", "ts": 9, "pid": 1, "tid": 1},
        {"ph": "E", "ts": 10, "pid": 1, "tid": 1},
        {"ph": "B", "name": "open", "ts": 11, "pid": 1, "tid": 1},
    ]
    found = read(tmp_path, {"traceEvents": events})
    assert [(s.name, s.start_ns, s.end_ns) for s in found.spans] == [
        ("inner", 2000, 3000),
        ("outer", 1000, 9000),
    ]
    assert (found.skipped, found.unclosed) == (1, 1)


def test_threads_streams_and_arguments_are_kept(tmp_path: Path) -> None:
    named = {"ph": "M", "name": "thread_name", "pid": 7, "tid": 9, "args": {"name": "main"}}
    found = read(
        tmp_path, {"traceEvents": [named, span(cat="kernel", args={"stream": 3, "x": "y"})]}
    )
    assert found.thread_names == {9: "main"}
    assert (found.spans[0].thread, found.spans[0].stream, found.spans[0].process_id) == (9, "3", 7)
    attributes = json.loads(found.spans[0].attributes or "")
    assert attributes == {"stream": 3, "x": "y", "category": "kernel"}


@pytest.mark.parametrize("ts", [None, "x", True, [], {}, "nan", "inf", 1e30, "1e400", -(10**30)])
def test_a_time_that_is_none_leaves_the_event_out(tmp_path: Path, ts: Any) -> None:
    found = read(tmp_path, {"traceEvents": [span(ts=ts), span("good")]})
    assert [s.name for s in found.spans] == ["good"]
    assert found.skipped == 1


def test_what_is_no_event_is_passed_over(tmp_path: Path) -> None:
    events = [1, "x", None, [], {"ph": "s"}, {}, {"name": "n"}, span("good")]
    assert [s.name for s in read(tmp_path, {"traceEvents": events}).spans] == ["good"]


def test_a_cut_trace_gives_what_comes_before_the_cut(tmp_path: Path) -> None:
    text = json.dumps({"traceEvents": [span(str(n), ts=n) for n in range(50)]})
    whole = read(tmp_path, text).spans
    for cut in range(0, len(text), 97):
        found = read(tmp_path, text[:cut])
        assert found.fault is not None
        assert found.fault.code == "system.malformed"
        assert found.spans == whole[: len(found.spans)]


def test_a_cut_packed_trace_gives_what_can_be_unpacked(tmp_path: Path) -> None:
    path = written(tmp_path, {"traceEvents": [span(str(n)) for n in range(3000)]}, packed=True)
    path.write_bytes(path.read_bytes()[:-40])
    found = read_framework(path, DEFAULT_LIMITS)
    assert found.fault is not None


@pytest.mark.parametrize(
    "text", ["", "x", "{", "{1:2}", '{"a"}', '{"a" 1}', '{"traceEvents":[{"ph":', "[", '"x"', "nul"]
)
def test_text_that_is_no_trace_has_a_fault_and_no_span(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.spans == []
    assert found.fault is not None


def test_a_deeply_nested_value_is_a_fault_not_a_crash(tmp_path: Path) -> None:
    found = read(tmp_path, '{"traceEvents":[' + "[" * 200_000)
    assert found.fault is not None


def test_a_file_that_unpacks_to_too_much_stops(tmp_path: Path) -> None:
    path = written(tmp_path, "[" + " " * 5_000_000, packed=True)
    found = read_framework(path, Limits(archive_expanded_bytes=2_000_000))
    assert found.fault is not None
    assert found.fault.code == "limit.bytes"


def test_more_spans_than_allowed_stop_the_reading(tmp_path: Path) -> None:
    path = written(tmp_path, {"traceEvents": [span()] * 20})
    found = read_framework(path, Limits(records=10))
    assert len(found.spans) == 10
    assert found.fault is not None
    assert found.fault.code == "limit.records"


def test_broken_halves_of_signs_are_replaced(tmp_path: Path) -> None:
    found = read(tmp_path, '{"traceEvents":[{"ph":"X","name":"\\ud800","ts":1,"dur":1}]}')
    assert found.spans[0].name == "?"


def test_only_a_piece_of_the_text_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "PIECE_BYTES", 64)
    path = written(tmp_path, {"traceEvents": [span(str(n)) for n in range(900)]})
    longest = count = 0
    with json_stream.JsonStream(path, 1 << 30, code="json.malformed", subject="It") as stream:
        assert (stream.sign(), stream.key(), stream.sign()) == ("{", "traceEvents", "[")
        while stream.has_item():
            assert stream.value()["name"] == str(count)
            longest = max(longest, len(stream._text))
            count += 1
    assert count == 900
    assert longest < 400


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=4), st.integers(1, 9))
def test_values_beside_the_events_are_the_ones_in_the_file(
    tmp_path_factory: pytest.TempPathFactory, head: dict[str, Any], piece: int
) -> None:
    head = {key: value for key, value in head.items() if key != "traceEvents"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "PIECE_BYTES", piece)
        folder = tmp_path_factory.mktemp("chrome")
        chrome = ChromeTrace(written(folder, {**head, "traceEvents": [{"a": 1}]}), 1 << 30)
        assert list(chrome) == [{"a": 1}]
        assert chrome.head == head
