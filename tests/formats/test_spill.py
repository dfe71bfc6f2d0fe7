"""Columns outside of memory hold what columns in memory would, and give their pages back."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats import spill
from ingest_worker.formats.spill import Column, Pager, Shelves, column_of, full, set_aside

PARTS = st.lists(st.lists(st.integers(-(2**40), 2**40), max_size=30), max_size=12)


@pytest.fixture(params=[1, 64, 1 << 22], ids=["in a file", "in part", "in memory"])
def _room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "LEAST_BYTES", request.param)


@pytest.mark.usefixtures("_room")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PARTS)
def test_a_column_holds_its_parts_in_order(parts: Sequence[Sequence[int]]) -> None:
    arrays = [np.array(part, np.int64) for part in parts]
    assert column_of(arrays, np.int64).tolist() == [value for part in parts for value in part]


@pytest.mark.usefixtures("_room")
def test_a_column_has_the_type_it_was_made_with() -> None:
    column = Column(np.uint16)
    column.append(np.array([1, 2], np.int64))
    found = column.done()
    assert (found.dtype, found.tolist()) == (np.dtype(np.uint16), [1, 2])


@pytest.mark.usefixtures("_room")
def test_what_is_appended_may_be_changed_afterwards() -> None:
    column, values = Column(np.int64), np.arange(3)
    column.append(values)
    values[:] = 9
    column.append(values)
    assert column.done().tolist() == [0, 1, 2, 9, 9, 9]


@pytest.mark.usefixtures("_room")
def test_an_array_to_be_filled_in_begins_with_one_value() -> None:
    found = full(1000, -1, np.int32)
    assert (found == -1).all()
    found[500:] = 7
    assert (found[:500] == -1).all()
    assert (found[500:] == 7).all()


@pytest.mark.usefixtures("_room")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(0, 99), max_size=9))))
def test_a_shelf_gives_its_rows_in_the_order_they_came(
    put: Sequence[tuple[int, Sequence[int]]],
) -> None:
    shelves = Shelves(np.int64)
    expected: dict[int, list[int]] = {}
    for shelf, rows in put:
        shelves.put(shelf, np.array(rows, np.int64))
        expected.setdefault(shelf, []).extend(rows)
    assert shelves.shelves() == sorted(shelf for shelf, rows in expected.items() if rows)
    assert {shelf: shelves.take(shelf).tolist() for shelf in expected} == expected
    assert shelves.take(99).tolist() == []


def test_rows_of_records_keep_their_fields() -> None:
    kind = np.dtype([("a", "<u4"), ("b", "<u8")])
    rows = np.array([(1, 2), (3, 4)], kind)
    shelves = Shelves(kind)
    shelves.put("x", rows[::-1])
    assert shelves.take("x").tolist() == [(3, 4), (1, 2)]


def test_pages_that_were_let_go_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "LEAST_BYTES", 1)
    column = set_aside(np.arange(100_000))
    filled = full(100_000, 1, np.int64)
    filled[:] = 5
    spill.let_go()
    assert (int(column.sum()), int(filled.sum())) == (4_999_950_000, 500_000)


@pytest.mark.skipif(not spill.STATM.exists(), reason="only Linux tells a process's pages")
def test_a_pager_lets_go_of_what_piles_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "LOOK_EVERY_S", 0.001)
    column = set_aside(np.zeros(40_000_000, np.uint8))
    spill.let_go()
    before = spill.resident_file_bytes()
    with Pager(most_bytes=1_000_000) as pager:
        assert int(column.sum()) == 0
        assert pager.wait_until(lambda: spill.resident_file_bytes() - before < 20_000_000)
