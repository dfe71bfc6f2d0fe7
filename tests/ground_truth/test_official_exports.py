"""`json` and `summary-json` beside the official ones, and both read back, on all samples."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.exports.official_json import json_pieces
from ingest_worker.exports.official_outputs import output_text
from ingest_worker.imports.compare_official import UNCOMPARED, compare
from ingest_worker.pipeline.stage import SourceRef
from profiles.storage.tables import ReadableRun
from profiles.timeline.query import Timeline
from tests.ground_truth.captures import NAMES, Sample
from tests.imports.official_files import imported, tables_of

pytestmark = pytest.mark.ground_truth
HELP_TEXTS = {"terminology", "summary_groups", "summary_group_order"}
LAST_DIGITS = 1e-15
"""Decimals that are computed in another order of steps: docs/differences.md."""

COMPUTED = ("summary", "layer_summary")
OF_THE_PROGRAM = {
    "summary": {"profiler_version"},
    "metadata": {"total_point_count"},
    "profile_info": {"profiler_version", "profiler_build_time", "ntff_filename"},
}


def official(sample: Sample) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(sample.official.read_text("utf-8"))
    return found


def exported(run: ReadableRun) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(b"".join(json_pieces(run)))
    return found


def lines(name: str, rows: list[dict[str, Any]]) -> Counter[str]:
    """Rows as `jq -S -c` prints them, without what names the program that wrote the file."""
    own = OF_THE_PROGRAM.get(name, set())
    return Counter(
        json.dumps({k: v for k, v in row.items() if k not in own}, sort_keys=True) for row in rows
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_json_differs_from_the_official_one_as_listed_only(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    expected, found = official(kernels[name]), exported(decoded[name])
    assert set(expected) - set(found) == HELP_TEXTS
    assert set(found) - set(expected) == set()
    for table in set(found) - {"warnings", *COMPUTED}:
        assert lines(table, found[table]) == lines(table, expected[table]), table


@pytest.mark.parametrize("table", COMPUTED)
@pytest.mark.parametrize("name", NAMES)
def test_sums_differ_in_their_last_digit_at_most(
    name: str, table: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {row.get("name", ""): row for row in rows}

    expected = by_name(official(kernels[name])[table])
    found = by_name(exported(decoded[name])[table])
    assert set(found) == set(expected)
    for row, values in expected.items():
        assert set(found[row]) == set(values)
        for key, value in values.items():
            mine = found[row][key]
            if isinstance(value, float):
                assert abs(mine - value) <= max(
                    LAST_DIGITS * abs(value), 1e-12 * (key[-5:] == "_time")
                )
            elif key not in OF_THE_PROGRAM.get(table, ()):
                assert mine == value, key


@pytest.mark.parametrize("name", NAMES)
def test_summary_json_holds_the_official_summary(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    (expected,) = official(kernels[name])["summary"]
    (found,) = json.loads(output_text(decoded[name], "summary-json")).values()
    assert set(found) == set(expected)
    for key in set(expected) - {"profiler_version"}:
        if isinstance(expected[key], str):
            assert found[key] == expected[key]
        else:
            assert found[key] == pytest.approx(expected[key], rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_official_json_opens_and_is_written_again_as_it_was(
    name: str, kernels: dict[str, Sample], tmp_path: Path
) -> None:
    path = kernels[name].official
    found, _ = imported(tmp_path, [SourceRef("official", path.name, path)])
    expected, again = official(kernels[name]), exported(found)
    assert set(again) == set(expected)
    own = {"warnings"}
    for table in set(expected) - own:
        assert lines(table, again[table]) == lines(table, expected[table]), table
    report = compare(found, path)
    assert report.is_equal, "\n".join(report.lines())


@pytest.mark.parametrize("name", NAMES[:2])
def test_our_own_outputs_open_as_the_profile_they_were_made_of(
    name: str, decoded: dict[str, ReadableRun], tmp_path: Path
) -> None:
    run = decoded[name]
    path = tmp_path / "ntff.json"
    path.write_bytes(b"".join(json_pieces(run)))
    by_json, _ = imported(tmp_path / "a", [SourceRef("official", "ntff.json", path)])
    by_tables, _ = imported(tmp_path / "b", tables_of(run.path))
    for opened in (by_json, by_tables):
        assert opened.manifest.duration_ns == run.manifest.duration_ns
        assert opened.manifest.core_count == run.manifest.core_count
        engines = [t for t in Timeline(opened.path).document["tracks"] if t["kind"] == "engine"]
        hidden = run.manifest.table("Instruction")
        assert hidden is not None
        assert hidden.row_count - sum(track["rows"] for track in engines) in (0, 1)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_compared_is_named(
    name: str, kernels: dict[str, Sample], decoded: dict[str, ReadableRun]
) -> None:
    report = compare(decoded[name], kernels[name].official)
    assert report.uncompared == dict(UNCOMPARED)
