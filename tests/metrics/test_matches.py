"""Places of wanted values, and edges of the compiler by either end, against loops."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.metrics import matches
from profiles.metrics.compiled_edges import edges_of
from profiles.metrics.matches import within
from tests.metrics.device_tables import device, instruction
from tests.metrics.test_dependencies import edge

VALUES = st.lists(st.integers(-1, 6), max_size=30)


@settings(max_examples=80, deadline=None)
@given(side=VALUES, wanted=VALUES)
def test_every_place_of_every_wanted_value_is_found(side: list[int], wanted: list[int]) -> None:
    column = np.array(side, np.int64)
    found, unseen = within(column, np.argsort(column, kind="stable"), np.array(wanted, np.int64))
    expected = [place for value in wanted for place, own in enumerate(side) if own == value]
    assert (found.tolist(), unseen) == (expected, 0)


@settings(max_examples=40, deadline=None)
@given(side=VALUES, wanted=VALUES, most=st.integers(1, 5))
def test_what_is_more_than_the_bound_is_counted(
    side: list[int], wanted: list[int], most: int
) -> None:
    column = np.array(side, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matches, "MOST_EXPANDED", most)
        found, unseen = within(
            column, np.argsort(column, kind="stable"), np.array(wanted, np.int64)
        )
    total = sum(side.count(value) for value in wanted)
    assert len(found) == min(total, most)
    assert len(found) + unseen == total


@settings(max_examples=25, deadline=None)
@given(ends=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20))
def test_edges_are_found_by_either_end_in_the_order_of_their_table(
    tmp_path_factory: pytest.TempPathFactory, ends: list[tuple[int, int]]
) -> None:
    # Eight instructions only: edges to ids 8 and 9 lead to nobody.
    made = device(
        tmp_path_factory.mktemp("edges"),
        Instruction=[instruction("Tensor", at, 1) for at in range(8)],
        Flow=[edge(before, after, gap=n) for n, (before, after) in enumerate(ends)],
    )
    edges = edges_of(made.run, 0)
    assert edges is not None

    def known(row: int) -> int:
        return row if row < 8 else -1

    for row in range(8):
        later = edges.around(np.array([row]), later=True)
        wanted = [(known(after), n) for n, (before, after) in enumerate(ends) if before == row]
        assert list(zip(later.after.tolist(), later.gap_ns.tolist(), strict=True)) == wanted
        earlier = edges.around(np.array([row]), later=False)
        wanted = [(known(before), n) for n, (before, after) in enumerate(ends) if after == row]
        assert list(zip(earlier.before.tolist(), earlier.gap_ns.tolist(), strict=True)) == wanted


def test_of_two_rows_with_one_id_the_first_is_the_end(tmp_path: Path) -> None:
    made = device(
        tmp_path,
        Instruction=[instruction("Tensor", 5, 1), instruction("Vector", 5, 1)],
        Flow=[edge(5, 5)],
    )
    edges = edges_of(made.run, 0)
    assert edges is not None
    assert edges.around(np.array([0]), later=True).after.tolist() == [0]
    assert edges.around(np.array([1]), later=True).after.tolist() == []
