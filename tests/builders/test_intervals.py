"""Unions group by group equal those made one interval after the other."""

import json
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.builders import intervals
from ingest_worker.builders.intervals import Intervals, Pieces, merged

GROUPS = 5
PIECES = st.lists(
    st.tuples(st.integers(0, GROUPS - 1), st.integers(0, 40), st.integers(0, 9), st.integers(0, 9))
)
Piece = tuple[int, int, int, int]


def pieces_of(found: list[Piece]) -> Pieces:
    group, start, length, amount = (
        np.array([piece[place] for piece in found], np.int64) for place in range(4)
    )
    return Pieces(group, start, start + length, (amount,))


def slowly(found: list[Piece]) -> list[list[list[int]]]:
    """For each group [start, end, amount] of each union."""
    result: list[list[list[int]]] = [[] for _ in range(GROUPS)]
    for group, start, length, amount in sorted(found, key=lambda piece: piece[1]):
        own = result[group]
        if own and start <= own[-1][1]:
            own[-1][1] = max(own[-1][1], start + length)
            own[-1][2] += amount
        else:
            own.append([start, start + length, amount])
    return result


def listed(found: Intervals) -> list[list[list[int]]]:
    own = found.pieces
    rows = np.stack((own.start_ps, own.end_ps, own.amounts[0]), axis=1).tolist()
    bounds = found.first.tolist()
    return [rows[begin:stop] for begin, stop in pairwise(bounds)]


@given(PIECES)
def test_unions_are_those_of_a_walk_in_time(found: list[Piece]) -> None:
    assert listed(merged(pieces_of(found), GROUPS)) == slowly(found)
    in_time = sorted(found, key=lambda piece: piece[1])
    assert listed(merged(pieces_of(in_time), GROUPS)) == slowly(found)


@given(PIECES, st.integers(1, 300))
def test_unions_do_not_depend_on_how_many_groups_fit_at_once(
    found: list[Piece], largest: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "LARGEST", largest)
        assert listed(merged(pieces_of(found), GROUPS)) == slowly(found)


def test_many_groups_over_a_long_time_do_not_overflow() -> None:
    hour_ps = 3_600_000_000_000_000
    count = 70_000
    group = np.repeat(np.arange(count), 2)
    start = np.tile(np.array([0, hour_ps]), count)
    found = merged(Pieces(group, start, start + 5, (np.ones(2 * count, np.int64),)), count)
    assert (found.durations() == 10).all()
    assert (np.diff(found.first) == 2).all()


@given(PIECES)
def test_sums_and_lists_are_those_of_each_group(found: list[Piece]) -> None:
    unions = merged(pieces_of(found), GROUPS)
    expected = slowly(found)
    assert unions.durations().tolist() == [
        sum(end - start for start, end, _ in own) for own in expected
    ]
    amounts = pa.array(unions.pieces.amounts[0])
    sums = [sum(amount for *_, amount in own) for own in expected]
    assert unions.sums(unions.pieces.amounts[0]).tolist() == sums
    for begin, stop in ((0, GROUPS), (1, 3), (2, 2)):
        lists = [[amount for *_, amount in own] for own in expected[begin:stop]]
        assert unions.lists(amounts, begin, stop).to_pylist() == lists
        texts = unions.texts(amounts, begin, stop).to_pylist()
        assert [json.loads(text) for text in texts] == lists


def test_pairs_and_missing_values_are_json() -> None:
    unions = merged(pieces_of([(0, 3, 4, 0), (0, 9, 1, 0), (2, 1, 1, 0)]), GROUPS)
    pairs = unions.pair_texts(unions.pieces.start_ps, unions.pieces.end_ps, 0, 3)
    assert pairs.to_pylist() == ["[[3, 7], [9, 10]]", "[]", "[[1, 2]]"]
    shares = pa.array([0.5, None, 0.25])
    assert unions.texts(shares, 0, 3).to_pylist() == ["[0.5, null]", "[]", "[0.25]"]
    assert unions.texts(shares, 1, 3).to_pylist() == ["[]", "[0.25]"]


@given(PIECES, st.integers(1, 4))
def test_neighbours_are_joined_where_there_are_too_many(found: list[Piece], most: int) -> None:
    unions = merged(pieces_of(found), GROUPS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "MOST_INTERVALS", most)
        coarse = unions.coarse()
    for own, joined in zip(listed(unions), listed(coarse), strict=True):
        assert len(joined) <= most
        assert sum(amount for *_, amount in joined) == sum(amount for *_, amount in own)
        if len(own) <= most:
            assert joined == own
        else:
            assert (joined[0][0], joined[-1][1]) == (own[0][0], own[-1][1])
            assert {tuple(times[:1]) for times in joined} <= {tuple(times[:1]) for times in own}


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_batches_hold_few_intervals_and_every_group_once(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Piece] = [(group, 10 * n, 1, 0) for group in range(GROUPS) for n in range(group)]
    unions = merged(pieces_of(found), GROUPS)
    asked: list[tuple[int, int]] = []

    def columns(start: int, stop: int) -> dict[str, pa.Array]:
        asked.append((start, stop))
        return {"id": pa.array([str(n) for n in range(start, stop)])}

    monkeypatch.setattr(intervals, "BATCH_INTERVALS", most)
    table = unions.table("StackFrameFileName", columns)
    rows = [row["id"] for batch in table.batches() for row in batch.to_pylist()]
    assert rows == [str(n) for n in range(GROUPS)]
    assert table.row_count == GROUPS
    for start, stop in asked:
        assert stop == start + 1 or unions.first[stop] - unions.first[start] <= most
