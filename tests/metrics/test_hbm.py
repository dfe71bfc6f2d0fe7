"""Device memory over time: of one memory, of all together, and with no peak lost."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.metrics.hbm import KINDS, Memory, hbm_usage
from profiles.storage.manifest import Manifest
from profiles.storage.tables import ReadableRun, TableStore
from tests.api.system_profile import whole_table

TABLE = "SystemProfileHbmUsage"
FIRST, SECOND = Memory("i-1", 0, 0), Memory("i-1", 0, 1)


def held(at: int, weights: int, tensors: int = 0, *, of: Memory = FIRST) -> dict[str, Any]:
    """A row: what a memory holds from an instant on."""
    return {
        "timestamp": at,
        "weights_bytes": weights,
        "tensors_bytes": tensors,
        "total_bytes": weights + tensors,
        **vars(of),
    }


def published(folder: Path, rows: list[dict[str, Any]] | None) -> ReadableRun:
    store = TableStore(folder / "tables")
    made = store.new_run("system", 1)
    if rows is not None:
        table = whole_table(TABLE, rows)
        made.write_table(TABLE, 0, table.schema, iter(table.combine_chunks().to_batches()))
    made.publish(Manifest("7.4.0", "test", tables=tuple(made.tables)))
    return store.open_run("system", 1)


ROWS = [
    held(0, 10, of=FIRST),
    held(0, 5, of=SECOND),
    held(20, 10, 7, of=FIRST),
    held(30, 0, of=SECOND),
    held(40, 0, of=FIRST),
]


def test_there_are_twenty_two_kinds() -> None:
    assert len(KINDS) == len(set(KINDS)) == 22
    assert "unknown_bytes" in KINDS


def test_one_memory_is_as_its_rows_say(tmp_path: Path) -> None:
    found = hbm_usage(published(tmp_path, ROWS), 0, 100)
    assert found.memories == [FIRST, SECOND]
    assert found.time_ns.tolist() == [0, 20, 40]
    assert found.total.tolist() == [10, 17, 0]
    assert found.kinds[:, KINDS.index("tensors_bytes")].tolist() == [0, 7, 0]
    assert found.peak == 1


def test_all_together_hold_what_each_holds_until_its_next_change(tmp_path: Path) -> None:
    found = hbm_usage(published(tmp_path, ROWS), None, 100)
    assert found.time_ns.tolist() == [0, 20, 30, 40]
    assert found.total.tolist() == [15, 22, 17, 0]
    assert found.kinds[:, KINDS.index("weights_bytes")].tolist() == [15, 15, 10, 0]


def test_rows_that_are_not_in_order_are_put_so(tmp_path: Path) -> None:
    found = hbm_usage(published(tmp_path, ROWS[::-1]), 1, 100)
    assert (found.time_ns.tolist(), found.total.tolist()) == ([0, 30], [5, 0])


@pytest.mark.parametrize("rows", [None, []])
def test_a_run_without_allocations_has_nothing(
    tmp_path: Path, rows: list[dict[str, Any]] | None
) -> None:
    found = hbm_usage(published(tmp_path, rows), None, 100)
    assert (list(found.memories), len(found.total), found.peak) == ([], 0, None)


@pytest.mark.parametrize(("rows", "memory"), [(ROWS, 2), (ROWS, -1), (None, 0), ([], 0)])
def test_a_memory_that_is_not_there_is_an_error(
    tmp_path: Path, rows: list[dict[str, Any]] | None, memory: int
) -> None:
    with pytest.raises(IndexError):
        hbm_usage(published(tmp_path, rows), memory, 100)


CHANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 9), st.sampled_from([FIRST, SECOND])),
    min_size=1,
    max_size=60,
)


@given(changes=CHANGES, points=st.integers(1, 12))
def test_fewer_points_lose_neither_the_peak_nor_the_sum_of_the_kinds(
    changes: list[tuple[int, int, Memory]],
    points: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows = [held(at, weights, of=memory) for at, weights, memory in changes]
    run = published(tmp_path_factory.mktemp("run"), rows)
    whole, fewer = hbm_usage(run, None, 1000), hbm_usage(run, None, points)
    assert len(fewer.total) <= max(points, 1) or len(fewer.total) == len(whole.total)
    assert fewer.total.max() == whole.total.max()
    assert (fewer.kinds.sum(axis=1) == fewer.total).all()
    assert (np.diff(fewer.time_ns) > 0).all()
    at: dict[Memory, int] = {}
    expected = {}
    for row in sorted(rows, key=lambda row: int(row["timestamp"])):
        memory = Memory(row["instance_id"], row["device_idx"], row["hbm_idx"])
        at[memory] = row["total_bytes"]
        expected[row["timestamp"]] = sum(at.values())
    assert dict(zip(whole.time_ns.tolist(), whole.total.tolist(), strict=True)) == expected
