"""Rows of a range out of tables of many row groups: what statistics leave out, what they count."""

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest_worker.exports.range_rows import NOWHERE, RangeRows, spans
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.tracks.catalogue import TABLE_TIMES
from profiles.services import sample_files
from profiles.storage.tables import ReadableRun, TableStore
from profiles.timeline.query import NoSuchTileError, timeline_of
from tests.metrics.slow_device import rows_of

GROUP_ROWS = 16
DRAWS = 25


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    """The sample, its tables in row groups of sixteen rows."""
    store = TableStore(tmp_path_factory.mktemp("groups") / "tables")
    sources = [SourceRef(role, path.name, path) for role, path in sample_files()]
    process(sources, store.new_run("made", 1), Options(), silent)
    found = store.open_run("made", 1)
    for name in ("Instruction", "DmaPacket", "Throttle"):
        path = found.table_path(name, 0)
        whole = pq.read_table(path)
        path.unlink()
        pq.write_table(whole, path, row_group_size=GROUP_ROWS)
        assert pq.ParquetFile(path).num_row_groups == -(-whole.num_rows // GROUP_ROWS)
    return found


def touching(rows: list[dict[str, Any]], name: str, start: int, end: int) -> list[int]:
    """The rows of a table that touch the range, one by one."""
    times = TABLE_TIMES[name]
    found = []
    for number, row in enumerate(rows):
        first = int(row[times["start"]])
        last = first + int(row[times["length"]]) if "length" in times else first
        if "end" in times:
            last = int(row[times["end"]])
        if first < end and (first >= start or last > start):
            found.append(number)
    return found


def drawn(run: ReadableRun) -> list[tuple[int, int]]:
    """Ranges of all lengths, some beginning and ending at edges of events."""
    duration = int(timeline_of(run).document["duration_ns"])
    edges = [row["start_ts"] for row in rows_of(run, "Instruction")]
    edges += [row["end_ts"] for row in rows_of(run, "Instruction")]
    draw = random.Random(8)
    found = [(0, duration), (duration, duration + 1), (-500, 1)]
    for number in range(DRAWS):
        pair = draw.sample(range(duration), 2) if number % 2 else draw.sample(edges, 2)
        start, end = sorted(pair)
        found.append((start, max(end, start + 1)))
    return found


def test_rows_and_counts_are_those_found_one_by_one(run: ReadableRun) -> None:
    tables = {name: rows_of(run, name) for name in TABLE_TIMES if run.manifest.table(name, 0)}
    for start, end in drawn(run):
        rows = RangeRows(run, start, end, None)
        for table in rows.tables:
            expected = touching(tables[table.name], table.name, start, end)
            batches = list(rows.batches(table, []))
            assert [n for numbers, _ in batches for n in numbers.tolist()] == expected
            assert rows.count(table) == len(expected), (start, end, table.name)


def test_rows_come_with_the_columns_that_were_asked_for(run: ReadableRun) -> None:
    rows = RangeRows(run, 20_000, 60_000, ["p0/c0/vector", "p0/c1/tensor"])
    whole = rows_of(run, "Instruction")
    [table] = rows.tables
    names = [track["key"] for track in rows.tracks]
    seen = set()
    for numbers, batch in rows.batches(table, ["opcode", "no_such_column"]):
        assert batch.schema.names == ["start_ts", "end_ts", "opcode"]
        assert batch.column("opcode").to_pylist() == [whole[n]["opcode"] for n in numbers.tolist()]
        start, end = spans(batch, table.times)
        assert bool((end >= start).all())
        seen |= {names[place] for place in table.place[numbers].tolist()}
    assert seen == {"p0/c0/vector", "p0/c1/tensor"}


def test_every_row_lies_on_the_track_that_draws_it(run: ReadableRun) -> None:
    rows = RangeRows(run, 0, 1, None)
    kinds = {track["kind"] for track in rows.tracks}
    assert "dma_engine" not in kinds
    for table in rows.tables:
        assert NOWHERE not in table.place.tolist()
        for place, row in zip(table.place.tolist(), rows_of(run, table.name), strict=True):
            assert rows.tracks[place]["core"] == row["pcore_idx"]
            if table.name == "Instruction":
                assert rows.tracks[place]["name"] == row["timeline_track"]


def test_engines_and_queues_together_give_a_packet_once(run: ReadableRun) -> None:
    keys = ["p0/dma0/1-qsyncdynamichw", "p0/engines0/e00", "p0/engines0/e00"]
    rows = RangeRows(run, 0, 1 << 40, keys)
    [table] = rows.tables
    numbers = [n for own, _ in rows.batches(table, []) for n in own.tolist()]
    assert len(numbers) == len(set(numbers)) == rows.count(table)
    packets = rows_of(run, "DmaPacket")
    for number in numbers:
        row = packets[number]
        assert row["pcore_idx"] == 0
        assert row["queue_idx"] == 1 or row["engine_idx"] == 64


def test_tracks_nobody_knows_hold_nothing(run: ReadableRun, tmp_path: Path) -> None:
    assert RangeRows(run, 0, 100, []).tables == []
    assert RangeRows(run, 0, 100, ["nobody"]).tables == []
    with pytest.raises(NoSuchTileError):
        timeline_of(run).rows_of(["nobody"])
    assert not list(tmp_path.iterdir())
