"""What is kept for ranges when captures are processed: of every version, and without a NEFF."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest_worker.pipeline.run import process
from ingest_worker.pipeline.stage import Options, SourceRef, silent
from profiles.metrics.device_run import DeviceRun
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region
from profiles.metrics.registry import answer
from profiles.metrics.stored import COLUMNS, kept_run
from profiles.storage.columns import ColumnFile
from profiles.storage.tables import ReadableRun, TableStore
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import small_capture, small_model

VERSIONS = (4, 5, 6)


def processed(folder: Path, *, version: int, has_neff: bool = True) -> ReadableRun:
    """A small capture, processed."""
    names = ["a.neff", "a.ntff"] if has_neff else ["a.ntff"]
    (folder / "a.neff").write_bytes(make_neff(small_model(1)))
    (folder / "a.ntff").write_bytes(make_ntff(small_capture(version, 1)))
    refs = [SourceRef(name[2:], name, folder / name) for name in names]
    store = TableStore(folder / "tables")
    process(refs, store.new_run("small", 1), Options(), silent)
    return store.open_run("small", 1)


def plain(document: object) -> Any:
    return json.loads(json.dumps(document, allow_nan=False))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("has_neff", [True, False])
def test_captures_of_every_version_are_kept_and_answered_alike(
    tmp_path: Path, version: int, has_neff: bool
) -> None:
    run = processed(tmp_path, version=version, has_neff=has_neff)
    full, kept = DeviceRun(run, 0), kept_run(run, 0)
    assert kept is not None
    first, last = full.span_ns
    for start, end in ((first, last), (last // 4, last // 2), (last // 2, last // 2 + 1)):
        found = answer(Region(kept.between(start, end), start, end), Thresholds())
        assert plain(found) == plain(answer(Region(full, start, end), Thresholds()))


def test_nothing_of_a_draft_is_left_beside_the_tables(tmp_path: Path) -> None:
    run = processed(tmp_path, version=6)
    folder = run.path / "parts" / "0"
    assert (folder / COLUMNS).is_file()
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []


def test_the_same_capture_keeps_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run = processed(tmp_path / name, version=6)
        files.append((run.path / "parts" / "0" / COLUMNS).read_bytes())
    assert files[0] == files[1]


def test_every_block_of_the_file_can_be_read(tmp_path: Path) -> None:
    run = processed(tmp_path, version=6)
    file = ColumnFile(run.path / "parts" / "0" / COLUMNS)
    lengths = {name: len(column.whole()) for name, column in file._columns.items()}
    assert lengths["packets.start"] == lengths["packets.length"] == lengths["packets.kind"]
    assert lengths["instructions.start"] == len(DeviceRun(run, 0).instructions.tally)
