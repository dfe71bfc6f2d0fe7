"""A search finds what a slow reading of every row finds: hits, sums, shares, places, caps."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from profiles.storage.tables import ReadableRun
from profiles.timeline.query import Timeline
from profiles.timeline.search.caps import caps
from profiles.timeline.search.language import parse
from profiles.timeline.search.pieces import Hit
from profiles.timeline.search.search import Search
from profiles.timeline.search.shares import shares
from profiles.timeline.search.steps import next_hit, place_of, previous_hit
from tests.search.brute_force import Event, covered_ns, events, matching
from tests.search.runs import run_of

QUERIES = {
    "sample": (
        "matmul",
        "MATMUL -engine:Tensor",
        "opcode=matmul duration>100ns",
        "duration>=1us duration<2us",
        "/^ACT.*/",
        "size>=1KiB",
        "size!=4 queue:/q[0-9]/",
        "engine:vector start>20us start<25us",
        "-engine:vector -engine:tensor -duration<50",
        "op:* -dest:sbuf source:/./",
        "read_num_sbuf_partitions>1",
        "is_transpose_mode:false",
        "label:kib",
        "throughput>1kB/s",
        "core:0 core<1",
        "nothinglikethis",
        "wait>0",
        "id:0",
    ),
    "traces": ("duration>=0", "core=1 /./", "/error|warn|activity/", "-/./", "type:/./"),
    "session": (
        "nrt_execute",
        "name=nrt_execute duration>1us",
        "source:hardware",
        "process>0 -name:nrt",
        "/(copy|submit)/",
        "attributes:model",
        "stream:0",
        "core:0",
    ),
}


class Case:
    """A run, all its events, and its searches to their ends."""

    def __init__(self, run: ReadableRun) -> None:
        self.timeline = Timeline(run.path)
        self.events = events(run)
        self._asked: dict[str, tuple[Search, list[Event]]] = {}

    def asked(self, query: str) -> tuple[Search, list[Event]]:
        """A search that has come to its end, and what it should have found; made once."""
        if query not in self._asked:
            search = Search(self.timeline, parse(query))
            search.advance(60)
            self._asked[query] = search, matching(self.events, query)
        return self._asked[query]


@pytest.fixture(scope="module", params=["sample", "traces", "session"])
def named(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Case]:
    name: str = request.param
    return name, Case(run_of(name, tmp_path_factory.mktemp(name)))


def each(named: tuple[str, Case]) -> Iterator[tuple[str, Case, Search, list[Event]]]:
    name, case = named
    for query in QUERIES[name]:
        yield query, case, *case.asked(query)


def is_event(hit: Hit | None, event: Event) -> bool:
    assert hit is not None
    found = hit.table.part, hit.table.name, hit.row, hit.start_ns, hit.end_ns
    return found == (event.part, event.table, event.row, event.start_ns, event.end_ns)


def test_count_sum_first_and_last_are_those_of_all_events(named: tuple[str, Case]) -> None:
    hits = 0
    for query, case, search, wanted in each(named):
        totals = search.totals
        assert totals.count == len(wanted), query
        assert totals.sum_ns == sum(e.end_ns - e.start_ns for e in wanted), query
        assert search.rows_read == search.rows
        if wanted:
            assert is_event(totals.first, wanted[0]), query
            assert is_event(totals.last, wanted[-1]), query
            assert totals.first is not None
            assert search.label(totals.first) == wanted[0].label
        hits += 0 < len(wanted) < len(case.events)
    assert hits >= 3, "the queries must tell events apart"


def test_shares_are_the_union_of_the_hits_of_each_track(named: tuple[str, Case]) -> None:
    for query, _, search, wanted in each(named):
        found = {one.track["id"]: one for one in shares(search)}
        tracks = {track for event in wanted for track in event.tracks}
        assert set(found) == tracks, query
        for track, one in found.items():
            own = [event for event in wanted if track in event.tracks]
            assert one.count == len(own)
            assert one.busy_ns == covered_ns(own), (query, one.track["key"])


def test_steps_visit_every_hit_in_order_both_ways(named: tuple[str, Case]) -> None:
    for query, _, search, wanted in each(named):
        some = wanted if len(wanted) < 40 else wanted[:: len(wanted) // 20]
        at = {id(event): place for place, event in enumerate(wanted)}
        orders = {(table.part, table.name): table.order for table in search.tables}
        for event in some:
            place = at[id(event)]
            key = (event.start_ns, orders[event.part, event.table], event.row)
            after, before = next_hit(search, key), previous_hit(search, key)
            if place + 1 < len(wanted):
                assert is_event(after, wanted[place + 1]), query
                assert after is not None
                assert place_of(search, after) == place + 2
            else:
                assert after is None
            assert before is None if place == 0 else is_event(before, wanted[place - 1])
            # From an instant alone: what begins then counts as next.
            here = next_hit(search, (event.start_ns, -1, -1))
            assert here is not None
            assert here.start_ns == event.start_ns


@pytest.mark.parametrize("buckets", [7, 300, 4096])
def test_caps_cover_every_hit_and_nothing_else(named: tuple[str, Case], buckets: int) -> None:
    rng = np.random.default_rng(buckets)
    for query, case, search, wanted in each(named):
        engines = {engine.number: engine for engine in search.engines}
        for _ in range(3):
            start, end = np.sort(rng.integers(0, search.duration_ns + 1, 2)).tolist()
            found = caps(search, start, end, buckets)
            size = found.bucket_ns
            first, last = start // size, max(end - 1, start) // size
            if len(found.runs) < 20_000:
                assert last - first < buckets, query
            drawn: set[tuple[int, int, int]] = set()
            counts: dict[int, int] = {}
            for run in found.runs:
                assert run.first < run.until
                for bucket in range(run.first, run.until):
                    drawn |= {(run.track, bucket, n) for n in range(16) if run.lanes >> n & 1}
                if run.track not in engines:
                    counts[run.track] = counts.get(run.track, 0) + (run.count or 0)
            said: set[tuple[int, int, int]] = set()
            begun: dict[int, int] = {}
            for event in wanted:
                for track, lane in zip(event.tracks, event.lanes, strict=True):
                    begin, until = event.start_ns // size, max(event.end_ns - 1, event.start_ns)
                    inside = range(max(begin, first), min(until // size, last) + 1)
                    said |= {(track, bucket, lane) for bucket in inside}
                    begun[track] = begun.get(track, 0) + (first <= begin <= last)
                    said |= {
                        (engine.number, bucket, 0)
                        for engine in search.engines
                        if track in engine.queues and engine.lane == lane
                        for bucket in inside
                    }
            assert drawn == said, (query, case.timeline.document["duration_ns"], size)
            assert {k: n for k, n in counts.items() if n} == {k: n for k, n in begun.items() if n}


def test_a_search_goes_on_in_pieces_and_keeps_what_it_has(named: tuple[str, Case]) -> None:
    _, case = named
    search = Search(case.timeline, parse("/./"), (0, 1))
    steps = []
    while not search.is_complete:
        search.advance(0)
        steps.append((search.rows_read, search.totals.count, search.size_bytes))
    assert len(steps) > 2
    for before, after in pairwise(steps):
        assert before[0] < after[0]
        assert before[1] <= after[1]
        assert before[2] <= after[2]
    rows, count, _ = steps[-1]
    assert rows == search.rows
    assert count == len(case.events)


def test_the_first_turn_may_end_with_the_first_hits(named: tuple[str, Case]) -> None:
    _, case = named
    search = Search(case.timeline, parse("/./"))
    search.advance(60, stop_at_first=True)
    first = search.totals.count
    assert 0 < first < len(case.events)
    search.advance(60, stop_at_first=True)
    assert search.totals.count == len(case.events)
    none = Search(case.timeline, parse("nothinglikethis"))
    none.advance(60, stop_at_first=True)
    assert none.is_complete


def test_what_lies_near_the_view_is_read_first(named: tuple[str, Case]) -> None:
    _, case = named
    late = max(event.start_ns for event in case.events)
    search = Search(case.timeline, parse("/./"), (late, late + 1))
    search.advance(0)
    assert search.totals.last is not None
    whole = matching(case.events, "/./")
    early = Search(case.timeline, parse("/./"), (0, 1))
    early.advance(0)
    assert early.totals.first is not None
    assert early.totals.first.start_ns <= whole[len(whole) // 2].start_ns
