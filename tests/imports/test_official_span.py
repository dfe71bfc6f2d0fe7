"""What tables alone tell of a part: its reach, its cores, its versions and its unit of time."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.imports.official_span import (
    ENDS,
    MOST_CORES,
    has_picoseconds,
    part_facts,
)
from ingest_worker.imports.parquet_folder import OpenTable, open_table
from profiles.storage.layout import table_file


def write(folder: Path, name: str, columns: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), folder / table_file(name))


def opened(folder: Path, name: str, columns: dict[str, Any]) -> OpenTable:
    write(folder, name, columns)
    return open_table(name, [folder / table_file(name)], {})


ENDINGS = st.dictionaries(
    st.sampled_from(sorted(ENDS)),
    st.lists(st.none() | st.integers(0, 1 << 50), max_size=5),
    max_size=4,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ENDINGS)
def test_a_part_reaches_to_the_last_end_of_any_table(
    tmp_path_factory: pytest.TempPathFactory, endings: dict[str, list[int | None]]
) -> None:
    folder = tmp_path_factory.mktemp("part")
    for name, values in endings.items():
        write(folder, name, {ENDS[name]: pa.array(values, pa.int64())})
    known = [value for values in endings.values() for value in values if value is not None]
    assert part_facts(folder, 0, "x", 0).span_ns == max(known, default=0)


def test_what_the_metadata_say_of_the_end_goes_before_the_tables(tmp_path: Path) -> None:
    write(tmp_path, "Instruction", {"end_ts": [500]})
    write(tmp_path, "Metadata", {"last_hw_timestamp": [900], "ntff_version": [6]})
    found = part_facts(tmp_path, 3, "rank 3", 0)
    assert (found.span_ns, found.ntff_version, found.number) == (900, 6, 3)
    assert found.has_metadata


def test_metadata_without_an_end_leave_it_to_the_tables(tmp_path: Path) -> None:
    write(tmp_path, "Instruction", {"end_ts": [500]})
    write(tmp_path, "Metadata", {"last_hw_timestamp": pa.array([None], pa.int64())})
    assert part_facts(tmp_path, 0, "x", 0).span_ns == 500


def test_cores_are_those_of_instructions_and_packets_each_once_in_order(tmp_path: Path) -> None:
    write(tmp_path, "Instruction", {"pcore_idx": [5, 1, 5, None]})
    write(tmp_path, "DmaPacket", {"pcore_idx": [0, 1]})
    assert part_facts(tmp_path, 0, "x", 0).cores == (0, 1, 5)


def test_no_more_cores_are_told_than_a_document_can_hold(tmp_path: Path) -> None:
    write(tmp_path, "Instruction", {"pcore_idx": list(range(3 * MOST_CORES))})
    assert part_facts(tmp_path, 0, "x", 0).cores == tuple(range(MOST_CORES))


def test_a_part_without_tables_is_told_as_nothing(tmp_path: Path) -> None:
    found = part_facts(tmp_path, 0, "empty", 0)
    assert (found.span_ns, found.cores, found.ntff_version) == (0, (), None)
    assert not found.has_metadata
    entry = found.entry("device")
    assert (entry.origin_unix_ns, entry.clock) == (None, "own zero")


def test_ends_before_the_zero_make_no_negative_span(tmp_path: Path) -> None:
    write(tmp_path, "Instruction", {"end_ts": [-500, -3]})
    assert part_facts(tmp_path, 0, "x", 0).span_ns == 0


ZERO = 1_772_000_000_000_000_000


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (str(ZERO), ZERO),
        ("", 0),
        ("-5", 0),
        ("1e18", 0),
        ("٣", 0),
        ("9" * 30, 0),
    ],
)
def test_the_zero_a_run_was_stored_with_is_read_if_it_is_a_number(
    tmp_path: Path, stored: str, expected: int
) -> None:
    write(tmp_path, "SystemProfileMetadata", {"first_ts_ns": [stored]})
    assert part_facts(tmp_path, 0, "x", 0).zero_unix_ns == expected
    assert part_facts(tmp_path, 0, "x", 7).zero_unix_ns == 7


def test_a_system_part_is_on_the_clock_of_the_host(tmp_path: Path) -> None:
    entry = part_facts(tmp_path, 0, "serving", ZERO).entry("system")
    assert (entry.origin_unix_ns, entry.clock) == (str(ZERO), "host")


@pytest.mark.parametrize(
    ("total_s", "last", "expected"),
    [
        (66e-6, 66_000, False),
        (66e-6, 66_000_000, True),
        (66e-6, 10_000_000, True),
        (66e-6, 200_000, False),
        (0.0, 66_000_000, False),
    ],
)
def test_picoseconds_are_told_by_how_far_the_events_reach(
    tmp_path: Path, total_s: float, last: int, *, expected: bool
) -> None:
    tables = {
        "Summary": opened(tmp_path, "Summary", {"total_time": [total_s]}),
        "DmaPacket": opened(tmp_path, "DmaPacket", {"start_ts": [0, last, None]}),
    }
    assert has_picoseconds(tables) is expected


def test_without_a_total_time_nothing_is_said_of_the_unit(tmp_path: Path) -> None:
    instructions = opened(tmp_path, "Instruction", {"start_ts": [1 << 60]})
    assert not has_picoseconds({"Instruction": instructions})
    summary = opened(tmp_path, "Summary", {"mfu": [0.5]})
    assert not has_picoseconds({"Instruction": instructions, "Summary": summary})
    nothing = opened(tmp_path, "Summary", {"total_time": pa.array([None], pa.float64())})
    assert not has_picoseconds({"Instruction": instructions, "Summary": nothing})
