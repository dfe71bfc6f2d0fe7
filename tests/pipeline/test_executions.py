"""Several executions in one trace: each has its window, all share the first one's zero."""

from pathlib import Path

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, silent
from profiles.storage.tables import ReadableRun, TableStore
from tests.formats.message_bytes import blob, number
from tests.formats.small_trace import DMA, INSTRUCTIONS, PE, UID, Core, instruction, whole_trace
from tests.pipeline.capture_files import T0, packet, pair, trace_source

FIRST, SECOND = (0, 10_000), (50_000, 90_000)


def published(folder: Path) -> ReadableRun:
    core = Core(
        images={PE: [instruction(0xA4)] * 3},
        traces={
            (INSTRUCTIONS, 0): pair(0, 1_000, 2_000)
            + pair(1, 20_000, 30_000)
            + pair(0, 60_000, 61_000)
            + pair(2, 80_000, 91_000),
            (DMA, 1): packet(0, 1, 3_000, 4_000)
            + packet(0, 1, 12_000, 13_000)
            + packet(0, 1, 55_000, 56_000),
        },
    )
    second = blob(15, blob(1, UID) + number(2, T0 + SECOND[0]) + number(3, T0 + SECOND[1]))
    data = whole_trace(6, [core], window=(T0 + FIRST[0], T0 + FIRST[1]), extra=second)
    store = TableStore(folder / "tables")
    process([trace_source(folder, data=data)], store.new_run("p", 1), Options(), silent)
    return store.open_run("p", 1)


def test_only_what_lies_in_a_window_is_published(tmp_path: Path) -> None:
    run = published(tmp_path)
    rows = run.rows("Instruction", 0, offset=0, limit=10).to_pylist()
    assert [(row["pc"], row["start_ts"]) for row in rows] == [(0, 1), (0, 60)]
    packets = run.rows("DmaPacket", 0, offset=0, limit=10).to_pylist()
    assert [(row["packet_idx"], row["start_ts"]) for row in packets] == [(0, 3), (1, 55)]


def test_each_execution_is_a_row_with_its_count(tmp_path: Path) -> None:
    rows = published(tmp_path).rows("ExecutionInfo", 0, offset=0, limit=10).to_pylist()
    assert [
        (
            row["execution_index"],
            row["execution_start_ts"],
            row["execution_end_ts"],
            row["row_count"],
        )
        for row in rows
    ] == [(0, 0, 10, 1), (1, 50, 90, 1)]


def test_the_span_ends_with_the_last_window(tmp_path: Path) -> None:
    run = published(tmp_path)
    assert run.manifest.duration_ns == 90
    assert run.rows("Metadata", 0, offset=0, limit=1).to_pylist()[0]["last_hw_timestamp"] == 90
