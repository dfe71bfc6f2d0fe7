"""Captures written from the documents, processed whole: what the published tables say of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.pipeline.stage import Options
from tests.make import control, records, slots, wire
from tests.make.attention import UUID as SAMPLE_UUID
from tests.make.attention import attention_capture, attention_model
from tests.make.description import (
    Capture,
    Clock,
    Clocks,
    Core,
    Execution,
    Instruction,
    Model,
    Packet,
    Program,
    Ring,
    Span,
    Subgraph,
    Throttle,
    Update,
)
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import UUID, small_capture, small_model
from tests.pipeline.processed import Row, Run


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def make(options: Options | None = None, /, **files: bytes) -> Run:
        named = {name.replace("_", "."): data for name, data in files.items()}
        return Run(tmp_path, named, options or Options())

    return make


def picked(rows: list[Row], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def program(*items: bytes, start_address: int = 0x8005_C040_8000) -> Program:
    return Program(tuple(Instruction(item) for item in items), start_address=start_address)


def documented_version_6() -> Capture:
    """The worked examples of sections 2.2 to 2.5 of the decoding notes, at their times."""
    nops = program(*[control.nop()] * 50, slots.raw(0xA5), control.nop())
    origin = 2321027867131624
    return Capture(
        version=6,
        uuid=UUID,
        origin_ps=origin,
        executions=(Execution(0, 40_000_000),),
        cores=(
            Core(
                number=4,
                programs={0: nops},
                spans=(
                    Span(0, 50, 84_166, 154_166, waited=0x8BF9),
                    Span(0, 51, 38_000_000, 38_623_300),
                ),
                updates=(Update(7, 2, 1, 2_981_662), Update(0x1B, 8, 1, 900, 0xF1, False)),
                packets=(Packet(0, 1, 14_716_644, 14_748_408, 512, 0x1888),),
                throttles=(
                    Throttle(24_649_961, 0, 8, 8, 0xCC),
                    Throttle(38_303_273, 1, 4, 8),
                ),
            ),
        ),
    )


def test_the_worked_examples_of_version_6_give_the_documented_rows(run: Any) -> None:
    made = run(a_ntff=make_ntff(documented_version_6()))
    first = made.rows("Instruction")[0]
    assert (first["pc"], first["opcode"], first["engine"]) == (50, "WRITE", "Tensor")
    assert (first["start_ts"], first["duration_ns"], first["evt_wait_time_ns"]) == (84, 70, 29860)
    assert picked(made.rows("SemaphoreUpdate"), "timestamp", "id", "value") == [(2981, "2", 1)]
    packet = made.rows("DmaPacket")[0]
    assert (packet["engine_idx"], packet["queue_idx"], packet["start_ts"]) == (64, 1, 14716)
    assert (packet["duration_ns"], packet["transfer_bytes"], packet["crc"]) == (31, 512, 6280)
    assert picked(made.rows("Throttle"), "timestamp", "duration", "k", "n", "type") == [
        (24649, 13653, 8, 8, "activity_0"),
        (38303, 320, 4, 8, "activity_1"),
    ]


def test_the_worked_example_of_version_5_gives_the_documented_row(run: Any) -> None:
    """inf2: each block has its own clock, and time begins when NOTIFY 2 ends on PE."""
    tensor = Clock(464077143846287, 731428, 731408)
    ring = Clock(155450825605146, 1024, 1204672)
    core = Core(
        programs={0: program(*[control.nop()] * 40, control.notify(2))},
        spans=(Span(0, 40, -70_000, 0), Span(0, 1, 5_000_000, 5_400_000)),
        packets=(Packet(12, 1, 3_606_243, 3_707_417, 2048, 0x7D6F),),
        rings=(Ring(12, 1, "qSPSpillReload0", 2),),
        clocks=Clocks(engines=(tensor,) + (Clock(),) * 4, dma=(ring,) * 16),
    )
    capture = Capture(
        version=5, origin_ps=242_728_533_782, cores=(core,), instance_type="inf2.xlarge", arch=1
    )
    data = make_ntff(capture)
    assert bytes.fromhex("0000008c1100000054d189c3618d0000") in data
    assert bytes.fromhex("0008008c15006f7daad189c3618d0000") in data
    made = run(a_ntff=data)
    packet = made.rows("DmaPacket")[0]
    assert (packet["start_ts"], packet["duration_ns"]) == (3606, 101)
    assert (packet["transfer_bytes"], packet["crc"], packet["engine_idx"]) == (2048, 32111, 12)


@pytest.mark.parametrize(("version", "cores"), [(4, 1), (5, 2), (6, 2)])
def test_a_pair_of_every_version_gives_names_and_no_warning(
    run: Any, version: int, cores: int
) -> None:
    made = run(
        a_neff=make_neff(small_model(cores)), a_ntff=make_ntff(small_capture(version, cores))
    )
    rows = made.rows("Instruction")
    named = [row for row in rows if row["bir_instruction_name"]]
    assert len(named) == cores * (4 + 4 + 4 + 4 + 4)
    assert {row["pcore_idx"] for row in rows} == set(range(cores))
    assert {row["layer"] for row in named} >= {"block/product", "block/softmax"}
    assert set(made.codes) <= {"ntff.no_dge"}
    assert made.result.manifest.core_count == cores
    assert made.rows("Metadata")[0]["ntff_version"] == version


def test_times_of_scaled_clocks_are_floored_once(run: Any) -> None:
    capture = small_capture(4, 1)
    made = run(a_ntff=make_ntff(capture))
    core = capture.cores[0]
    tensor = core.clocks.engines[0]
    zero = tensor.time_ps(tensor.raw(capture.origin_ps))
    expected = set()
    for span in core.spans:
        clock = core.clocks.engines[span.engine]
        start = clock.time_ps(clock.raw(capture.origin_ps + span.start_ps))
        if span.end_ps is None or start < zero:
            continue
        end = clock.time_ps(clock.raw(capture.origin_ps + span.end_ps))
        expected.add((span.slot, (start - zero) // 1000, (end - start) // 1000))
    found = set(picked(made.rows("Instruction"), "pc", "start_ts", "duration_ns"))
    assert found == expected


def fnv63(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 1099511628211 % (1 << 64)
    return value & (1 << 63) - 1


def test_row_ids_are_those_of_section_10(run: Any) -> None:
    capture = small_capture(6, 1)
    made = run(a_neff=make_neff(small_model(1)), a_ntff=make_ntff(capture))
    starts = {
        (span.engine, span.slot): span.start_ps
        for span in capture.cores[0].spans
        if span.end_ps is not None
    }
    engines = ("Tensor", "Scalar", "GpSimd", "Vector", "Sync")
    for row in made.rows("Instruction"):
        engine = engines.index(row["engine"])
        start = capture.origin_ps + starts[engine, row["pc"]]
        compiler_pc = -1 if row["compiler_pc"] is None else row["compiler_pc"]
        hashed = start.to_bytes(8, "little") + compiler_pc.to_bytes(8, "little", signed=True)
        assert row["id"] == fnv63(hashed + engine.to_bytes(4, "little"))
    packet = made.rows("DmaPacket")[0]
    head = packet["packet_idx"].to_bytes(8, "little") + packet["engine_idx"].to_bytes(4, "little")
    assert packet["id"] == fnv63(head + packet["queue_idx"].to_bytes(4, "little") + b"sg00")


def test_a_static_transfer_has_its_size_trigger_and_variable(run: Any) -> None:
    made = run(a_neff=make_neff(small_model(1)), a_ntff=make_ntff(small_capture(6, 1)))
    whole = [row for row in made.rows("DmaPacketAggregated") if row["block_id"] == 7]
    assert len(whole) == 1
    row = whole[0]
    assert (row["transfer_bytes"], row["queue_name"]) == (32768, "qSyncSpillReload0")
    assert row["variable"] == "identity"
    triggers = [r for r in made.rows("Instruction") if r["opcode"] == "WRITE"]
    assert picked(triggers, "compiler_opcode", "start_ts") == [
        ("PSEUDO_DMA_TRIGGER", row["trigger"])
    ]
    own = [p for p in made.rows("DmaPacket") if p["packet_aggregation_id"] == row["id"]]
    assert len(own) == 16 * 3
    assert sum(p["transfer_bytes"] for p in own) == 32768 + 16 * 4
    assert min(p["start_ts"] for p in own) == row["start_ts"]


def test_every_dynamic_transfer_owns_the_packets_of_its_record(run: Any) -> None:
    capture = attention_capture()
    made = run(a_neff=make_neff(attention_model()), a_ntff=make_ntff(capture))
    dynamic = [
        row for row in made.rows("DmaPacketAggregated") if row["queue_type"].endswith("dynamic")
    ]
    assert len(dynamic) == sum(len(core.notices) for core in capture.cores) == 32
    assert {row["transfer_bytes"] for row in dynamic} == {131072}
    packets = made.rows("DmaPacket")
    for row in dynamic:
        own = [
            p
            for p in packets
            if (p["packet_aggregation_id"], p["pcore_idx"]) == (row["id"], row["pcore_idx"])
        ]
        assert len(own) == 48
        assert {p["engine_idx"] for p in own if p["transfer_bytes"] == 4} == set(
            range(64 + 16 * row["pcore_idx"], 80 + 16 * row["pcore_idx"])
        )
    issued = {
        (row["pcore_idx"], row["start_ts"])
        for row in made.rows("Instruction")
        if row["opcode"] == "DMA_DIRECT2D"
    }
    assert {(row["pcore_idx"], row["trigger"]) for row in dynamic} == issued


def test_two_executions_are_two_rows_and_every_instruction_is_in_one(run: Any) -> None:
    capture = small_capture(6, 1)
    core = capture.cores[0]
    gap_ps = 30_000_000
    again = tuple(
        replace(s, start_ps=s.start_ps + gap_ps, end_ps=s.end_ps + gap_ps)
        for s in core.spans
        if s.end_ps is not None
    )
    first = capture.executions[0]
    second = Execution(gap_ps, first.end_ps + gap_ps)
    twice = replace(
        capture, cores=(replace(core, spans=core.spans + again),), executions=(first, second)
    )
    made = run(a_ntff=make_ntff(twice))
    executions = made.rows("ExecutionInfo")
    assert picked(executions, "execution_index", "execution_start_ts") == [(0, 0), (1, 30_000)]
    counts = [row["row_count"] for row in executions]
    assert counts[0] == counts[1]
    assert sum(counts) == len(made.rows("Instruction"))


def test_an_error_row_has_the_documented_name(run: Any) -> None:
    made = run(a_ntff=make_ntff(small_capture(6, 2)))
    assert (
        picked(made.rows("Error"), "timestamp", "error_type_id", "description")
        == [(6000, 1, "NaN")] * 2
    )


def test_a_trace_alone_has_opcodes_and_operands_but_no_names(run: Any) -> None:
    made = run(a_ntff=make_ntff(small_capture()))
    rows = made.rows("Instruction")
    assert {"MATMUL", "ACTIVATE", "TENSOR_REDUCE"} <= {row["opcode"] for row in rows}
    assert any("acc_flags=3" in row["operands"] for row in rows)
    assert not any(row["bir_instruction_name"] for row in rows)
    assert made.codes["neff.missing"] == 1
    assert not made.rows("NeffHeader")


def test_a_neff_alone_has_header_tensors_and_queues(run: Any) -> None:
    made = run(a_neff=make_neff(attention_model()))
    assert made.rows("NeffHeader")[0]["uuid"] == SAMPLE_UUID.hex()
    assert len(made.rows("TensorInfo")) == 5
    assert {row["name"] for row in made.rows("DmaQueuesInfo")} == {
        "qSyncDynamicHW",
        "qGpSimdDynamic",
        "qSyncSpillReload0",
    }
    assert not made.rows("Instruction")


def test_two_traces_are_two_parts_each_from_its_own_zero(run: Any) -> None:
    other = replace(small_capture(), origin_ps=99_000_000_000_000)
    made = run(
        a_neff=make_neff(small_model()),
        a_ntff=make_ntff(small_capture()),
        b_ntff=make_ntff(other),
    )
    manifest = made.result.manifest
    assert [(part.part, part.name) for part in manifest.parts] == [(0, "a.ntff"), (1, "b.ntff")]
    times = [picked(made.rows("Instruction", part), "start_ts", "pc") for part in (0, 1)]
    assert times[0] == times[1]
    ids = [picked(made.rows("Instruction", part), "id") for part in (0, 1)]
    assert not set(ids[0]) & set(ids[1])


def test_an_unknown_opcode_is_kept_and_counted(run: Any) -> None:
    capture = small_capture(6, 1)
    odd = Program((Instruction(slots.raw(0x1D)), Instruction(slots.raw(0x3C))))
    spans = (Span(2, 0, 1_000_000, 1_200_000), Span(2, 1, 1_300_000, 1_500_000))
    core = replace(
        capture.cores[0],
        programs={**capture.cores[0].programs, 2: odd},
        spans=tuple(s for s in capture.cores[0].spans if s.engine != 2) + spans,
    )
    made = run(a_ntff=make_ntff(replace(capture, cores=(core,))))
    opcodes = [row["opcode"] for row in made.rows("Instruction") if row["engine"] == "GpSimd"]
    assert opcodes == ["OP_0x1D", "OP_0x3C"]
    assert made.codes["isa.unknown_opcode"] == 2
    assert made.rows("Warning")


def test_unknown_records_fields_and_overflows_are_told(run: Any) -> None:
    capture = small_capture(6, 1)
    core = capture.cores[0]
    odd = records.pack(records.word0(0x19, 5), 6, capture.origin_ps + 900) * 3
    flagged = (replace(core.updates[0], flags=records.HARDWARE_OVERFLOW), *core.updates[1:])
    changed = replace(core, odd=((1, odd),), updates=flagged)
    made = run(a_ntff=make_ntff(replace(capture, cores=(changed,), extra=wire.written(99, 1))))
    assert {"ntff.unknown_record", "ntff.unknown_field", "ntff.overflow_hardware"} <= set(
        made.codes
    )
    assert len(made.rows("SemaphoreUpdate")) == len(core.updates)


def test_a_cut_trace_is_refused_or_read_up_to_the_cut(run: Any, tmp_path: Path) -> None:
    data = make_ntff(small_capture())
    with pytest.raises(FormatError) as refused:
        run(a_ntff=data[:-3000])
    assert (refused.value.code, refused.value.file) == ("ntff.truncated", "a.ntff")
    (tmp_path / "more").mkdir()
    made = Run(tmp_path / "more", {"a.ntff": data[:-3000]}, Options(partial=True))
    assert "ntff.truncated" in made.codes
    assert len(made.rows("Instruction")) == 82


def test_a_capture_without_notifications_says_how_to_get_them(run: Any) -> None:
    made = run(a_ntff=make_ntff(small_capture(6, 1, has_notices=False)))
    assert made.codes["ntff.no_dge"] == 1
    assert {row["block_id"] for row in made.rows("DmaPacketAggregated")} == {7}


def test_another_program_with_the_same_id_is_noticed(run: Any) -> None:
    model = small_model()
    graph = model.subgraphs[0]
    instructions = list(graph.programs[0].instructions)
    instructions[6] = replace(instructions[6], slot=slots.raw(0x46))
    changed = Subgraph(
        graph.name,
        {**graph.programs, 0: replace(graph.programs[0], instructions=tuple(instructions))},
        graph.variables,
        graph.queues,
        graph.blocks,
        graph.functions,
    )
    other: Model = replace(model, subgraphs=(changed, model.subgraphs[1]))
    made = run(a_neff=make_neff(other), a_ntff=make_ntff(small_capture()))
    assert made.codes["pair.slot_mismatch"] == 1


def test_a_chip_nobody_knows_has_times_and_counts_but_no_constants(run: Any) -> None:
    capture = replace(small_capture(6, 1), arch=7, instance_type="trn9.48xlarge")
    known = run(b_ntff=make_ntff(small_capture(6, 1)))
    (known.folder.parent / "new").mkdir()
    made = Run(known.folder.parent / "new", {"a.ntff": make_ntff(capture)}, Options())
    assert made.codes["ntff.unknown_chip"] == 1
    names = ("start_ts", "end_ts", "opcode")
    assert picked(made.rows("Instruction"), *names) == picked(known.rows("Instruction"), *names)
    assert {row["evt_wait_time_ns"] for row in made.rows("Instruction")} == {None}
    constants = ("tensor_engine_clock_freq", "neuroncore_clock_freq", "hbm_ddr_bandwidth")
    assert picked(made.rows("Metadata"), *constants) == [(0.0, 0.0, 0.0)]
