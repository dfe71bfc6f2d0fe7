"""Tiles are made as narrow as the fullest of them needs."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.tracks.levels import Cells
from ingest_worker.tracks.loads import GroupLoads, TileLoads
from profiles.timeline.tiles import LEAST_TILE_BUCKETS, MOST_ITEMS, TILE_BUCKETS

BUCKETS = st.lists(st.integers(0, 5000), min_size=1, max_size=60, unique=True).map(sorted)


def cells(buckets: list[int], count: int = 1) -> Cells:
    bucket = np.array(buckets, np.int64)
    small = np.zeros(len(bucket), np.uint8)
    none = np.zeros(len(bucket), np.int64)
    return Cells(bucket, small, small, none + count, none, none, none)


def loads_of(*groups: GroupLoads) -> TileLoads:
    loads = TileLoads()
    for group in groups:
        loads.take(group)
    return loads


def group_of(buckets: list[int], count: int = 1, level: int = 0, long: int = 0) -> GroupLoads:
    group = GroupLoads()
    group.add(level, 3, cells(buckets, count), np.full(long, buckets[0] << 3, np.int64))
    return group


@given(BUCKETS, st.integers(1, 50))
def test_the_most_a_tile_holds_is_known_for_every_width(buckets: list[int], count: int) -> None:
    loads = loads_of(group_of(buckets, count))
    width = LEAST_TILE_BUCKETS
    while width <= TILE_BUCKETS:
        fullest = max(Counter(bucket // width for bucket in buckets).values())
        known = loads.cells[0].get(width, max(loads.cells[0].values()))
        assert known == fullest
        assert loads.slices[0].get(width, max(loads.slices[0].values())) == fullest * count
        width *= 2


def test_usual_tiles_stay_as_wide_as_usual() -> None:
    loads = loads_of(group_of(list(range(4096))))
    assert loads.cell_buckets(1024, 0) == 1024
    assert loads.slice_buckets(128, 0) == 128


def test_full_tiles_are_halved_until_the_fullest_fits() -> None:
    per_bucket = MOST_ITEMS // 40
    loads = loads_of(group_of(list(range(4096)), per_bucket))
    assert loads.slice_buckets(128, 0) == 32


def test_the_fullest_group_decides() -> None:
    calm, busy = group_of([0]), group_of(list(range(200)), MOST_ITEMS // 20)
    assert loads_of(calm, busy).slice_buckets(128, 0) == 16
    assert loads_of(busy, calm).slice_buckets(128, 0) == 16


def test_no_tile_gets_narrower_than_the_least() -> None:
    assert loads_of(group_of([3], 10 * MOST_ITEMS)).slice_buckets(128, 0) == LEAST_TILE_BUCKETS


def test_long_slices_take_room_in_both_kinds_of_tiles() -> None:
    loads = loads_of(group_of([0, 100], long=MOST_ITEMS - 1))
    assert loads.cells[0][8] == loads.slices[0][8] == MOST_ITEMS
    assert loads.cells[0][128] == MOST_ITEMS + 1


def test_slices_that_reach_in_from_before_take_room() -> None:
    group = group_of([0, 9])
    group.add_reaching(7)
    assert loads_of(group).cells[0][8] == 8


def test_levels_below_the_document_s_base_do_not_count() -> None:
    group = group_of(list(range(4096)), level=0)
    group.add(1, 5, cells([0, 1]), np.zeros(0, np.int64))
    loads = loads_of(group)
    loads.cells[0] = dict.fromkeys(loads.cells[0], MOST_ITEMS + 1)
    assert loads.cell_buckets(1024, 0) == LEAST_TILE_BUCKETS
    assert loads.cell_buckets(1024, 1) == 1024


def test_without_slices_tiles_are_as_wide_as_usual() -> None:
    assert TileLoads().cell_buckets(1024, 0) == 1024
    assert TileLoads().slice_buckets(128, 0) == 128
