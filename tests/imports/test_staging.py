"""Rows of a JSON come back out of the files they were spooled to, in any order and of any names."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import LimitExceeded
from ingest_worker.imports import staging
from ingest_worker.imports.staging import REST, Staging

NAMES = st.sampled_from(["Mine", "Other", "third_1"])
FIELDS = st.sampled_from(["a", "b", "c", "d", REST])
ROWS = st.lists(
    st.tuples(
        NAMES,
        st.dictionaries(
            FIELDS, st.one_of(st.none(), st.integers(-99, 99), st.text(max_size=4)), max_size=4
        ),
    ),
    max_size=25,
)
Row = dict[str, Any]


def spooled(folder: Path, rows: list[tuple[str, Row]], held: int = 4) -> dict[str, list[Row]]:
    """Rows by table as they are read back, names behind the first rows put beside the others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "HELD_ROWS", held)
        with Staging(folder, 1000) as own:
            own.take(iter(rows))
            files = own.finish()
    return {
        name: [row for path in paths for row in pq.read_table(path).to_pylist()]
        for name, paths in files.items()
    }


def told(row: Row) -> Row:
    """What a row read back says, its rest unfolded; numbers as their text."""
    rest = json.loads(row.get(REST) or "{}")
    both = {**{name: value for name, value in row.items() if name != REST}, **rest}
    return {name: str(value) for name, value in both.items() if value is not None}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS, st.integers(1, 30))
def test_every_row_is_read_back_in_its_table_and_order(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, Row]], held: int
) -> None:
    found = spooled(tmp_path_factory.mktemp("rows"), rows, held)
    expected = defaultdict(list)
    for name, row in rows:
        expected[name].append(row)
    assert {name: len(own) for name, own in found.items()} == {
        name: len(own) for name, own in expected.items()
    }
    for name, own in expected.items():
        for read, given_row in zip(found[name], own, strict=True):
            wanted = told({key: value for key, value in given_row.items() if key != REST})
            own_rest = given_row.get(REST)
            if own_rest is not None:
                wanted[REST] = str(own_rest)
            assert {k: v for k, v in told(read).items() if k in wanted} == {
                k: v for k, v in wanted.items() if k in told(read)
            }
            assert set(told(read)) <= set(wanted)


def test_a_name_that_comes_late_is_kept_beside_the_columns(tmp_path: Path) -> None:
    rows = [("Mine", {"a": 1}), ("Mine", {"a": 2}), ("Mine", {"a": 3, "late": [1, 2]})]
    found = spooled(tmp_path, rows, held=2)["Mine"]
    assert [row["a"] for row in found] == [1, 2, 3]
    assert [row[REST] for row in found] == [None, None, '{"late":[1,2]}']


def test_a_value_of_another_kind_than_the_first_rows_is_empty_and_counted(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "HELD_ROWS", 2)
        with Staging(tmp_path, 100) as own:
            own.take([("Mine", {"a": n}) for n in (1, 2, "x", "4")])
            [path] = own.finish()["Mine"]
    assert pq.read_table(path).column("a").to_pylist() == [1, 2, None, 4]
    assert own.unfit == {("Mine", "a"): 1}


def test_tables_of_one_row_are_put_together(tmp_path: Path) -> None:
    rows = [("Summary", {"total_time": 1.5}), ("Mine", {"a": 1}), ("Summary", {"extra": "x"})]
    [summary] = spooled(tmp_path, rows)["Summary"]
    assert (summary["total_time"], summary["extra"]) == (1.5, "x")


def test_columns_that_hold_nothing_are_told(tmp_path: Path) -> None:
    with Staging(tmp_path, 100) as own:
        own.take([("Mine", {"a": None, "b": 1}), ("Mine", {"a": None, "b": None})])
        own.finish()
    assert own.empty()["Mine"] == {"a", REST}


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "a\0b", "x" * 5000])
def test_a_name_that_cannot_be_a_files_is_skipped_and_told(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "spool"
    found = spooled(folder, [(name, {"a": 1}), ("Mine", {"a": 1})])
    assert set(found) == {"Mine"}
    assert [path.name for path in folder.iterdir()] == ["Mine.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["spool"]


def test_tables_beyond_the_most_are_skipped_those_begun_go_on(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "MOST_TABLES", 2)
        with Staging(tmp_path, 100) as own:
            own.take([(name, {"a": 1}) for name in ("A", "B", "C", "A")])
            files = own.finish()
    assert set(files) == {"A", "B"}
    assert own.skipped == {"C"}
    assert pq.read_metadata(files["A"][0]).num_rows == 2


def test_names_beyond_the_most_columns_are_kept_as_the_rest(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "MOST_COLUMNS", 3)
        [row] = spooled(tmp_path, [("Mine", {f"f{n}": n for n in range(6)})])["Mine"]
    assert json.loads(row.pop(REST)) == {"f3": 3, "f4": 4, "f5": 5}
    assert row == {"f0": 0, "f1": 1, "f2": 2}


def test_more_rows_than_may_be_taken_are_refused(tmp_path: Path) -> None:
    with Staging(tmp_path, 10) as own:
        own.take([("Mine", {"a": n}) for n in range(10)])
        with pytest.raises(LimitExceeded) as caught:
            own.take([("Mine", {"a": 10})])
    assert caught.value.code == "limit.records"


def test_nothing_taken_leaves_no_file(tmp_path: Path) -> None:
    with Staging(tmp_path / "spool", 10) as own:
        assert own.finish() == {}
    assert list((tmp_path / "spool").iterdir()) == []
