"""SbufUsage and PsumUsage of written captures: rows by hand, in every version."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest_worker.builders import buffers
from ingest_worker.pipeline.stage import Options
from tests.make import control, slots
from tests.make.description import Capture, Core, Execution, Instruction, Program, Span
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import UUID, small_capture, small_model
from tests.make.slots import PSUM, Access
from tests.pipeline.processed import Run

PE, ACT = 0, 1
WHOLE = 128
SBUF_BYTES = 229_376

WEIGHTS = slots.load_weights(Access(0, (1,), (128,)))
PRODUCT = slots.matmul(Access(0, (1,), (64,)), Access(PSUM + 0x800, (1,), (64,)))
RESULT = slots.activate(
    Access(PSUM + 0x800, (1,), (64,)), Access(0x1000, (1,), (64,)), slots.EXP, channels=WHOLE
)
REREAD = slots.load_weights(Access(0x1000, (1,), (32,)))


def small(version: int, result: bytes = RESULT) -> Capture:
    """A product into bank 1, moved to SBUF, of which the first half is read again."""
    tensor = Program(tuple(Instruction(each) for each in (WEIGHTS, PRODUCT, REREAD)))
    scalar = Program((Instruction(result), Instruction(control.notify(2))))
    begin = Program((*tensor.instructions, Instruction(control.notify(2))))
    spans = (
        Span(PE, 3, -900, 0),
        Span(PE, 0, 1_000, 2_000),
        Span(PE, 1, 3_000, 4_500),
        Span(ACT, 0, 6_250, 8_000),
        Span(PE, 2, 9_000, 12_000),
    )
    core = Core(number=4, programs={PE: begin, ACT: scalar}, spans=spans)
    window = (Execution(0, 20_000),) if version == 6 else ()
    return Capture(version=version, uuid=UUID, cores=(core,), executions=window)


def processed(folder: Path, capture: Capture, **more: bytes) -> Run:
    folder.mkdir(exist_ok=True)
    return Run(folder, {"a.ntff": make_ntff(capture), **more}, Options())


def share(live: int, capacity: int = SBUF_BYTES) -> float:
    return float(np.float32(live) * (np.float32(1) / np.float32(capacity)))


@pytest.mark.parametrize("version", [4, 5, 6])
def test_sbuf_lives_from_the_result_to_the_end_of_its_reader(tmp_path: Path, version: int) -> None:
    """128 bytes while they are written; the 64 that are read again live on to 12 ns."""
    made = processed(tmp_path, small(version))
    rows = [(row["timestamp"], row["avg_util_percent"]) for row in made.rows("SbufUsage")]
    assert rows == [(6, share(128)), (8, share(64)), (12, 0.0)]
    for row in made.rows("SbufUsage"):
        quadrants = {row[f"partition_{q}_util_percent"] for q in (0, 32, 64, 96)}
        assert quadrants == {row["avg_util_percent"]}


@pytest.mark.parametrize("version", [4, 5, 6])
def test_a_bank_is_full_from_its_product_to_the_end_of_its_reader(
    tmp_path: Path, version: int
) -> None:
    made = processed(tmp_path, small(version))
    names = ("timestamp", "avg_util_percent", "bank_0_util_percent", "bank_1_util_percent")
    rows = [tuple(row[name] for name in names) for row in made.rows("PsumUsage")]
    assert rows == [(3, 0.125, 0.0, 1.0), (8, 0.0, 0.0, 0.0)]
    assert {row["bank_2_util_percent"] for row in made.rows("PsumUsage")} == {None}


def test_trn1_has_smaller_partitions(tmp_path: Path) -> None:
    older = replace(small(5), arch=1, instance_type="inf2.xlarge")
    made = processed(tmp_path, older)
    assert made.rows("SbufUsage")[0]["avg_util_percent"] == share(128, 196_608)


def test_half_the_partitions_are_half_the_mean(tmp_path: Path) -> None:
    """64 channels from partition 64 on: quadrants 64 and 96."""
    half = slots.activate(
        Access(PSUM + 0x800, (1,), (64,)), Access(0x1001000, (1,), (64,)), slots.EXP, channels=64
    )
    made = processed(tmp_path, small(6, half))
    row = made.rows("SbufUsage")[0]
    shares = [row[f"partition_{q}_util_percent"] for q in (0, 32, 64, 96)]
    assert shares == [0.0, 0.0, share(128), share(128)]
    assert row["avg_util_percent"] == pytest.approx(share(128) / 2)


def test_a_prepared_transfer_into_sbuf_is_a_write(tmp_path: Path) -> None:
    made = processed(tmp_path, small_capture(6, 1), **{"a.neff": make_neff(small_model(1))})
    alone = processed(tmp_path / "alone", small_capture(6, 1))
    begun = {row["start_ts"] for row in made.rows("DmaPacketAggregated") if row["block_id"] == 7}
    assert begun <= {row["timestamp"] for row in made.rows("SbufUsage")}
    assert not begun & {row["timestamp"] for row in alone.rows("SbufUsage")}
    peak = max(row["avg_util_percent"] for row in made.rows("SbufUsage"))
    assert peak >= max(row["avg_util_percent"] for row in alone.rows("SbufUsage"))


def test_an_unknown_chip_has_no_shares_of_its_memory(tmp_path: Path) -> None:
    made = processed(tmp_path, replace(small(6), arch=9, instance_type="trn9.48xlarge"))
    assert made.rows("Instruction")
    assert not made.rows("SbufUsage")
    assert not made.rows("PsumUsage")


def test_accesses_too_fine_to_follow_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffers, "MOST_PAIRS", 3)
    made = processed(tmp_path, small(6))
    assert made.codes["isa.occupancy_too_fine"] == 1
    assert made.rows("Instruction")
    assert not made.rows("SbufUsage")
    assert any("SbufUsage" in row["message"] for row in made.rows("Warning"))


def test_the_work_is_told_without_doing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In SBUF 2 + 1 + 2 + 1 segments between 0, 128, 256, 0x1000 and on; in PSUM one each."""
    seen: list[int] = []

    def counted(*arguments: Any, **more: Any) -> int:
        seen.append(buffers_pair_count(*arguments, **more))
        return seen[-1]

    buffers_pair_count = buffers.pair_count
    monkeypatch.setattr(buffers, "pair_count", counted)
    processed(tmp_path, small(6))
    assert seen[:2] == [6, 2]


