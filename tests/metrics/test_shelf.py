"""Opened runs: which are kept, which are let go, and out of which file they are read."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from profiles.metrics import shelf as shelf_module
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.kept.run import KeptRun
from profiles.metrics.region import Region
from profiles.metrics.shelf import Shelf, device_run
from profiles.metrics.stored import write_answer
from tests.metrics.device_tables import device, instruction


def rows_of(count: int, first: int = 0) -> list[dict[str, object]]:
    return [instruction("Vector", 10 * n, 5) for n in range(first, first + count)]


def test_a_run_is_kept_and_a_large_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = device(tmp_path, Instruction=[instruction("Vector", 0, 5)]).run
    assert device_run(run) is device_run(run)
    monkeypatch.setattr(shelf_module, "MOST_KEPT_ROWS", 0)
    assert device_run(run) is not device_run(run)


def test_runs_are_let_go_the_longest_unused_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "MOST_KEPT_ROWS", 10)
    shelf = Shelf()
    first, second, third = (device(tmp_path / str(n), Instruction=rows_of(4)).run for n in range(3))
    opened = shelf.run(first, 0)
    shelf.run(second, 0)
    assert shelf.run(first, 0) is opened
    shelf.run(third, 0)
    assert len(shelf) == 2
    assert shelf.run(first, 0) is opened
    kept = shelf.run(third, 0)
    assert shelf.run(third, 0) is kept


def test_a_run_that_is_too_large_is_opened_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "MOST_KEPT_ROWS", 3)
    shelf = Shelf()
    large = device(tmp_path, Instruction=rows_of(4)).run
    assert len(shelf.run(large, 0).instructions.tally) == 4
    assert len(shelf) == 0


def test_a_run_that_was_made_anew_is_opened_anew(tmp_path: Path) -> None:
    shelf = Shelf()
    run = device(tmp_path, Instruction=rows_of(4)).run
    opened = shelf.run(run, 0)
    manifest = run.path / "manifest.json"
    text = manifest.read_text()
    manifest.unlink()
    manifest.write_text(text + " ")
    assert shelf.run(run, 0) is not opened


def test_many_threads_get_the_same_run(tmp_path: Path) -> None:
    shelf = Shelf()
    run = device(tmp_path, Instruction=rows_of(50)).run
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: shelf.run(run, 0), range(40)))
        regions = list(pool.map(lambda one: Region(one).length_ns(Region(one).compute), opened))
    assert len({id(one) for one in opened}) == 1
    assert set(regions) == {250}


def test_a_kept_file_is_opened_instead_of_the_tables(tmp_path: Path) -> None:
    run = device(tmp_path, Instruction=rows_of(50)).run
    write_answer(run, 0, Thresholds())
    opened = Shelf().run(run, 0)
    assert isinstance(opened, KeptRun)
    run.table_path("Instruction").unlink()
    window = opened.between(*opened.span_ns)
    assert Region(window).length_ns(Region(window).compute) == 250


def test_what_is_read_out_of_kept_files_counts_no_more_than_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "MOST_KEPT_ROWS", 3)
    monkeypatch.setattr(shelf_module, "MOST_CACHED_ROWS", 2)
    run = device(tmp_path, Instruction=rows_of(50)).run
    write_answer(run, 0, Thresholds())
    shelf = Shelf()
    assert shelf.run(run, 0) is shelf.run(run, 0)
