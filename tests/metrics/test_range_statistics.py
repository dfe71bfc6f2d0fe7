"""Statistics of a range, against a slow reading of the same rows."""

import math
import random
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.metrics.events import CoreKey, Events
from profiles.metrics.range_statistics import (
    Durations,
    durations_of,
    percentile_places,
    range_statistics,
)
from tests.metrics.system_events import event, running, write_rows

Row = Mapping[str, Any]


def events_of(folder: Path, rows: list[dict[str, Any]]) -> Events:
    return Events(write_rows(folder / "e.parquet", "SystemProfileEvents", rows, 50))


def slow(rows: list[Row], start: int, end: int) -> dict[tuple[Any, ...], Durations]:
    """The rule again, row by row."""
    whole, inside = defaultdict(list), defaultdict(int)
    for row in rows:
        begin, stop = row["start_ts"], row["end_ts"]
        if not (begin < end and (stop > start or begin >= start)):
            continue
        key = tuple(row[c] for c in ("name", "instance_id", "process_id", "nc_idx", "pcore_idx"))
        whole[key].append(row["duration_ns"])
        inside[key] += min(stop, end) - max(begin, start)
    found = {}
    for key, durations in whole.items():
        ordered = sorted(durations)
        median, p99 = (ordered[math.ceil(len(ordered) * k / 100) - 1] for k in (50, 99))
        found[key] = Durations(len(ordered), sum(ordered), inside[key], median, p99, max(ordered))
    return found


def many(seed: int, count: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        start = chance.randrange(1000)
        end = start + chance.choice([0, 1, 5, chance.randrange(300)])
        process = chance.choice([100, 200])
        if chance.random() < 0.3:
            rows.append(running(start, end, pcore=chance.randrange(2), process=process))
        else:
            name = chance.choice(["nrt_execute", "kbl_exec_wait"])
            nc = chance.choice([None, 0, 3])
            rows.append(event(name, start, end, nc=nc, process=process, instance="i-2"))
    return rows


@pytest.mark.parametrize(("start", "end"), [(0, 2000), (300, 301), (250, 700), (999, 1000)])
def test_a_range_says_what_a_slow_reading_says(tmp_path: Path, start: int, end: int) -> None:
    rows = many(start, 400)
    found = range_statistics(events_of(tmp_path, rows), start, end)
    expected = slow(rows, start, end)
    assert {
        (
            one.name,
            one.core.instance_id,
            one.core.process_id,
            one.core.nc_idx,
            one.core.pcore_idx,
        ): one.durations
        for one in found.on_cores
        if one.core
    } == expected
    assert found.event_count == sum(one.count for one in expected.values())
    for one in found.by_name:
        parts = [d for key, d in expected.items() if key[0] == one.name]
        assert one.durations.count == sum(d.count for d in parts)
        assert one.durations.sum_ns == sum(d.sum_ns for d in parts)
        assert one.durations.max_ns == max(d.max_ns for d in parts)


def test_by_hand(tmp_path: Path) -> None:
    rows = [event("a", n * 10, n * 10 + n) for n in range(1, 5)] + [event("b", 45, 45)]
    found = range_statistics(events_of(tmp_path, rows), 21, 46)
    core = CoreKey("i-1", 100, 0, None)
    assert [(one.name, one.core) for one in found.on_cores] == [("a", core), ("b", core)]
    # a: 20 to 22 (1 ns inside), 30 to 33, 40 to 44
    assert found.on_cores[0].durations == Durations(3, 9, 8, 3, 4, 4)
    assert found.on_cores[1].durations == Durations(1, 0, 0, 0, 0, 0)


def test_without_a_range_all_events_count(tmp_path: Path) -> None:
    rows = [event("a", -50, 10), event("a", 0, 5)]
    (one,) = range_statistics(events_of(tmp_path, rows)).by_name
    assert one.durations == Durations(2, 65, 65, 5, 60, 60)


def test_chosen_rows_alone_are_counted(tmp_path: Path) -> None:
    rows = [event("a", 0, 5), event("a", 1, 3), event("b", 2, 9)]
    found = range_statistics(events_of(tmp_path, rows), 0, 10, np.array([1, 2]))
    assert [(one.name, one.durations.sum_ns) for one in found.by_name] == [("b", 7), ("a", 2)]


def test_a_range_without_events_is_empty(tmp_path: Path) -> None:
    events = events_of(tmp_path, [event("a", 0, 5)])
    found = range_statistics(events, 5, 9)
    assert (found.event_count, found.on_cores, found.by_name) == (0, [], [])
    assert range_statistics(events_of(tmp_path, []), 0, 9).event_count == 0


@given(st.integers(1, 5000), st.sampled_from([50, 99]))
def test_a_percentile_is_the_least_place_that_covers_its_share(count: int, share: int) -> None:
    place = int(percentile_places(np.array([count]), share / 100)[0])
    assert (place + 1) * 100 >= count * share
    assert place == 0 or place * 100 < count * share


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_figures_are_durations_that_occurred(values: list[int]) -> None:
    found = durations_of(np.array(values, np.int64))
    assert found.median_ns == sorted(values)[math.ceil(len(values) / 2) - 1]
    assert found.p99_ns == sorted(values)[math.ceil(len(values) * 99 / 100) - 1]
    assert found.max_ns == max(values)


def test_durations_too_long_for_one_number_are_sorted_too(tmp_path: Path) -> None:
    long = 1 << 61
    rows = [event(name, 0, n) for name in ("a", "b") for n in (long, 1, long - 1)]
    found = range_statistics(events_of(tmp_path, rows))
    assert [one.durations.median_ns for one in found.on_cores] == [long - 1, long - 1]
