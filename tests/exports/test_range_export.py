"""A range as CSV, Parquet and a trace: exactly the rows that touch it, counted before."""

import csv
import io
import json
import random
import tarfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest_worker.exports import range_export as exports
from ingest_worker.exports.range_export import CSV_HEAD, TooManyRowsError, range_export
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from ingest_worker.tracks.catalogue import TABLE_TIMES
from profiles.services import sample_files
from profiles.storage.tables import ReadableRun, TableStore
from profiles.timeline.query import timeline_of
from tests.make.pair import write_pair
from tests.metrics.slow_device import rows_of

Row = dict[str, Any]
Asked = tuple[int, int, list[str] | None]


@pytest.fixture(scope="module", params=["sample", "pair"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    """The sample, and the small pair."""
    folder = tmp_path_factory.mktemp(request.param)
    files = [(role, path) for role, path in sample_files()]
    if request.param == "pair":
        files = [(path.suffix[1:], path) for path in write_pair(folder)]
    store = TableStore(folder / "tables")
    sources = [SourceRef(role, path.name, path) for role, path in files]
    process(sources, store.new_run("made", 1), Options(), silent)
    return store.open_run("made", 1)


def ranges(run: ReadableRun) -> list[Asked]:
    """All of it, and ranges on rows drawn at random, always the same."""
    document = timeline_of(run).document
    keys, duration = [track["key"] for track in document["tracks"]], document["duration_ns"]
    draw = random.Random(3)
    found: list[Asked] = [(0, duration + 1, None), (duration // 3, duration // 3 + 1, None)]
    for _ in range(6):
        start, end = sorted(draw.sample(range(duration), 2))
        found.append((start, end, draw.sample(keys, draw.randint(1, len(keys)))))
    return found


def span(row: Row, table: str) -> tuple[int, int]:
    """Start and end of a row."""
    times = TABLE_TIMES[table]
    start = int(row[times["start"]])
    if "length" in times:
        return start, start + int(row[times["length"]])
    return start, max(start, int(row[times.get("end", times["start"])]))


def expected(run: ReadableRun, asked: Asked) -> dict[str, list[int]]:
    """By table the rows that touch the range on the chosen tracks, looked at one by one."""
    start, end, keys = asked
    timeline = timeline_of(run)
    tables = {name: rows_of(run, name) for name in TABLE_TIMES if run.manifest.table(name)}
    found: dict[str, set[int]] = {}
    for track in timeline.document["tracks"]:
        if keys is not None and track["key"] not in keys:
            continue
        own = found.setdefault(track["table"], set())
        rows = tables[track["table"]]
        for row in timeline.rows_of([track["key"]]).tolist():
            first, last = span(rows[row], track["table"])
            if first < end and (first >= start or last > start):
                own.add(row)
    return {table: sorted(rows) for table, rows in found.items()}


def lines(run: ReadableRun, asked: Asked) -> tuple[int, list[dict[str, str]]]:
    export = range_export(run, "csv", *asked)
    text = b"".join(export.pieces).decode()
    return export.row_count, list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_csv_has_a_line_for_every_row_that_touches_the_range(run: ReadableRun) -> None:
    for asked in ranges(run):
        count, found = lines(run, asked)
        own: dict[str, list[int]] = {}
        for line in found:
            own.setdefault(line["table"], []).append(int(line["row"]))
        assert {table: sorted(rows) for table, rows in own.items()} == {
            table: rows for table, rows in expected(run, asked).items() if rows
        }
        assert count == len(found)


def test_the_lines_say_what_the_tables_say(run: ReadableRun) -> None:
    _, found = lines(run, (0, 1 << 40, None))
    tables = {name: rows_of(run, name) for name in {line["table"] for line in found}}
    tracks = {track["key"]: track for track in timeline_of(run).document["tracks"]}
    for line in found:
        row = tables[line["table"]][int(line["row"])]
        start, end = span(row, line["table"])
        assert [int(line[n]) for n in ("start_ns", "end_ns", "duration_ns")] == [
            *(start, end, end - start)
        ]
        assert int(line["core"]) == row["pcore_idx"] == tracks[line["track"]]["core"]
        if line["table"] == "Instruction":
            assert line["name"] == row["opcode"]
            assert line["layer"] == (row["layer"] or "")
            assert line["bytes"] == ""
        if line["table"] == "DmaPacket":
            assert int(line["bytes"]) == row["transfer_bytes"]


def test_an_empty_range_is_a_head_alone(run: ReadableRun) -> None:
    export = range_export(run, "csv", 1 << 40, 1 << 41, None)
    assert (export.row_count, b"".join(export.pieces)) == (
        0,
        (",".join(CSV_HEAD) + "\r\n").encode(),
    )


def test_parquet_holds_the_rows_with_all_columns_of_their_tables(
    run: ReadableRun, tmp_path: Path
) -> None:
    for number, asked in enumerate(ranges(run)):
        export = range_export(run, "parquet", *asked)
        folder = tmp_path / str(number)
        with tarfile.open(fileobj=io.BytesIO(b"".join(export.pieces))) as archive:
            archive.extractall(folder, filter="data")
        contents = json.loads((folder / "contents.json").read_text())
        assert (contents["start_ns"], contents["end_ns"]) == asked[:2]
        assert contents["complete"]
        assert sum(one["rows"] for one in contents["tables"]) == export.row_count
        for one in contents["tables"]:
            table = pq.read_table(folder / f"{one['table']}.parquet")
            whole = rows_of(run, one["table"])
            own = expected(run, asked)[one["table"]]
            assert table.num_rows == one["rows"] == len(own)
            assert table.to_pylist() == [whole[row] for row in own]


def test_a_trace_of_chosen_rows_holds_these_and_no_others(run: ReadableRun) -> None:
    key = next(t["key"] for t in timeline_of(run).document["tracks"] if t["name"] == "Vector")
    whole = b"".join(range_export(run, "perfetto", 0, 1 << 40, None).pieces)
    export = range_export(run, "perfetto", 0, 1 << 40, [key])
    part = b"".join(export.pieces)
    assert 0 < len(part) < len(whole)
    assert b"Vector Engine" in part
    assert b"DMA Engine 64" in whole
    assert b"DMA Engine 64" not in part
    rows = rows_of(run, "Instruction")
    opcodes = {r["opcode"] for r in rows if r["timeline_track"] == "Vector"}
    for opcode in {row["opcode"] for row in rows}:
        assert (opcode.encode() in part) == any(opcode in one for one in opcodes), opcode


def test_more_rows_than_one_export_may_hold_are_refused(
    run: ReadableRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, _ = lines(run, (0, 1 << 40, None))
    monkeypatch.setattr(exports, "MOST_ROWS", count)
    assert range_export(run, "csv", 0, 1 << 40, None).row_count == count
    monkeypatch.setattr(exports, "MOST_ROWS", count - 1)
    with pytest.raises(TooManyRowsError, match=f"{count:,} rows"):
        range_export(run, "csv", 0, 1 << 40, None)
