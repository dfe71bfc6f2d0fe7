"""A device profile opened: kinds of instructions and packets, cores, limits, and what is kept."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from profiles.metrics.column_reading import TableColumns, distinct
from profiles.metrics.events import NONE
from tests.metrics.device_tables import device, instruction, limit, matmul, packet


def test_executions_that_differ_only_in_time_are_one_kind(tmp_path: Path) -> None:
    rows = [matmul(100 * n, 50) for n in range(5)]
    rows += [matmul(1000, 50, k=64), matmul(2000, 50, is_transpose=True)]
    found = device(tmp_path, Instruction=rows).instructions
    assert len(found.kinds) == 3
    assert found.tally.over(0, 5000).started.tolist() == [5, 1, 1]
    assert [kind.is_transpose for kind in found.kinds] == [False, False, True]


def test_rows_are_found_again_whatever_their_order(tmp_path: Path) -> None:
    rows = [instruction("Vector", start, 5) for start in (300, 100, 200)]
    found = device(tmp_path, Instruction=rows).instructions
    assert found.rows.tolist() == [1, 2, 0]
    assert found.tally.start_ns.tolist() == [100, 200, 300]


def test_the_operator_is_the_layer_else_the_operation(tmp_path: Path) -> None:
    rows = [
        instruction("Vector", 0, 5, layer="mlp", hlo_name="dot.3"),
        instruction("Vector", 10, 5, layer="Unknown", hlo_name="dot.4"),
        instruction("Vector", 20, 5, layer="Unknown"),
    ]
    found = device(tmp_path, Instruction=rows).instructions
    assert len(found.kinds) == 1
    operators = found.operators
    assert operators is not None
    assert [operators.names[place] for place in operators.operator] == ["mlp", "dot.4", ""]
    assert operators.tally.over(0, 12).started.tolist() == [1, 1, 0]
    nobody = device(tmp_path, Instruction=[instruction("Vector", 0, 5, layer="Unknown")])
    assert nobody.instructions.operators is None


def test_packets_get_the_name_of_their_queue(tmp_path: Path) -> None:
    plain = {"queue_name": "Q3-E64", "queue_idx": 3}
    shared = {"queue_name": "Q4-E64", "queue_idx": 4}
    packets = [packet(0, 1), packet(5, 1, **plain), packet(9, 1, **shared)]
    queues = [
        {"name": name, "type": "unknown", "pcore_idx": 0, "idx": number}
        for name, number in (("qDyn", 3), ("qOne", 4), ("qTwo", 4))
    ]
    found = device(tmp_path, DmaPacket=packets, DmaQueuesInfo=queues).packets
    assert [queue.name for queue in found.queues] == ["qLoad", "qDyn", "Q4"]
    assert [queue.source for queue in found.queues] == ["static"] * 3


def test_cores_are_those_of_the_machine_and_those_that_ran(tmp_path: Path) -> None:
    run = device(
        tmp_path,
        metadata={"num_physical_cores": 2},
        Instruction=[instruction("Vector", 0, 5, pcore_idx=3)],
        DmaPacket=[packet(0, 5, pcore_idx=2)],
    )
    assert run.cores == (0, 1, 2, 3)


def test_limits_stand_by_core_in_order_of_time(tmp_path: Path) -> None:
    run = device(tmp_path, Throttle=[limit(50, 10, 1, 4), limit(0, 50, 0, 0), limit(7, 3, core=1)])
    assert run.limits[0].start_ns.tolist() == [0, 50]
    assert run.limits[0].share.tolist() == [1.0, 0.25]
    assert run.limits[0].row.tolist() == [1, 0]
    assert run.limits[1].is_throttled.tolist() == [True]


def test_the_span_holds_the_window_and_every_instruction(tmp_path: Path) -> None:
    inside = device(tmp_path, Instruction=[instruction("Vector", 0, 5)])
    assert inside.span_ns == (0, 100_000)
    beyond = device(tmp_path, Instruction=[instruction("Vector", 100_000, 0)])
    assert beyond.span_ns == (0, 100_001)
    alone = device(tmp_path, metadata={"last_hw_timestamp": 0}, DmaPacket=[packet(5, 10)])
    assert alone.span_ns == (0, 15)


def test_a_column_that_a_table_lacks_reads_as_nothing(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[instruction("Vector", 0, 5)]).run
    table = TableColumns(run, 0, "Instruction", ("engine", "mood"), ("start_ts", "weight"))
    assert table.numbers("weight").tolist() == [NONE]
    assert table.coded("mood").values == [""]
    nothing = TableColumns(run, 0, "CcOp", ("operation",), ("start_ts",))
    assert (nothing.row_count, nothing.numbers("start_ts").tolist()) == (0, [])


def test_distinct_rows_come_back_from_their_codes() -> None:
    generator = np.random.default_rng(7)
    columns = [generator.integers(-1, 1 << 40, 50)[generator.integers(0, 50, 400)] for _ in "abcde"]
    code, values = distinct(columns)
    for column, own in zip(columns, values, strict=True):
        assert own[code].tolist() == column.tolist()
    assert len(set(zip(*(v.tolist() for v in values), strict=True))) == len(values[0])


def rows_of(count: int, first: int = 0) -> list[dict[str, object]]:
    return [instruction("Vector", 10 * n, 5) for n in range(first, first + count)]


def test_what_is_prepared_is_what_would_be_read_later(tmp_path: Path) -> None:
    tables = {"Instruction": rows_of(30), "DmaPacket": [packet(0, 9)]}
    ready = device(tmp_path, **tables).prepare()
    later = device(tmp_path, **tables)
    assert ready.instructions.kinds == later.instructions.kinds
    assert ready.packets.kinds == later.packets.kinds
    assert ready.critical_links.parent.tolist() == later.critical_links.parent.tolist()


def test_a_table_that_cannot_be_read_is_told_when_preparing(tmp_path: Path) -> None:
    run = device(tmp_path, DmaPacket=[packet(0, 9)])
    path = run.run.table_path("DmaPacket")
    path.unlink()
    path.write_bytes(b"PAR1")
    with pytest.raises((OSError, pa.ArrowException)):
        run.prepare()
