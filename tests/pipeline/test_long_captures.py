"""A capture whose columns do not fit in memory gives the bytes that a small one would.

The same capture is processed once with everything in memory and once with columns in files, sorted
and merged a few rows at a time.
"""

from pathlib import Path

import pytest

from ingest_worker.builders import flow, intervals
from ingest_worker.formats import runs, spill
from ingest_worker.formats.limits import Limits
from ingest_worker.pipeline import run as pipeline_run
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.storage.layout import PYRAMID, TIMELINE
from profiles.storage.tables import RunFolder
from profiles.timeline import value_grid
from tests.make.big import write_big

RECORDS = 40_000


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("capture")
    write_big(folder, RECORDS)
    return folder


def processed(capture: Path, out: Path) -> RunFolder:
    folder = RunFolder(out)
    out.mkdir()
    sources = [
        SourceRef("neff", "big.neff", capture / "big.neff", 0),
        SourceRef("ntff", "big.ntff", capture / "big.ntff", 0),
    ]
    process(sources, folder, Options(Limits()), silent)
    return folder


@pytest.fixture(scope="module")
def plain(capture: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return processed(capture, tmp_path_factory.mktemp("plain") / "run")


@pytest.fixture
def long(capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setattr(runs, "SLAB_ROWS", 997)
    monkeypatch.setattr(spill, "LEAST_BYTES", 2_000)
    monkeypatch.setattr(flow, "CHUNK_ROWS", 501)
    monkeypatch.setattr(value_grid, "_VALUES_AT_ONCE", 100)
    monkeypatch.setattr(spill, "RESIDENT_BYTES", 0)
    return processed(capture, tmp_path / "run")


def test_every_table_holds_the_same(plain: RunFolder, long: RunFolder) -> None:
    hashes = [
        {(entry.part, entry.name): entry.content_hash for entry in folder.tables}
        for folder in (plain, long)
    ]
    assert len(hashes[0]) > 30
    assert hashes[1] == hashes[0]


def test_the_timeline_is_the_same_to_the_byte(plain: RunFolder, long: RunFolder) -> None:
    for name in (TIMELINE, f"parts/0/{PYRAMID}"):
        assert (long.path / name).read_bytes() == (plain.path / name).read_bytes()


def test_many_intervals_of_a_group_are_joined_alike(
    plain: RunFolder, capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are as long as the intervals in them allow, which changes no row."""
    monkeypatch.setattr(intervals, "BATCH_INTERVALS", 10)
    found = {e.name: e.row_count for e in processed(capture, tmp_path / "run").tables}
    assert found == {entry.name: entry.row_count for entry in plain.tables}


def test_the_answer_about_a_part_with_very_many_rows_is_not_kept(
    capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline_run, "MOST_ANSWERED_ROWS", 100)
    folder = processed(capture, tmp_path / "run")
    assert not (folder.path / "parts" / "0" / "metrics.json").exists()


def test_the_answer_about_a_usual_part_is_kept(plain: RunFolder) -> None:
    assert (plain.path / "parts" / "0" / "metrics.json").exists()
