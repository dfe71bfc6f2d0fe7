"""What is kept of the hits of a row group says the same as the hits themselves."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.timeline.query import Timeline
from profiles.timeline.search.language import parse
from profiles.timeline.search.pieces import HEAD_STRETCHES, piece_of, union_of
from profiles.timeline.search.search import Search
from profiles.timeline.search.shares import shares
from profiles.timeline.search.steps import next_hit, place_of, previous_hit
from profiles.timeline.search.tracks import DrawnTable, TrackRows
from tests.timeline.make_run import make_run, make_track

lengths = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30)), min_size=1, max_size=200)


def covered(start: list[int], end: list[int], from_ns: int = 0) -> int:
    instants = {at for s, e in zip(start, end, strict=True) for at in range(max(s, from_ns), e)}
    return len(instants)


def times(steps: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    start = np.cumsum([step for step, _ in steps]).tolist()
    return start, [s + length for s, (_, length) in zip(start, steps, strict=True)]


@given(lengths, st.integers(0, 4000))
def test_a_union_knows_its_length_behind_an_instant_or_says_that_it_does_not(
    steps: list[tuple[int, int]], at: int
) -> None:
    start, end = times(steps)
    union = union_of(np.array(start), np.array(end))
    assert union.length_ns == covered(start, end)
    assert len(union.start_ns) <= HEAD_STRETCHES
    behind = union.behind(at)
    if behind is not None:
        assert behind == covered(start, end, at)
    else:
        assert union.count > HEAD_STRETCHES


def test_a_union_of_nothing_is_nothing() -> None:
    none = np.zeros(0, np.int64)
    union = union_of(none, none)
    assert (union.length_ns, union.count, union.behind(5)) == (0, 0, 0)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[DrawnTable, TrackRows]:
    count = 300
    run = make_run(
        tmp_path_factory.mktemp("run"),
        [make_track([10 * n for n in range(count)], [7] * count)],
    )
    search = Search(Timeline(run.path), parse("x"))
    return search.tables[0], search.tables[0].tracks[0]


@given(st.lists(st.booleans(), min_size=1, max_size=200), st.integers(0, 99))
def test_a_piece_gives_back_its_hits(
    table: tuple[DrawnTable, TrackRows], mask: list[bool], first: int
) -> None:
    drawn, track = table
    index = np.arange(first, first + len(mask), dtype=np.int64)
    start = index * 10
    piece = piece_of(drawn, track, index, np.array(mask), start, start + 7)
    if not any(mask):
        assert piece is None
        return
    assert piece is not None
    wanted = [n + first for n, hit in enumerate(mask) if hit]
    assert piece.index().tolist() == wanted
    assert piece.count == len(wanted)
    assert piece.sum_ns == 7 * len(wanted) == piece.union.length_ns
    assert (piece.first.index, piece.last.index) == (wanted[0], wanted[-1])
    assert piece.first.row == track.rows(np.array([wanted[0]]))[0]
    assert piece.last_end_ns == wanted[-1] * 10 + 7
    assert (piece.bits is None) == all(mask)
    assert piece.size_bytes <= len(mask) // 8 + 1 + 2 * 8 * HEAD_STRETCHES


def test_slices_that_do_not_follow_each_other_are_kept_by_their_places(
    table: tuple[DrawnTable, TrackRows],
) -> None:
    drawn, track = table
    index = np.array([3, 8, 20], np.int64)
    piece = piece_of(drawn, track, index, np.array([True, False, True]), index * 10, index * 10 + 7)
    assert piece is not None
    assert piece.index().tolist() == [3, 20]


def test_tracks_know_their_rows_in_a_row_group(table: tuple[DrawnTable, TrackRows]) -> None:
    drawn, track = table
    first = track.first_row
    assert first == 100
    assert track.within(0, 100) is None
    assert track.within(400, 10) is None
    place = track.within(90, 30)
    assert place is not None
    assert place.index.tolist() == list(range(20))
    assert place.inside.tolist() == list(range(10, 30))
    (whole,) = drawn.places(0, 10_000)
    assert len(whole.index) == track.count
    assert track.lanes(whole.index).tolist() == [0] * track.count


def test_time_that_reaches_over_row_groups_counts_once(tmp_path: Path) -> None:
    """Row groups of 131,072 rows: a slice of the first reaches far into the second."""
    count = 150_000
    lengths = [3] * count
    lengths[131_000] = 50_000
    lengths[10] = 40
    starts = [10 * n for n in range(count)]
    run = make_run(tmp_path, [make_track(starts, lengths, first_row=0)])
    search = Search(Timeline(run.path), parse("matmul"))
    search.advance(60)
    assert len(search.pieces[0]) == 2
    (share,) = shares(search)
    busy = np.zeros(starts[-1] + 100_000, bool)
    for start, length in zip(starts, lengths, strict=True):
        busy[start : start + length] = True
    assert share.busy_ns == int(busy.sum())
    assert share.sum_ns == sum(lengths)


def test_hits_at_one_instant_are_visited_once_each(tmp_path: Path) -> None:
    """Of equal starts the row decides, and of two tracks of a table too."""
    tracks = [
        make_track([5, 5, 5, 9], [1, 2, 3, 1], first_row=0),
        make_track([5, 5, 9], [1, 2, 1], name="Vector", first_row=4),
    ]
    run = make_run(tmp_path, tracks)
    search = Search(Timeline(run.path), parse("matmul"))
    search.advance(60)
    seen = []
    key = (-1, -1, -1)
    while (hit := next_hit(search, key)) is not None:
        seen.append((hit.start_ns, hit.row))
        assert place_of(search, hit) == len(seen)
        key = hit.key
    assert seen == [(5, 0), (5, 1), (5, 2), (5, 4), (5, 5), (9, 3), (9, 6)]
    back = []
    key = (10, -1, -1)
    while (hit := previous_hit(search, key)) is not None:
        back.append((hit.start_ns, hit.row))
        key = hit.key
    assert back == seen[::-1]
