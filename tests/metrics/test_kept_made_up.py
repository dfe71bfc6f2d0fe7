"""Made-up runs of every shape: what was kept answers every question as the tables do."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.metrics.dependencies import dependencies
from profiles.metrics.dependency_chain import dependency_chain
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.path_window import path_window
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.metrics.selection import ChosenTrack, Selection
from profiles.metrics.stored import kept_run, write_answer
from tests.metrics.device_tables import Row, device, instruction, limit, matmul, packet, tensor
from tests.metrics.kept_files import blocks_of
from tests.metrics.test_dependencies import edge, update

ENGINES = ("Vector", "Scalar", "GpSimd", "Sync")
SPAN_NS = 50_000


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Iterator[None]:
    with blocks_of(8):
        yield


def made_up(seed: int) -> dict[str, list[Row]]:
    """Tables of a run on two cores: work, waits, packets, limits, edges, tensors, some missing."""
    of = np.random.default_rng(seed)

    def instants(count: int) -> list[int]:
        return of.choice(SPAN_NS, count, replace=False).tolist()

    def core() -> int:
        return int(of.integers(0, 2))

    rows = [
        matmul(at, int(of.integers(0, 900)), k=int(of.choice([32, 128])), pcore_idx=core(),
               is_transpose=bool(of.integers(0, 2)), layer=str(of.choice(["mlp", "Unknown"])))
        for at in instants(int(of.integers(1, 40)))
    ]  # fmt: skip
    for at in instants(int(of.integers(0, 60))):
        moved = {"hbm_read_bytes": int(of.integers(0, 4096)), "spill_reload_bytes": 512}
        rows.append(
            instruction(str(of.choice(ENGINES)), at, int(of.integers(0, 1500)), pcore_idx=core(),
                        **(moved if of.integers(0, 2) else {}))
        )  # fmt: skip
    for at in instants(int(of.integers(0, 10))):
        rows.append(
            instruction("Vector", at, 300, "EVENT_SEMAPHORE", operands="S[3]>=1", pcore_idx=0)
        )
        rows.append(instruction("Scalar", at + 1, 20, operands="S[3]++", pcore_idx=0))
    of.shuffle(rows)
    ids = [row["id"] for row in rows]
    return {
        "Instruction": rows,
        "DmaPacket": [
            packet(at, int(of.integers(1, 800)), size=int(of.choice([4, 512, 65536])),
                   pcore_idx=core(), engine_idx=64 + int(of.integers(0, 3)))
            for at in instants(int(of.integers(0, 80)))
        ],
        "Throttle": [limit(0, 20_000, 4, 8, core=core()) for _ in range(int(of.integers(0, 2)))],
        "SemaphoreUpdate": [update(at, int(of.integers(0, 3))) for at in sorted(instants(9))],
        "Flow": [
            edge(*of.choice(ids, 2).tolist(), gap=n) for n in range(int(of.integers(0, 12)))
        ],
        "TensorInfo": [tensor("a", "IN", 7000)] if of.integers(0, 2) else [],
    }  # fmt: skip


def plain(document: object) -> Any:
    return json.loads(json.dumps(document, allow_nan=False))


def tracks(cores: tuple[int, ...]) -> list[ChosenTrack]:
    """Rows of the timeline as a box would choose them: an engine and the matrix of one core."""
    found = []
    for core in cores[:1]:
        found.append(ChosenTrack(f"p0/c{core}/vector", "engine", core, "Vector"))
        found.append(ChosenTrack(f"p0/c{core}/tensormatrix", "engine", core, "TensorMatrix"))
    return found


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10_000),
    edges=st.tuples(st.integers(0, SPAN_NS), st.integers(0, SPAN_NS)).map(sorted),
    core=st.sampled_from([None, 0, 1]),
)
def test_every_answer_about_a_made_up_run_is_that_of_its_tables(
    tmp_path_factory: pytest.TempPathFactory, seed: int, edges: list[int], core: int | None
) -> None:
    full = device(
        tmp_path_factory.mktemp("made"), metadata={"num_physical_cores": 2}, **made_up(seed)
    )
    assert write_answer(full.run, 0, Thresholds())
    kept = kept_run(full.run, 0)
    assert kept is not None
    start, end = edges[0], edges[1] + 1
    found = answer(Region(kept.between(start, end), start, end, core), Thresholds())
    assert plain(found) == plain(answer(Region(full, start, end, core), Thresholds()))
    assert path_window(kept, start, end) == path_window(full, start, end)
    chosen = tracks(full.cores)
    selected = Selection(kept, start, end, chosen).answer()
    assert plain(selected) == plain(Selection(full, start, end, chosen).answer())
    for row in range(0, len(full.critical_links), 7):
        assert plain(dependencies(kept, row)) == plain(dependencies(full, row))
        one, other = (dependency_chain(run, row, "back", 3) for run in (kept, full))
        assert sorted(event["row"] for event in one["events"]) == sorted(
            event["row"] for event in other["events"]
        )
        assert (one["waited_ns"], one["cut"]) == (other["waited_ns"], other["cut"])
