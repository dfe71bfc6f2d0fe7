"""Tracks in their order, and queues seen by engine."""

import numpy as np

from ingest_worker.builders.slices import ENGINE_TRACKS
from ingest_worker.tracks.catalogue import KINDS, TABLE_TIMES, TrackGroup, engine_tracks
from profiles.tables.registry import REGISTRY
from tests.timeline.make_run import make_queue, make_track


def test_slices_are_sorted_by_start_with_all_that_belongs_to_them() -> None:
    track = make_track([50, 0, 20], [1, 2, 3])
    track.label[:] = [5, 6, 7]
    ordered = track.sorted_by_start()
    assert ordered.start_ns.tolist() == [0, 20, 50]
    assert ordered.end_ns.tolist() == [2, 23, 51]
    assert ordered.row.tolist() == [101, 102, 100]
    assert ordered.label.tolist() == [6, 7, 5]
    assert ordered.lane is None


def test_slices_in_order_are_left_as_they_are() -> None:
    track = make_track([0, 0, 5], [3, 1, 1])
    assert track.sorted_by_start() is track


def test_equal_starts_keep_their_order() -> None:
    assert make_track([5, 0, 0], [1, 1, 1]).sorted_by_start().row.tolist() == [101, 102, 100]


def test_an_engine_s_track_gathers_its_packets_of_all_queues_in_time() -> None:
    queues = [
        make_queue([0, 10, 30], [1, 1, 1], [2, 0, 2]),
        make_queue([5, 7], [1, 1], [2, 15], first_row=3),
    ]
    found = {lane: track for track, lane in engine_tracks(queues)}
    assert {lane: track.name for lane, track in found.items()} == {0: "E64", 2: "E66", 15: "E79"}
    assert found[2].row.tolist() == [0, 3, 2]
    assert found[2].start_ns.tolist() == [0, 5, 30]
    assert (found[2].group, found[2].kind, found[2].capacity) == ("p0/engines0", "dma_engine", 1)
    assert found[2].key == "p0/engines0/e02"


def test_no_queues_no_engines() -> None:
    assert list(engine_tracks([])) == []


def test_a_group_s_name_in_an_address_has_no_slash() -> None:
    assert TrackGroup("p0/c1", "Core 1", "", "core", 0, 1).slug == "p0-c1"


def test_times_of_slices_are_columns_of_their_tables() -> None:
    for table, columns in TABLE_TIMES.items():
        assert set(columns) in ({"start", "end"}, {"start", "length"}, {"start"})
        for column in columns.values():
            assert REGISTRY[table].by_name[column].type == "int64"


def test_every_engine_has_a_track_and_the_tensor_engine_two() -> None:
    assert len({name for name, _, _ in ENGINE_TRACKS}) == 6
    assert np.unique([engine for _, engine, _ in ENGINE_TRACKS]).tolist() == [0, 1, 2, 3, 4]
    assert make_track([], []).kind in KINDS
