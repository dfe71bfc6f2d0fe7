"""Traces without a NEFF become published tables, whole, in order and repeatably."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.pipeline.run import RunResult, process
from ingest_worker.pipeline.stage import STAGES, Cancelled, Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, RunMissingError, TableStore
from tests.pipeline.capture_files import trace_bytes, trace_source

PLAIN = Options()


def run(
    folder: Path, sources: list[SourceRef], options: Options = PLAIN, number: int = 1
) -> tuple[RunResult, ReadableRun]:
    store = TableStore(folder / "tables")
    result = process(sources, store.new_run("profile", number), options, silent)
    return result, store.open_run("profile", number)


def rows(published: ReadableRun, table: str, part: int = 0) -> list[dict[str, Any]]:
    return published.rows(table, part, offset=0, limit=1_000).to_pylist()


def test_an_ntff_without_its_neff_still_gives_every_table(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    names = {table.name for table in published.manifest.tables}
    assert names >= {
        "Instruction",
        "SemaphoreUpdate",
        "DmaPacket",
        "DmaQueuesInfo",
        "DmaUsage",
        "ActiveTime",
        "PendingDma",
        "Throttle",
        "Error",
        "Metadata",
        "ExecutionInfo",
        "Warning",
        "SchemaFields",
        "UnknownRecord",
    }
    assert "DmaPacketAggregated" not in names


def test_instructions_carry_opcode_times_and_checks(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    found = {row["start_ts"]: row for row in rows(published, "Instruction")}
    first = found[1]
    assert (first["opcode"], first["engine"], first["timeline_track"]) == (
        "NOP",
        "Tensor",
        "Tensor",
    )
    assert (first["end_ts"], first["duration_ns"], first["evt_wait_time_ns"]) == (3, 2, 10)
    assert (first["crc_in"], first["crc_out"]) == (0xABCD, 0x1234)
    assert (first["pc"], first["compiler_pc"], first["pcore_idx"]) == (0, 0, 0)
    assert (found[4]["opcode"], found[4]["timeline_track"]) == ("MATMUL", "TensorMatrix")
    assert (found[2]["opcode"], found[2]["engine"]) == ("DMA_DIRECT2D", "GpSimd")


def test_names_only_a_neff_knows_are_empty_or_null(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    row = rows(published, "Instruction")[0]
    assert row["bir_id"] == ""
    assert [row[name] for name in ("penguin_id", "raw_bir_id", "hlo_name", "layer")] == [None] * 4


def test_rows_of_a_track_stand_together_in_order_of_time(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path, data=trace_bytes(cores=2))])
    keys = [
        (row["pcore_idx"], row["timeline_track"], row["start_ts"])
        for row in rows(published, "Instruction")
    ]
    assert keys == sorted(keys)
    packets = [
        (row["pcore_idx"], row["queue_idx"], row["start_ts"])
        for row in rows(published, "DmaPacket")
    ]
    assert packets == sorted(packets)


def test_an_unknown_opcode_is_shown_by_its_byte_and_counted(tmp_path: Path) -> None:
    result, published = run(tmp_path, [trace_source(tmp_path)])
    assert "OP_0x1D" in {row["opcode"] for row in rows(published, "Instruction")}
    assert [(n.code, n.count) for n in result.notices if n.code.startswith("isa.")] == [
        ("isa.unknown_opcode", 1)
    ]
    assert any("0x1d" in row["message"] for row in rows(published, "Warning"))


def test_a_record_of_unknown_type_is_kept_as_it_lies_in_the_file(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    found = rows(published, "UnknownRecord")
    assert [(row["type_code"], row["word0"], row["word1"]) for row in found] == [(2, 0x82000000, 3)]


def test_an_error_is_a_row_with_its_text(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    row = rows(published, "Error")[0]
    assert (row["timestamp"], row["type"], row["error_type_id"]) == (8, "Errors", 1)
    assert row["description"] == "NaN"


def test_semaphores_of_engines_are_named_and_their_updates_told(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    row = rows(published, "SemaphoreUpdate")[0]
    assert (row["id"], row["value"], row["timestamp"]) == ("S[5] (Tensor)", 1, 9)
    assert (row["update_source"], row["update_operation_type"]) == ("Tensor", "increment")
    assert (row["update_mode"], row["double_set_or_clear"]) == (0xF3, False)


def test_packets_have_their_queue_class_and_ids(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    found = {row["queue_name"]: row for row in rows(published, "DmaPacket")}
    assert set(found) == {"Q1-E0", "Q1-E1", "Q14-E0"}
    assert found["Q1-E0"]["queue_type"] == "software_dynamic"
    assert found["Q14-E0"]["queue_type"] == "instruction"
    assert found["Q14-E0"]["start_ts"] == -1
    assert (found["Q1-E0"]["transfer_bytes"], found["Q1-E0"]["crc"]) == (512, 7)


def test_picoseconds_are_kept_where_a_packet_crosses_the_edge(tmp_path: Path) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path)])
    packets, exact = rows(published, "DmaPacket"), rows(published, "DmaPacketPicoseconds")
    times = [
        row["start_ts"] * 1000 + rest["start_ps"] for row, rest in zip(packets, exact, strict=True)
    ]
    assert sorted(times) == [-500, 2_000, 3_000]


def test_metadata_tells_versions_clocks_and_span(tmp_path: Path) -> None:
    options = Options(explorer_version="0.1", profile_name="mine")
    _, published = run(tmp_path, [trace_source(tmp_path)], options)
    row = rows(published, "Metadata")[0]
    assert (row["ntff_version"], row["num_physical_cores"], row["vnc_enabled"]) == (6, 1, False)
    assert (row["last_hw_timestamp"], row["last_ts"]) == (1_000, "1970-01-01T00:00:00.000001Z")
    assert (row["explorer_version"], row["profile_name"]) == ("0.1", "mine")
    assert row["neuroncore_clock_freq"] == pytest.approx(1.2)


@pytest.mark.parametrize("version", [4, 5, 6])
def test_all_versions_give_the_same_kinds_of_rows(tmp_path: Path, version: int) -> None:
    _, published = run(tmp_path, [trace_source(tmp_path, data=trace_bytes(version))])
    assert len(rows(published, "Instruction")) == 5
    assert rows(published, "Metadata")[0]["ntff_version"] == version


def test_each_trace_is_a_part_with_its_own_zero(tmp_path: Path) -> None:
    sources = [
        trace_source(tmp_path, "a.ntff"),
        replace(trace_source(tmp_path, "b.ntff", trace_bytes(cores=2)), ordinal=1),
    ]
    result, published = run(tmp_path, sources)
    assert [(p.part, p.name, p.cores) for p in result.manifest.parts] == [
        (0, "a.ntff", (0,)),
        (1, "b.ntff", (0, 1)),
    ]
    assert result.manifest.core_count == 3
    assert len(rows(published, "Instruction", 1)) == 2 * len(rows(published, "Instruction", 0))
    assert (published.path / "Instruction.parquet").exists()


def test_the_same_trace_gives_the_same_contents(tmp_path: Path) -> None:
    source = trace_source(tmp_path)
    first, _ = run(tmp_path, [source])
    second, _ = run(tmp_path, [source], number=2)
    hashes = [{(t.name, t.content_hash) for t in r.manifest.tables} for r in (first, second)]
    assert hashes[0] == hashes[1]


def test_a_cut_trace_fails_and_names_file_and_byte(tmp_path: Path) -> None:
    data = trace_bytes()[:-20]
    with pytest.raises(FormatError) as caught:
        run(tmp_path, [trace_source(tmp_path, data=data)])
    assert (caught.value.code, caught.value.file) == ("ntff.truncated", "a.ntff")
    assert caught.value.offset == len(data)


def test_a_cut_trace_read_partly_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    source = trace_source(tmp_path, data=trace_bytes()[:-20])
    result, published = run(tmp_path, [source], Options(partial=True))
    assert len(rows(published, "Instruction")) == 5
    assert "ntff.truncated" in {notice.code for notice in result.manifest.notices}


def test_a_failed_run_publishes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        run(tmp_path, [trace_source(tmp_path, data=b"no trace at all" * 30)])
    with pytest.raises(RunMissingError):
        TableStore(tmp_path / "tables").open_run("profile", 1)


def test_a_trace_over_the_limit_of_records_fails(tmp_path: Path) -> None:
    options = Options(limits=replace(DEFAULT_LIMITS, records=3))
    with pytest.raises(FormatError) as caught:
        run(tmp_path, [trace_source(tmp_path)], options)
    assert caught.value.code == "limit.records"


def test_nothing_left_to_process_is_a_missing_part(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        run(tmp_path, [trace_source(tmp_path)], Options(without=frozenset({"ntff"})))
    assert caught.value.code == "upload.missing_part"


def test_a_trace_given_as_a_neff_is_swapped(tmp_path: Path) -> None:
    source = replace(trace_source(tmp_path), role="neff")
    with pytest.raises(FormatError) as caught:
        run(tmp_path, [source])
    assert caught.value.code == "pair.swapped"


def test_stages_are_told_in_their_order(tmp_path: Path) -> None:
    told: list[str] = []
    folder = TableStore(tmp_path / "tables").new_run("profile", 1)
    process(
        [trace_source(tmp_path), replace(trace_source(tmp_path, "b.ntff"), ordinal=1)],
        folder,
        Options(),
        lambda stage, done, total: told.append(stage),
    )
    assert [STAGES.index(stage) for stage in told] == sorted(STAGES.index(stage) for stage in told)
    assert {"identify", "decode", "resolve", "build", "publish"} <= set(told)


def test_a_cancelled_run_stops_and_publishes_nothing(tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "build" and done == 3:
            raise Cancelled

    store = TableStore(tmp_path / "tables")
    with pytest.raises(Cancelled):
        process([trace_source(tmp_path)], store.new_run("profile", 1), Options(), stop)
    with pytest.raises(RunMissingError):
        store.open_run("profile", 1)
