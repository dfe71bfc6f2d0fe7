"""A track that is taken in pieces gets the places, levels and looks of one taken whole."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats import runs, spill
from ingest_worker.tracks.catalogue import TrackSlices, engine_tracks
from ingest_worker.tracks.depth import own_starts
from ingest_worker.tracks.levels import Slices, levels
from ingest_worker.tracks.looks import looks_of
from ingest_worker.tracks.pyramid import base_for, stacked, write_pyramid
from tests.timeline.make_run import make_track

SMALL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SPANS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 120), st.integers(0, 3), st.integers(0, 4)),
    max_size=40,
)
Spans = Sequence[tuple[int, int, int, int]]
Found = TypeVar("Found")


def columns(spans: Spans) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Start, end, lane and colour of slices in order of start."""
    ordered = sorted(spans)
    start, length, lane, colour = (
        np.array([span[n] for span in ordered], np.int64) for n in range(4)
    )
    return start, start + length, lane.astype(np.uint8), colour.astype(np.uint8)


def both_ways(
    monkeypatch: pytest.MonkeyPatch, rows: int, make: Callable[[], Found]
) -> tuple[Found, Found]:
    """What is made of whole tracks in memory, and of pieces of so many rows in files."""
    whole = make()
    with monkeypatch.context() as small:
        small.setattr(runs, "SLAB_ROWS", rows)
        small.setattr(spill, "LEAST_BYTES", 8)
        return whole, make()


@SMALL
@given(SPANS, st.integers(1, 9))
def test_time_that_earlier_slices_of_a_lane_take_is_carried_from_piece_to_piece(
    monkeypatch: pytest.MonkeyPatch, spans: Spans, rows: int
) -> None:
    start, end, lane, _ = columns(spans)
    whole, found = both_ways(monkeypatch, rows, lambda: own_starts(start, end, lane).tolist())
    assert found == whole
    for number in set(lane.tolist()):
        own = lane == number
        covered = {t for a, b in zip(start[own], end[own], strict=True) for t in range(a, b)}
        assert sum(np.array(found)[own].tolist()) == int(end[own].sum()) - len(covered)


@SMALL
@given(SPANS, st.integers(1, 9))
def test_levels_do_not_depend_on_pieces(
    monkeypatch: pytest.MonkeyPatch, spans: Spans, rows: int
) -> None:
    start, end, lane, colour = columns(spans)
    slices = Slices(start, end, own_starts(start, end, lane), lane, colour)

    def made() -> list[Any]:
        return [
            (*(getattr(cells, name).tolist() for name in cells.__dataclass_fields__), long.tolist())
            for cells, long in levels(slices, 3, 4)
        ]

    whole, found = both_ways(monkeypatch, rows, made)
    assert found == whole


@SMALL
@given(SPANS, st.integers(1, 9))
def test_looks_are_numbered_alike_in_every_piece(
    monkeypatch: pytest.MonkeyPatch, spans: Spans, rows: int
) -> None:
    _, end, lane, colour = columns(spans)
    label = (end % 7).astype(np.uint16)

    def made() -> list[list[int]]:
        found = looks_of(lane, colour, label)
        return [column.tolist() for column in (found.code, found.lane, found.colour, found.label)]

    whole, found = both_ways(monkeypatch, rows, made)
    assert found == whole
    code, lanes, colours, labels = found
    again = [(lanes[n], colours[n], labels[n]) for n in code]
    assert again == list(zip(lane.tolist(), colour.tolist(), label.tolist(), strict=True))


def random_queue(seed: int, count: int) -> TrackSlices:
    rng = np.random.default_rng(seed)
    starts = np.cumsum(rng.integers(0, 90, count))
    lengths = rng.integers(0, 400, count)
    return make_track(starts.tolist(), lengths.tolist(), first_row=seed * 1000)


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_a_pyramid_is_the_same_to_the_byte(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks = [random_queue(1, 700), random_queue(2, 3), random_queue(3, 0)]

    def made() -> bytes:
        end_ns = int(tracks[0].end_ns.max())
        write_pyramid(tmp_path / "pyramid", tracks, 8, end_ns)
        return (tmp_path / "pyramid").read_bytes()

    whole, found = both_ways(monkeypatch, rows, made)
    assert found == whole


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_the_base_is_the_same(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    track = stacked(random_queue(1, 900))
    whole, found = both_ways(monkeypatch, rows, lambda: base_for([track], 1 << 17))
    assert found == whole


def test_slices_set_aside_are_the_same_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    track = stacked(random_queue(1, 200))
    monkeypatch.setattr(spill, "LEAST_BYTES", 8)
    found = track.set_aside()
    for name in ("row", "start_ns", "end_ns", "colour", "label", "lane"):
        assert getattr(found, name).tolist() == getattr(track, name).tolist()


@pytest.mark.parametrize("rows", [1, 5, 1000])
def test_packets_of_an_engine_are_found_in_every_piece_of_its_queues(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues = [stacked(random_queue(seed, 60)) for seed in (1, 2)]
    monkeypatch.setattr(runs, "SLAB_ROWS", rows)
    found = {lane: track for track, lane in engine_tracks(queues)}
    assert sum(map(len, found.values())) == 120
    for lane, track in found.items():
        expected = sorted(
            row
            for queue in queues
            for row, own in zip(queue.row.tolist(), np.asarray(queue.lane).tolist(), strict=True)
            if own == lane
        )
        assert sorted(track.row.tolist()) == expected
        assert (np.diff(track.start_ns) >= 0).all()
