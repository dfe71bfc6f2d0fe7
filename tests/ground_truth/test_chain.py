"""A step of a chain is what the official tool names as the predecessors of an instruction."""

import json
from collections import defaultdict

import numpy as np
import pytest

from profiles.metrics.compiled_edges import edges_of
from profiles.metrics.dependency_edges import COMPILED, EdgeKind, EdgeSource
from profiles.metrics.device_run import DeviceRun
from profiles.storage.tables import ReadableRun
from tests.ground_truth.captures import NAMES, Sample

pytestmark = pytest.mark.ground_truth


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("later", [False, True])
def test_every_step_back_and_forward_is_the_official_one(
    name: str, later: bool, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    official = json.loads(kernels[name].official.read_text(encoding="utf-8"))["instruction"]
    run = DeviceRun(decoded[name], 0)
    with decoded[name].parquet("Instruction") as file:
        ids = file.read(columns=["id"]).column(0).to_pylist()
    expected: dict[int, set[tuple[int, EdgeKind]]] = defaultdict(set)
    for row in official:
        for one in row.get("predecessors") or ():
            here, there = (one["id"], row["id"]) if later else (row["id"], one["id"])
            expected[here].add((there, COMPILED[one["type"]]))
    source = EdgeSource(run.critical_links, edges_of(run.run, 0))
    kinds = frozenset(COMPILED.values())
    for place, own in enumerate(ids):
        found = source.touching(np.array([place]), later=later, kinds=kinds)
        other = found.after if later else found.before
        pairs = zip(other.tolist(), found.kind.tolist(), strict=True)
        assert {(ids[at], EdgeKind(kind)) for at, kind in pairs} == expected[own]
    assert sum(map(len, expected.values())) > 100
