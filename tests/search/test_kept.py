"""Searches are kept for the next question about them, as many as there is room for."""

from pathlib import Path

import pytest

from profiles.timeline.query import Timeline
from profiles.timeline.search.kept import Searches, search_of
from profiles.timeline.search.language import SearchError, parse
from profiles.timeline.search.search import Search
from tests.timeline.make_run import make_run, make_track


def test_the_same_question_in_other_words_goes_on_with_the_same_search(tmp_path: Path) -> None:
    run = make_run(tmp_path, [make_track([0, 10, 20], [5, 5, 5])])
    search = search_of(run, "matmul duration>=5ns")
    assert search_of(run, '  "matmul"  AND duration >= "5ns" ') is search
    assert search_of(run, "matmul") is not search
    with pytest.raises(SearchError):
        search_of(run, "")


def test_what_was_not_asked_about_for_longest_is_forgotten(tmp_path: Path) -> None:
    run = make_run(tmp_path, [make_track([0, 10, 20], [5, 5, 5])])
    timeline = Timeline(run.path)
    kept = Searches(most=2)

    def get(query: str) -> Search:
        return kept.get((run.path, query), lambda: Search(timeline, parse(query)))

    first, second = get("a"), get("b")
    assert get("a") is first
    get("c")
    assert get("a") is first
    assert get("b") is not second


def test_large_searches_leave_room_only_for_the_last(tmp_path: Path) -> None:
    run = make_run(tmp_path, [make_track([0, 10, 20], [5, 5, 5])])
    timeline = Timeline(run.path)
    kept = Searches(most=9, most_bytes=1)

    def get(query: str) -> Search:
        search = kept.get((run.path, query), lambda: Search(timeline, parse(query)))
        search.advance(1)
        return search

    first = get("matmul")
    assert first.totals.count == 3
    assert first.size_bytes > 1
    get("/MAT/")
    assert get("matmul") is not first


def test_what_a_search_keeps_is_a_bit_a_row_and_a_grid(tmp_path: Path) -> None:
    count = 20_000
    track = make_track([10 * n for n in range(count)], [n % 7 for n in range(count)])
    run = make_run(tmp_path, [track])
    search = Search(Timeline(run.path), parse("duration>2"))
    search.advance(1)
    # The table of this run says nothing of durations: only start and end are filled.
    assert search.totals.count == 0
    search = Search(Timeline(run.path), parse("start<100us"))
    search.advance(1)
    assert search.totals.count == count // 2
    grid = sum(row.size_bytes for row in search.grid.values())
    assert search.size_bytes - grid < count / 8 + 8000
