"""Since when an engine had nothing to do before each of its instructions."""

import random

import numpy as np
import pytest

from profiles.metrics.engine_free import NEVER_NS, free_since


def test_the_latest_end_of_what_started_earlier_counts() -> None:
    start, end = np.array([0, 10, 20, 20]), np.array([50, 15, 30, 25])
    none = np.zeros(4, np.int64)
    assert free_since(none, none, start, end).tolist() == [NEVER_NS, 50, 50, 50]


def test_without_instructions_there_is_nothing() -> None:
    none = np.zeros(0, np.int64)
    assert free_since(none, none, none, none).tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_answer_row_by_row(seed: int) -> None:
    draw = random.Random(seed)
    rows = [(draw.randrange(2), draw.randrange(3), draw.randrange(40)) for _ in range(80)]
    core, engine, start = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    end = start + np.array([draw.randrange(30) for _ in rows])
    found = free_since(core, engine, start, end).tolist()
    for at, (own_core, own_engine, begin) in enumerate(rows):
        earlier = [
            int(end[other])
            for other, (c, e, s) in enumerate(rows)
            if (c, e) == (own_core, own_engine) and s < begin
        ]
        assert found[at] == max(earlier, default=NEVER_NS)


def test_numbers_of_cores_may_be_large() -> None:
    core = np.array([70_000, 3, 70_000])
    engine = np.array([1, 1, 1])
    start, end = np.array([10, 0, 0]), np.array([12, 99, 5])
    assert free_since(core, engine, start, end).tolist() == [5, NEVER_NS, NEVER_NS]
