"""Layers of the compiler and edges in the published tables of whole runs, real ones and loops."""

import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from profiles.storage.tables import ReadableRun
from tests.make.big import write_big
from tests.pipeline.test_run_sources import MEGAKERNEL, SAMPLE, processed, rows

Row = dict[str, Any]
LAYERS = {
    "BirInstruction": "raw_bir_id",
    "PenguinInstruction": "raw_penguin_id",
    "HloInstruction": "raw_hlo_id",
    "FrameworkInstruction": "raw_framework_id",
}
MEMORY = ("hbm_read_bytes", "hbm_write_bytes", "sbuf_read_bytes", "sbuf_write_bytes")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    folder = tmp_path_factory.mktemp("sample")
    return processed(folder, SAMPLE / "attention.neff", SAMPLE / "attention.ntff")


@pytest.fixture(scope="module")
def real(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    folder = samples / MEGAKERNEL
    if not folder.is_dir():
        pytest.skip(f"there is no capture {folder}")
    pair = next(folder.glob("*.neff")), next(folder.glob("*.ntff"))
    return processed(tmp_path_factory.mktemp("real"), *pair)


@pytest.fixture(scope="module")
def looped(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    folder = tmp_path_factory.mktemp("looped")
    neff, ntff, _ = write_big(folder, 60_000)
    return processed(folder, neff, ntff)


def below(instructions: list[Row], column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in instructions:
        if row["bir_id"] and row[column] is not None:
            found[row[column]].append(row)
    return found


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("run", ["sample", "looped", "real"])
def test_rows_of_a_layer_hold_what_ran_below_them(
    layer: str, run: str, request: pytest.FixtureRequest
) -> None:
    published: ReadableRun = request.getfixturevalue(run)
    own = below(rows(published, "Instruction"), LAYERS[layer])
    found = [row for row in rows(published, layer) if len(own[row[LAYERS[layer]]])]
    assert found
    for row in found:
        instructions = own[row[LAYERS[layer]]]
        if layer in {"BirInstruction", "PenguinInstruction"} and not row[LAYERS[layer]]:
            continue
        assert row["start_ts"] == min(one["start_ts"] for one in instructions)
        assert row["end_ts"] == max(one["end_ts"] for one in instructions)
        for name in MEMORY:
            assert row[name] == sum(one[name] or 0 for one in instructions)
        elements = sum(one["tensor_elements"] or 0 for one in instructions)
        assert sum(row["element_count_per_interval"]) == elements
        spans = json.loads(row["time_intervals"])
        counts = {len(row[name]) for name in row if name.endswith("_per_interval")}
        assert counts == {len(spans)}
        assert all(start <= end for start, end in spans)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


@pytest.mark.parametrize("run", ["sample", "real"])
def test_every_instruction_with_a_name_is_in_each_layer_it_has(
    run: str, request: pytest.FixtureRequest
) -> None:
    published: ReadableRun = request.getfixturevalue(run)
    instructions = rows(published, "Instruction")
    for layer, column in LAYERS.items():
        known = {row[column] for row in rows(published, layer)}
        for row in instructions:
            if row["bir_id"] and row[column]:
                assert row[column] in known


def test_in_a_loop_an_edge_comes_from_the_last_run_before(looped: ReadableRun) -> None:
    instructions = rows(looped, "Instruction")
    by_id = {row["id"]: row for row in instructions}
    runs: dict[tuple[int, str, int], list[int]] = defaultdict(list)
    for row in instructions:
        runs[row["pcore_idx"], row["engine"], row["pc"]].append(row["start_ts"])
    for starts in runs.values():
        starts.sort()
    edges = rows(looped, "Flow")
    assert len(edges) > 1000
    for edge in edges:
        before, after = by_id[edge["in_id"]], by_id[edge["out_id"]]
        assert before["pcore_idx"] == after["pcore_idx"]
        own = runs[before["pcore_idx"], before["engine"], before["pc"]]
        if len(own) > 1:
            earlier = [start for start in own if start <= after["start_ts"]]
            assert before["start_ts"] == earlier[-1]
        assert edge["gap_time"] == after["start_ts"] - before["end_ts"]


def test_edges_of_a_loop_grow_with_its_rows_and_not_faster(looped: ReadableRun) -> None:
    edges, instructions = rows(looped, "Flow"), rows(looped, "Instruction")
    counts: dict[int, int] = defaultdict(int)
    for edge in edges:
        counts[edge["out_id"]] += 1
    assert max(counts.values()) <= 8
    assert len(edges) < 4 * len(instructions)


def test_a_real_program_s_edges_lead_back_in_time(real: ReadableRun) -> None:
    """What an instruction needs began before it, in a capture of a megakernel."""
    by_id = {row["id"]: row for row in rows(real, "Instruction")}
    edges = rows(real, "Flow")
    assert len(edges) > 10_000
    late = [
        edge
        for edge in edges
        if by_id[edge["in_id"]]["start_ts"] > by_id[edge["out_id"]]["start_ts"]
    ]
    assert len(late) < 0.02 * len(edges)
    kinds = {edge["dependency_type"] for edge in edges}
    assert kinds <= {"ORDERED", "ANTI_DEPENDENCE", "OUTPUT_DEPENDENCE", "FLOW_DEPENDENCE"}


def test_operators_of_a_tree_add_up_to_its_root(looped: ReadableRun) -> None:
    nodes = rows(looped, "FrameworkNode")
    root = next(row for row in nodes if not row["parent_name"])
    below_it = [row for row in nodes if row["parent_name"] == root["node_name"]]
    assert [row["node_name"] for row in below_it] == json.loads(root["children_names"])
    for name in (*MEMORY, "load_weight_bytes", "tensor_engine_instruction_count"):
        assert root[name] == sum(row[name] for row in below_it)
    for engine in ("tensor", "vector", "scalar", "gpsimd", "sync"):
        column = f"total_time_{engine}"
        total = sum(int(row[column]) for row in below_it)
        assert abs(int(root[column]) - total) <= len(below_it)