@pytest.mark.parametrize("version", [4, 5, 6])
def test_an_allocation_is_a_write_and_the_time_its_value_is_wanted(
    tmp_path: Path, version: int
) -> None:
    """128 bytes from 0x1000, written from 6.25 ns; the half that is read again until 12 ns."""
    (row,) = processed(tmp_path, small(version)).rows("SbufAllocation")
    names = ("start_ts", "end_ts", "start_address", "end_address", "partition", "opcode")
    assert tuple(row[name] for name in names) == (6, 12, 0x1000, 0x1080, 0, "ACTIVATE")
    assert row["op_source_type"] == "instruction"
    assert "EXP" in row["operands"]
    assert (row["queue_name"], row["block_id"], row["tensor_name"]) == (None, 0, None)


def test_an_allocation_by_a_prepared_transfer_names_queue_block_and_tensor(tmp_path: Path) -> None:
    made = processed(tmp_path, small_capture(6, 1), **{"a.neff": make_neff(small_model(1))})
    (row,) = (r for r in made.rows("SbufAllocation") if r["op_source_type"] == "dma")
    (move,) = (r for r in made.rows("DmaPacketAggregated") if r["block_id"] == 7)
    assert (row["start_ts"], row["block_id"]) == (move["start_ts"], 7)
    assert (row["queue_name"], row["tensor_name"]) == ("qSyncSpillReload0", "identity")
    assert (row["start_address"], row["end_address"]) == (65536, 65536 + 256)
    assert row["opcode"] is None
    assert row["end_ts"] >= move["end_ts"]
