"""Every row and cell equals the official tool's output, on all sample captures."""

import numpy as np
import pytest

from ingest_worker.exports.official_view import CROSSING_RULE, LABEL_RULE, official_view
from ingest_worker.imports.compare_official import KEYS, compare
from profiles.storage.tables import ReadableRun
from tests.ground_truth.captures import NAMES, Sample

pytestmark = pytest.mark.ground_truth


@pytest.mark.parametrize("name", NAMES)
def test_all_rows_and_cells_of_all_tables_are_equal(
    name: str,
    kernels: dict[str, Sample],
    decoded: dict[str, ReadableRun],
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = compare(decoded[name], kernels[name].official)
    with capsys.disabled():
        print("\n" + "\n".join(report.lines()))
    assert [table.name for table in report.tables] == list(KEYS)
    assert [table.name for table in report.tables if not table.is_equal] == []
    assert all(table.official_rows for table in report.tables)


@pytest.mark.parametrize("name", NAMES)
def test_only_rows_with_a_rule_are_set_aside(name: str, decoded: dict[str, ReadableRun]) -> None:
    view = official_view(decoded[name])
    assert {one.rule for one in view.set_aside} <= {CROSSING_RULE, LABEL_RULE}
    assert {one.table for one in view.set_aside} <= {"DmaPacket", "Instruction"}
    packets = [one for one in view.set_aside if one.table == "DmaPacket"]
    assert packets
    assert {one.values["queue_name"].split("-")[0] for one in packets} == {"Q14"}


def test_one_instruction_of_the_four_captures_is_not_shown_officially(
    decoded: dict[str, ReadableRun],
) -> None:
    found = {
        name: [str(one) for one in official_view(run).set_aside if one.rule == LABEL_RULE]
        for name, run in decoded.items()
    }
    counts = {name: len(rows) for name, rows in found.items()}
    assert counts == {name: int(name == "fused_bf16_s1024") for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_published_tables_keep_what_the_official_tool_leaves_out(
    name: str, decoded: dict[str, ReadableRun]
) -> None:
    run = decoded[name]
    view = official_view(run)
    published = {table.name: table.row_count for table in run.manifest.tables}
    for table, shown in (("DmaPacket", "dma"), ("Instruction", "instruction")):
        aside = sum(one.table == table for one in view.set_aside)
        assert published[table] == len(view.tables[shown]) + aside


@pytest.mark.parametrize("name", NAMES)
def test_throughput_columns_are_float32(name: str, decoded: dict[str, ReadableRun]) -> None:
    for table, column in (("DmaPacket", "throughput"), ("DmaUsage", "current_throughput")):
        with decoded[name].parquet(table) as file:
            assert file.schema_arrow.field(column).type.to_pandas_dtype() == np.float32
