"""Every edge of `Flow` is one of the official tool's `predecessors`, in its order."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest_worker.imports.compare_official import compare
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


def swapped(found: pa.Table) -> pa.Table:
    """The first two edges of one row in the other order."""
    out = found["out_id"].to_pylist()
    first = next(n for n in range(len(out) - 1) if out[n] == out[n + 1])
    order = list(range(len(out)))
    order[first], order[first + 1] = first + 1, first
    return found.take(order)


def changed(column: str, value: object) -> Callable[[pa.Table], pa.Table]:
    def change(found: pa.Table) -> pa.Table:
        place = found.column_names.index(column)
        values = [value, *found[column].to_pylist()[1:]]
        return found.set_column(
            place, found.schema.field(place), pa.array(values, found[column].type)
        )

    return change


CHANGES: dict[str, Callable[[pa.Table], pa.Table]] = {
    "another predecessor": changed("in_id", 7),
    "another row": changed("out_id", 7),
    "another kind": changed("dependency_type", "ORDERED DIFFERENTLY"),
    "an edge less": lambda found: found.slice(1),
    "an edge twice": lambda found: pa.concat_tables([found, found.slice(0, 1)]),
    "another order": swapped,
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_comparator_sees_one_wrong_edge(
    change: str, decoded: dict[str, ReadableRun], kernels: dict[str, Sample], tmp_path: Path
) -> None:
    name = NAMES[-1]
    run = decoded[name]
    shutil.copytree(run.path, tmp_path / "run")
    copied = ReadableRun(tmp_path / "run", run.manifest)
    path = copied.table_path("Flow")
    table = CHANGES[change](pq.read_table(path))
    path.unlink()
    pq.write_table(table, path)
    report = compare(copied, kernels[name].official)
    assert [one.name for one in report.tables if not one.is_equal] == ["instruction"]
