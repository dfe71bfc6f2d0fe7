"""Several at once, and searches over files that are not what they were."""

import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from profiles.storage.tables import ReadableRun
from profiles.timeline.pyramid import UnreadableError
from profiles.timeline.query import Timeline
from profiles.timeline.search.caps import caps
from profiles.timeline.search.kept import Searches
from profiles.timeline.search.language import parse
from profiles.timeline.search.search import Search
from profiles.timeline.search.shares import shares
from profiles.timeline.search.steps import next_hit
from tests.search.runs import run_of
from tests.timeline.make_run import make_run, make_track


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    return run_of("sample", tmp_path_factory.mktemp("sample"))


def test_two_that_ask_at_once_count_every_row_once(sample: ReadableRun) -> None:
    alone = Search(Timeline(sample.path), parse("duration>=0"))
    alone.advance(60)
    shared = Search(Timeline(sample.path), parse("duration>=0"))

    def ask() -> None:
        while not shared.is_complete:
            shared.advance(0)
            caps(shared, 0, shared.duration_ns, 100)
            next_hit(shared, (shared.duration_ns // 2, -1, -1))
            assert shared.size_bytes >= 0

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert shared.rows_read == alone.rows_read == alone.rows
    assert shared.totals.count == alone.totals.count
    assert [s.busy_ns for s in shares(shared)] == [s.busy_ns for s in shares(alone)]


def test_the_same_search_is_made_once_for_all_who_ask(sample: ReadableRun) -> None:
    kept, made = Searches(), []

    def make() -> Search:
        made.append(1)
        return Search(Timeline(sample.path), parse("matmul"))

    threads = [
        threading.Thread(target=lambda: kept.get((sample.path, "matmul"), make)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 1


def run_with_table(folder: Path) -> tuple[ReadableRun, Path]:
    run = make_run(folder, [make_track([10 * n for n in range(500)], [5] * 500)])
    return run, run.path / "parts" / "0" / "Instruction.parquet"


def test_a_table_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    run, path = run_with_table(tmp_path)
    search = Search(Timeline(run.path), parse("matmul"))
    path.unlink()
    with pytest.raises(UnreadableError):
        search.advance(1)
    with pytest.raises(UnreadableError):
        Search(Timeline(run.path), parse("matmul"))


def test_a_table_without_times_is_unreadable_only_where_something_is_found(
    tmp_path: Path,
) -> None:
    run, path = run_with_table(tmp_path)
    table = pq.read_table(path).drop_columns(["start_ts"])
    path.unlink()
    pq.write_table(table, path)
    search = Search(Timeline(run.path), parse("opcode:x"))
    search.advance(1)
    assert search.is_complete
    found = Search(Timeline(run.path), parse("matmul"))
    with pytest.raises(UnreadableError):
        found.advance(1)


def test_a_row_group_that_could_not_be_read_is_asked_for_again(tmp_path: Path) -> None:
    run, path = run_with_table(tmp_path)
    whole = path.read_bytes()
    search = Search(Timeline(run.path), parse("matmul"))
    path.write_bytes(whole[:4] + bytes(len(whole) - 4))
    for _ in range(2):
        with pytest.raises((OSError, pa.ArrowException, UnreadableError)):
            search.advance(1)
    assert search.rows_read == 0
    path.write_bytes(whole)
    search.advance(1)
    assert (search.is_complete, search.totals.count) == (True, 500)


def test_columns_that_an_import_lacks_hold_nothing(tmp_path: Path) -> None:
    run, path = run_with_table(tmp_path)
    table = pq.read_table(path).select(["start_ts", "end_ts"])
    path.unlink()
    pq.write_table(table, path)
    for query, count in (("matmul", 500), ("opcode:x", 0), ("-opcode:x", 500), ("flops>0", 0)):
        search = Search(Timeline(run.path), parse(query))
        search.advance(1)
        assert search.totals.count == count, query


def test_times_before_the_zero_are_drawn_from_it(tmp_path: Path) -> None:
    run, path = run_with_table(tmp_path)
    table = pq.read_table(path)
    start = table.column("start_ts").to_pylist()
    start[100] = -50
    place = table.column_names.index("start_ts")
    table = table.set_column(place, table.schema.field("start_ts"), pa.array(start, pa.int64()))
    path.unlink()
    pq.write_table(table, path)
    search = Search(Timeline(run.path), parse("start<0"))
    search.advance(1)
    assert search.totals.first is not None
    assert (search.totals.first.row, search.totals.first.start_ns) == (100, 0)
    assert search.totals.sum_ns == 5


def test_a_profile_without_rows_has_nothing_to_find(tmp_path: Path) -> None:
    run = make_run(tmp_path, [make_track([], [])])
    search = Search(Timeline(run.path), parse("matmul"))
    search.advance(1)
    assert search.is_complete
    assert (search.totals.count, search.rows, shares(search)) == (0, 0, [])
    assert caps(search, 0, 10, 5).runs == []
    assert next_hit(search, (-1, -1, -1)) is None
