"""The measurement of searches measures what it says."""

from pathlib import Path

import pytest

from tests.bench import search as bench
from tests.timeline.make_run import make_queue, make_run, make_track


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_run(tmp_path, [make_track([0, 10, 20], [5, 5, 5])])
    return tmp_path


def test_a_report_tells_hits_and_times(folder: Path) -> None:
    found = bench.measure(folder, "p", "matmul")
    assert found["count"] == 3
    assert found["first_ms"] is not None
    assert found["first_ms"] <= found["complete_ms"]
    assert found["peak_mb"] >= found["start_mb"] > 0
    assert len(found["caps_ms"]) == 3


def test_a_search_without_hits_has_no_first(folder: Path) -> None:
    found = bench.measure(folder, "p", "nothing")
    assert (found["count"], found["first_ms"]) == (0, None)
    assert bench.is_soon(found)


@pytest.mark.parametrize(
    ("events", "first_ms", "is_soon"),
    [
        (10_000_000, 299, True),
        (10_000_000, 301, False),
        (100_000_000, 301, True),
        (100_000_000, 2001, False),
    ],
)
def test_late_hits_are_late_by_the_size_of_the_run(
    events: int, first_ms: int, *, is_soon: bool
) -> None:
    assert bench.is_soon({"events": events, "first_ms": first_ms}) == is_soon


def test_every_query_that_is_measured_can_be_asked(folder: Path) -> None:
    tracks = [make_track([0, 10, 20], [5, 5, 5]), make_queue([3], [4], [2])]
    make_run(folder / "two", tracks)
    found = [bench.measure(folder / "two", "p", query) for query in bench.QUERIES]
    assert {one["events"] for one in found} == {104}
    assert [one["count"] for one in found[:3]] == [4, 0, 0]
