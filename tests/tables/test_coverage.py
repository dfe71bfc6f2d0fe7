"""What the page on tables says of this version is what this version does."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import profiles
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import TableStore
from profiles.tables.coverage import LEFT_EMPTY, WRITTEN
from profiles.tables.describe import known, page
from profiles.tables.exact import EXACT
from profiles.tables.registry import REGISTRY
from profiles.tables.unknown import NO_RULE, NOT_WRITTEN, reason, told
from tests.make.session.sample import sample_session
from tests.pipeline.capture_files import trace_source
from tests.system.runs import written

if TYPE_CHECKING:
    import pyarrow as pa

ROOT = Path(__file__).parents[2]
SAMPLE = Path(profiles.__path__[0]) / "sample"
NEEDS_OTHER_CAPTURES = {
    # True values that are 0, and columns for which these two captures have nothing.
    ("Error", "metadata"),
    ("ExecutionInfo", "execution_index"),
    ("DmaPacketAggregated", "read_sbuf_partitions"),
    ("DmaPacketAggregated", "read_num_sbuf_partitions"),
    ("DmaPacketAggregated", "transpose_shape"),
    ("DmaPacketAggregated", "transpose_element_size"),
    ("KernelStackFrames", "parent_stack_frame_id"),
    ("Metadata", "first_hw_timestamp"),
    ("Metadata", "ultraserver_id"),
    ("Metadata", "ultraserver_type"),
    ("Metadata", "ultraserver_size"),
    ("Metadata", "ultraserver_instance_index"),
    ("SbufAllocation", "partition"),
    ("TimelineTrack", "part"),
    *(
        (table, column)
        for table in ("CpuUsage", "HostMemUsage")
        for column in ("ultraserver_id", "ultraserver_instance_index")
    ),
    *(
        ("SystemProfileHbmUsage", f"{kind}_bytes")
        for kind in (
            "io",
            "dram_spill",
            "profiler_buffers",
            "scalar_table",
            "shared_scratchpad",
            "ucode_lib",
            "gpsimd_stdio",
            "dma_rings_spill",
            "dma_rings_collectives",
        )
    ),
    ("DeviceProfileList", "session_id"),
    ("SystemProfileEvents", "framework_stream_id"),
    ("SystemProfileMetadata", "ntff_version"),
    ("UnknownRecord", "timestamp"),
    ("UnknownRecord", "trace_type"),
    ("UnknownRecord", "block_type"),
}


def holds_something(table: str, column: str, values: "pa.ChunkedArray[Any]") -> bool:
    field = REGISTRY[table].by_name[column]
    is_list = field.type.startswith("list")
    distinct = (values if is_list else values.unique()).to_pylist()
    return any(
        value is not None and (not field.required or value != field.empty) for value in distinct
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], bool]:
    """For each column of each written table whether any row of two captures holds something."""
    folder = tmp_path_factory.mktemp("captures")
    store = TableStore(folder / "tables")
    options = Options(explorer_version="0.1.0", profile_name="run-12")
    pair = [
        SourceRef(path.suffix[1:], path.name, path)
        for path in (SAMPLE / "attention.neff", SAMPLE / "attention.ntff")
    ]
    found: dict[tuple[str, str], bool] = {}
    for number, sources in enumerate((pair, [trace_source(folder)])):
        process(sources, store.new_run("p", number), options, silent)
    serving = written(sample_session(), folder)
    for run in (store.open_run("p", 0), store.open_run("p", 1), serving):
        for entry in run.manifest.tables:
            with run.parquet(entry.name, entry.part) as file:
                table = file.read()
            for column in table.column_names:
                key = entry.name, column
                is_filled = holds_something(entry.name, column, table.column(column))
                found[key] = found.get(key, False) or is_filled
    return found


def test_the_tables_written_are_the_tables_said_to_be(
    filled: dict[tuple[str, str], bool],
) -> None:
    assert {table for table, _ in filled} == set(WRITTEN)


def test_columns_said_to_be_empty_are_and_no_others(
    filled: dict[tuple[str, str], bool],
) -> None:
    empty = {key for key, is_filled in filled.items() if not is_filled}
    said = {(table, column) for table, columns in LEFT_EMPTY.items() for column in columns}
    assert said <= empty
    assert empty - said <= NEEDS_OTHER_CAPTURES


def test_only_columns_that_exist_are_said_to_be_empty() -> None:
    for table, columns in LEFT_EMPTY.items():
        assert table in WRITTEN
        assert columns <= set(REGISTRY[table].by_name)


def test_every_published_table_is_written_or_says_why_it_is_not() -> None:
    published = {table.name for table in REGISTRY.values() if table.official}
    assert set(NOT_WRITTEN) == published - set(WRITTEN)


def test_reasons_are_given_for_columns_that_hold_nothing_only() -> None:
    said = {(table, column) for table, columns in LEFT_EMPTY.items() for column in columns}
    assert told() <= said


def test_no_column_is_both_exact_and_empty() -> None:
    for table, columns in EXACT.items():
        assert table in WRITTEN
        assert columns <= set(REGISTRY[table].by_name)
        assert not columns & LEFT_EMPTY.get(table, frozenset())


def test_the_page_says_of_every_column_how_well_it_is_known() -> None:
    instruction = REGISTRY["Instruction"]
    said = {field.name: known(instruction, field) for field in instruction.fields}
    assert said["operands"] == "exact"
    assert said["raw_flops"] == "by rule"
    assert said["instruction_chain"] == "not known: its format is not known"
    assert reason("Instruction", "a column without a reason of its own") == NO_RULE
    for name, why in NOT_WRITTEN.items():
        assert f"Not written: {why}." in page().split(f"### {name}\n")[1].split("\n### ")[0]


def test_the_page_on_tables_is_the_one_made_from_the_registry() -> None:
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == page()


def test_the_page_names_every_table_and_column() -> None:
    text = page()
    for table in REGISTRY.values():
        section = text.split(f"### {table.name}\n")[1].split("\n### ")[0]
        assert all(f"| `{field.name}` |" in section for field in table.fields)
