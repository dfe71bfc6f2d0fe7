"""Device memory by use: shown names, others as they are, and a sum for each core."""

from types import SimpleNamespace
from typing import Any

import pytest

from ingest_worker.builders.memory import LABELS, memory_table


def rows_of(*cores: tuple[int, list[tuple[str, int]]]) -> list[tuple[object, ...]]:
    graphs = [
        SimpleNamespace(
            device=1,
            core=core,
            memory=[SimpleNamespace(label=name, size_bytes=size) for name, size in uses],
        )
        for core, uses in cores
    ]
    facts = SimpleNamespace(subgraphs=graphs)
    part: Any = SimpleNamespace(capture=SimpleNamespace(ntff=SimpleNamespace(facts=facts)))
    table = memory_table(part)
    return [tuple(row.values()) for batch in table.batches() for row in batch.to_pylist()]


@pytest.mark.parametrize(
    ("label", "shown"),
    [("pe", "Tensor Instructions"), ("xt cc", "XT CC (unused)"), ("new thing", "New Thing")],
)
def test_uses_have_the_names_people_know(label: str, shown: str) -> None:
    assert rows_of((4, [(label, 7)]))[0] == (1, 4, shown, 7)


def test_every_core_has_a_sum_behind_its_uses() -> None:
    found = rows_of((4, [("io", 1), ("weight", 2)]), (5, []), (6, [("io", 0)]))
    assert [(core, use, size) for _, core, use, size in found] == [
        (4, "IO", 1),
        (4, "Weights", 2),
        (4, "Total", 3),
        (6, "IO", 0),
        (6, "Total", 0),
    ]


def test_no_two_uses_are_shown_alike() -> None:
    assert len(set(LABELS.values())) == len(LABELS)
