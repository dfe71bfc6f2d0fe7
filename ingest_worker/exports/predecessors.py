"""The edges of `Flow` as the lists of predecessors that rows of the official JSON carry."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Row = dict[str, Any]


def add_predecessors(rows: Iterable[Row], edges: Iterable[Mapping[str, Any]]) -> None:
    """Gives each row its predecessors, in the order of the edges; none where there is no edge.

    `rows` are in the JSON's shape and are changed.
    """
    found: dict[int, list[Row]] = defaultdict(list)
    for edge in edges:
        found[edge["out_id"]].append({"id": edge["in_id"], "type": edge["dependency_type"]})
    for row in rows:
        if row["id"] in found:
            row["predecessors"] = found[row["id"]]
