"""The base fits the capture, and an event costs few bytes."""

from pathlib import Path

import numpy as np
import pytest

from ingest_worker.tracks.catalogue import TrackSlices
from ingest_worker.tracks.pyramid import LEAST_BASE_NS, base_for, stacked, write_pyramid
from profiles.timeline.pyramid import Pyramid
from tests.timeline.make_run import make_track


def random_track(count: int, gap_ns: float, length_ns: float, seed: int = 1) -> TrackSlices:
    rng = np.random.default_rng(seed)
    starts = np.cumsum(rng.exponential(gap_ns, count)).astype(np.int64)
    durations = rng.exponential(length_ns, count).astype(np.int64)
    return make_track(starts.tolist(), durations.tolist(), first_row=0)


def written(path: Path, track: TrackSlices, base_ns: int) -> Pyramid:
    write_pyramid(path, [track], base_ns, int(track.end_ns.max()))
    return Pyramid(path)


def cells_at(pyramid: Pyramid, level: int) -> int:
    return sum(track["levels"][level]["bucket"][2] for track in pyramid.directory["tracks"])


def longs_at(pyramid: Pyramid, level: int) -> int:
    return sum(track["levels"][level]["long"][2] for track in pyramid.directory["tracks"])


@pytest.mark.parametrize(("gap_ns", "length_ns"), [(10, 4), (40, 60), (900, 30), (100, 5000)])
def test_the_base_has_at_most_a_cell_for_eight_rows_and_is_the_finest_that_has(
    tmp_path: Path, gap_ns: float, length_ns: float
) -> None:
    track = random_track(80_000, gap_ns, length_ns)
    base_ns = base_for([stacked(track)], len(track))
    assert base_ns & (base_ns - 1) == 0
    pyramid = written(tmp_path / "p", track, base_ns)
    assert cells_at(pyramid, 0) * 8 <= len(track) * 1.02
    finer = written(tmp_path / "finer", track, base_ns // 2)
    assert (cells_at(finer, 0) + longs_at(finer, 0)) * 8 > len(track) * 0.98


def test_a_small_capture_keeps_the_finest_base() -> None:
    assert base_for([random_track(1000, 5, 2)], 1000) == LEAST_BASE_NS
    assert base_for([], 0) == LEAST_BASE_NS


def test_levels_reach_up_to_one_bucket_for_all(tmp_path: Path) -> None:
    track = random_track(3000, 50, 20)
    pyramid = written(tmp_path / "p", track, 8)
    top = pyramid.directory["levels"] - 1
    (facts,) = write_pyramid(tmp_path / "again", [track], 8, int(track.end_ns.max()))
    assert cells_at(pyramid, top) == facts["lanes"]
    assert cells_at(pyramid, top - 1) > facts["lanes"]
    assert longs_at(pyramid, top) == 0


def test_a_dense_track_costs_a_few_bytes_a_slice(tmp_path: Path) -> None:
    track = random_track(200_000, 20, 10)
    written(tmp_path / "p", track, base_for([stacked(track)], len(track)))
    assert (tmp_path / "p").stat().st_size / len(track) < 4.5


def test_a_track_without_slices_has_empty_levels(tmp_path: Path) -> None:
    facts = write_pyramid(tmp_path / "p", [make_track([], [])], 8, 0)
    assert facts == [{"rows": 0, "lanes": 1, "deepest": 0, "start_ns": 0, "end_ns": 0}]
    assert cells_at(Pyramid(tmp_path / "p"), 0) == 0


def test_the_facts_of_a_track_say_how_deep_it_is(tmp_path: Path) -> None:
    track = make_track([0, 1, 2, 3, 4, 90], [50] * 5 + [5])
    (facts,) = write_pyramid(tmp_path / "p", [track], 8, 95)
    assert facts == {"rows": 6, "lanes": 4, "deepest": 5, "start_ns": 0, "end_ns": 95}
