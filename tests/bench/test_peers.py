"""The measurement beside other viewers gives each of them the same events."""

from pathlib import Path
from typing import Any

import numpy as np

from ingest_worker.formats.wire import read_fields
from tests.bench.peers.__main__ import table
from tests.bench.peers.events import XPLANE, Slices, event_count, write_perfetto, write_xplane
from tests.exports.trace_processor import trace_processor

SLICES = [
    Slices(
        track=np.array([0, 1, 0]),
        start_ns=np.array([100, 150, 300]),
        end_ns=np.array([200, 450, 320]),
        name=np.array([0, 1, 1]),
        tracks=["core 0 Tensor 0", "core 0 Vector 0"],
        names=["MATMUL", "COPY"],
    )
]


def lines_of(data: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Lines of an XSpace's only plane: title; name, start and length in ps of every event."""
    (plane,) = (field.value for field in read_fields(memoryview(data), form="xplane"))
    assert isinstance(plane, memoryview)
    found = []
    for field in read_fields(plane, form="xplane"):
        if field.number != 3 or not isinstance(field.value, memoryview):
            continue
        title, events = "", []
        for own in read_fields(field.value, form="xplane"):
            if own.number == 2 and isinstance(own.value, memoryview):
                title = bytes(own.value).decode()
            if own.number == 4 and isinstance(own.value, memoryview):
                one = {f.number: f.value for f in read_fields(own.value, form="xplane")}
                events.append([one[number] for number in (1, 2, 3)])
        found.append((title, events))
    return found


def test_an_xspace_holds_every_event_on_the_line_of_its_track(tmp_path: Path) -> None:
    size = write_xplane(SLICES, tmp_path / "run")
    data = (tmp_path / "run" / XPLANE).read_bytes()
    assert size == len(data)
    assert lines_of(data) == [
        ("core 0 Tensor 0", [[1, 100_000, 100_000], [2, 300_000, 20_000]]),
        ("core 0 Vector 0", [[2, 150_000, 300_000]]),
    ]


def test_a_perfetto_trace_holds_the_same_events(tmp_path: Path) -> None:
    write_perfetto(SLICES, tmp_path / "trace")
    query = "select slice.name as name, ts, dur from slice order by ts"
    with trace_processor((tmp_path / "trace").read_bytes()) as processor:
        rows = [(row["name"], row["ts"], row["dur"]) for row in processor.rows(query)]
    assert rows == [("MATMUL", 100, 100), ("COPY", 150, 300), ("COPY", 300, 20)]
    assert event_count(SLICES) == 3


def test_the_table_has_a_column_for_each_viewer_that_was_there() -> None:
    frames = {"p50_ms": 16.7, "p95_ms": 17.0, "worst_ms": 30.0}
    figures: dict[str, Any] = {
        "open_s": 1.5,
        "wire_kb": 300,
        "page_mb": 90,
        "server_mb": 200,
        "pan": frames,
        "zoom": frames,
    }
    lines = table([{"events": 1000, "ours": figures}], ["ours", "perfetto"]).splitlines()
    assert lines[0] == "| | ours, 1,000 |"
    assert "| open, s | 1.5 |" in lines
    assert "| page memory, MB | 90 |" in lines
