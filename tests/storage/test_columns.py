"""Columns in blocks: what was written is read, block by block, and damage is told."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.storage import columns
from profiles.storage.columns import ColumnFile, ColumnWriter, DamagedColumnsError

WIDE = st.integers(-(1 << 40), 1 << 62)


def written(folder: Path, **values: list[int]) -> Path:
    """A file with these columns."""
    path = folder / "some.columns"
    with path.open("wb") as file:
        writer = ColumnWriter(file)
        for name, own in values.items():
            writer.add(name, np.array(own, np.int64))
        writer.finish({"made_with": "a test"})
    return path


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "BLOCK", 4)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(WIDE, max_size=30), is_sorted=st.booleans(), data=st.data())
def test_a_column_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[int],
    is_sorted: bool,
    data: st.DataObject,
) -> None:
    values = sorted(values) if is_sorted else values
    file = ColumnFile(written(tmp_path_factory.mktemp("columns"), own=values))
    column = file.column("own")
    assert (len(column), column.whole().tolist()) == (len(values), values)
    first, last = data.draw(st.integers(0, 32)), data.draw(st.integers(0, 32))
    assert column.slice(first, last).tolist() == values[first:last]
    if values:
        places = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=9))
        assert column[np.array(places, np.int64)].tolist() == [values[n] for n in places]
        assert [column.at(place) for place in places] == [values[n] for n in places]


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(0, 20), max_size=30).map(sorted), wanted=st.integers(-1, 21))
def test_a_column_that_ascends_is_searched(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], wanted: int
) -> None:
    column = ColumnFile(written(tmp_path_factory.mktemp("columns"), own=values)).column("own")
    for side in ("left", "right"):
        assert column.search(wanted, side) == np.searchsorted(np.array(values), wanted, side)


def test_only_the_blocks_that_hold_what_is_asked_for_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, own=list(range(100, 140)))
    place, size = ColumnFile(path).column("own")._blocks[9][:2]
    data = bytearray(path.read_bytes())
    data[place + size - 1] ^= 0xFF
    path.write_bytes(bytes(data))
    column = ColumnFile(path).column("own")
    assert column.slice(8, 12).tolist() == [108, 109, 110, 111]
    with pytest.raises(DamagedColumnsError, match="block 9 of own"):
        column.at(39)


def test_blocks_that_were_used_longest_ago_are_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "MOST_CACHED_BYTES", 3 * 4 * 8)
    file = ColumnFile(written(tmp_path, own=list(range(40))))
    column = file.column("own")
    first = column.block(0)
    assert column.block(0) is first
    for number in (1, 0, 2, 3):
        column.block(number)
    assert column.block(0) is first
    column.block(1)
    assert file._cached_bytes <= 3 * 4 * 8


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.integers(0, 39), max_size=30), way=st.sampled_from([None, 1, -1]))
def test_places_are_given_block_by_block_in_whatever_order(
    places: list[int], way: int | None
) -> None:
    own = np.array(places if way is None else sorted(places)[::way], np.int64)
    found = np.full(len(own), -1)
    blocks = []
    for number, chosen in columns.by_block(own):
        blocks.append(number)
        assert (own[chosen] // columns.BLOCK == number).all()
        found[chosen] = own[chosen]
    assert found.tolist() == own.tolist()
    assert sorted(blocks) == sorted({place // columns.BLOCK for place in places})


def test_memory_holds_values_that_do_not_ascend_as_narrow_as_the_file(tmp_path: Path) -> None:
    values = [500, 501, 502, 500] * 5
    file = ColumnFile(written(tmp_path, own=values))
    column = file.column("own")
    assert column.whole().tolist() == values
    assert file._cached_bytes == len(values)
    assert column.block(1).dtype == column.whole().dtype == np.int64


def test_values_that_repeat_or_rise_take_little_room(tmp_path: Path) -> None:
    monotone = io.BytesIO()
    writer = ColumnWriter(monotone)
    writer.add("own", np.arange(10**9, 10**9 + 40_000, dtype=np.int64))
    assert len(monotone.getvalue()) < 40_000 * 8


def test_what_a_file_says_of_itself_is_read(tmp_path: Path) -> None:
    file = ColumnFile(written(tmp_path, own=[3]))
    assert file.header == {"made_with": "a test"}
    assert "own" in file
    assert "other" not in file
    with pytest.raises(DamagedColumnsError, match="no column other"):
        file.column("other")


@pytest.mark.parametrize("keep", [0, 5, 30, -1])
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, keep: int) -> None:
    path = written(tmp_path, own=[1, 2, 3])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DamagedColumnsError):
        ColumnFile(path)


def test_an_index_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, own=[1, 2, 3])
    data = bytearray(path.read_bytes())
    data[-40] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(DamagedColumnsError, match="index"):
        ColumnFile(path)
