"""Words find what the system timeline's find by name finds; queries made up find what they say."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.metrics.events import events_of
from profiles.metrics.find import find
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import Timeline
from profiles.timeline.search.language import parse
from profiles.timeline.search.search import Search
from profiles.timeline.search.steps import next_hit, place_of, previous_hit
from tests.search.brute_force import Event, events, matching
from tests.search.runs import run_of


def searched(run: ReadableRun, query: str) -> Search:
    search = Search(Timeline(run.path), parse(query))
    search.advance(60)
    return search


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    return run_of("session", tmp_path_factory.mktemp("session"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReadableRun, list[Event]]:
    run = run_of("sample", tmp_path_factory.mktemp("sample"))
    return run, events(run)


def test_a_name_of_a_span_finds_the_same_events_as_find_by_name(session: ReadableRun) -> None:
    known = events_of(session)
    names = [name for name in known.coded("name").values if name]
    assert len(names) > 5
    for name in names:
        # Asked of the field, the label that is drawn does not count.
        search = searched(session, f'name:"{name}"')
        wanted = find(known, name, None, None)
        assert search.totals.count == wanted.count > 0
        assert search.totals.first is not None
        assert search.totals.last is not None
        assert wanted.first is not None
        assert wanted.last is not None
        assert search.totals.first.row == wanted.first.row
        assert search.totals.last.row == wanted.last.row
        assert place_of(search, search.totals.last) == wanted.count


def test_steps_agree_with_find_by_name(session: ReadableRun) -> None:
    known = events_of(session)
    search = searched(session, "name:nrt")
    every = find(known, "nrt", None, None)
    middle = int(every.rows[len(every.rows) // 2])
    at_ns = int(known.numbers("start_ts")[middle])
    wanted = find(known, "nrt", at_ns, middle)
    after = next_hit(search, (at_ns, 0, middle))
    before = previous_hit(search, (at_ns, 0, middle))
    assert after is not None
    assert before is not None
    assert wanted.next is not None
    assert wanted.previous is not None
    assert (after.row, before.row) == (wanted.next.row, wanted.previous.row)
    assert place_of(search, after) == wanted.next.place


texts = st.sampled_from(["matmul", "act", "q", "vector", "KiB", "e6", "_", "x"])
words = texts | texts.map(lambda text: f"/{text}|drain/")
fields = st.builds(
    "{}{}{}".format,
    st.sampled_from(["engine", "opcode", "queue", "label", "layer", "dest"]),
    st.sampled_from([":", "=", "!="]),
    texts,
)
numbers = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["duration", "start", "end", "start_ts"]),
    st.sampled_from([">", ">=", "<", "<=", "=", "!="]),
    st.integers(0, 60_000),
    st.sampled_from(["", "ns"]),
)
terms = st.tuples(st.sampled_from(["", "-", "NOT "]), words | fields | numbers).map("".join)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(terms, min_size=1, max_size=3).map(" ".join))
def test_made_up_queries_find_what_they_say(
    sample: tuple[ReadableRun, list[Event]], query: str
) -> None:
    run, every = sample
    search = searched(run, query)
    wanted = matching(every, query)
    assert search.totals.count == len(wanted)
    assert search.totals.sum_ns == sum(event.end_ns - event.start_ns for event in wanted)
    if wanted:
        assert search.totals.first is not None
        assert search.totals.first.row == wanted[0].row


def test_a_run_is_searched_where_it_lies(sample: tuple[ReadableRun, list[Event]]) -> None:
    run, _ = sample
    before = {path: path.stat().st_mtime_ns for path in Path(run.path).rglob("*")}
    searched(run, "matmul dest:sbuf")
    assert {path: path.stat().st_mtime_ns for path in Path(run.path).rglob("*")} == before
