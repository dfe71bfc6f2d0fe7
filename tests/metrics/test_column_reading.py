"""Columns as arrays: row groups with dictionaries of their own, nulls, and widths of others."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from profiles.metrics.column_reading import TableColumns, table_rows
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.events import NONE
from profiles.metrics.region import Region
from profiles.storage.manifest import Manifest
from profiles.storage.tables import ReadableRun, TableStore
from profiles.tables.registry import SCHEMA_VERSION
from tests.metrics.device_tables import device, instruction


def written(
    folder: Path, name: str, groups: list[dict[str, Any]], schema: pa.Schema
) -> ReadableRun:
    """A run with one table, each entry a row group of its own."""
    store = TableStore(folder)
    run = store.new_run("made", 1)
    batches = [pa.RecordBatch.from_pydict(group, schema=schema) for group in groups]
    run.write_table(name, 0, schema, iter(batches))
    run.publish(Manifest(SCHEMA_VERSION, "test", tables=tuple(run.tables)))
    return store.open_run("made", 1)


TEXTS = pa.schema([("engine", pa.string()), ("start_ts", pa.int64())])


def test_codes_mean_the_same_in_every_row_group(tmp_path: Path) -> None:
    groups = [
        {"engine": ["Tensor", "Vector", "Tensor"], "start_ts": [1, 2, 3]},
        {"engine": ["Vector", "Scalar"], "start_ts": [4, None]},
        {"engine": [None, "Tensor"], "start_ts": [6, 7]},
    ]
    run = written(tmp_path, "Instruction", groups, TEXTS)
    table = TableColumns(run, 0, "Instruction", ("engine",), ("start_ts",))
    found = table.coded("engine")
    assert [found.values[code] for code in found.codes] == [
        "Tensor", "Vector", "Tensor", "Vector", "Scalar", "", "Tensor",
    ]  # fmt: skip
    assert table.numbers("start_ts").tolist() == [1, 2, 3, 4, NONE, 6, 7]
    assert table.numbers("start_ts", 0).tolist() == [1, 2, 3, 4, 0, 6, 7]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int32(), pa.uint32(), pa.float64()])
def test_numbers_of_other_widths_are_read(tmp_path: Path, kind: pa.DataType) -> None:
    schema = pa.schema([("start_ts", kind)])
    run = written(tmp_path, "Instruction", [{"start_ts": [1, 2, None]}], schema)
    found = TableColumns(run, 0, "Instruction", (), ("start_ts",)).numbers("start_ts")
    assert (found.dtype, found.tolist()) == ("int64", [1, 2, NONE])


def test_a_table_without_rows_gives_empty_columns(tmp_path: Path) -> None:
    run = written(tmp_path, "Instruction", [{"engine": [], "start_ts": []}], TEXTS)
    table = TableColumns(run, 0, "Instruction", ("engine",), ("start_ts",))
    assert table.numbers("start_ts").tolist() == []
    assert table.coded("engine").codes.tolist() == []


def test_rows_of_a_table_that_is_not_there_are_none(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=[instruction("Vector", 0, 1)]).run
    assert table_rows(run, 0, "CcOp") == []
    assert table_rows(run, 3, "Instruction") == []


def test_a_profile_of_few_columns_still_answers(tmp_path: Path) -> None:
    """Tables of another tool, or of another version, need not hold every column."""
    schema = pa.schema(
        [("engine", pa.string()), ("opcode", pa.string()), ("start_ts", pa.int64()),
         ("end_ts", pa.int64())]
    )  # fmt: skip
    groups = [
        {"engine": ["Vector"], "opcode": ["COPY"], "start_ts": [0], "end_ts": [40]},
        {"engine": ["Scalar"], "opcode": ["EXP"], "start_ts": [20], "end_ts": [100]},
    ]
    whole = Region(DeviceRun(written(tmp_path, "Instruction", groups, schema), 0))
    assert whole.length_ns(whole.compute) == 100
    assert whole.cores == (0,)
    assert [kind.opcode for kind in whole.run.instructions.kinds] == ["COPY", "EXP"]
    assert not whole.has_hbm_bytes
