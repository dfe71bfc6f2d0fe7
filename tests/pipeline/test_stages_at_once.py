"""Tables and places are made at one time: what fails in either fails the run, and nothing mixes."""

from pathlib import Path

import pytest

from ingest_worker.formats.errors import FormatError, LimitExceeded
from ingest_worker.pipeline import build
from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, silent
from ingest_worker.pipeline.timeline import TimelineBuilder
from profiles.storage.layout import TIMELINE
from profiles.storage.tables import RunMissingError, TableStore
from tests.pipeline.capture_files import trace_source


def run_into(store: TableStore, folder: Path, number: int) -> None:
    process([trace_source(folder)], store.new_run("p", number), Options(), silent)


def test_two_runs_of_a_trace_hold_the_same(tmp_path: Path) -> None:
    store = TableStore(tmp_path / "tables")
    for number in (1, 2):
        run_into(store, tmp_path, number)
    first, second = (store.open_run("p", number) for number in (1, 2))
    facts = [
        [
            (table.part, table.name, table.row_count, table.content_hash)
            for table in run.manifest.tables
        ]
        for run in (first, second)
    ]
    assert facts[0] == facts[1]
    timelines = [(run.path / TIMELINE).read_bytes() for run in (first, second)]
    assert timelines[0] == timelines[1]


def test_a_place_that_cannot_be_given_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise LimitExceeded("limit.records", "There are more tracks than a timeline numbers.")

    monkeypatch.setattr(TimelineBuilder, "add_part", refuse)
    store = TableStore(tmp_path / "tables")
    with pytest.raises(FormatError) as refused:
        run_into(store, tmp_path, 1)
    assert refused.value.code == "limit.records"
    with pytest.raises(RunMissingError):
        store.open_run("p", 1)


def test_a_table_that_cannot_be_made_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build, "_write", full)
    store = TableStore(tmp_path / "tables")
    with pytest.raises(OSError, match="No space"):
        run_into(store, tmp_path, 1)
    with pytest.raises(RunMissingError):
        store.open_run("p", 1)
