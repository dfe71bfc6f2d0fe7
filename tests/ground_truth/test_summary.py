"""The headline numbers, memory by use and limits equal the official tool's, faults apart."""

import json
from collections import Counter
from typing import Any

import pytest

from profiles.storage.tables import ReadableRun
from tests.ground_truth.captures import NAMES, Sample

pytestmark = pytest.mark.ground_truth
MOST_TIME_DIFFERENCE_S, MOST_SHARE_DIFFERENCE = 1e-12, 1e-7
FLOAT32 = 6e-8
DROPPED_RINGS = frozenset({"dma", "total_active_time", "trace_count"})
"""Beginnings of the keys that the rings the official tool drops have a part in."""


def official(sample: Sample, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(sample.official.read_text(encoding="utf-8"))[table]
    return found


def rows(run: ReadableRun, table: str) -> list[dict[str, Any]]:
    with run.parquet(table) as file:
        found: list[dict[str, Any]] = file.read(use_threads=False).to_pylist()
    return found


def legacy(run: ReadableRun) -> dict[str, Any]:
    return {
        row["key"]: next(row[k] for k in ("whole", "number", "text") if row[k] is not None)
        for row in rows(run, "LegacySummary")
    }


def is_equal(key: str, expected: Any, found: Any) -> bool:
    if isinstance(expected, str) or expected == found:
        return bool(expected == found)
    if key.endswith("_time"):
        return abs(expected - found) <= MOST_TIME_DIFFERENCE_S
    if isinstance(expected, int) and isinstance(found, int):
        return False
    return abs(expected - found) <= MOST_SHARE_DIFFERENCE * abs(expected)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_the_official_summary_is_equal(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    (expected,) = official(kernels[name], "summary")
    del expected["profiler_version"]
    found = legacy(decoded[name])
    assert set(found) == set(expected)
    wrong = {
        key: (expected[key], found[key])
        for key in expected
        if not is_equal(key, expected[key], found[key])
    }
    assert wrong == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_published_summary_differs_only_where_the_official_tool_is_wrong(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    (expected,) = official(kernels[name], "summary")
    (found,) = rows(decoded[name], "Summary")
    differing = {
        key
        for key in found.keys() & expected.keys()
        if found[key] is not None
        and abs(expected[key] - found[key]) > (MOST_SHARE_DIFFERENCE + FLOAT32) * abs(expected[key])
    }
    is_of_packets = {
        key
        for key in differing
        if "_dma_" in key or key.startswith(tuple(DROPPED_RINGS)) or key.endswith("_dma_size")
    }
    assert differing - is_of_packets == set()
    assert found["static_dma_packet_count"] > expected["static_dma_packet_count"]
    missing = {key for key in expected.keys() & found.keys() if found[key] is None}
    assert missing <= {key for key in expected if not expected[key]}


@pytest.mark.parametrize("name", NAMES)
def test_memory_by_use_is_equal(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    expected = Counter(
        (row["nd"], row["nc"], row["usage_type"], row["amount_bytes"])
        for row in official(kernels[name], "nc_mem_usage")
    )
    found = rows(decoded[name], "HbmUsageSummaryByType")
    assert Counter(tuple(row.values()) for row in found) == expected


@pytest.mark.parametrize("name", NAMES)
def test_limits_of_a_cause_are_those_of_the_official_tool(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    (expected,) = official(kernels[name], "summary")
    mean = "max_achievable_util_with_throttling_percent"
    for row in rows(decoded[name], "ThrottleSummary"):
        key = f"throttle_{row['throttle_type']}_avg_util_limit_nc{row['nc_idx']}_percent"
        if row["throttle_type"] != "all":
            assert row[mean] == pytest.approx(expected[key], rel=1e-6)
