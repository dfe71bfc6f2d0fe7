"""The critical path of a profile in a window of the timeline."""

from pathlib import Path

import pytest

from profiles.metrics.critical_path import critical_path
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.path_window import path_window
from profiles.metrics.region import Region
from tests.metrics.device_tables import device, instruction


@pytest.fixture
def run(tmp_path: Path) -> DeviceRun:
    """Instructions of 60 ns every 100 ns on one engine."""
    rows = [instruction("Vector", place * 100, 60) for place in range(40)]
    return device(tmp_path, Instruction=rows, metadata={"last_hw_timestamp": 3960})


def test_the_whole_window_is_the_path_of_the_profile(run: DeviceRun) -> None:
    found, path = path_window(run), critical_path(Region(run))
    assert found["segments"] == path["segments"]
    assert found["path_ns"] == found["ns"] == path["ns"]
    assert found["segment_count"] == path["segment_count"]


def test_a_window_holds_what_touches_it_and_counts_what_lies_inside(run: DeviceRun) -> None:
    every = path_window(run)["segments"]
    found = path_window(run, 430, 710)
    expected = [one for one in every if one["end_ns"] > 430 and one["start_ns"] < 710]
    assert found["segments"] == expected
    assert found["ns"] == sum(
        min(one["end_ns"], 710) - max(one["start_ns"], 430) for one in expected
    )


def test_of_many_stretches_the_longest_are_named_and_all_are_counted(
    run: DeviceRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profiles.metrics.path_window.MOST_SEGMENTS", 5)
    found = path_window(run)
    assert len(found["segments"]) == 5
    assert found["segment_count"] > 40
    assert all(one["kind"] == "work" for one in found["segments"])
    starts = [one["start_ns"] for one in found["segments"]]
    assert starts == sorted(starts)


def test_a_window_that_ends_before_it_begins_is_empty(run: DeviceRun) -> None:
    assert path_window(run, 500, 400)["segments"] == []
