"""The kernel that captures with faults are made of: what was described is what is read back."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.description import Throttle
from tests.make.kernel import SOUND, TILE_BYTES, Kernel, capture, model, write_kernel

Row = dict[str, Any]
SMALL = Kernel(tiles=16)


def read_back(folder: Path, kernel: Kernel) -> ReadableRun:
    store = TableStore(folder / "tables")
    sources = [SourceRef(path.suffix[1:], path.name, path) for path in write_kernel(folder, kernel)]
    process(sources, store.new_run("kernel", 1), Options(), silent)
    return store.open_run("kernel", 1)


def rows(run: ReadableRun, table: str) -> list[Row]:
    if run.manifest.table(table) is None:
        return []
    found: list[Row] = run.rows(table, 0, offset=0, limit=1_000_000).to_pylist()
    return found


def opcodes(run: ReadableRun) -> Counter[str]:
    return Counter(row["opcode"] for row in rows(run, "Instruction"))


def test_the_same_kernel_is_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        write_kernel(folder, SMALL)
    for name in ("kernel.neff", "kernel.ntff"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_every_tile_is_loaded_worked_on_and_stored(tmp_path: Path) -> None:
    run = read_back(tmp_path, SMALL)
    found = opcodes(run)
    assert found["MATMUL"] == found["LDWEIGHTS"] == 8 * 16
    assert found["COPY"] == found["ACTIVATE"] == 2 * 16
    assert found["DMA_DIRECT2D"] == 16 + 2
    assert found["ACT_TABLE_LOAD"] == 0
    read = sum(row["hbm_read_bytes"] or 0 for row in rows(run, "Instruction"))
    assert read == 16 * TILE_BYTES


def test_the_program_names_its_tensors_with_their_sizes(tmp_path: Path) -> None:
    sizes = {
        row["variable_name"]: row["size"] for row in rows(read_back(tmp_path, SMALL), "TensorInfo")
    }
    assert sizes == {
        "tiles": 16 * TILE_BYTES,
        "sums": 2 * TILE_BYTES,
        "weights": TILE_BYTES,
    }


def test_dynamic_transfers_are_linked_by_their_notices(tmp_path: Path) -> None:
    run = read_back(tmp_path, SMALL)
    transfers = rows(run, "DmaPacketAggregated")
    assert len(transfers) == 18
    assert all(row["trigger"] is not None for row in transfers)
    data = [row for row in rows(run, "DmaPacket") if row["transfer_bytes"] > 4]
    assert {row["transfer_bytes"] for row in data} == {4096}
    assert len(data) == 18 * 2 * 16


@pytest.mark.parametrize(
    ("kernel", "opcode", "count"),
    [
        (Kernel(tiles=8, moving=128), "MATMUL", 8 * 32),
        (Kernel(tiles=8, tables=2), "ACT_TABLE_LOAD", 8),
        (Kernel(tiles=8, scratch_tiles=3), "DMA_DIRECT2D", 8 + 1 + 6),
        (Kernel(tiles=8, spills=1), "WRITE", 16),
        (Kernel(tiles=8, reloads=5), "WRITE", 5),
    ],
)
def test_each_fault_is_in_the_program(
    tmp_path: Path, kernel: Kernel, opcode: str, count: int
) -> None:
    assert opcodes(read_back(tmp_path, kernel))[opcode] == count


def test_turned_multiplications_are_marked_as_transposes(tmp_path: Path) -> None:
    found = rows(read_back(tmp_path, Kernel(tiles=8, turns=3)), "Instruction")
    kinds = Counter(row["tensor_instruction_type"] for row in found if row["opcode"] == "MATMUL")
    assert kinds == {"TRANSPOSE": 24, "REGULAR": 40}


def test_spills_count_both_ways_and_reloads_of_weights_do_not(tmp_path: Path) -> None:
    folder = tmp_path / "spills"
    folder.mkdir()
    found = rows(read_back(folder, Kernel(tiles=8, spills=2)), "Instruction")
    assert sum(row["spill_save_bytes"] or 0 for row in found) == 16 * TILE_BYTES
    assert sum(row["spill_reload_bytes"] or 0 for row in found) == 16 * TILE_BYTES
    other = rows(read_back(tmp_path, Kernel(tiles=8, reloads=4)), "Instruction")
    assert sum(row["spill_reload_bytes"] or 0 for row in other) == 0


def test_limits_are_those_of_the_description(tmp_path: Path) -> None:
    limits = (Throttle(100_000, 0, 8, 8), Throttle(5_000_000, 1, 2, 8))
    found = rows(read_back(tmp_path, Kernel(tiles=8, limits=limits)), "Throttle")
    assert [(row["timestamp"], row["k"], row["n"]) for row in found] == [
        (100, 8, 8),
        (5000, 2, 8),
    ]


def test_a_faster_kernel_is_not_stretched_and_a_slower_one_is() -> None:
    plain, slow = (capture(Kernel(tiles=8, rate=rate)) for rate in (1.0, 3.0))
    assert slow.executions[0].end_ps > 2 * plain.executions[0].end_ps


def test_idle_cores_hold_no_work_of_the_kernel(tmp_path: Path) -> None:
    run = read_back(tmp_path, Kernel(tiles=8, idle_cores=1))
    own = Counter(row["pcore_idx"] for row in rows(run, "Instruction") if row["opcode"] == "MATMUL")
    assert own == {0: 64}
    assert {row["pcore_idx"] for row in rows(run, "Instruction")} == {0, 1}
    assert len(model(Kernel(tiles=8, idle_cores=1)).subgraphs) == 2


def test_the_sound_kernel_has_no_fault_in_its_description() -> None:
    assert Kernel() == SOUND
    assert (SOUND.turns, SOUND.spills, SOUND.reloads, SOUND.flags) == (0, 0, 0, 0)
