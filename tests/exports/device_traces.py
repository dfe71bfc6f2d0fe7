"""What a device trace must say, asked of the real trace processor and of the tables."""

from typing import Any

from ingest_worker.exports.perfetto.device import COUNTERS, INSTANTS, SLICES
from ingest_worker.exports.perfetto.trace import TraceOptions, shift_ns, trace_pieces
from profiles.storage.tables import ReadableRun, RunMissingError
from tests.exports.trace_processor import TraceProcessor


def trace_of(run: ReadableRun, options: TraceOptions | None = None) -> bytes:
    return b"".join(trace_pieces(run, options or TraceOptions()))


def rows_of(run: ReadableRun, table: str) -> list[dict[str, Any]]:
    """The rows of all parts."""
    found: list[dict[str, Any]] = []
    for part in run.manifest.parts:
        try:
            with run.parquet(table, part.part) as file:
                found += file.read().to_pylist()
        except RunMissingError:
            continue
    return found


def same(found: Any, expected: Any) -> bool:
    return (found or None) == (expected or None)


def check_slices(run: ReadableRun, processor: TraceProcessor) -> int:
    """Every row is one slice with its time, length, name, thread and arguments."""
    shown = processor.arguments("s.dur >= 0 and t.name is not null")
    found = {_key(s["arguments"], s["thread"]): s for s in shown}
    expected = 0
    for kind in SLICES:
        for row in rows_of(run, kind.table):
            expected += 1
            thread = f"{kind.thread.format(row[kind.by])} - Row "
            slice_ = _of(found, row, thread)
            assert slice_["ts"] - shift_ns(run) == row["start_ts"]
            assert slice_["dur"] == row["end_ts"] - row["start_ts"]
            assert slice_["depth"] == 0
            assert same(slice_["name"], row[kind.name])
            for key, column in kind.arguments.items():
                assert same(slice_["arguments"].get(key), row[column]), (key, row)
    assert len(shown) == expected
    return expected


def _key(facts: dict[str, Any], thread: str) -> tuple[Any, ...]:
    return facts["id"], facts["timestamp"], facts["pcore_idx"], thread


def _of(
    found: dict[tuple[Any, ...], dict[str, Any]], row: dict[str, Any], thread: str
) -> dict[str, Any]:
    for number in range(200):
        slice_ = found.get(_key({**row, "timestamp": row["start_ts"]}, f"{thread}{number}"))
        if slice_ is not None:
            return slice_
    raise AssertionError(f"no slice on {thread} for {row}")


def check_instants(run: ReadableRun, processor: TraceProcessor) -> int:
    expected = sorted(
        (row["timestamp"], row[kind.name]) for kind in INSTANTS for row in rows_of(run, kind.table)
    )
    shown = processor.rows(
        "select ts, s.name from slice s join track t on s.track_id = t.id "
        "where t.id not in (select id from thread_track)"
    )
    assert sorted((r["ts"] - shift_ns(run), r["name"] or "") for r in shown) == expected
    return len(expected)


def check_counters(run: ReadableRun, processor: TraceProcessor) -> int:
    total = 0
    for kind in COUNTERS:
        rows = rows_of(run, kind.table)
        found = processor.rows(
            "select ts, value from counter c join counter_track t on c.track_id = t.id "
            f"where t.name = '{kind.name}'"
        )
        time = "timestamp"
        assert sorted(r["ts"] - shift_ns(run) for r in found) == sorted(r[time] for r in rows)
        if len(kind.columns) == 1:
            values = sorted(row[kind.columns[0]] or 0 for row in rows)
            assert sorted(r["value"] for r in found) == values
        total += len(rows)
    return total
