"""A NEFF beside its trace gives names, tensors and transfers; a wrong one is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.run import RunResult, process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.layout import TIMELINE
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.pair import small_capture, small_model, write_pair

ALONE = Options(without=frozenset({"neff"}))


def sources(folder: Path, **facts: Any) -> list[SourceRef]:
    neff, ntff = write_pair(folder, **facts)
    return [SourceRef("neff", neff.name, neff), SourceRef("ntff", ntff.name, ntff)]


def run(
    folder: Path, given: list[SourceRef], options: Options | None = None
) -> tuple[RunResult, ReadableRun]:
    store = TableStore(folder / "tables")
    result = process(given, store.new_run("profile", 1), options or Options(), silent)
    return result, store.open_run("profile", 1)


def rows(published: ReadableRun, table: str, part: int = 0) -> list[dict[str, Any]]:
    return published.rows(table, part, offset=0, limit=10_000).to_pylist()


def test_compiled_instructions_carry_their_names_and_runtime_ones_none(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path))
    found = rows(published, "Instruction")
    compiled = [row for row in found if row["opcode"] == "MATMUL"]
    assert compiled
    for row in compiled:
        assert row["bir_id"].startswith(f"sg{row['pcore_idx']:04d}:")
        assert row["penguin_id"] == f"sg{row['pcore_idx']:04d}:1"
        assert row["hlo_name"] == "%dot.3 = dot(%left, %right)"
        assert row["layer"] == "block/product"
        assert row["tensor_instruction_type"] == "REGULAR"
    runtime = [row for row in found if row["compiler_pc"] is None]
    assert runtime
    assert {(row["bir_id"], row["raw_bir_id"], row["layer"]) for row in runtime} == {("", 0, "")}


def test_rewritten_instructions_keep_the_compiler_s_text(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path))
    found = {row["opcode"]: row for row in rows(published, "Instruction")}
    assert found["DMA_DIRECT2D"]["compiler_opcode"] == "PSEUDO_DMA_DIRECT2D"
    write = next(
        row
        for row in rows(published, "Instruction")
        if row["compiler_opcode"] == "PSEUDO_DMA_TRIGGER"
    )
    assert (write["opcode"], "block_id=7" in write["compiler_operands"]) == ("WRITE", True)
    assert found["MATMUL"]["compiler_opcode"] is None


def test_counters_tell_elements_bytes_and_operations(tmp_path: Path) -> None:
    """A MATMUL of 128 x 128 weights and 128 columns (decoding notes, section 7)."""
    _, published = run(tmp_path, sources(tmp_path))
    row = next(row for row in rows(published, "Instruction") if row["opcode"] == "MATMUL")
    assert row["tensor_elements"] == 128 * 128 * 128
    assert row["raw_flops"] == 2 * 128 * 128 * 128
    assert (row["flops_transpose"], row["tensor_elements_transpose"]) == (0, 0)
    moves = [row for row in rows(published, "Instruction") if row["opcode"] == "DMA_DIRECT2D"]
    loads = [row for row in moves if row["hbm_read_bytes"]]
    assert {(row["hbm_read_bytes"], row["sbuf_write_bytes"]) for row in loads} == {(65536, 65536)}


def test_static_transfers_know_their_trigger_variable_and_bytes(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path, cores=1))
    static = [row for row in rows(published, "DmaPacketAggregated") if row["queue_type"] == "data"]
    assert len(static) == 1
    row = static[0]
    assert (row["variable"], row["block_id"], row["op"]) == ("identity", 7, "copy")
    assert (row["transfer_bytes"], row["read_bytes"], row["write_bytes"]) == (32768,) * 3
    trigger = next(
        found
        for found in rows(published, "Instruction")
        if found["compiler_opcode"] == "PSEUDO_DMA_TRIGGER"
    )
    assert row["trigger"] == trigger["start_ts"] < row["start_ts"]
    assert trigger["dma_trigger_start_ts"] == row["start_ts"]
    assert trigger["dma_trigger_end_ts"] == row["end_ts"]
    assert (trigger["weight_queue_bytes"], trigger["sbuf_write_bytes"]) == (32768, 32768)


def test_packets_of_a_transfer_carry_its_id(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path, cores=1))
    transfers = {row["id"] for row in rows(published, "DmaPacketAggregated")}
    packets = rows(published, "DmaPacket")
    assert {row["packet_aggregation_id"] for row in packets} == transfers
    assert {row["variable"] for row in packets} == {None, "identity"}


def test_with_notifications_every_started_dma_ends(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path, cores=1))
    values = [row["value"] for row in rows(published, "PendingDma")]
    assert min(values) == 0
    assert values[-1] == 0


def test_without_notifications_dynamic_dmas_never_end(tmp_path: Path) -> None:
    capture = small_capture(6, 1, has_notices=False)
    result, published = run(tmp_path, sources(tmp_path, cores=1, capture=capture))
    values = [row["value"] for row in rows(published, "PendingDma")]
    assert values[-1] == 3
    assert "ntff.no_dge" in {notice.code for notice in result.notices}


def test_tensors_are_listed_with_shape_size_and_loads(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path, cores=1))
    found = {row["variable_name"]: row for row in rows(published, "TensorInfo")}
    assert {name: row["type"] for name, row in found.items()} == {
        "left": "IN",
        "right": "IN",
        "product": "OUT",
        "identity": "WEIGHT",
    }
    assert (found["left"]["shape"], found["left"]["size"]) == ("[128 256]", 65536)
    own = found["identity"]
    assert (own["load_to_sbuf_dma_count"], own["load_to_sbuf_total_size_bytes"]) == (1, 32768)
    assert own["load_to_sbuf_repeat_factor"] == 1.0
    assert found["left"]["load_to_sbuf_dma_count"] is None


def test_the_neff_header_is_a_row_named_by_the_trace(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path))
    row = rows(published, "NeffHeader")[0]
    assert (row["network_name"], row["pcore_count_per_lnc"]) == ("small.neff", 2)
    assert row["enabled_features"] == "virtual-core, v3-2x-4x-dve-perf-mode"
    assert row["uuid"] == "5a11ed0c4b1d4c1e9f00c0ffee5a3b7e"


def test_a_neff_alone_gives_header_tensors_and_queues(tmp_path: Path) -> None:
    result, published = run(tmp_path, sources(tmp_path)[:1])
    names = {table.name for table in result.manifest.tables}
    assert names >= {"NeffHeader", "TensorInfo", "DmaQueuesInfo", "SchemaFields"}
    assert "Instruction" not in names
    queues = {
        (row["pcore_idx"], row["name"], row["type"]) for row in rows(published, "DmaQueuesInfo")
    }
    assert (0, "qSyncDynamicHW", "dynamic") in queues
    assert {row["idx"] for row in rows(published, "DmaQueuesInfo")} == {-1}


def test_a_trace_of_another_neff_is_refused_by_the_ids(tmp_path: Path) -> None:
    other = replace(small_model(2), uuid=bytes(range(1, 17)))
    with pytest.raises(FormatError) as caught:
        run(tmp_path, sources(tmp_path, model=other))
    assert (caught.value.code, caught.value.file) == ("pair.uuid_mismatch", "small.ntff")


def test_the_same_trace_without_that_neff_is_processed(tmp_path: Path) -> None:
    other = replace(small_model(2), uuid=bytes(range(1, 17)))
    result, published = run(tmp_path, sources(tmp_path, model=other), ALONE)
    assert rows(published, "Instruction")
    assert "neff.missing" in {notice.code for notice in result.notices}
    assert {source.role for source in result.manifest.sources} == {"ntff"}


def test_a_neff_that_does_not_hold_what_ran_is_told(tmp_path: Path) -> None:
    """Same id, other program: the slots differ where nothing rewrites them."""
    model = small_model(1)
    graph = model.subgraphs[0]
    program = graph.programs[0]
    changed = tuple(
        replace(item, slot=item.slot[:40] + b"\x77" + item.slot[41:], run=item.run or item.slot)
        for item in program.instructions
    )
    programs = {**graph.programs, 0: replace(program, instructions=changed)}
    other = replace(model, subgraphs=(replace(graph, programs=programs),))
    result, _ = run(tmp_path, sources(tmp_path, cores=1, model=other))
    assert "pair.slot_mismatch" in {notice.code for notice in result.notices}


@pytest.mark.parametrize(("version", "cores"), [(4, 1), (5, 1), (5, 2), (6, 1), (6, 2)])
def test_pairs_of_all_versions_agree_on_names_and_transfers(
    tmp_path: Path, version: int, cores: int
) -> None:
    result, published = run(tmp_path, sources(tmp_path, version=version, cores=cores))
    opcodes = [row["opcode"] for row in rows(published, "Instruction")]
    assert opcodes.count("MATMUL") == 4 * cores
    assert opcodes.count("DMA_DIRECT2D") == 3 * cores
    static = [row for row in rows(published, "DmaPacketAggregated") if row["queue_type"] == "data"]
    assert [row["variable"] for row in static] == ["identity"] * cores
    assert "pair.slot_mismatch" not in {notice.code for notice in result.notices}


def test_the_timeline_has_tracks_for_engines_queues_clock_and_errors(tmp_path: Path) -> None:
    _, published = run(tmp_path, sources(tmp_path, cores=2))
    timeline = json.loads((published.path / TIMELINE).read_text())
    keys = [track["key"] for track in timeline["tracks"]]
    for core in (0, 1):
        for engine in ("sync", "tensor", "tensormatrix", "vector", "scalar", "gpsimd"):
            assert f"p0/c{core}/{engine}" in keys
    assert "p0/dma0/1-qsyncdynamichw" in keys
    assert {"p0/clock/c0", "p0/clock/c1", "p0/errors/c0-errors"} <= set(keys)
    counts: dict[str, int] = {}
    for track in timeline["tracks"]:
        if track["kind"] != "dma_engine":
            counts[track["table"]] = counts.get(track["table"], 0) + track["rows"]
    for table in published.manifest.tables:
        if table.name in {"Instruction", "DmaPacket", "Throttle", "Error"}:
            assert counts[table.name] == table.row_count
