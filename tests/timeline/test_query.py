"""Tiles: nothing is lost, nothing grows without bound, damage is told."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.storage.layout import PYRAMID
from profiles.storage.tables import ReadableRun
from profiles.timeline import tiles
from profiles.timeline.encode import encode_tile
from profiles.timeline.group import Tile
from profiles.timeline.query import NoSuchTileError, Timeline, UnreadableError, timeline_of
from profiles.timeline.tiles import SLICES, bucket_ns, covering, tile_range
from profiles.timeline.track import NO_BUCKET
from tests.timeline.make_run import FIRST_ROW, make_queue, make_run, make_track

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

Spans = list[tuple[int, int]]


def run_of(root: Path, spans: Spans, **options: int) -> ReadableRun:
    return make_run(root, [make_track([s for s, _ in spans], [d for _, d in spans])], **options)


def buckets_of(timeline: Timeline, level: int) -> tuple[int, int]:
    """Length of a bucket and buckets of a tile."""
    name = "row_tile_buckets" if level == SLICES else "tile_buckets"
    base_ns = timeline.document["levels"][0]["bucket_ns"]
    return bucket_ns(base_ns, level), timeline.document[name]


def tiles_of(timeline: Timeline, level: int, slug: str = "p0-c0") -> list[Tile]:
    size, buckets = buckets_of(timeline, level)
    end = timeline.document["duration_ns"] + 1
    return [timeline.tile(slug, level, i) for i in covering(size, buckets, 0, end)]


def rows_in(found: Sequence[Tile]) -> tuple[int, set[int]]:
    """Slices counted in cells, and row numbers of those shown themselves."""
    counted, shown = 0, set()
    for tile in found:
        counted += int(tile.columns["count"].sum())
        shown |= set(tile.columns["row"][tile.columns["bucket"] == NO_BUCKET].tolist())
    return counted, shown


@given(SPANS)
@ROOMY
def test_the_tiles_of_every_level_hold_every_row_once(tmp_path: Path, spans: Spans) -> None:
    timeline = Timeline(run_of(tmp_path, spans).path)
    for level in range(SLICES, len(timeline.document["levels"])):
        counted, shown = rows_in(tiles_of(timeline, level))
        assert counted + len(shown) == len(spans)


@given(SPANS, st.sampled_from([8, 64, 1024]))
@ROOMY
def test_a_tile_of_slices_holds_exactly_what_touches_it(
    tmp_path: Path, spans: Spans, base_ns: int
) -> None:
    timeline = Timeline(run_of(tmp_path, spans, base_ns=base_ns).path)
    for index in (0, 3, 11):
        start, end = tile_range(*buckets_of(timeline, SLICES), index)
        if start > timeline.document["duration_ns"]:
            continue
        columns = timeline.tile("p0-c0", SLICES, index).columns
        found = dict(
            zip(
                columns["row"].tolist(),
                zip(columns["start_ns"].tolist(), columns["duration_ns"].tolist(), strict=True),
                strict=True,
            )
        )
        assert found == {
            FIRST_ROW + i: (s, d)
            for i, (s, d) in enumerate(spans)
            if start <= s < end or (s < start and s + d > start)
        }
        assert columns["start_ns"].tolist() == sorted(columns["start_ns"].tolist())


@given(SPANS)
@ROOMY
def test_a_long_slice_stands_in_every_tile_that_it_touches(tmp_path: Path, spans: Spans) -> None:
    timeline = Timeline(run_of(tmp_path, spans).path)
    size, buckets = buckets_of(timeline, 0)
    for index, tile in enumerate(tiles_of(timeline, 0)):
        start, end = tile_range(size, buckets, index)
        assert rows_in([tile])[1] == {
            FIRST_ROW + i
            for i, (s, d) in enumerate(spans)
            if d > size and s < end and s + d > start
        }


def test_a_cell_carries_its_longest_slice_with_its_row(tmp_path: Path) -> None:
    columns = Timeline(run_of(tmp_path, [(0, 1), (2, 3), (5, 2)]).path).tile("p0-c0", 0, 0).columns
    assert columns["count"].tolist() == [3]
    assert columns["row"].tolist() == [101]
    assert columns["start_ns"].tolist() == [2.0]
    assert columns["duration_ns"].tolist() == [3.0]
    assert columns["busy_ns"].tolist() == [6.0]


def test_a_cell_far_from_zero_knows_where_its_slice_starts(tmp_path: Path) -> None:
    run = run_of(tmp_path, [(0, 1), (1_000_003, 4)])
    columns = Timeline(run.path).tile("p0-c0", 0, 1_000_003 // (8 * 1024)).columns
    assert columns["start_ns"].tolist() == [1_000_003.0]
    assert columns["bucket"].tolist() == [1_000_003 // 8 % 1024]


def test_slices_look_in_tiles_as_they_do_in_cells(tmp_path: Path) -> None:
    track = make_track([0, 10, 12, 40], [3, 8, 8, 100])
    track.colour[:] = [0, 0x40 | 1, 255, 3]
    track.label[:] = [7, 300, 7, 65_534]
    timeline = Timeline(make_run(tmp_path, [track]).path)
    columns = timeline.tile("p0-c0", SLICES, 0).columns
    assert columns["colour"].tolist() == [0, 0x41, 255, 3]
    assert columns["label"].tolist() == [7, 300, 7, 65_534]
    assert columns["lane"].tolist() == [0, 0, 1, 0]
    base = timeline.tile("p0-c0", 0, 0).columns
    assert base["label"][base["count"] > 0].tolist() == [7, 300, 7]


def test_rows_that_do_not_lie_in_order_keep_their_numbers(tmp_path: Path) -> None:
    track = make_track([50, 0, 20], [4, 4, 4])
    columns = Timeline(make_run(tmp_path, [track]).path).tile("p0-c0", SLICES, 0).columns
    assert columns["row"].tolist() == [101, 102, 100]
    assert columns["start_ns"].tolist() == [0.0, 20.0, 50.0]


def test_a_track_over_several_row_groups_is_read_where_the_tile_lies(tmp_path: Path) -> None:
    count = 300_000
    track = make_track(list(range(50, count * 11 + 50, 11)), [5] * count, first_row=0)
    timeline = Timeline(make_run(tmp_path, [track]).path)
    size, buckets = buckets_of(timeline, SLICES)
    at = 131_072 * 11 + 50
    start, end = tile_range(size, buckets, at // (size * buckets))
    columns = timeline.tile("p0-c0", SLICES, at // (size * buckets)).columns
    assert start < at < end
    assert columns["row"].tolist() == list(range(-(-(start - 54) // 11), -(-(end - 50) // 11)))


def test_the_queues_packets_are_shown_by_engine_too(tmp_path: Path) -> None:
    queues = [
        make_queue([0, 4, 9], [3, 3, 3], [2, 5, 2]),
        make_queue([1, 20], [5000, 3], [5, 15], name="qOut", first_row=3),
    ]
    timeline = Timeline(make_run(tmp_path, queues).path)
    names = {t["id"]: t["name"] for t in timeline.document["tracks"]}
    for level in (SLICES, 0):
        columns = timeline.tile("p0-engines0", level, 0).columns
        shown = {
            (names[t], r)
            for t, r, b in zip(
                columns["track"].tolist(),
                columns["row"].tolist(),
                columns["bucket"].tolist(),
                strict=True,
            )
            if level == SLICES or b == NO_BUCKET
        }
        if level == SLICES:
            assert shown == {("E66", 0), ("E69", 1), ("E66", 2), ("E69", 3), ("E79", 4)}
            assert set(columns["lane"].tolist()) == {0}
        else:
            assert shown == {("E69", 3)}


@given(
    st.lists(
        st.tuples(st.integers(0, 9000), st.integers(0, 900), st.integers(0, 15)),
        min_size=1,
        max_size=60,
    ).map(sorted),
    st.integers(1, 59),
)
@ROOMY
def test_both_views_of_dma_hold_every_packet_at_every_level(
    tmp_path: Path, packets: list[tuple[int, int, int]], split: int
) -> None:
    first, second = packets[:split], packets[split:]
    queues = [
        make_queue(*(list(column) for column in zip(*own, strict=True)), name=name, first_row=row)
        for own, name, row in ((first, "qIn", 0), (second, "qOut", len(first)))
        if own
    ]
    timeline = Timeline(make_run(tmp_path, queues).path)
    for slug in ("p0-dma0", "p0-engines0"):
        for level in range(SLICES, len(timeline.document["levels"])):
            counted, shown = rows_in(tiles_of(timeline, level, slug))
            assert counted + len(shown) == len(packets)


def test_the_wire_gives_back_what_the_tile_holds(tmp_path: Path) -> None:
    tile = Timeline(run_of(tmp_path, [(0, 30), (40, 2), (5000, 10)]).path).tile("p0-c0", SLICES, 0)
    table = pa.ipc.open_stream(encode_tile(tile)).read_all()
    assert table.column_names == list(tile.columns)
    for name, column in tile.columns.items():
        assert table.column(name).to_numpy().tolist() == column.tolist()
    assert table.schema.metadata == {b"answer": b"slices", b"complete": b"true", b"rows": b"2"}


def test_an_empty_tile_has_its_columns_and_types(tmp_path: Path) -> None:
    tile = Timeline(run_of(tmp_path, [(0, 1), (900_000, 1)]).path).tile("p0-c0", SLICES, 3)
    table = pa.ipc.open_stream(encode_tile(tile)).read_all()
    assert table.num_rows == 0
    assert [str(field.type) for field in table.schema] == [
        "uint16",
        "uint8",
        "uint32",
        "double",
        "double",
        "uint16",
        "double",
        "uint32",
        "uint8",
        "uint16",
    ]


def test_a_duration_beyond_32_bits_stays_exact(tmp_path: Path) -> None:
    long = 2**32 + 12_345
    timeline = Timeline(run_of(tmp_path, [(7, long)]).path)
    assert timeline.tile("p0-c0", SLICES, 0).columns["duration_ns"].tolist() == [float(long)]


def test_too_many_slices_are_answered_with_cells_that_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST_ITEMS", 50)
    timeline = Timeline(run_of(tmp_path, [(i % 64, 0) for i in sorted(range(200))]).path)
    found = timeline.tile("p0-c0", SLICES, 0)
    assert (found.answer, found.is_complete, found.row_count) == ("cells", False, 200)


def test_too_many_long_slices_leave_the_longest_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path, [(0, 100 + i) for i in range(40)])
    monkeypatch.setattr(tiles, "MOST_ITEMS", 10)
    found = Timeline(run.path).tile("p0-c0", 0, 0)
    assert (found.answer, found.is_complete) == ("cells", False)
    assert sorted(found.columns["duration_ns"].tolist()) == [float(100 + i) for i in range(30, 40)]


def test_dense_captures_get_tiles_narrow_enough_to_show_every_slice(tmp_path: Path) -> None:
    count = 100_000
    starts = np.sort(np.arange(count) % 2500).tolist()
    timeline = Timeline(run_of(tmp_path, list(zip(starts, [0] * count, strict=True))).path)
    size, buckets = buckets_of(timeline, SLICES)
    assert (size, buckets) == (8, 64)
    found = tiles_of(timeline, SLICES)
    assert all(tile.answer == "slices" and tile.is_complete for tile in found)
    assert rows_in(found)[1] == set(range(FIRST_ROW, FIRST_ROW + count))
    assert max(len(encode_tile(tile)) for tile in found) < 1_000_000


def test_many_full_tracks_get_narrower_tiles_of_cells(tmp_path: Path) -> None:
    starts = list(range(0, 8 * 1024, 8))
    tracks = [
        make_track(starts, [4] * len(starts), name=f"E{n}", first_row=n * len(starts))
        for n in range(40)
    ]
    timeline = Timeline(make_run(tmp_path, tracks).path)
    assert buckets_of(timeline, 0) == (8, 512)
    found = tiles_of(timeline, 0)
    assert all(tile.is_complete for tile in found)
    assert max(len(encode_tile(tile)) for tile in found) < 1_000_000
    assert rows_in(found)[0] == 40 * len(starts)


def test_a_short_part_beside_a_long_one_answers_at_every_level(tmp_path: Path) -> None:
    short = make_track([3, 6], [2, 60])
    long = make_track([0, 10_000_000], [5, 5], group="p1/c0", part=1)
    timeline = Timeline(make_run(tmp_path, [short], [long]).path)
    levels = range(SLICES, len(timeline.document["levels"]))
    assert len(levels) > 5
    for level in levels:
        for slug in ("p0-c0", "p1-c0"):
            counted, shown = rows_in(tiles_of(timeline, level, slug))
            assert counted + len(shown) == 2
    top = timeline.tile("p0-c0", levels[-1], 0).columns
    assert (top["start_ns"].tolist(), top["duration_ns"].tolist()) == ([6.0], [60.0])


def test_a_crowded_part_after_a_small_one_sets_a_coarser_base_for_both(tmp_path: Path) -> None:
    small = make_track([0, 40, 900], [3, 20, 30])
    count = 80_000
    crowded = make_track(list(range(0, count * 64, 64)), [9] * count, group="p1/c0", part=1)
    timeline = Timeline(make_run(tmp_path, [small], [crowded]).path)
    assert timeline.document["levels"][0]["bucket_ns"] == 512
    for level in range(SLICES, len(timeline.document["levels"])):
        counted, shown = rows_in(tiles_of(timeline, level, "p0-c0"))
        assert counted + len(shown) == 3
    counted, shown = rows_in(tiles_of(timeline, 0, "p1-c0"))
    assert counted + len(shown) == count


@pytest.mark.parametrize(
    ("slug", "level", "index"),
    [("nobody", 0, 0), ("p0-c0", 99, 0), ("p0-c0", -2, 0), ("p0-c0", 0, 10**9), ("p0-c0", 0, -1)],
)
def test_addresses_that_lead_nowhere_are_told_so(
    tmp_path: Path, slug: str, level: int, index: int
) -> None:
    timeline = Timeline(run_of(tmp_path, [(0, 5)]).path)
    with pytest.raises(NoSuchTileError):
        timeline.tile(slug, level, index)


def test_the_timeline_of_a_run_is_read_once(tmp_path: Path) -> None:
    run = run_of(tmp_path, [(0, 5)])
    assert timeline_of(run) is timeline_of(run)


@pytest.mark.parametrize("damage", ["cut", "flip", "magic", "version", "empty", "gone"])
def test_a_damaged_pyramid_is_unreadable_and_nothing_else(tmp_path: Path, damage: str) -> None:
    run = run_of(tmp_path, [(0, 5), (9, 5)])
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


@pytest.mark.parametrize("damage", ["cut", "scribbled", "gone"])
def test_a_damaged_table_makes_its_slices_unreadable_and_leaves_the_cells(
    tmp_path: Path, damage: str
) -> None:
    run = run_of(tmp_path, [(0, 5), (9, 5)])
    path = run.path / "parts" / "0" / "Instruction.parquet"
    data = bytearray(path.read_bytes())
    path.unlink()
    if damage == "cut":
        path.write_bytes(data[:-20])
    elif damage == "scribbled":
        data[4:400] = b"\x7f" * 396
        path.write_bytes(data)
    timeline = Timeline(run.path)
    with pytest.raises(UnreadableError):
        timeline.tile("p0-c0", SLICES, 0)
    assert timeline.tile("p0-c0", 0, 0).row_count == 2


def test_a_missing_document_is_unreadable(tmp_path: Path) -> None:
    run = run_of(tmp_path, [(0, 5)])
    (run.path / "timeline.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnreadableError):
        Timeline(run.path)
