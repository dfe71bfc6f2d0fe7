"""Source tables say where instructions come from: the calls of the model, the loops of kernels."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.builders import source
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.json_text import Json
from ingest_worker.formats.neff.kernel_source import KernelReader
from ingest_worker.formats.neff.program import Neff
from ingest_worker.formats.neff.reader import read_neff
from tests.builders.sample_part import SAMPLE, table_rows

Row = dict[str, Any]
MEGAKERNEL = "nki-moe-megakernel/session/i-0af76a70a6d3864dd_pid_713479"


@pytest.fixture(scope="module")
def neff() -> Neff:
    return read_neff(SAMPLE / "attention.neff", limits=DEFAULT_LIMITS)


def test_a_frame_leads_to_its_caller_file_function_and_line(neff: Neff) -> None:
    frames = {row["id"]: row for row in table_rows(source.frame_table(neff))}
    places = {row["id"]: row for row in table_rows(source.location_table(neff))}
    files = {row["id"]: row["name"] for row in table_rows(source.file_table(neff))}
    functions = {row["id"]: row["name"] for row in table_rows(source.function_table(neff))}

    def called(frame_id: str) -> list[str]:
        frame = frames.get(frame_id)
        if frame is None:
            return []
        place = places[str(frame["file_location_id"])]
        text = (
            f"{files[str(place['file_name_id'])]}:{place['line_number']} "
            f"{functions[str(place['function_name_id'])]}"
        )
        return [text, *called(frame["parent_frame_id"])]

    assert called("2") == ["kernels/attention.py:21 attention_fwd", "models/block.py:48 forward"]
    assert frames["1"]["parent_frame_id"] == "0"


def test_a_kernel_instruction_leads_to_its_frame_and_loops(neff: Neff) -> None:
    rows = table_rows(source.kernel_table(neff))
    frames = {row["stack_frame_id"]: row for row in table_rows(source.kernel_frame_table(neff))}
    loops = {
        row["iteration_variable_id"]: row for row in table_rows(source.kernel_loop_table(neff))
    }
    own = [row for row in rows if row["kernel_instruction_name"].startswith("exp.")]
    assert len(own) == 16
    found = set()
    for row in own:
        assert (row["file_path"], row["line_number"]) == ("kernels/softmax.py", 23)
        assert (row["stack_frame_depth"], row["iteration_variable_depth"]) == (1, 2)
        frame = frames[row["stack_frame_id"]]
        assert frame["fully_qualified_function_name"] == "kernels.softmax.softmax_tile"
        assert frame["parent_stack_frame_id"] is None
        inner = loops[row["iteration_variables_id"]]
        outer = loops[inner["parent_iteration_variable_id"]]
        assert (inner["variable_name"], outer["variable_name"]) == ("tile", "head")
        assert outer["parent_iteration_variable_id"] is None
        found.add((outer["variable_value"], inner["variable_value"]))
    assert found == {(head, tile) for head in range(4) for tile in range(4)}
    table = next(row for row in rows if row["kernel_instruction_name"].startswith("table."))
    assert (table["iteration_variables_id"], table["iteration_variable_depth"]) == (None, 0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-3", -3),
        ("", None),
        ("i+1", None),
        ("1.5", None),
        ("\u0663", None),
        ("9" * 19, None),
        ("9" * 5000, None),
        (str((1 << 63) - 1), (1 << 63) - 1),
        (str(-(1 << 63)), -(1 << 63)),
        ("--4", None),
    ],
)
def test_a_loop_value_that_is_no_whole_number_is_null(
    neff: Neff, text: str, value: int | None
) -> None:
    nodes = [{"iter": {"var": "i", "val": text, "line": 3, "children": []}}]
    kernel = KernelReader(DEFAULT_LIMITS).read("k", 1, Json("k.json", [{"info": nodes}]))
    bare = Neff(neff.header, "ok", (), (), kernels=[kernel])
    row = table_rows(source.kernel_loop_table(bare))[0]
    assert row["variable_value"] == value
    assert row["file_path"] is None


def test_a_neff_without_sources_has_no_rows(neff: Neff) -> None:
    bare = Neff(neff.header, "ok", (), ())
    assert [make(bare).row_count for make in source.TABLES] == [0] * 7


def test_a_real_kernel_s_frames_and_loops_are_all_there(samples: Path) -> None:
    paths = sorted((samples / MEGAKERNEL).glob("*.neff"))
    if not paths:
        pytest.skip(f"there is no capture in {samples / MEGAKERNEL}")
    real = read_neff(paths[0], limits=DEFAULT_LIMITS)
    counts = {make.__name__: make(real).row_count for make in source.TABLES}
    assert counts == {
        "frame_table": 6,
        "location_table": 6,
        "file_table": 4,
        "function_table": 4,
        "kernel_table": 2233,
        "kernel_frame_table": 1,
        "kernel_loop_table": 1257,
    }
    inner = table_rows(source.kernel_loop_table(real))[1]
    assert (inner["variable_name"], inner["parent_iteration_variable_id"]) == ("h_t", 1)
    assert json.dumps(inner["variable_value"]) == "0"
