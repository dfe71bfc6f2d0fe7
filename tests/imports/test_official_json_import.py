"""The official tool's JSON opened as a run: the same rows, the same timeline, and what it lacks."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import Limits
from ingest_worker.imports import staging
from ingest_worker.pipeline.stage import Options, SourceRef
from profiles.storage.tables import ReadableRun, RunMissingError
from profiles.timeline.query import Timeline
from tests.imports.official_files import (
    SUMMARY,
    codes,
    decoded,
    device_document,
    imported,
    rows,
    said,
    write_json,
)

ROUNDED = {"end_ts", "start_ts", "duration_ns"}
LOST = {
    "Instruction": {
        *("raw_hlo_id", "raw_framework_id", "bir_debug_info_source_location"),
        *("input_queue_bytes", "output_queue_bytes"),
        *("dma_trigger_end_ts", "adjusted_flops", "adjusted_flops_transpose"),
    },
    "SemaphoreUpdate": {
        *("update_source", "double_set_or_clear", "update_mode", "update_operation_type"),
    },
    "DmaPacketAggregated": {"block_id"},
}
"""Columns that the JSON does not carry."""


def place(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("pcore_idx", "start_ts", "timestamp", "timeline_track", "id", "engine")
    return tuple(str(row.get(name)) for name in names)


@pytest.fixture
def run(tmp_path: Path) -> ReadableRun:
    return decoded(tmp_path)


@pytest.mark.parametrize(
    "table",
    ["Instruction", "DmaPacket", "SemaphoreUpdate", "Throttle", "ActiveTime", "DmaUsage"],
)
def test_rows_come_back_as_they_were(run: ReadableRun, table: str, tmp_path: Path) -> None:
    found, _ = imported(tmp_path, [write_json(tmp_path, device_document(run))])
    lost = LOST.get(table, set())
    there = sorted(rows(run, table), key=place)
    back = sorted(rows(found, table), key=place)
    assert len(back) == len(there) > 0
    for mine, original in zip(back, there, strict=True):
        kept = {k: v for k, v in original.items() if k not in ROUNDED | lost and v is not None}
        assert {k: mine[k] for k in kept} == kept
        for name in ROUNDED & original.keys():
            assert abs(mine[name] - original[name]) <= 1


def test_the_timeline_has_the_same_tracks(run: ReadableRun, tmp_path: Path) -> None:
    found, result = imported(tmp_path, [write_json(tmp_path, device_document(run))])
    native, own = Timeline(run.path).document, Timeline(found.path).document

    def tracks(document: dict[str, Any]) -> set[tuple[str, str, int]]:
        every = [track for track in document["tracks"] if track["rows"]]
        return {(t["kind"], t["name"], t["rows"]) for t in every if t["kind"] != "error"}

    assert tracks(own) == tracks(native)
    assert result.manifest.kind == "device"
    assert result.manifest.duration_ns == run.manifest.duration_ns


def test_samples_over_time_are_drawn_in_their_order(run: ReadableRun, tmp_path: Path) -> None:
    document = device_document(run)
    document["dma_throughput"].reverse()
    document["instruction_usage"].reverse()
    found, _ = imported(tmp_path, [write_json(tmp_path, document)])
    for table in ("DmaUsage", "SbufUsage", "PsumUsage", "SemaphoreUpdate"):
        times = [(row["pcore_idx"], row["timestamp"]) for row in rows(found, table)]
        assert times == sorted(times)
        assert times
    own, native = Timeline(found.path).document, Timeline(run.path).document
    lost = {"MFU", "HFU", "HBM throughput"}
    titles = {one["title"] for one in native["series"]} - lost
    assert {one["title"] for one in own["series"]} == titles
    cores = [group["subtitle"] for group in own["groups"] if group["kind"] == "core"]
    assert cores == [group["subtitle"] for group in native["groups"] if group["kind"] == "core"]


def test_very_many_semaphores_are_refused(tmp_path: Path) -> None:
    updates = [{"subgraph": "sg00", "timestamp": n, "id": str(n), "value": 1} for n in range(5_000)]
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, [write_json(tmp_path, {"semaphore_update": updates})])
    assert caught.value.code == "limit.records"


def test_the_summary_and_the_versions_find_their_tables(run: ReadableRun, tmp_path: Path) -> None:
    found, result = imported(tmp_path, [write_json(tmp_path, device_document(run))])
    (summary,) = rows(found, "Summary")
    assert summary["hardware_flops"] == SUMMARY["hardware_flops"]
    assert summary["nc_idx"] == 9
    limits = {row["throttle_type"]: row for row in rows(found, "ThrottleSummary")}
    assert limits["activity_1"]["throttle_active_time_percent"] == 0.25
    assert limits["all"]["throttle_active_time_ns"] == 14467
    (metadata,) = rows(found, "Metadata")
    assert metadata["compiler_version"] == "2.23"
    assert result.manifest.instance_type == "trn2.3xlarge"


def test_what_a_json_lacks_is_said(run: ReadableRun, tmp_path: Path) -> None:
    document = {**device_document(run), "compiler_facts": [{"sg_name": "sg00", "trace_count": 3}]}
    document["instruction"][0]["a_new_field"] = 7
    del document["semaphore_update"]
    found, result = imported(tmp_path, [write_json(tmp_path, document)])
    assert {"official.imported", "official.rounded", "official.tables_kept"} <= codes(result)
    assert "SemaphoreUpdate" in said(result, "official.tables_missing")
    assert "a_new_field" in said(result, "official.columns_kept")
    assert rows(found, "compiler_facts") == [{"sg_name": "sg00", "trace_count": 3}]
    assert rows(found, "Instruction")[0]["a_new_field"] == 7
    messages = [row["message"] for row in rows(found, "Warning")]
    assert any("Made from the official tool's JSON" in message for message in messages)


def test_rows_over_time_that_a_json_cannot_give_are_named_with_what_they_need(
    run: ReadableRun, tmp_path: Path
) -> None:
    document = device_document(run)
    words = said(imported(tmp_path, [write_json(tmp_path, document)])[1], "official.rows_missing")
    assert "MFU and HFU" in words
    assert "HBM throughput" in words
    assert "NEFF and NTFF" in words
    assert "DMA throughput" not in words


def test_warnings_of_the_source_stay(run: ReadableRun, tmp_path: Path) -> None:
    theirs = {"message": "Missing HLO stats", "category": "Missing Data"}
    document = {**device_document(run), "warnings": [theirs]}
    found, _ = imported(tmp_path, [write_json(tmp_path, document)])
    assert theirs in rows(found, "Warning")


def test_predecessors_become_edges(run: ReadableRun, tmp_path: Path) -> None:
    document = device_document(run)
    for row in document["instruction"]:
        row.pop("predecessors", None)
    first, second = document["instruction"][:2]
    second["predecessors"] = [{"id": first["id"], "type": "FLOW_DEPENDENCE"}]
    found, _ = imported(tmp_path, [write_json(tmp_path, document)])
    assert {k: v for k, v in rows(found, "Flow")[0].items() if k != "gap_time"} == {
        "in_id": first["id"],
        "out_id": second["id"],
        "in_table": "Instruction",
        "out_table": "Instruction",
        "dependency_type": "FLOW_DEPENDENCE",
    }


def test_times_in_picoseconds_are_told_by_the_total(run: ReadableRun, tmp_path: Path) -> None:
    document = device_document(run)
    for row in document["instruction"]:
        row["timestamp"] *= 1000
        row["duration"] *= 1000
    found, _ = imported(tmp_path, [write_json(tmp_path, document)])
    starts = [sorted(row["start_ts"] for row in rows(one, "Instruction")) for one in (found, run)]
    assert starts[0] == starts[1]


def test_a_packed_json_and_a_byte_order_mark_are_read(run: ReadableRun, tmp_path: Path) -> None:
    path = tmp_path / "ntff.json.gz"
    text = "\ufeff" + json.dumps(device_document(run))
    path.write_bytes(gzip.compress(text.encode()))
    found, _ = imported(tmp_path, [SourceRef("official", "ntff.json.gz", path)])
    assert rows(found, "Instruction")


@pytest.mark.parametrize("key", ["n_1f2e3d", "s_abc.def"])
def test_a_summary_alone_gives_its_numbers_and_no_timeline(key: str, tmp_path: Path) -> None:
    found, result = imported(tmp_path, [write_json(tmp_path, {key: SUMMARY}, "summary.json")])
    assert rows(found, "Summary")[0]["mfu_estimated_percent"] == pytest.approx(0.0773347)
    assert "official.no_events" in codes(result)
    assert Timeline(found.path).document["tracks"] == []
    with pytest.raises(RunMissingError):
        found.table_path("TimelineTrack")


def test_a_summary_beside_a_profile_is_its_summary(run: ReadableRun, tmp_path: Path) -> None:
    document = device_document(run)
    del document["summary"]
    sources = [
        write_json(tmp_path, document),
        write_json(tmp_path, {"n_1": SUMMARY}, "summary.json"),
    ]
    found, result = imported(tmp_path, sources)
    assert len(result.manifest.parts) == 1
    assert rows(found, "Summary")[0]["hardware_flops"] == SUMMARY["hardware_flops"]


def test_two_profiles_become_two_parts(run: ReadableRun, tmp_path: Path) -> None:
    document = device_document(run)
    sources = [write_json(tmp_path, document, f"rank{n}.json") for n in range(2)]
    found, result = imported(tmp_path, sources)
    assert [part.name for part in result.manifest.parts] == ["rank0", "rank1"]
    assert rows(found, "Instruction", 0) == rows(found, "Instruction", 1)


def test_only_some_rows_are_held(
    run: ReadableRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = imported(tmp_path, [write_json(tmp_path, device_document(run))])
    monkeypatch.setattr(staging, "HELD_ROWS", 3)
    pieces, _ = imported(tmp_path / "again", [write_json(tmp_path, device_document(run))])
    for table in ("Instruction", "DmaPacket", "DmaUsage"):
        assert rows(pieces, table) == rows(whole, table)


def test_a_field_that_comes_late_is_kept_beside(
    run: ReadableRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "HELD_ROWS", 1)
    document = device_document(run)
    document["instruction"][1]["late"] = [1, 2]
    found, _ = imported(tmp_path, [write_json(tmp_path, document)])
    kept = [row["other_fields_json"] for row in rows(found, "Instruction")]
    assert kept[:2] == [None, '{"late":[1,2]}']


BROKEN = {
    "": "json.malformed",
    "{": "json.malformed",
    "[]": "json.not_this_format",
    '"text"': "json.not_this_format",
    '{"a": 1}': "json.not_this_format",
    '{"instruction": [1, 2]}': "json.not_this_format",
    '{"instruction": [{"id": 1}': "json.malformed",
    '{"instruction": [{"id": nul}]}': "json.malformed",
    '{"instruction": [' + "[" * 100_000: "json.malformed",
    '{"instruction" [{}]}': "json.malformed",
    "{}": "official.nothing",
    '{"instruction": []}': "official.nothing",
    '{"../../etc": [{"a": 1}]}': "official.nothing",
}


@pytest.mark.parametrize(("text", "code"), BROKEN.items())
def test_a_broken_json_has_a_code(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, [write_json(tmp_path, text)])
    assert caught.value.code == code
    assert not list((tmp_path / "imported").rglob("manifest.json"))


WEIRD = [
    {"timestamp": "soon", "duration": [], "opcode": 7, "subgroup": None, "subgraph": "sg00"},
    {"timestamp": 1 << 70, "duration": 5, "subgraph": "sg99999999"},
    {"timestamp": -(1 << 62), "duration": 1 << 62, "subgraph": "\ud800", "label": "\0"},
    {"timestamp": 1.5, "duration": True, "predecessors": [None, 3, {"id": "x"}]},
    {},
]


def test_odd_values_are_left_empty_and_counted(tmp_path: Path) -> None:
    found, result = imported(tmp_path, [write_json(tmp_path, {"instruction": WEIRD})])
    assert len(rows(found, "Instruction")) == len(WEIRD)
    assert "official.value_unread" in codes(result)
    assert Timeline(found.path).document["tracks"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(records=3), "limit.records"), (Limits(file_bytes=100), "limit.bytes")],
)
def test_what_is_too_much_is_refused(
    limits: Limits, code: str, run: ReadableRun, tmp_path: Path
) -> None:
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, [write_json(tmp_path, device_document(run))], Options(limits=limits))
    assert caught.value.code == code


def test_very_many_tables_are_refused(tmp_path: Path) -> None:
    document = {f"table{number}": [{"a": 1}] for number in range(2_000)}
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, [write_json(tmp_path, document)])
    assert caught.value.code == "limit.records"


def test_very_many_engines_are_refused(tmp_path: Path) -> None:
    names = [
        {"timestamp": n, "duration": 1, "label": f"E{n}", "subgraph": "sg00"} for n in range(5_000)
    ]
    with pytest.raises(FormatError) as caught:
        imported(tmp_path, [write_json(tmp_path, {"instruction": names})])
    assert caught.value.code == "limit.records"
