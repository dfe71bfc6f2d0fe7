"""A grid of a long series says what one computes slowly, nanosecond by nanosecond."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.timeline.tiles import RATIO
from profiles.timeline.value_grid import MOST_BUCKETS, grid_bucket_ns, grid_of, read_grid

SAMPLES = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 50)),
    min_size=1,
    max_size=40,
    unique_by=lambda one: one[0],
)


def arrays(samples: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    ordered = sorted(samples)
    return (
        np.array([time for time, _ in ordered], np.int64),
        np.array([value for _, value in ordered], np.float64),
    )


def held(samples: list[tuple[int, int]], end: int) -> np.ndarray:
    """The value at every nanosecond: 0 before the first sample, then until the next."""
    found = np.zeros(end)
    for time, value in sorted(samples):
        found[time:] = value
    return found


@given(SAMPLES, st.sampled_from([1, 3, 7, 16]))
def test_buckets_hold_least_most_and_mean_over_time(
    samples: list[tuple[int, int]], bucket: int
) -> None:
    times, values = arrays(samples)
    count = int(times[-1]) // bucket + 1
    by_ns = held(samples, count * bucket).reshape(count, bucket)
    grid = grid_of(times, values, bucket)[:count]
    assert np.array_equal(grid[:, 0], by_ns.min(axis=1).astype(np.float32))
    assert np.array_equal(grid[:, 1], by_ns.max(axis=1).astype(np.float32))
    assert np.allclose(grid[:, 2], by_ns.mean(axis=1), rtol=1e-6)


@given(SAMPLES)
def test_a_wider_level_is_made_of_the_buckets_below(samples: list[tuple[int, int]]) -> None:
    times, values = arrays(samples)
    grid = grid_of(times, values, 1)
    first, count = 0, int(times[-1]) + 1
    while count > 1:
        level, following = grid[first : first + count], first + count
        wider = grid[following : following + -(-count // RATIO)]
        for place, bucket in enumerate(wider):
            below = level[place * RATIO : (place + 1) * RATIO]
            assert bucket[0] == below[:, 0].min()
            assert bucket[1] == below[:, 1].max()
            assert bucket[2] == pytest.approx(below[:, 2].mean(), rel=1e-6)
        first, count = following, len(wider)
    assert first + 1 == len(grid)


@given(SAMPLES, st.integers(0, 200), st.integers(1, 200), st.integers(1, 50))
def test_a_range_is_answered_in_about_as_many_buckets_as_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
    samples: list[tuple[int, int]],
    start: int,
    length: int,
    points: int,
) -> None:
    times, values = arrays(samples)
    path = tmp_path_factory.mktemp("grids") / "one.grid.npy"
    np.save(path, grid_of(times, values, 1))
    level = read_grid(path, 1, start, start + length, points)
    if length < points:
        assert level is None
        return
    assert level is not None
    assert level.bucket_ns <= max(length / points, 1)
    assert level.bucket_ns > length / points / RATIO or len(level.start_ns) <= 1
    end = int(times[-1]) + 1
    by_ns = held(samples, max(end, start + length) + level.bucket_ns * RATIO)
    for begin, (_, most, _) in zip(level.start_ns.tolist(), level.values.tolist(), strict=True):
        inside = by_ns[begin : min(begin + level.bucket_ns, end)]
        assert most == inside.max(initial=0.0)


def test_a_duration_fits_the_grid_in_its_narrowest_bucket() -> None:
    assert grid_bucket_ns(0) == 1
    assert grid_bucket_ns(MOST_BUCKETS) == 1
    assert grid_bucket_ns(MOST_BUCKETS + 1) == RATIO


@pytest.mark.parametrize("shape", [(5, 2), (6, 3), (4,)])
def test_a_file_that_is_not_a_whole_grid_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "one.grid.npy"
    np.save(path, np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match="grid"):
        read_grid(path, 1, 0, 10, 5)


def test_a_file_with_objects_is_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "one.grid.npy"
    np.save(path, np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        read_grid(path, 1, 0, 10, 5)
