"""A table of another version in our columns: what is there is kept, what follows is worked out."""

import contextlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.imports.conform import Conformed, Times, cast_column
from ingest_worker.imports.parquet_folder import OpenTable, open_table
from profiles.tables.registry import REGISTRY

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TABLE = "Instruction"
TIMES = st.lists(
    st.tuples(st.integers(0, 1 << 40), st.integers(0, 1 << 20)), min_size=1, max_size=12
)


def opened(folder: Path, columns: dict[str, Any], name: str = TABLE, pieces: int = 1) -> OpenTable:
    """The columns as a table in so many files."""
    whole = pa.table(columns)
    paths = []
    step = -(-whole.num_rows // pieces)
    for number in range(pieces):
        paths.append(folder / f"{name}-{number}.parquet")
        pq.write_table(whole.slice(number * step, step), paths[-1])
    return open_table(name, paths, {path: path.name for path in paths})


def rows(found: Conformed) -> list[dict[str, Any]]:
    return [row for batch in found.batches() for row in batch.to_pylist()]


@QUICK
@given(TIMES, st.integers(1, 4))
def test_rows_come_in_their_order_whatever_files_they_lie_in(
    tmp_path: Path, times: list[tuple[int, int]], pieces: int
) -> None:
    columns = {"start_ts": [one for one, _ in times], "duration_ns": [one for _, one in times]}
    found = rows(Conformed(opened(tmp_path, columns, pieces=pieces)))
    assert [(row["start_ts"], row["duration_ns"]) for row in found] == times
    assert [row["end_ts"] for row in found] == [start + length for start, length in times]


@QUICK
@given(TIMES)
def test_a_length_follows_from_start_and_end(tmp_path: Path, times: list[tuple[int, int]]) -> None:
    columns = {
        "start_ts": [start for start, _ in times],
        "end_ts": [start + length for start, length in times],
    }
    found = rows(Conformed(opened(tmp_path, columns)))
    assert [row["duration_ns"] for row in found] == [length for _, length in times]


@QUICK
@given(TIMES, st.integers(0, 1 << 30))
def test_instants_count_from_the_zero_lengths_do_not(
    tmp_path: Path, times: list[tuple[int, int]], zero: int
) -> None:
    columns = {
        "start_ts": [start + zero for start, _ in times],
        "duration_ns": [length for _, length in times],
    }
    found = rows(Conformed(opened(tmp_path, columns), Times(zero_ns=zero)))
    assert [(row["start_ts"], row["duration_ns"]) for row in found] == times


def test_picoseconds_are_divided_and_rounded_down(tmp_path: Path) -> None:
    columns = {"start_ts": [1999, 5000], "duration_ns": [2999, 1000]}
    found = rows(Conformed(opened(tmp_path, columns), Times(divisor=1000)))
    assert [(row["start_ts"], row["duration_ns"]) for row in found] == [(1, 2), (5, 1)]


def test_what_a_source_says_itself_is_not_worked_out_again(tmp_path: Path) -> None:
    columns = {"start_ts": [10], "end_ts": [30], "duration_ns": [19]}
    [row] = rows(Conformed(opened(tmp_path, columns)))
    assert row["duration_ns"] == 19


def test_a_row_without_a_track_lies_in_that_of_its_engine(tmp_path: Path) -> None:
    columns = {"start_ts": [1, 2], "end_ts": [3, 4], "engine": ["Tensor", "Scalar"]}
    found = rows(Conformed(opened(tmp_path, columns)))
    assert [row["timeline_track"] for row in found] == ["Tensor", "Scalar"]
    columns["timeline_track"] = ["TensorMatrix", "Scalar"]
    found = rows(Conformed(opened(tmp_path, columns)))
    assert [row["timeline_track"] for row in found] == ["TensorMatrix", "Scalar"]


def test_columns_of_the_source_stand_behind_ours_and_are_named(tmp_path: Path) -> None:
    columns = {"start_ts": [1], "end_ts": [2], "mine": ["x"], "also": [1.5]}
    found = Conformed(opened(tmp_path, columns))
    ours = [field.name for field in REGISTRY[TABLE].fields]
    assert found.kept == ["mine", "also"]
    assert found.schema.names == [*ours, "mine", "also"]
    [row] = rows(found)
    assert (row["mine"], row["also"]) == ("x", 1.5)


def test_required_columns_that_nothing_tells_are_missing(tmp_path: Path) -> None:
    found = Conformed(opened(tmp_path, {"start_ts": [1], "duration_ns": [2]}))
    required = {field.name for field in REGISTRY[TABLE].fields if field.required}
    assert set(found.missing) == required - {"start_ts", "duration_ns", "end_ts"}
    assert "end_ts" not in found.missing


def test_a_column_that_holds_nothing_counts_as_absent(tmp_path: Path) -> None:
    source = opened(tmp_path, {"start_ts": [1], "end_ts": [5], "duration_ns": [None], "mine": [1]})
    empty = OpenTable(
        source.name,
        source.paths,
        source.labels,
        source.row_count,
        source.schema,
        frozenset({"duration_ns", "mine"}),
    )
    found = Conformed(empty)
    assert found.kept == []
    [row] = rows(found)
    assert row["duration_ns"] == 4


def test_a_table_that_nobody_knows_is_kept_as_it_is(tmp_path: Path) -> None:
    columns = {
        "word": pa.array(["a", "b", "a"]).dictionary_encode(),
        "long": pa.array(["x", None, "y"], pa.large_string()),
        "nothing": pa.nulls(3),
        "list": pa.array([[1], [], None], pa.large_list(pa.int32())),
        "end_ts": [5, 6, 7],
    }
    found = Conformed(opened(tmp_path, columns, name="Unheard"), Times(zero_ns=5, divisor=7))
    assert found.table is None
    assert found.missing == []
    assert rows(found) == [
        {"word": "a", "long": "x", "nothing": None, "list": [1], "end_ts": 5},
        {"word": "b", "long": None, "nothing": None, "list": [], "end_ts": 6},
        {"word": "a", "long": "y", "nothing": None, "list": None, "end_ts": 7},
    ]
    assert found.schema.field("word").type == pa.string()


def test_values_of_another_kind_are_empty_and_counted_by_column(tmp_path: Path) -> None:
    columns = {"start_ts": [1, 2, 3], "end_ts": [5, 6, 7], "raw_flops": ["1", "x", "3"]}
    found = Conformed(opened(tmp_path, columns))
    assert [row["raw_flops"] for row in rows(found)] == [1, None, 3]
    assert found.unfit == {"raw_flops": 1}


@pytest.mark.parametrize("change", [-1, 1])
def test_fewer_or_more_rows_than_the_source_says_are_damage(tmp_path: Path, change: int) -> None:
    source = opened(tmp_path, {"start_ts": [1, 2], "end_ts": [3, 4]})
    wrong = OpenTable(
        source.name, source.paths, source.labels, source.row_count + change, source.schema
    )
    with pytest.raises(Malformed) as caught:
        rows(Conformed(wrong))
    assert caught.value.code == "parquet.malformed"


def test_two_columns_of_one_name_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "twice.parquet"
    both = [pa.array([1]), pa.array([2])]
    pq.write_table(pa.Table.from_arrays(both, names=["a", "a"]), path)
    with pytest.raises(Malformed, match="one name"):
        open_table("Mine", [path], {})


@QUICK
@given(st.data())
def test_a_file_damaged_anywhere_is_read_or_told(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "Instruction.parquet"
    pq.write_table(pa.table({"start_ts": list(range(50)), "opcode": ["MATMUL"] * 50}), path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content[: data.draw(st.integers(place, len(content)))])
    with contextlib.suppress(Malformed, LimitExceeded):
        source = open_table(TABLE, [path], {path: "as/uploaded.parquet"})
        assert len(rows(Conformed(source))) == source.row_count


INTEGERS = st.lists(st.one_of(st.none(), st.integers(-(1 << 31), (1 << 31) - 1)), max_size=12)


@QUICK
@given(INTEGERS)
def test_whole_numbers_survive_every_wider_type_and_their_text(values: list[int | None]) -> None:
    for kind in (pa.int32(), pa.int64()):
        column = pa.array(values, kind)
        for through in (pa.int64(), pa.string()):
            there, lost = cast_column(column, through)
            back, again = cast_column(there, pa.int64())
            assert (back.to_pylist(), lost, again) == (values, 0, 0)


def test_numbers_too_large_for_a_column_are_left_out_one_by_one() -> None:
    found, unfit = cast_column(pa.array([1, 1 << 40, None, -5]), pa.int32())
    assert found.to_pylist() == [1, None, None, -5]
    assert unfit == 1
