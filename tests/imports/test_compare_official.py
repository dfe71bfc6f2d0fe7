"""The comparator on small tables: what is equal, what is not, and how it is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.exports.official_view import ID_RULE, LABEL_RULE, official_view
from ingest_worker.formats.errors import FormatError
from ingest_worker.imports.compare_official import Report, compare, compare_table
from ingest_worker.imports.official_json import read_official
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.pair import write_pair
from tests.pipeline.capture_files import trace_bytes, trace_source

Document = dict[str, list[dict[str, Any]]]


@pytest.fixture
def published(tmp_path: Path) -> ReadableRun:
    neff, ntff = write_pair(tmp_path)
    store = TableStore(tmp_path / "tables")
    given = [SourceRef("neff", "a.neff", neff), SourceRef("ntff", "a.ntff", ntff)]
    process(given, store.new_run("p", 1), Options(), silent)
    return store.open_run("p", 1)


def document(published: ReadableRun) -> Document:
    """The official view of the tables themselves, as the JSON of a tool that agrees."""
    return json.loads(json.dumps(official_view(published).tables))  # type: ignore[no-any-return]


def against(published: ReadableRun, content: Document, folder: Path) -> Report:
    path = folder / "official.json"
    path.write_text(json.dumps(content))
    return compare(published, path)


def test_tables_equal_their_own_view(published: ReadableRun, tmp_path: Path) -> None:
    report = against(published, document(published), tmp_path)
    assert report.is_equal
    assert {table.name for table in report.tables if table.official_rows} >= {
        "instruction",
        "dma",
        "ham",
        "neff_header",
        "metadata",
    }


def test_a_row_only_the_official_side_has_is_named(published: ReadableRun, tmp_path: Path) -> None:
    content = document(published)
    content["ham"].append({**content["ham"][0], "timestamp": 77})
    report = against(published, content, tmp_path)
    ham = next(table for table in report.tables if table.name == "ham")
    assert (ham.official_rows, ham.our_rows, ham.equal_rows) == (7, 6, 6)
    assert any("missing here" in line and "77" in line for line in report.lines())
    assert any(line.startswith("ham") and line.endswith("DIFFERS") for line in report.lines())


def test_a_row_only_we_have_is_named(published: ReadableRun, tmp_path: Path) -> None:
    content = document(published)
    lost = content["semaphore_update"].pop()
    report = against(published, content, tmp_path)
    assert not report.is_equal
    assert any(f"only here: {lost}" in line for line in report.lines())


def test_rows_may_come_in_any_order(published: ReadableRun, tmp_path: Path) -> None:
    content = document(published)
    for rows in content.values():
        rows.reverse()
    assert against(published, content, tmp_path).is_equal


def test_an_instruction_missing_officially_needs_a_rule(
    published: ReadableRun, tmp_path: Path
) -> None:
    content = document(published)
    content["instruction"].pop()
    assert not against(published, content, tmp_path).is_equal


def test_floats_are_equal_when_their_float32_bits_are() -> None:
    ours = [{"subgraph": "sg00", "timestamp": 1, "transfer_rate": 25229131776.0}]
    assert compare_table(
        "dma_throughput", [{"subgraph": "sg00", "timestamp": 1, "transfer_rate": 25229132000}], ours
    ).is_equal
    assert not compare_table(
        "dma_throughput", [{"subgraph": "sg00", "timestamp": 1, "transfer_rate": 25229134000}], ours
    ).is_equal


def test_an_absent_field_is_not_zero_or_empty() -> None:
    official = [{"subgraph": "sg00", "timestamp": 1, "value": 0, "id": "5"}]
    ours = [{"subgraph": "sg00", "timestamp": 1, "value": 0, "id": "5", "extra": 0}]
    assert not compare_table("semaphore_update", official, ours).is_equal


def test_text_and_number_are_different() -> None:
    official = [{"subgraph": "sg00", "timestamp": 1, "duration": "5"}]
    ours = [{"subgraph": "sg00", "timestamp": 1, "duration": 5}]
    assert compare_table("ham", official, ours).wrong == {"duration": 1}


def test_true_is_not_one() -> None:
    assert not compare_table("metadata", [{"vnc_enabled": 1}], [{"vnc_enabled": True}]).is_equal


def test_fields_without_a_column_are_told_apart() -> None:
    report = compare_table("metadata", [{"total_point_count": 7}], [{}])
    assert report.is_equal
    assert list(report.elsewhere) == ["total_point_count"]


def test_rows_of_one_key_are_compared_one_by_one() -> None:
    row = {"subgraph": "sg00", "timestamp": 1, "k": 8}
    report = compare_table("ham", [row, row, row], [dict(row), dict(row)])
    assert (report.official_rows, report.our_rows, report.equal_rows) == (3, 2, 2)
    assert not report.is_equal


def test_a_file_that_is_no_json_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{")
    with pytest.raises(FormatError) as caught:
        read_official(path)
    assert (caught.value.code, caught.value.file) == ("json.malformed", "x.json")


@pytest.mark.parametrize("text", ["[]", '{"instruction": 5}', '{"instruction": [1]}'])
def test_other_json_is_not_this_format(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        read_official(path)
    assert caught.value.code == "json.not_this_format"


def run_of(data: bytes, folder: Path) -> ReadableRun:
    store = TableStore(folder / "own")
    process([trace_source(folder, data=data)], store.new_run("p", 1), Options(), silent)
    return store.open_run("p", 1)


def test_a_ring_with_a_packet_across_the_edge_is_set_aside_whole(tmp_path: Path) -> None:
    view = official_view(run_of(trace_bytes(), tmp_path))
    assert [one.values["queue_name"] for one in view.set_aside] == ["Q14-E0"]
    assert {row["subgroup"] for row in view.tables["dma"]} == {"Q1-E0", "Q1-E1"}
    first = view.tables["dma_throughput"][0]
    assert (first["timestamp"], first["total_transfer_bytes"]) == (2, 4)


def test_before_version_6_only_packets_before_the_origin_are_set_aside(tmp_path: Path) -> None:
    view = official_view(run_of(trace_bytes(5), tmp_path))
    assert all(one.values["start_ts"] < 0 for one in view.set_aside)


def test_of_two_cores_the_later_one_s_instruction_is_shown(tmp_path: Path) -> None:
    run = run_of(trace_bytes(cores=2), tmp_path)
    view = official_view(run)
    aside = [one for one in view.set_aside if one.rule == LABEL_RULE]
    assert {one.values["pcore_idx"] for one in aside} == {0}
    assert {row["subgraph"] for row in view.tables["instruction"]} == {"sg01"}
    assert len(aside) == len(view.tables["instruction"]) == 5


def test_a_row_set_aside_that_the_official_side_shows_is_shown_again(tmp_path: Path) -> None:
    run = run_of(trace_bytes(cores=2), tmp_path)
    view = official_view(run)
    content = json.loads(json.dumps(view.tables))
    content["instruction"] += json.loads(json.dumps(view.duplicates))
    report = against(run, content, tmp_path)
    assert report.is_equal
    assert [one for one in report.set_aside if one.rule in {LABEL_RULE, ID_RULE}] == []


def test_a_row_missing_officially_may_have_the_id_of_another(tmp_path: Path) -> None:
    """The same START and slot on both cores give the same id: one of the two may be missing."""
    run = run_of(trace_bytes(cores=2), tmp_path)
    view = official_view(run)
    content = json.loads(json.dumps(view.tables))
    content["instruction"] = json.loads(json.dumps(view.duplicates))
    report = against(run, content, tmp_path)
    assert report.is_equal
    assert {one.rule for one in report.set_aside if one.table == "Instruction"} == {ID_RULE}
