"""The tree of operators: every node holds the work of all nodes below it."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ingest_worker.builders.framework_tree import MOST_DEPTH, Tree, lifted, node_table
from ingest_worker.builders.hierarchy import FRAMEWORK, layer_table
from ingest_worker.builders.part import Part
from ingest_worker.builders.work import Work
from profiles.metrics.chips import Chip
from tests.builders.sample_part import table_rows

Row = dict[str, Any]


def test_every_path_stands_under_the_one_it_begins_with() -> None:
    tree = Tree()
    assert [tree.place(path) for path in ("a/b/c", "a/d", "a", "x", "a/b")] == [2, 3, 0, 4, 1]
    assert tree.paths == ["a", "a/b", "a/b/c", "a/d", "x"]
    assert tree.parents == [-1, 0, 1, 0, -1]
    assert tree.children == [[1, 3], [2], [], [], []]
    assert tree.depths() == [0, 1, 2, 1, 0]


@pytest.mark.parametrize(
    ("path", "paths"),
    [("", []), ("/a", ["/a"]), ("a//b", ["a", "a/", "a//b"]), ("a/", ["a", "a/"])],
)
def test_odd_paths_have_a_place(path: str, paths: list[str]) -> None:
    tree = Tree()
    assert tree.place(path) == len(paths) - 1
    assert tree.paths == paths


def test_a_path_as_deep_as_an_attacker_likes_makes_few_nodes() -> None:
    tree = Tree()
    tree.place("/".join("a" * 1_000_000))
    assert len(tree.paths) == MOST_DEPTH


def test_values_are_lifted_to_every_node_above() -> None:
    tree = Tree()
    for path in ("a/b/c", "a/d", "x"):
        tree.place(path)
    own = np.array([1, 2, 4, 8, 16], np.int64)
    assert lifted(tree, own, np.add).tolist() == [15, 6, 4, 8, 16]
    assert lifted(tree, own, np.maximum).tolist() == [8, 4, 4, 8, 16]
    assert own.tolist() == [1, 2, 4, 8, 16]


@pytest.fixture(scope="module")
def nodes(sample: Part) -> list[Row]:
    return table_rows(node_table(Work(sample)))


@pytest.fixture(scope="module")
def operators(sample: Part) -> list[Row]:
    return table_rows(layer_table(FRAMEWORK, Work(sample)))


def test_the_tree_holds_the_operators_and_what_is_above_them(
    nodes: list[Row], operators: list[Row]
) -> None:
    names = {row["node_name"] for row in nodes}
    assert names == {"AttentionBlock"} | {row["framework_name"] for row in operators}
    for row in nodes:
        below = json.loads(row["children_names"])
        assert below == [nodes[number]["node_name"] for number in json.loads(row["children_ids"])]
        for name in below:
            child = next(own for own in nodes if own["node_name"] == name)
            assert child["parent_name"] == row["node_name"]


def test_a_leaf_is_its_operator(nodes: list[Row], operators: list[Row]) -> None:
    by_name = {row["node_name"]: row for row in nodes}
    for operator in operators:
        node = by_name[operator["framework_name"]]
        shared = operator.keys() & node.keys()
        lists = {name for name in shared if name.endswith("_per_interval")}
        for name in shared - lists:
            assert node[name] == operator[name], name
        for name in lists:
            assert json.loads(node[name]) == operator[name]


def test_the_root_adds_up_what_is_below_it(nodes: list[Row]) -> None:
    root = next(row for row in nodes if not row["parent_name"])
    below = [row for row in nodes if row["parent_name"]]
    for name in root:
        if name.endswith(("_bytes", "_instruction_count")) or name.startswith("total_channels"):
            assert root[name] == sum(row[name] for row in below), name
    assert root["start_ts"] == min(row["start_ts"] for row in below)
    assert root["end_ts"] == max(row["end_ts"] for row in below)
    instants = {
        time
        for row in below
        for start, end in json.loads(row["time_intervals"])
        for time in range(2 * start, 2 * end + 1)
    }
    own = {
        time
        for start, end in json.loads(root["time_intervals"])
        for time in range(2 * start, 2 * end + 1)
    }
    assert instants <= own


def test_utilisation_is_elements_over_what_the_array_could_do(
    nodes: list[Row], sample: Part
) -> None:
    """Both cores work on every operator; the clock is 2.4 GHz and the array 128 by 128."""
    for row in nodes:
        elements = json.loads(row["element_count_per_interval"])
        spans = json.loads(row["time_intervals"])
        took_ns = sum(end - start for start, end in spans)
        share = sum(elements) / (128 * 128 * 2.4 * took_ns * 2)
        assert row["hfu"] == pytest.approx(share, rel=0.02)
        turned = json.loads(row["transpose_element_count_per_interval"])
        useful = sum(elements) - sum(turned)
        assert row["mfu"] == pytest.approx(useful / (128 * 128 * 2.4 * took_ns * 2), rel=0.02)
        assert row["mfu"] <= row["hfu"] <= 1
        assert len(json.loads(row["hfu_per_interval"])) == len(spans)
        assert row["mbu_per_interval"] is None
    assert sample.chip.tensor_ghz == 2.4


def test_time_at_work_is_text_in_nanoseconds_and_leaves_out_waiting(nodes: list[Row]) -> None:
    root = next(row for row in nodes if not row["parent_name"])
    assert int(root["total_time_tensor"]) > int(root["total_time_sync"]) > 0
    assert root["total_channels_vector"] > 0


def test_a_chip_nobody_knows_has_no_utilisation(sample: Part) -> None:
    unknown = replace(sample, chip=Chip("trn9", is_known=False))
    for row in table_rows(node_table(Work(unknown))):
        assert row["hfu"] is row["mfu"] is None
        assert set(json.loads(row["hfu_per_interval"])) <= {None}
        assert row["element_count_per_interval"] != "[]"


def test_without_operators_there_is_no_tree(sample: Part) -> None:
    assert node_table(Work(replace(sample, cores=()))).row_count == 0
