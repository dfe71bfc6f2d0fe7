"""Every edge of `Flow` is one of the official tool's `predecessors`, in its order."""

import json
from collections import defaultdict

import pytest

from profiles.storage.tables import ReadableRun
from tests.ground_truth.captures import NAMES, Sample

pytestmark = pytest.mark.ground_truth


@pytest.mark.parametrize("name", NAMES)
def test_edges_are_the_official_predecessors_in_order(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    official = json.loads(kernels[name].official.read_text(encoding="utf-8"))["instruction"]
    ours: dict[int, list[tuple[int, str]]] = defaultdict(list)
    with decoded[name].parquet("Flow") as file:
        for row in file.read().to_pylist():
            ours[row["out_id"]].append((row["in_id"], row["dependency_type"]))
    theirs = {
        row["id"]: [(one["id"], one["type"]) for one in row["predecessors"]]
        for row in official
        if row.get("predecessors")
    }
    assert len(theirs) > 100
    assert dict(ours) == theirs


@pytest.mark.parametrize("name", NAMES)
def test_gaps_are_those_between_the_rows_named(name: str, decoded: dict[str, ReadableRun]) -> None:
    run = decoded[name]
    with run.parquet("Instruction") as file:
        rows = {row["id"]: row for row in file.read().to_pylist()}
    with run.parquet("Flow") as file:
        edges = file.read().to_pylist()
    assert edges
    for edge in edges:
        before, after = rows[edge["in_id"]], rows[edge["out_id"]]
        assert edge["gap_time"] == after["start_ts"] - before["end_ts"]
        assert (edge["in_table"], edge["out_table"]) == ("Instruction", "Instruction")
