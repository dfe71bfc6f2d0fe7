"""Tiles: nothing is lost, nothing grows without bound, damage is told."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.storage.layout import PYRAMID
from profiles.timeline import query
from profiles.timeline.encode import encode_tile
from profiles.timeline.query import NO_BUCKET, NoSuchTileError, Timeline, UnreadableError
from profiles.timeline.tiles import bucket_ns, covering, level_count, span_ns, tile_range
from tests.timeline.make_run import make_run, make_track

SPANS = st.lists(
    st.tuples(st.integers(0, 60_000), st.one_of(st.integers(0, 30), st.integers(0, 20_000))),
    min_size=1,
    max_size=80,
).map(sorted)
ROOMY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def tiles_of(timeline: Timeline, level: int) -> list[query.Tile]:
    base = timeline.document["levels"][0]["bucket_ns"]
    end = timeline.document["duration_ns"] + 1
    return [timeline.tile("p0-c0", level, i) for i in covering(base, level, 0, end)]


@given(SPANS)
@ROOMY
def test_the_tiles_of_every_level_hold_every_row_once(
    tmp_path: Path, spans: list[tuple[int, int]]
) -> None:
    run = make_run(tmp_path, [make_track([s for s, _ in spans], [d for _, d in spans])])
    timeline = Timeline(run.path)
    for level in range(-1, len(timeline.document["levels"])):
        counted = 0
        long: set[int] = set()
        for tile in tiles_of(timeline, level):
            is_slice = tile.columns["bucket"] == NO_BUCKET
            counted += int(tile.columns["count"].sum())
            long |= set(tile.columns["row"][is_slice].tolist())
        assert counted + len(long) == len(spans)


@given(SPANS)
@ROOMY
def test_a_tile_of_slices_holds_exactly_what_touches_it(
    tmp_path: Path, spans: list[tuple[int, int]]
) -> None:
    run = make_run(tmp_path, [make_track([s for s, _ in spans], [d for _, d in spans])])
    timeline = Timeline(run.path)
    base = timeline.document["levels"][0]["bucket_ns"]
    for index in (0, 3, 11):
        start, end = tile_range(base, -1, index)
        if start > timeline.document["duration_ns"]:
            continue
        found = set(timeline.tile("p0-c0", -1, index).columns["row"].tolist())
        expected = {
            100 + i
            for i, (s, d) in enumerate(spans)
            if start <= s < end or (s < start and s + d > start)
        }
        assert found == expected


def test_a_cell_carries_its_longest_slice_with_its_row(tmp_path: Path) -> None:
    run = make_run(tmp_path, [make_track([0, 2, 5], [1, 3, 2])])
    columns = Timeline(run.path).tile("p0-c0", 0, 0).columns
    assert columns["count"].tolist() == [3]
    assert columns["row"].tolist() == [101]
    assert columns["start_ns"].tolist() == [2.0]
    assert columns["duration_ns"].tolist() == [3.0]
    assert columns["busy_ns"].tolist() == [6.0]


def test_the_wire_gives_back_what_the_tile_holds(tmp_path: Path) -> None:
    run = make_run(tmp_path, [make_track([0, 40, 5000], [30, 2, 10])])
    tile = Timeline(run.path).tile("p0-c0", -1, 0)
    table = pa.ipc.open_stream(encode_tile(tile)).read_all()
    assert table.column_names == list(tile.columns)
    for name, column in tile.columns.items():
        assert table.column(name).to_numpy().tolist() == column.tolist()
    assert table.schema.metadata == {b"answer": b"slices", b"complete": b"true", b"rows": b"2"}


def test_a_duration_beyond_32_bits_stays_exact(tmp_path: Path) -> None:
    long = 2**32 + 12_345
    run = make_run(tmp_path, [make_track([7], [long])])
    assert Timeline(run.path).tile("p0-c0", -1, 0).columns["duration_ns"].tolist() == [float(long)]


def test_too_many_slices_are_answered_with_cells_that_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MOST_ITEMS", 50)
    run = make_run(tmp_path, [make_track(list(range(200)), [0] * 200)])
    tile = Timeline(run.path).tile("p0-c0", -1, 0)
    assert (tile.answer, tile.is_complete, tile.row_count) == ("cells", False, 200)


def test_a_tile_of_the_most_items_stays_under_a_megabyte(tmp_path: Path) -> None:
    count = query.MOST_ITEMS
    starts = np.sort(np.arange(count) % 1000).tolist()
    run = make_run(tmp_path, [make_track(starts, [0] * count)], base_ns=8)
    tile = Timeline(run.path).tile("p0-c0", -1, 0)
    assert tile.answer == "slices"
    assert len(tile.columns["row"]) == count
    assert len(encode_tile(tile)) < 1_000_000


@pytest.mark.parametrize(
    ("slug", "level", "index"),
    [("nobody", 0, 0), ("p0-c0", 99, 0), ("p0-c0", -2, 0), ("p0-c0", 0, 10**9)],
)
def test_addresses_that_lead_nowhere_are_told_so(
    tmp_path: Path, slug: str, level: int, index: int
) -> None:
    run = make_run(tmp_path, [make_track([0], [5])])
    with pytest.raises(NoSuchTileError):
        Timeline(run.path).tile(slug, level, index)


@pytest.mark.parametrize("damage", ["cut", "flip", "magic", "version", "empty", "gone"])
def test_a_damaged_pyramid_is_unreadable_and_nothing_else(tmp_path: Path, damage: str) -> None:
    run = make_run(tmp_path, [make_track([0, 9], [5, 5])])
    path = run.path / "parts" / "0" / PYRAMID
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[:-8]
    elif damage == "flip":
        data[-9] ^= 1
    elif damage == "magic":
        data[0] ^= 1
    elif damage == "version":
        data[8] = 99
    elif damage == "empty":
        data = bytearray()
    path.unlink()
    if damage != "gone":
        path.write_bytes(data)
    with pytest.raises(UnreadableError):
        Timeline(run.path).tile("p0-c0", 0, 0)


def test_a_missing_document_is_unreadable(tmp_path: Path) -> None:
    run = make_run(tmp_path, [make_track([0], [5])])
    (run.path / "timeline.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnreadableError):
        Timeline(run.path)


@given(st.integers(0, 10), st.integers(-1, 9), st.integers(0, 10**9), st.integers(1, 10**9))
def test_covering_tiles_cover_the_range_and_no_more(
    exponent: int, level: int, start: int, length: int
) -> None:
    base = 2**exponent
    found = covering(base, level, start, start + length)
    assert tile_range(base, level, found[0])[0] <= start < tile_range(base, level, found[0])[1]
    last = tile_range(base, level, found[-1])
    assert last[0] < start + length <= last[1]


@given(st.integers(1, 10**12))
def test_levels_go_up_until_few_buckets_cover_the_profile(duration: int) -> None:
    count = level_count(8, duration)
    assert bucket_ns(8, count - 1) * 2047 >= duration
    assert count == 1 or bucket_ns(8, count - 2) * 2047 < duration


def test_spans_of_tiles() -> None:
    assert span_ns(8, -1) == 1024
    assert span_ns(8, 0) == 8192
    assert span_ns(8, 2) == 131_072
