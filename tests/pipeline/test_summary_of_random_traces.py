"""Summaries of random traces of every version equal adding up published rows one by one.

Rows are in nanoseconds and summaries are made of picoseconds, so a sum may differ by one for each
row that went into it. Counts and bytes are equal.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, silent
from profiles.storage.tables import ReadableRun, RunMissingError, TableStore
from tests.pipeline.capture_files import trace_source
from tests.pipeline.random_traces import RandomTrace

CASES = [(version, seed) for version in (4, 5, 6) for seed in range(6)]
ENGINES = ("Tensor", "Vector", "Scalar", "GpSimd", "Sync")
KINDS = ("static", "software_dynamic", "hardware_dynamic")
NS = 1e-9

Row = dict[str, Any]
Interval = tuple[int, int]


@pytest.fixture(scope="module", params=CASES, ids=[f"v{version}-{seed}" for version, seed in CASES])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    folder = tmp_path_factory.mktemp("random")
    data = RandomTrace(*request.param).bytes()
    store = TableStore(folder / "tables")
    process([trace_source(folder, data=data)], store.new_run("p", 1), Options(), silent)
    return store.open_run("p", 1)


def rows(run: ReadableRun, table: str) -> list[Row]:
    try:
        return run.rows(table, 0, offset=0, limit=100_000).to_pylist()
    except RunMissingError:
        return []


def summary(run: ReadableRun) -> Row:
    (row,) = rows(run, "Summary")
    return row


def union(intervals: Iterable[Interval]) -> tuple[int, int]:
    """The covered time, and how many stretches it has."""
    total = count = 0
    reach: int | None = None
    for start, end in sorted(intervals):
        if reach is None or start > reach:
            count += 1
            total += end - start
            reach = end
        elif end > reach:
            total += end - reach
            reach = end
    return total, count


def within(found: float, expected_ns: float, most_ns: float) -> bool:
    """Seconds that are some nanoseconds, give or take what rounding down loses, and float32."""
    return abs(found / NS - expected_ns) <= most_ns + 1 + 1e-6 * abs(expected_ns)


def test_instructions_are_counted_and_added_up_by_engine(run: ReadableRun) -> None:
    found, everything = summary(run), rows(run, "Instruction")
    for engine in ENGINES:
        own = [row for row in everything if row["engine"] == engine]
        work = [row for row in own if row["opcode"] != "EVENT_SEMAPHORE"]
        name = f"{engine.lower()}_engine"
        assert found[f"{name}_instruction_count"] == len(own)
        length = sum(row["duration_ns"] for row in work)
        assert within(found[f"{name}_instruction_time"], length, len(work))
        active, _ = union((row["start_ts"], row["end_ts"]) for row in work)
        assert within(found[f"{name}_active_time"], active, 2 * len(work))


def test_matmuls_and_activations_are_counted(run: ReadableRun) -> None:
    found, everything = summary(run), rows(run, "Instruction")
    assert found["matmul_instruction_count"] == sum(r["opcode"] == "MATMUL" for r in everything)
    activations = sum(row["opcode"] == "ACTIVATE" for row in everything)
    assert found["activate_instruction_count"] == activations
    assert (found["hardware_flops"] or 0) == sum(row["raw_flops"] or 0 for row in everything)


def test_bytes_of_memories_are_sums_of_their_columns(run: ReadableRun) -> None:
    found, everything = summary(run), rows(run, "Instruction")
    for name in ("sbuf_read_bytes", "sbuf_write_bytes", "psum_read_bytes", "psum_write_bytes"):
        values = [row[name] for row in everything if row[name] is not None]
        assert found[name] == (sum(values) if values else None)
    both = [row for row in everything if row["psum_read_sbuf_write_bytes"] is not None]
    assert found["psum_read_sbuf_write_count"] == len(both)


def _kind(row: Row) -> str:
    return row["queue_type"] if row["queue_type"].endswith("dynamic") else "static"


def test_packets_are_counted_by_kind(run: ReadableRun) -> None:
    found, packets = summary(run), rows(run, "DmaPacket")
    counts: dict[str, int] = defaultdict(int)
    sizes: dict[str, int] = defaultdict(int)
    for row in packets:
        counts[_kind(row)] += 1
        sizes[_kind(row)] += row["transfer_bytes"]
    for kind in KINDS:
        assert found[f"{kind}_dma_packet_count"] == counts[kind]
        assert found[f"{kind}_dma_size"] == sizes[kind]
        if packets:
            share = found[f"{kind}_dma_packet_percent"]
            assert share == pytest.approx(counts[kind] / len(packets), rel=1e-6)


def test_packets_move_as_long_as_they_lie_within_the_window(run: ReadableRun) -> None:
    found, packets = summary(run), rows(run, "DmaPacket")
    (metadata,) = rows(run, "Metadata")
    last = metadata["last_hw_timestamp"] + 1
    cut = [(max(row["start_ts"], 0), min(row["end_ts"], last)) for row in packets]
    assert within(found["dma_packet_time"], sum(b - a for a, b in cut), 2 * len(cut))
    active, count = union(cut)
    assert within(found["dma_active_time"], active, 2 * len(cut) + count)
    work = [r for r in rows(run, "Instruction") if r["opcode"] != "EVENT_SEMAPHORE"]
    everything = [*cut, *((row["start_ts"], row["end_ts"]) for row in work)]
    assert within(found["total_active_time"], union(everything)[0], 2 * len(everything))


def test_shares_of_time_are_of_the_total_time(run: ReadableRun) -> None:
    found = summary(run)
    for name in ("total_active_time", "dma_active_time", "tensor_engine_active_time"):
        expected = found[name] / found["total_time"]
        assert found[f"{name}_percent"] == pytest.approx(expected, rel=1e-6, abs=1e-9)
        assert 0 <= found[f"{name}_percent"] <= 1 + 1e-6


def test_opcodes_add_up_to_their_rows(run: ReadableRun) -> None:
    everything = rows(run, "Instruction")
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in everything:
        groups[row["engine"], row["opcode"]].append(row)
    found = rows(run, "OpcodeSummary")
    assert {(row["engine"], row["opcode"]) for row in found} == set(groups)
    for row in found:
        own = groups[row["engine"], row["opcode"]]
        assert row["instruction_count"] == len(own)
        length = sum(each["duration_ns"] for each in own)
        assert abs(row["instruction_time_ns"] - length) <= len(own)
        active, _ = union((each["start_ts"], each["end_ts"]) for each in own)
        assert abs(row["active_time_ns"] - active) <= 2 * len(own)
        assert row["active_time_ns"] <= row["instruction_time_ns"]


def test_longer_opcodes_of_an_engine_come_first(run: ReadableRun) -> None:
    found = rows(run, "OpcodeSummary")
    for engine in ENGINES:
        times = [row["instruction_time_ns"] for row in found if row["engine"] == engine]
        assert times == sorted(times, reverse=True)


def test_records_are_counted_once(run: ReadableRun) -> None:
    found = summary(run)
    counted = len(rows(run, "Instruction")) + len(rows(run, "DmaPacket"))
    counted += len(rows(run, "DmaPacketAggregated")) + found["event_count"]
    assert found["trace_count"] == counted
    assert found["event_count"] >= len(rows(run, "SemaphoreUpdate"))


def test_the_legacy_numbers_are_the_same_where_no_packet_is_dropped(run: ReadableRun) -> None:
    found = summary(run)
    legacy = {
        row["key"]: row["whole"] if row["whole"] is not None else row["number"]
        for row in rows(run, "LegacySummary")
    }
    for engine in ENGINES:
        for what in ("instruction_count", "instruction_time", "active_time"):
            key = f"{engine.lower()}_engine_{what}"
            assert legacy[key] == pytest.approx(found[key], rel=1e-6, abs=1e-12)
    kept = sum(legacy[f"{kind}_dma_packet_count"] for kind in KINDS)
    assert kept <= sum(found[f"{kind}_dma_packet_count"] for kind in KINDS)
