"""Tables written to a folder: whole or not at all, and never over something by accident."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from explorer_site import export
from explorer_site.export import (
    StageBar,
    check_target,
    export_tables,
    put_in_place,
    source_refs,
)
from explorer_site.serve.refusal import Refusal
from ingest_worker.formats.errors import Truncated
from tests.house.test_sizes import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest_worker.pipeline.stage import SourceRef


@pytest.fixture
def ntff(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "run.ntff"
    path.parent.mkdir()
    path.write_bytes(b"trace")
    return path


def filled(folder: Path, name: str = "old.txt") -> Path:
    folder.mkdir()
    (folder / name).write_text("old")
    return folder


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


class FakePipeline:
    """Writes two files and a manifest, or fails as told."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.sources: Sequence[SourceRef] = ()

    def __call__(self, sources: Any, folder: Any, options: Any, progress: Any) -> Any:
        self.sources = sources
        progress("identify", 0, 0)
        (folder.path / "Instruction.parquet").write_bytes(b"rows")
        progress("build", 1, 2)
        if self.error:
            raise self.error
        (folder.path / "manifest.json").write_text("{}")

        class Result:
            notices = ()

        return Result()


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    fake = FakePipeline()
    monkeypatch.setattr(export, "process", fake)
    return fake


def write(ntff: Path, target: Path, *, force: bool = False) -> int:
    return export_tables(neff=None, ntffs=[ntff], target=target, force=force, version="0")


def test_a_new_folder_is_made_and_nothing_else_stays(
    ntff: Path, tmp_path: Path, pipeline: FakePipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "deep" / "out"
    assert write(ntff, target) == 0
    assert names_in(target) == {"Instruction.parquet", "manifest.json"}
    assert names_in(target.parent) == {"out"}
    assert capsys.readouterr().out == f"Wrote 1 tables to {target}\n"


def test_an_empty_folder_is_filled(ntff: Path, tmp_path: Path, pipeline: FakePipeline) -> None:
    target = tmp_path / "out"
    target.mkdir()
    assert write(ntff, target) == 0
    assert "manifest.json" in names_in(target)


def test_a_folder_with_something_in_it_is_left_alone(
    ntff: Path, tmp_path: Path, pipeline: FakePipeline
) -> None:
    target = filled(tmp_path / "out")
    with pytest.raises(Refusal, match="--force"):
        write(ntff, target)
    assert names_in(target) == {"old.txt"}
    assert pipeline.sources == ()


def test_with_force_it_is_replaced_whole(
    ntff: Path, tmp_path: Path, pipeline: FakePipeline
) -> None:
    target = filled(tmp_path / "out")
    assert write(ntff, target, force=True) == 0
    assert names_in(target) == {"Instruction.parquet", "manifest.json"}
    assert names_in(tmp_path) == {"in", "out"}


@pytest.mark.parametrize(
    "error", [Truncated("ntff.truncated", "It ends.", 7), OSError(28, "No space left on device")]
)
def test_a_failure_on_the_way_leaves_the_old_folder_as_it_was(
    ntff: Path, tmp_path: Path, pipeline: FakePipeline, error: Exception
) -> None:
    target = filled(tmp_path / "out")
    pipeline.error = error
    with pytest.raises(Refusal):
        write(ntff, target, force=True)
    assert names_in(target) == {"old.txt"}
    assert names_in(tmp_path) == {"in", "out"}


def test_a_bad_file_is_told_with_its_code_place_and_what_to_do(
    ntff: Path, tmp_path: Path, pipeline: FakePipeline
) -> None:
    pipeline.error = Truncated("ntff.truncated", "It ends.", 7)
    with pytest.raises(Refusal, match=r"ntff\.truncated: It ends\. \(at byte 7\) .*again"):
        write(ntff, tmp_path / "out")


def test_ctrl_c_leaves_nothing(ntff: Path, tmp_path: Path, pipeline: FakePipeline) -> None:
    pipeline.error = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        write(ntff, tmp_path / "out")
    assert names_in(tmp_path) == {"in"}


def test_where_names_cannot_be_exchanged_the_old_folder_steps_aside_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_exchange", lambda *_: False)
    target, made = filled(tmp_path / "out"), filled(tmp_path / "made", "new.txt")
    put_in_place(made, target)
    assert names_in(target) == {"new.txt"}
    assert names_in(tmp_path / "made.old") == {"old.txt"}

    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "never-made", target)
    assert names_in(target) == {"new.txt"}


def test_an_exchange_swaps_both_names(tmp_path: Path) -> None:
    target, made = filled(tmp_path / "out"), filled(tmp_path / "made", "new.txt")
    put_in_place(made, target)
    assert names_in(target) == {"new.txt"}


def test_a_file_in_the_targets_place_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.write_text("a file")
    with pytest.raises(Refusal, match="is a file"):
        check_target(place, [], force=True)


@pytest.mark.parametrize("kept", ["home", "cwd", "source"])
def test_force_does_not_replace_home_the_working_folder_or_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    target = filled(tmp_path / "precious")
    inside = target / "inside"
    inside.mkdir()
    sources = []
    if kept == "home":
        monkeypatch.setenv("HOME", str(inside))
    elif kept == "cwd":
        monkeypatch.chdir(inside)
    else:
        (inside / "a.ntff").write_bytes(b"x")
        sources = source_refs(None, [inside / "a.ntff"])
    with pytest.raises(Refusal, match="not even with --force"):
        check_target(target, sources, force=True)


def test_files_are_numbered_within_their_role(tmp_path: Path) -> None:
    for name in ("m.neff", "a.ntff", "b.ntff"):
        (tmp_path / name).write_bytes(b"x")
    refs = source_refs(tmp_path / "m.neff", [tmp_path / "a.ntff", tmp_path / "b.ntff"])
    assert [(ref.role, ref.name, ref.ordinal) for ref in refs] == [
        ("neff", "m.neff", 0),
        ("ntff", "a.ntff", 0),
        ("ntff", "b.ntff", 1),
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"gone\.ntff cannot be read"):
        source_refs(None, [tmp_path / "gone.ntff"])


def test_a_file_that_is_no_trace_is_refused_in_one_sentence(ntff: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "explorer_site.cli", "view"),
            *("-s", str(ntff), "--output-file", str(tmp_path / "out")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "ntff." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_exporting_loads_no_web_framework() -> None:
    program = (
        "import sys, explorer_site.cli, explorer_site.export\n"
        "bad = {'django', 'celery', 'rest_framework'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 30


def test_tables_of_a_pair_are_told_to_programs_and_nothing_else_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = ROOT / "profiles" / "sample"
    target = tmp_path / "tables"
    files = {"neff": sample / "attention.neff", "ntffs": [sample / "attention.ntff"]}
    assert export_tables(**files, target=target, force=False, version="", as_json=True) == 0  # type: ignore[arg-type]
    told = capsys.readouterr()
    assert json.loads(told.out) == {"written": {"attention": str(target)}, "failed": {}}
    assert "\n\n" not in told.err


def test_a_bar_is_drawn_on_a_terminal_only() -> None:
    for is_terminal in (True, False):
        screen = io.StringIO()
        with StageBar("one.ntff", Console(file=screen, force_terminal=is_terminal)) as bar:
            bar("decode", 1, 2)
        assert ("one.ntff" in screen.getvalue()) == is_terminal
