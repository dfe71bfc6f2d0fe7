"""A written capture as a trace: the real trace processor counts and reads what the tables hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_worker.exports.perfetto.trace import TraceOptions, shift_ns
from ingest_worker.exports.perfetto.window import Window
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore
from tests.exports.device_traces import (
    check_counters,
    check_instants,
    check_slices,
    rows_of,
    trace_of,
)
from tests.exports.trace_processor import TraceProcessor, trace_processor
from tests.make.pair import write_pair


def published(folder: Path, *traces: str) -> ReadableRun:
    neff, ntff = write_pair(folder)
    store = TableStore(folder / "tables")
    sources = [SourceRef("neff", neff.name, neff)]
    sources += [SourceRef("ntff", name, ntff, number) for number, name in enumerate(traces)]
    process(sources, store.new_run("profile", 1), Options(), silent)
    return store.open_run("profile", 1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    return published(tmp_path_factory.mktemp("device"), "one.ntff")


@pytest.fixture(scope="module")
def processor(run: ReadableRun) -> Iterator[TraceProcessor]:
    with trace_processor(trace_of(run)) as found:
        yield found


def test_the_trace_is_taken_without_a_complaint(processor: TraceProcessor) -> None:
    assert processor.complaints() == []


def test_every_instruction_packet_and_transfer_is_a_slice(
    run: ReadableRun, processor: TraceProcessor
) -> None:
    assert check_slices(run, processor) > 100


def test_every_semaphore_update_and_error_is_an_instant(
    run: ReadableRun, processor: TraceProcessor
) -> None:
    assert check_instants(run, processor) > 10


def test_every_level_is_a_sample_of_a_counter(run: ReadableRun, processor: TraceProcessor) -> None:
    assert check_counters(run, processor) > 10


def test_engines_and_queues_are_threads_of_a_process_a_core(processor: TraceProcessor) -> None:
    threads = processor.rows(
        "select p.name process, t.name thread from thread t join process p using (upid) "
        "where p.name is not null and t.name is not null"
    )
    names = {row["thread"] for row in threads}
    assert {"Tensor Engine - Row 0", "Vector Engine - Row 0"} <= names
    assert any(name.startswith("DMA Engine ") for name in names)
    assert any(name.startswith("q") for name in names)
    assert any("SpillReload" in name for name in names)
    assert {row["process"] for row in threads} == {"Instructions"}
    assert processor.one("select count(distinct upid) from process where name='Instructions'") == 2


def test_no_flow_is_written_unasked(processor: TraceProcessor) -> None:
    assert processor.one("select count(*) from flow") == 0


def test_flows_lead_from_a_trigger_to_its_transfer(run: ReadableRun) -> None:
    started = [
        row for row in rows_of(run, "Instruction") if row["dma_trigger_start_ts"] is not None
    ]
    with trace_processor(trace_of(run, TraceOptions(flows=True))) as found:
        assert found.complaints() == []
        flows = found.rows(
            "select extract_arg(a.arg_set_id, 'debug.timestamp') cause, "
            "extract_arg(b.arg_set_id, 'debug.timestamp') effect, "
            "extract_arg(b.arg_set_id, 'debug.trigger') trigger "
            "from flow f join slice a on f.slice_out = a.id join slice b on f.slice_in = b.id"
        )
    assert started
    assert sorted((f["cause"], f["effect"]) for f in flows) == sorted(
        (row["start_ts"], row["dma_trigger_start_ts"]) for row in started
    )
    assert all(f["cause"] == f["trigger"] for f in flows)


def test_a_range_holds_what_touches_it_at_its_own_time(run: ReadableRun) -> None:
    rows = rows_of(run, "Instruction")
    middle = sorted(row["start_ts"] for row in rows)[len(rows) // 2]
    window = Window(middle, middle + 2000)
    inside = [r for r in rows if r["start_ts"] <= window.end_ns and r["end_ts"] >= window.start_ns]
    with trace_processor(trace_of(run, TraceOptions(window))) as found:
        shown = [s for s in found.arguments() if "pc" in s["arguments"]]
    assert 0 < len(inside) < len(rows)
    assert sorted(s["arguments"]["id"] for s in shown) == sorted(row["id"] for row in inside)
    assert {s["ts"] - shift_ns(run) for s in shown} == {row["start_ts"] for row in inside}


def test_a_range_without_anything_is_a_trace_of_nothing(run: ReadableRun) -> None:
    with trace_processor(trace_of(run, TraceOptions(Window(1 << 50, 1 << 51)))) as found:
        assert found.complaints() == []
        assert found.one("select count(*) from slice") == 0


def test_parts_are_told_apart_by_their_names(tmp_path: Path) -> None:
    run = published(tmp_path, "first.ntff", "second.ntff")
    with trace_processor(trace_of(run)) as found:
        names = {row["name"] for row in found.rows("select name from process where pid > 0")}
        count = found.one("select count(*) from slice s join thread_track t on s.track_id = t.id")
    assert names == {f"{part.name} Instructions" for part in run.manifest.parts}
    tables = ("Instruction", "DmaPacket", "DmaPacketAggregated")
    assert count == sum(len(rows_of(run, table)) for table in tables)
