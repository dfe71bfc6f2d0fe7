"""Search by name: counts, ends, and the matches around an instant, ties told apart by row."""

from pathlib import Path

import pytest

from profiles.metrics.events import Events
from profiles.metrics.find import Hit, find
from tests.metrics.system_events import event, write_rows

ROWS = [
    event("nrt_load", 0, 90),
    event("nrt_execute", 10, 20),
    event("kbl_exec_pre", 11, 12),
    event("nrt_execute", 30, 40),
    event("nrt_execute", 30, 35),
    event("NRT_Execute_async", 50, 60),
]


@pytest.fixture
def events(tmp_path: Path) -> Events:
    return Events(write_rows(tmp_path / "e.parquet", "SystemProfileEvents", ROWS))


def test_a_part_of_a_name_finds_all_names_that_hold_it(events: Events) -> None:
    found = find(events, "execute", None, None)
    assert found.count == 4
    assert found.names == [("nrt_execute", 3), ("NRT_Execute_async", 1)]
    assert (found.first, found.last) == (Hit(1, 1), Hit(5, 4))
    assert (found.previous, found.next) == (None, Hit(1, 1))


def test_nothing_matches_an_empty_or_an_unknown_text(events: Events) -> None:
    for text in ("", "no such"):
        found = find(events, text, 30, None)
        assert (found.count, found.names, found.first, found.next) == (0, [], None, None)


@pytest.mark.parametrize(
    ("after_ns", "row", "previous", "following"),
    [
        (5, None, None, Hit(1, 1)),
        (10, None, None, Hit(3, 2)),
        (29, None, Hit(1, 1), Hit(3, 2)),
        (30, None, Hit(1, 1), Hit(5, 4)),
        (30, 3, Hit(1, 1), Hit(4, 3)),
        (30, 4, Hit(3, 2), Hit(5, 4)),
        (30, 2, Hit(1, 1), Hit(3, 2)),
        (50, 5, Hit(4, 3), None),
        (99, None, Hit(5, 4), None),
        (-7, None, None, Hit(1, 1)),
    ],
)
def test_the_matches_around_an_instant(
    events: Events, after_ns: int, row: int | None, previous: Hit | None, following: Hit | None
) -> None:
    found = find(events, "NRT_exec", after_ns, row)
    assert (found.previous, found.next) == (previous, following)


def test_walking_on_meets_every_match_once(events: Events) -> None:
    met = []
    found = find(events, "execute", None, None)
    while found.next is not None:
        met.append(found.next.row)
        found = find(events, "execute", ROWS[found.next.row]["start_ts"], found.next.row)
    assert met == [1, 3, 4, 5]
