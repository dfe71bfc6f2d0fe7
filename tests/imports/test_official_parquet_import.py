"""An official Parquet folder opened as a run: one file a table or several, this version or another.

Not verified against the official tool: the folders are made here, by its published schema.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import Limits
from ingest_worker.imports.parquet_folder import piece_of, table_sets
from ingest_worker.pipeline.stage import Options, SourceRef
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import Timeline
from tests.exports.system_runs import event, write_run
from tests.imports.official_files import (
    decoded,
    imported,
    rows,
    said,
    tables_of,
    write_table,
)

NEVER = {"Warning", "TimelineTrack"}
"""Tables that every run has of its own."""

OLD = {
    "start_ts": [5, 0],
    "end_ts": [9, 4],
    "engine": ["Tensor", "Scalar"],
    "opcode": ["MATMUL", "ACTIVATE"],
    "operands": ["a", "b"],
    "id": [1, 2],
    "pc": [3, 4],
    "pcore_idx": [0, 0],
}


@pytest.fixture
def run(tmp_path: Path) -> ReadableRun:
    return decoded(tmp_path)


def test_every_table_of_a_folder_comes_back_the_same(run: ReadableRun, tmp_path: Path) -> None:
    found, result = imported(tmp_path, tables_of(run.path))
    names = {entry.name for entry in run.manifest.tables} - NEVER
    assert {entry.name for entry in found.manifest.tables} - NEVER == names
    for name in names:
        assert rows(found, name) == rows(run, name), name
    assert len(result.manifest.parts) == 1
    assert result.manifest.parts[0].span_ns == run.manifest.parts[0].span_ns


def test_the_timeline_of_a_folder_is_that_of_the_capture(run: ReadableRun, tmp_path: Path) -> None:
    found, _ = imported(tmp_path, tables_of(run.path))
    native, own = Timeline(run.path).document, Timeline(found.path).document
    shown = ("kind", "name", "core", "rows", "capacity")

    def tracks(document: dict[str, Any]) -> list[tuple[Any, ...]]:
        every = [tuple(track[name] for name in shown) for track in document["tracks"]]
        return sorted(one for one in every if one[3])

    unknown = [one for one in tracks(native) if str(one[1]).startswith("Unknown")]
    assert tracks(own) == [one for one in tracks(native) if one not in unknown]


def test_split_tables_are_one(tmp_path: Path) -> None:
    for number, start in ((10, 20), (2, 10), (0, 0)):
        write_table(
            tmp_path / "in", f"Instruction_{number}.parquet", {**OLD, "start_ts": [start] * 2}
        )
    found, _ = imported(tmp_path, tables_of(tmp_path / "in"))
    assert [row["start_ts"] for row in rows(found, "Instruction")] == [0, 0, 10, 10, 20, 20]


@pytest.mark.parametrize("folder", ["Instruction", "Instruction.parquet"])
def test_a_folder_may_be_a_table(folder: str, tmp_path: Path) -> None:
    for number in range(2):
        write_table(tmp_path / "in", f"run/{folder}/part-{number:05d}.parquet", OLD)
    found, result = imported(tmp_path, tables_of(tmp_path / "in"))
    assert len(rows(found, "Instruction")) == 4
    assert [part.name for part in result.manifest.parts] == ["run"]


@pytest.mark.parametrize(
    ("name", "folder", "table", "order"),
    [
        ("a/Instruction.parquet", "a", "Instruction", 0),
        ("a/Instruction_12.parquet", "a", "Instruction", 12),
        ("Instruction/part-3.parquet", "", "Instruction", 0),
        ("a/b@latest/DmaPacket.parquet", "a/b@latest", "DmaPacket", 0),
        ("SbufUsage/DmaPacket.parquet", "SbufUsage", "DmaPacket", 0),
    ],
)
def test_a_file_says_which_table_it_is(name: str, folder: str, table: str, order: int) -> None:
    piece = piece_of(name, Path(name))
    assert piece is not None
    assert (piece.folder, piece.table, piece.order[0]) == (folder, table, order)


def test_a_name_that_no_table_has_is_told(tmp_path: Path) -> None:
    _, odd = table_sets(
        [("a/what is this?.parquet", tmp_path), ("a/Instruction.parquet", tmp_path)]
    )
    assert odd == ["a/what is this?.parquet"]


def test_another_major_keeps_what_is_not_known_here(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    newer = {**OLD, "power_mw": [1.5, 2.5], "lanes": [[1, 2], []]}
    write_table(folder, "Instruction.parquet", newer)
    write_table(folder, "PowerSample.parquet", {"timestamp": [1, 2], "watts": [3.5, 4.5]})
    write_table(
        folder,
        "Metadata.parquet",
        {"profile_schema_version": ["12.0.1"], "last_hw_timestamp": [77], "rack": ["r1"]},
    )
    found, result = imported(tmp_path, tables_of(folder))
    assert [row["power_mw"] for row in rows(found, "Instruction")] == [1.5, 2.5]
    assert [row["lanes"] for row in rows(found, "Instruction")] == [[1, 2], []]
    assert rows(found, "PowerSample")[1] == {"timestamp": 2, "watts": 4.5}
    assert rows(found, "Metadata")[0]["rack"] == "r1"
    assert "12.0.1" in said(result, "official.imported")
    assert "power_mw" in said(result, "official.columns_kept")
    assert "PowerSample" in said(result, "official.tables_kept")
    assert result.manifest.duration_ns == 77


def test_missing_columns_are_made_where_there_is_a_rule_and_told_else(tmp_path: Path) -> None:
    write_table(tmp_path / "in", "Instruction.parquet", OLD)
    found, result = imported(tmp_path, tables_of(tmp_path / "in"))
    first = rows(found, "Instruction")[0]
    assert (first["duration_ns"], first["timeline_track"], first["bir_id"]) == (4, "Tensor", "")
    assert said(result, "official.columns_missing") == "Instruction has no bir_id."
    assert rows(found, "Metadata")[0]["last_hw_timestamp"] == 9


def test_columns_of_another_type_are_read_as_ours(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    columns: dict[str, Any] = {
        **OLD,
        "start_ts": pa.array([5, 0], pa.uint32()),
        "engine": pa.array(["Tensor", "Scalar"]).dictionary_encode(),
        "id": pa.array(["1", "not a number"]),
        "opcode": pa.array(["MATMUL", "ACTIVATE"], pa.large_string()),
    }
    pq.write_table(pa.table(columns), folder / "Instruction.parquet")
    found, result = imported(tmp_path, tables_of(folder))
    assert [row["id"] for row in rows(found, "Instruction")] == [1, 0]
    assert "Instruction.id" in said(result, "official.value_unread")


def test_a_table_without_its_times_is_kept_and_not_drawn(tmp_path: Path) -> None:
    write_table(tmp_path / "in", "Instruction.parquet", {"opcode": ["MATMUL"], "id": [1]})
    found, result = imported(tmp_path, tables_of(tmp_path / "in"))
    assert "start_ts" in said(result, "official.columns_missing")
    assert len(rows(found, "Instruction")) == 1
    assert len(Timeline(found.path).document["tracks"]) == 1


def test_a_run_of_several_parts_keeps_them(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("Instruction.parquet", "parts/0/Instruction.parquet"):
        write_table(folder, name, OLD)
    write_table(folder, "parts/1/Instruction.parquet", {**OLD, "pc": [7, 7]})
    found, result = imported(tmp_path, tables_of(folder))
    assert len(result.manifest.parts) == 2
    assert rows(found, "Instruction", 1)[0]["pc"] == 7


HOST = 1_700_000_000_000_000_000


@pytest.mark.parametrize("zero", [0, HOST])
def test_a_system_folder_is_drawn_from_its_first_event(zero: int, tmp_path: Path) -> None:
    events = [
        event("nrt_execute", zero + 10, zero + 90, nc_idx=0),
        event("nc_exec_running", zero + 20, zero + 70, nc_idx=0, trace_event_source="neuron_hw"),
        event("aten::mm", zero + 0, zero + 5, trace_event_source="framework"),
    ]
    usage = {"timestamp": [zero + 3], "util_percent": [50.0], "cpu_id": ["0"], "instance_id": ["i"]}
    made = write_run(tmp_path, {"SystemProfileEvents": events})
    write_table(made.path, "CpuUsage.parquet", usage)
    found, result = imported(tmp_path, tables_of(made.path))
    assert result.manifest.kind == "system"
    assert [row["start_ts"] for row in rows(found, "SystemProfileEvents")] == [10, 20, 0]
    assert rows(found, "CpuUsage")[0]["timestamp"] == 3
    assert result.manifest.parts[0].origin_unix_ns == (str(HOST) if zero else None)
    document = Timeline(found.path).document
    assert {group["kind"] for group in document["groups"]} == {"runtime", "hardware", "framework"}
    assert document["series"][0]["title"] == "Host CPU 0"


def test_a_system_and_a_device_in_one_upload_are_refused(run: ReadableRun, tmp_path: Path) -> None:
    made = write_run(tmp_path / "s", {"SystemProfileEvents": [event("nrt_execute", 0, 5)]})
    device = [
        SourceRef("parquet", f"device/{one.name}", one.path, one.ordinal)
        for one in tables_of(run.path)
    ]
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, [*tables_of(made.path), *device])
    assert caught.value.code == "official.mixed"


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1" + bytes(50) + b"PAR1", b"", b"hello" * 9])
def test_a_file_that_is_no_parquet_has_a_code(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "Instruction.parquet"
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, [SourceRef("parquet", "in/Instruction.parquet", path)])
    assert caught.value.code == "parquet.malformed"
    assert caught.value.file == "in/Instruction.parquet"


def test_more_rows_than_the_limit_are_refused(tmp_path: Path) -> None:
    write_table(tmp_path / "in", "Instruction.parquet", OLD)
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, tables_of(tmp_path / "in"), Options(limits=Limits(records=1)))
    assert caught.value.code == "limit.records"


@given(place=st.floats(0, 0.999), bits=st.integers(1, 255), cut=st.booleans())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_damage_anywhere_gives_rows_or_a_code(
    place: float,
    bits: int,
    cut: bool,
    tmp_path: Path,
) -> None:
    whole = write_table(tmp_path, "whole.parquet", OLD).read_bytes()
    at = int(place * len(whole))
    damaged = whole[:at] if cut else whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :]
    path = tmp_path / "Instruction.parquet"
    path.write_bytes(damaged)
    try:
        imported(tmp_path, [SourceRef("parquet", "Instruction.parquet", path)])
    except FormatError as error:
        assert error.code in {"parquet.malformed", "limit.records", "official.nothing"}  # noqa: PT017
