"""Edges become lists of predecessors, in their order."""

from ingest_worker.exports.predecessors import add_predecessors


def edge(before: int, after: int, kind: str | None = "ORDERED") -> dict[str, object]:
    return {"in_id": before, "out_id": after, "dependency_type": kind}


def test_each_row_gets_its_own_edges_in_order() -> None:
    rows = [{"id": 1}, {"id": 2}, {"id": 3}]
    add_predecessors(rows, [edge(2, 3), edge(1, 2, "FLOW_DEPENDENCE"), edge(1, 3)])
    assert rows == [
        {"id": 1},
        {"id": 2, "predecessors": [{"id": 1, "type": "FLOW_DEPENDENCE"}]},
        {"id": 3, "predecessors": [{"id": 2, "type": "ORDERED"}, {"id": 1, "type": "ORDERED"}]},
    ]


def test_edges_to_rows_that_are_not_shown_are_left_out() -> None:
    rows = [{"id": 1}]
    add_predecessors(rows, [edge(1, 9)])
    assert rows == [{"id": 1}]
