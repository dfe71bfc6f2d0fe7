"""Edges between executed instructions are those one finds slowly, one row after the other."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders import flow
from ingest_worker.builders.flow import edges_of, flow_table
from ingest_worker.builders.part import NO_EDGES, CorePart, SlotEdges

SLOTS = 4
Row = tuple[int, int, int]  # slot, start, execution
RUNS = st.lists(
    st.tuples(st.integers(0, SLOTS - 1), st.integers(0, 40), st.integers(0, 2)), max_size=40
)
LINKS = st.lists(
    st.lists(st.tuples(st.integers(0, SLOTS - 1), st.integers(0, 4)), max_size=4),
    min_size=SLOTS,
    max_size=SLOTS,
)


def in_time(runs: list[Row]) -> list[Row]:
    """Executions follow each other, and no slot begins twice at one time."""
    spread = {(slot, start + 100 * number, number) for slot, start, number in runs}
    return sorted(spread)


def core_of(runs: list[Row], links: list[list[tuple[int, int]]]) -> CorePart:
    counts = [len(own) for own in links]
    flat = [pair for own in links for pair in own]
    start_ps = np.array([start * 1000 for _, start, _ in runs], np.int64)
    rows = SimpleNamespace(
        execution=np.array([number for *_, number in runs], np.int32),
        start_ps=start_ps,
        end_ps=start_ps + 1500,
        engine=np.zeros(len(runs), np.uint8),
    )
    found = SimpleNamespace(
        rows=rows,
        slot=np.array([slot for slot, *_ in runs], np.int32),
        slots=SimpleNamespace(compiler_pc=np.arange(len(links), dtype=np.int32)),
        edges=SlotEdges(
            np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            np.array([before for before, _ in flat], np.int32),
            np.array([kind for _, kind in flat], np.uint8),
        ),
    )
    return cast("CorePart", found)


def slowly(runs: list[Row], links: list[list[tuple[int, int]]]) -> list[tuple[int, int, int]]:
    found = []
    for after, (slot, start, number) in enumerate(runs):
        for before, kind in links[slot]:
            own = [n for n, row in enumerate(runs) if (row[0], row[2]) == (before, number)]
            own.sort(key=lambda n: runs[n][1])
            if before == slot:
                earlier = [n for n in own if runs[n][1] < start]
            elif len(own) == 1:
                earlier = own
            else:
                earlier = [n for n in own if runs[n][1] <= start]
            if earlier:
                found.append((earlier[-1], after, kind))
    return found


def listed(core: CorePart) -> list[tuple[int, int, int]]:
    edges = edges_of(core)
    columns = edges.before.tolist(), edges.after.tolist(), edges.kind.tolist()
    return list(zip(*columns, strict=True))


@given(RUNS, LINKS)
def test_edges_are_those_of_a_search_row_by_row(
    runs: list[Row], links: list[list[tuple[int, int]]]
) -> None:
    ordered = in_time(runs)
    assert listed(core_of(ordered, links)) == slowly(ordered, links)


@pytest.mark.parametrize("rows", [1, 3])
def test_edges_do_not_depend_on_how_many_rows_are_taken_at_a_time(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = in_time([(slot, 7 * turn + slot, 0) for turn in range(5) for slot in range(SLOTS)])
    links = [[(3, 1)], [(0, 4), (2, 2)], [], [(3, 3), (1, 1)]]
    whole = listed(core_of(runs, links))
    monkeypatch.setattr(flow, "CHUNK_ROWS", rows)
    assert listed(core_of(runs, links)) == whole == slowly(runs, links)


def test_in_a_loop_the_round_before_is_what_comes_first() -> None:
    """Slot 0 needs what slot 1 made in the round before, slot 1 what slot 0 made in this one."""
    runs = [(0, 0, 0), (0, 10, 0), (0, 20, 0), (1, 5, 0), (1, 15, 0), (1, 25, 0)]
    assert listed(core_of(runs, [[(1, 4)], [(0, 4)]])) == [
        (3, 1, 4),
        (4, 2, 4),
        (0, 3, 4),
        (1, 4, 4),
        (2, 5, 4),
    ]


def table_rows(core: CorePart) -> list[dict[str, Any]]:
    part = cast("Any", SimpleNamespace(cores=[core], ns=lambda times: times // 1000))
    return [row for batch in flow_table(part).batches() for row in batch.to_pylist()]


def test_a_gap_is_negative_where_the_rows_overlap_and_kinds_have_names() -> None:
    core = core_of([(0, 0, 0), (1, 1, 0), (2, 9, 0)], [[], [(0, 4)], [(0, 1), (1, 0), (1, 9)]])
    found = [(row["gap_time"], row["dependency_type"]) for row in table_rows(core)]
    assert found == [(0, "FLOW_DEPENDENCE"), (8, "ORDERED"), (7, None), (7, None)]
    core = core_of([(0, 0, 0), (1, 0, 0)], [[], [(0, 2)]])
    assert [row["gap_time"] for row in table_rows(core)] == [-1]


def test_a_core_without_dependencies_has_no_edges() -> None:
    core = core_of([(0, 0, 0)], [[]])
    assert listed(core) == table_rows(core) == []
    bare = cast("CorePart", SimpleNamespace(**(vars(core) | {"edges": NO_EDGES})))
    assert listed(bare) == table_rows(bare) == []
