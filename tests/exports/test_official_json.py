"""`ntff.json` made from published tables: what it holds, in pieces, and back again as a run."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest_worker.exports import official_json, official_tables
from ingest_worker.exports.official_json import json_pieces
from ingest_worker.exports.official_tables import OfficialTables, shortest
from ingest_worker.exports.official_view import official_view
from ingest_worker.imports.compare_official import compare
from profiles.storage.tables import ReadableRun
from tests.imports.official_files import (
    SUMMARY,
    decoded,
    device_document,
    imported,
    rows,
    write_json,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ReadableRun:
    return decoded(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def document(run: ReadableRun) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(json_pieces(run)))
    return found


def test_every_value_is_a_list_of_rows(document: dict[str, Any]) -> None:
    assert list(document)[-1] == "metadata"
    for name, table in document.items():
        assert isinstance(table, list), name
        assert table, name
        assert all(isinstance(row, dict) for row in table)


def test_it_is_the_view_of_the_run(run: ReadableRun, document: dict[str, Any]) -> None:
    view = official_view(run)
    for name, expected in view.tables.items():
        if not expected or name in ("metadata", "summary"):
            continue
        assert document[name] == json.loads(json.dumps(official_json.plain(expected))), name


def test_what_is_exported_compares_equal(run: ReadableRun, tmp_path: Path) -> None:
    path = tmp_path / "ntff.json"
    path.write_bytes(b"".join(json_pieces(run)))
    report = compare(run, path)
    assert report.is_equal, "\n".join(report.lines())


def test_rows_officially_hidden_are_hidden(run: ReadableRun, document: dict[str, Any]) -> None:
    tables = OfficialTables(run)
    hidden = [one for one in tables.set_aside() if one.table == "Instruction"]
    assert hidden
    assert len(document["instruction"]) == len(rows(run, "Instruction")) - len(hidden)
    shown = {(row["label"], row["timestamp"]) for row in document["instruction"]}
    assert len(shown) == len(document["instruction"])


def test_predecessors_stand_with_their_instruction(
    run: ReadableRun, document: dict[str, Any]
) -> None:
    edges = {(row["in_id"], row["out_id"], row["dependency_type"]) for row in rows(run, "Flow")}
    found = {
        (edge["id"], row["id"], edge["type"])
        for row in document["instruction"]
        for edge in row.get("predecessors", ())
    }
    assert found
    assert found <= edges


def test_points_are_counted_as_the_official_tool_counts(document: dict[str, Any]) -> None:
    counted = sum(len(table) for table in document.values())
    edges = sum("predecessors" in row for row in document["instruction"])
    hidden = document["metadata"][0]["total_point_count"] - counted - edges
    assert hidden == 10


def test_numbers_have_as_few_digits_as_they_need(document: dict[str, Any]) -> None:
    text = json.dumps(document["dma_throughput"] + document["metadata"])
    assert ".0," not in text
    assert document["metadata"][0]["pe_clock_freq"] == 2.4
    values = np.array([0.1, 2.4, 8853417000.0, 1e-12], np.float32)
    assert shortest(values).tolist() == [0.1, 2.4, 8853417000.0, 1e-12]


@pytest.mark.parametrize("size", [1, 300, 1 << 30])
def test_pieces_of_any_size_make_one_document(
    size: int, run: ReadableRun, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official_json, "PIECE_BYTES", size)
    monkeypatch.setattr(official_tables, "BATCH_ROWS", 7)
    pieces = list(json_pieces(run))
    assert json.loads(b"".join(pieces)) == document
    assert (len(pieces) == 1) == (size > 1 << 20)


def test_a_pretty_document_is_the_same_one(run: ReadableRun, document: dict[str, Any]) -> None:
    text = b"".join(json_pieces(run, indent=4)).decode()
    assert '\n    "' in text
    assert json.loads(text) == document


def test_an_export_opens_as_a_profile_with_the_same_rows(run: ReadableRun, tmp_path: Path) -> None:
    path = tmp_path / "ntff.json"
    path.write_bytes(b"".join(json_pieces(run)))
    found, _ = imported(tmp_path, [write_json(tmp_path, path.read_text())])
    again = json.loads(b"".join(json_pieces(found)))
    first = json.loads(path.read_text())
    for name in first:
        if name in ("metadata", "warnings", "profile_info"):
            continue
        assert sorted(map(canonical, again[name])) == sorted(map(canonical, first[name])), name


def canonical(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def test_tables_kept_from_a_json_are_written_again(run: ReadableRun, tmp_path: Path) -> None:
    given = {**device_document(run), "custom_table": [{"a": 1}, {"a": 2, "b": "x"}]}
    found, _ = imported(tmp_path, [write_json(tmp_path, given)])
    again = json.loads(b"".join(json_pieces(found)))
    assert again["custom_table"] == given["custom_table"]
    assert again["summary"][0] == {"profiler_version": "", **SUMMARY}


def test_a_run_without_a_trace_gives_what_it_has(tmp_path: Path) -> None:
    found, _ = imported(tmp_path, [write_json(tmp_path, {"n_1": SUMMARY}, "s.json")])
    document = json.loads(b"".join(json_pieces(found)))
    assert document["summary"][0]["hardware_flops"] == SUMMARY["hardware_flops"]
    assert "instruction" not in document
