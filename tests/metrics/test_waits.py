"""Idle stretches of engines: the smaller of what is reported and of the gap before."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.metrics import waits as module
from profiles.metrics.waits import Waits, waits

Row = tuple[int, int, int, str, str, int]
"""Start, end, reported wait, engine, row of the timeline, core."""


def table(rows: list[Row]) -> pa.Table:
    names = ("start_ts", "end_ts", "evt_wait_time_ns", "engine", "timeline_track", "pcore_idx")
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})


def read(path: Path, rows: list[Row]) -> set[tuple[int, int, int, str]]:
    """Start, end, core and row name of every wait."""
    pq.write_table(table(rows), path / "Instruction.parquet")
    return told(waits(path / "Instruction.parquet"))


def told(found: Waits) -> set[tuple[int, int, int, str]]:
    columns = zip(
        found.start_ns.tolist(), found.length_ns.tolist(), found.place.tolist(), strict=True
    )
    return {(start, start + length, *found.places[place]) for start, length, place in columns}


def tensor(start: int, end: int, waited: int, track: str = "Tensor", core: int = 0) -> Row:
    return (start, end, waited, "Tensor", track, core)


def test_a_wait_is_no_longer_than_the_gap_before_it(tmp_path: Path) -> None:
    rows = [tensor(0, 100, 0), tensor(150, 200, 9000), tensor(900, 950, 30)]
    assert read(tmp_path, rows) == {(100, 150, 0, "Tensor"), (870, 900, 0, "Tensor")}


def test_what_comes_right_after_earlier_work_did_not_stand_idle(tmp_path: Path) -> None:
    assert read(tmp_path, [tensor(0, 500, 0), tensor(100, 200, 80), tensor(500, 600, 400)]) == set()


def test_rows_of_one_engine_share_its_gaps_and_engines_do_not(tmp_path: Path) -> None:
    rows = [
        tensor(0, 1000, 0),
        tensor(400, 600, 300, "TensorMatrix"),
        (500, 600, 200, "Vector", "Vector", 0),
        tensor(700, 800, 50, core=1),
    ]
    assert read(tmp_path, rows) == {(300, 500, 0, "Vector"), (650, 700, 1, "Tensor")}


def test_before_the_first_instruction_the_gap_begins_at_the_zero(tmp_path: Path) -> None:
    assert read(tmp_path, [tensor(80, 90, 500)]) == {(0, 80, 0, "Tensor")}


def test_a_table_that_tells_of_no_waits_has_none(tmp_path: Path) -> None:
    path = tmp_path / "Instruction.parquet"
    pq.write_table(table([tensor(10, 20, 5)]).drop_columns(["evt_wait_time_ns"]), path)
    assert waits(path).count == 0
    pq.write_table(table([]).cast(table([tensor(1, 2, 3)]).schema), path)
    assert waits(path).count == 0


def test_a_range_names_the_longest_and_counts_the_rest(tmp_path: Path) -> None:
    rows = [tensor(1000 * at, 1000 * at + 500, 10 * at) for at in range(1, 21)]
    pq.write_table(table(rows), tmp_path / "Instruction.parquet")
    found = waits(tmp_path / "Instruction.parquet")
    chosen, left_out = found.within(0, 1 << 40, 1, 5)
    assert found.length_ns[chosen].tolist() == [200, 190, 180, 170, 160]
    assert left_out == 15
    chosen, left_out = found.within(9_500, 12_001, 1, 5)
    assert found.start_ns[chosen].tolist() == [11_880, 10_890, 9_900]
    assert left_out == 0
    assert len(found.within(0, 1 << 40, 191, 5)[0]) == 1
    assert len(found.within(0, 1 << 40, 200, 5)[0]) == 1
    assert len(found.within(0, 1 << 40, 201, 5)[0]) == 0


ROWS = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.integers(0, 60),
        st.integers(0, 90),
        st.sampled_from(["Tensor", "Vector"]),
        st.integers(0, 1),
    ),
    max_size=30,
)


def slowly(rows: list[Row]) -> set[tuple[int, int, int, str]]:
    """The rule, row by row in order of time."""
    over: dict[tuple[int, str], int] = {}
    found = set()
    for start, end, waited, engine, track, core in sorted(rows, key=lambda row: row[0]):
        length = min(waited, start - over.get((core, engine), 0))
        if length > 0:
            found.add((start - length, start, core, track))
        over[core, engine] = max(over.get((core, engine), 0), end)
    return found


@settings(max_examples=60, deadline=None)
@given(ROWS, st.booleans(), st.integers(1, 7))
def test_in_any_order_and_any_batches_they_are_what_a_slow_reading_finds(
    tmp_path_factory: pytest.TempPathFactory,
    made: list[tuple[int, int, int, str, int]],
    is_sorted: bool,
    batch_rows: int,
) -> None:
    rows = [(s, s + d, w, engine, engine, core) for s, d, w, engine, core in made]
    if is_sorted:
        rows.sort(key=lambda row: row[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH_ROWS", batch_rows)
        assert read(tmp_path_factory.mktemp("waits"), rows) == slowly(rows)


def test_only_the_longest_are_kept_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    rows = [tensor(1000 * at, 1000 * at + 500, 10 * at) for at in range(1, 9)]
    pq.write_table(table(rows), tmp_path / "Instruction.parquet")
    found = waits(tmp_path / "Instruction.parquet")
    assert found.length_ns.tolist() == [80, 70, 60]
    assert found.count == 8
    assert found.start_ns.dtype == np.int64
