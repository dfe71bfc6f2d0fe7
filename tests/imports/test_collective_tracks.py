"""Collectives of an official folder or JSON stand on the timeline and in the Summary.

Not verified against the official tool: the rows are made here, by its published schema.
"""

from pathlib import Path
from typing import Any

import pytest

from ingest_worker.formats.errors import FormatError
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import Timeline
from tests.imports.official_files import (
    decoded,
    device_document,
    imported,
    tables_of,
    write_json,
    write_table,
)

Document = dict[str, Any]
OLD = {
    "start_ts": [5, 0],
    "end_ts": [9, 4000],
    "engine": ["Tensor", "Scalar"],
    "opcode": ["MATMUL", "ACTIVATE"],
    "operands": ["a", "b"],
    "id": [1, 2],
    "pc": [3, 4],
    "pcore_idx": [0, 0],
}
OPERATIONS = {
    "start_ts": [3000, 100, 200],
    "end_ts": [3900, 900, 700],
    "duration_ns": [900, 800, 500],
    "operation": ["AllReduce", "AllGather", "AllReduce"],
    "algorithm": ["ring", "mesh", "ring"],
    "num_elements": [1024, 64, 1024],
    "dtype": ["bf16", "bf16", "bf16"],
    "op_id": [0, 1, 2],
    "stream_id": [7, 7, 9],
    "stream_index": [0, 1, 0],
    "trigger_engine": ["GpSimd", "GpSimd", "Sync"],
    "input_size": [2048, 128, 2048],
}
FIRMWARE = {
    "start_ts": [110, 150, 220],
    "end_ts": [140, 600, 260],
    "duration_ns": [30, 450, 40],
    "core_idx": [9, 8, 8],
    "description": ["step", "send", "send"],
}
BARRIERS = {
    "start_ts": [10, 20],
    "end_ts": [30, 60],
    "duration_ns": [20, 40],
    "engine_name": ["Tensor", "Vector"],
    "id": [1, 2],
    "semaphore": [5, 5],
    "compiler_pc": [0, 0],
    "compiler_opcode": ["NOP", "NOP"],
    "compiler_operands": ["", ""],
    "pcore_idx": [1, 0],
}
STREAMS = {"stream_id": [7], "stream_index": [0], "cc_core_ids": ["[8, 9]"]}


def folder_with(folder: Path, **tables: dict[str, list[Any]]) -> ReadableRun:
    """A folder of Parquet tables, opened."""
    place = folder / "given"
    write_table(place, "Instruction.parquet", OLD)
    for name, columns in tables.items():
        write_table(place, f"{name}.parquet", columns)
    return imported(folder, tables_of(place))[0]


@pytest.fixture
def run(tmp_path: Path) -> ReadableRun:
    return folder_with(
        tmp_path, CcOp=OPERATIONS, CcInstruction=FIRMWARE, CoreBarriers=BARRIERS, CcStream=STREAMS
    )


def own_tracks(run: ReadableRun) -> dict[str, Document]:
    document = Timeline(run.path).document
    return {one["key"]: one for one in document["tracks"] if "/collectives/" in one["key"]}


def test_streams_cc_cores_and_barriers_have_rows_of_their_own(run: ReadableRun) -> None:
    found = {key: (one["name"], one["kind"], one["rows"]) for key, one in own_tracks(run).items()}
    assert found == {
        "p0/collectives/stream7": ("Stream 7 (CC 8, 9)", "collective", 2),
        "p0/collectives/stream9": ("Stream 9", "collective", 1),
        "p0/collectives/cc8": ("CC core 8", "cc_core", 2),
        "p0/collectives/cc9": ("CC core 9", "cc_core", 1),
        "p0/collectives/barriers0": ("Barriers, core 0", "barrier", 1),
        "p0/collectives/barriers1": ("Barriers, core 1", "barrier", 1),
    }


def test_they_stand_in_one_group_between_the_cores_and_dma(run: ReadableRun) -> None:
    document = Timeline(run.path).document
    (group,) = (one for one in document["groups"] if one["kind"] == "collectives")
    assert (group["title"], len(group["tracks"]), group["rows"]) == ("Collectives", 6, 8)
    order = [one["kind"] for one in document["groups"]]
    assert order.index("core") < order.index("collectives")


def test_labels_are_operations_steps_and_engines(run: ReadableRun) -> None:
    labels = set(Timeline(run.path).document["labels"]["0"])
    assert {"AllReduce", "AllGather", "send", "step", "Tensor", "Vector"} <= labels


def test_the_summary_counts_the_same_rows_and_leads_to_them(run: ReadableRun) -> None:
    found = answer(Region(DeviceRun(run, 0)), Thresholds())["collectives"]
    assert (found["missing"], found["count"]) == (None, 3)
    operations = {row["operation"]: row for row in found["operations"]}
    assert operations["AllReduce"]["sum_ns"] == 1400
    for row in operations.values():
        place = row["longest"]
        track = own_tracks(run)[place["track"]]
        assert track["table"] == "CcOp"
        assert OPERATIONS["operation"][place["row"]] == row["operation"]
        assert OPERATIONS["start_ts"][place["row"]] == place["start_ns"]


def test_without_collectives_there_is_no_group(tmp_path: Path) -> None:
    run = folder_with(tmp_path)
    assert own_tracks(run) == {}
    assert answer(Region(DeviceRun(run, 0)), Thresholds())["collectives"]["missing"]


@pytest.mark.parametrize("ids", ["8", "8,9", "[8, 9]", "", None, "none"])
def test_a_stream_is_named_whatever_its_cores_are_written_like(tmp_path: Path, ids: Any) -> None:
    streams = {**STREAMS, "cc_core_ids": [ids]}
    run = folder_with(tmp_path, CcOp=OPERATIONS, CcStream=streams)
    name = own_tracks(run)["p0/collectives/stream7"]["name"]
    assert name.startswith("Stream 7")
    assert ("(CC 8" in name) == ("8" in str(ids))


def test_collectives_of_a_json_stand_there_too(tmp_path: Path) -> None:
    document = device_document(decoded(tmp_path))
    document["cc_ops"] = [
        {"timestamp": 100, "duration": 50, "operation": "AllGather", "stream_id": 3}
        | {"algorithm": "mesh", "num_elements": 8, "dtype": "bf16", "op_id": 1, "stream_index": 0}
        | {"trigger_engine": "Sync", "end_ts": 150}
    ]
    run, _ = imported(tmp_path, [write_json(tmp_path, document)])
    assert own_tracks(run)["p0/collectives/stream3"]["rows"] == 1


def test_more_streams_than_a_device_has_are_refused(tmp_path: Path) -> None:
    many = 2_001
    columns = {name: [values[0]] * many for name, values in OPERATIONS.items()}
    columns["stream_id"] = list(range(many))
    with pytest.raises(FormatError) as refused:
        folder_with(tmp_path, CcOp=columns)
    assert refused.value.code == "limit.records"
