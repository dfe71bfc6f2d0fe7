"""Where executed instructions come from and what they are worth, in the tables of whole runs."""

from pathlib import Path
from typing import Any

import pytest

import profiles
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore

SAMPLE = Path(profiles.__path__[0]) / "sample"
MEGAKERNEL = Path("nki-moe-megakernel") / "session" / "i-0af76a70a6d3864dd_pid_713479"


def processed(folder: Path, *paths: Path) -> ReadableRun:
    store = TableStore(folder)
    refs = [SourceRef(path.suffix[1:], path.name, path) for path in paths]
    process(refs, store.new_run("p", 1), Options(), silent)
    return store.open_run("p", 1)


def rows(run: ReadableRun, table: str) -> list[dict[str, Any]]:
    return run.rows(table, 0, offset=0, limit=1_000_000).to_pylist()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    folder = tmp_path_factory.mktemp("sample")
    return processed(folder, SAMPLE / "attention.neff", SAMPLE / "attention.ntff")


def test_instructions_of_a_kernel_carry_its_names_and_lines(sample: ReadableRun) -> None:
    found = [row for row in rows(sample, "Instruction") if row["kernel_instruction_name"]]
    assert {row["raw_penguin_id"] & 0xFFFF for row in found} == {2}
    for row in found:
        assert row["kernel_instruction_name"] == row["bir_instruction_name"]
        assert row["nki_source_location"].startswith("kernels/softmax.py:")
    assert {row["nki_source_location"] for row in found if row["opcode"] == "ACTIVATE"} == {
        "kernels/softmax.py:23"
    }


def test_instructions_of_an_operation_carry_the_frame_that_made_it(sample: ReadableRun) -> None:
    found = rows(sample, "Instruction")
    for row in found:
        number = row["raw_hlo_id"]
        assert row["stack_frame_ids"] == (None if number is None else f"[{number - 99}]")
    assert any(row["stack_frame_ids"] for row in found)


def test_flops_are_counted_raw_and_at_bfloat16(sample: ReadableRun) -> None:
    found = [row for row in rows(sample, "Instruction") if row["opcode"] == "MATMUL"]
    passes = {row["adjusted_flops"] / row["raw_flops"]: row for row in found}
    assert set(passes) == {1.0, 2.0}
    assert "fp32_mode=LOW_HIGH" in passes[2.0]["operands"]
    turned = [row for row in found if row["tensor_instruction_type"] == "TRANSPOSE"]
    assert turned
    for row in turned:
        assert row["adjusted_flops_transpose"] == row["flops_transpose"] == row["raw_flops"]
    assert {r["adjusted_flops_transpose"] for r in found if r not in turned} == {0}


def test_a_real_kernel_s_instructions_have_the_lines_the_compiler_wrote(
    samples: Path, tmp_path: Path
) -> None:
    """The map of the source and the compiler's own record of the line agree wherever both are."""
    folder = samples / MEGAKERNEL
    if not folder.is_dir():
        pytest.skip(f"there is no capture {folder}")
    run = processed(tmp_path, next(folder.glob("*.neff")), next(folder.glob("*.ntff")))
    found = [row for row in rows(run, "Instruction") if row["bir_id"]]
    mapped = [row for row in found if row["nki_source_location"]]
    assert len(mapped) > 0.9 * len(found)
    own = [row for row in mapped if "v5_token_parallel" in row["nki_source_location"]]
    assert all(r["nki_source_location"] == r["bir_debug_info_source_location"] for r in own)
    assert {row["stack_frame_ids"] for row in mapped} == {"[6]"}
