"""The official tool's outputs and results on the command line, and the comparison with it."""

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from explorer_site import official_tool
from explorer_site.cli import main
from explorer_site.official_tool import binary_found, official_output
from explorer_site.serve.refusal import Refusal
from tests.imports.official_files import SUMMARY, decoded
from tests.make.pair import write_pair

Pair = tuple[Path, Path]


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    monkeypatch.chdir(tmp_path)
    return write_pair(tmp_path)


def view(*flags: object) -> int:
    return main(["view", *map(str, flags)])


def of(pair: Pair) -> list[object]:
    return ["-n", pair[0], "-s", pair[1]]


def test_the_json_is_written_where_the_official_tool_writes_it(pair: Pair) -> None:
    assert view(*of(pair), "--output-format", "json") == 0
    document = json.loads(Path("ntff.json").read_text())
    assert document["instruction"]
    assert not list(Path().glob(".ntff*"))


def test_what_is_there_is_replaced_by_force_only(
    pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    target = Path("out.json")
    target.write_text("mine")
    assert view(*of(pair), "--output-format", "json", "--output-file", target) == 2
    assert "give --force" in capsys.readouterr().err
    assert target.read_text() == "mine"
    flags = ["--output-format", "json", "--output-file", target, "--force"]
    assert view(*of(pair), *flags, "--json-pretty-print") == 0
    assert '\n    "' in target.read_text()


def test_a_summary_is_printed_or_written(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    assert view(*of(pair), "--output-format", "summary-json") == 0
    printed = json.loads(capsys.readouterr().out)
    (values,) = printed.values()
    assert values["total_time"] > 0
    target = Path("s.json")
    assert view(*of(pair), "--output-format", "summary-json", "--output-file", target) == 0
    assert json.loads(target.read_text()) == printed
    assert view(*of(pair), "--output-format", "summary-text") == 0
    assert "Tensor engine" in capsys.readouterr().out


def test_every_trace_has_a_json(pair: Pair) -> None:
    assert view(*of(pair), "-s", pair[1], "--output-format", "json") == 0
    assert Path("ntff.json").is_file()
    assert Path("ntff_1.json").is_file()


def test_a_directory_gives_a_json_for_every_device(pair: Pair, tmp_path: Path) -> None:
    folder = tmp_path / "capture"
    folder.mkdir()
    pair[0].rename(folder / "neff_12.neff")
    pair[1].rename(folder / "12_instid_0_vnc_0.ntff")
    out = tmp_path / "out"
    assert view("-d", folder, "--output-format", "json", "--output-file", out) == 0
    assert [path.name for path in out.iterdir()] == ["device_profile_model_12.json"]
    found = tmp_path / "s.json"
    assert view("-d", folder, "--output-format", "summary-json", "--output-file", found) == 0
    assert len(json.loads(found.read_text())) == 1


@pytest.mark.parametrize("form", ["json", "summary-json", "summary-text"])
def test_without_files_there_is_nothing_to_write(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert view("--output-format", form) == 2
    assert f"Give what to write as {form}" in capsys.readouterr().err


def test_a_result_of_the_official_tool_becomes_tables_traces_and_summaries(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert view(*of(pair), "--output-format", "json") == 0
    assert view("--official", "ntff.json", "--output-file", tmp_path / "tables") == 0
    assert (tmp_path / "tables" / "Instruction.parquet").is_file()
    assert view("--official", "ntff.json", "--output-format", "perfetto") == 0
    assert Path("ntff.pftrace").stat().st_size > 1000
    capsys.readouterr()
    assert view("--official", tmp_path / "tables", "--output-format", "summary-json") == 0
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no"),
        ("hello", "does not begin like"),
        ('{"instruction": [', "json.malformed"),
    ],
)
def test_what_is_no_result_is_refused(
    content: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_text(content)
    assert view("--official", path, "--output-format", "summary-json") == 2
    assert said in capsys.readouterr().err


def test_an_empty_folder_holds_no_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert view("--official", tmp_path, "--output-format", "json") == 2
    assert "holds no table" in capsys.readouterr().err


TOOL = """#!/usr/bin/env python3
import json, pathlib, sys
flags = dict(zip(sys.argv[2::2], sys.argv[3::2]))
assert sys.argv[1] == "view" and flags["--output-format"] == "json", sys.argv
assert pathlib.Path(flags["-n"]).is_file() and pathlib.Path(flags["-s"]).is_file()
{body}
"""
WRITES = 'pathlib.Path(flags["--output-file"]).write_text(pathlib.Path({source!r}).read_text())'
WRITES_ELSEWHERE = 'pathlib.Path("mine.json").write_text(pathlib.Path({source!r}).read_text())'


def tool(tmp_path: Path, body: str) -> Path:
    """An executable that stands for the official tool."""
    path = tmp_path / "official-tool"
    path.write_text(TOOL.format(body=body))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """What the official tool is made to write: the view of the tables themselves."""
    from ingest_worker.exports.official_json import json_pieces

    (tmp_path / "own").mkdir()
    path = tmp_path / "told.json"
    path.write_bytes(b"".join(json_pieces(decoded(tmp_path / "own"))))
    return path


def compare(*flags: object) -> int:
    return main(["compare-official", *map(str, flags)])


@pytest.mark.parametrize("body", [WRITES, WRITES_ELSEWHERE])
def test_the_official_tool_is_run_and_compared_with(
    body: str, pair: Pair, output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    binary = tool(tmp_path, body.format(source=str(output)))
    assert compare(*of(pair), "--binary", binary) == 0
    printed = capsys.readouterr().out
    assert "instruction" in printed
    assert "DIFFERS" not in printed
    assert not Path("official-differences.csv").exists()


def test_differences_are_kept_as_csv(
    pair: Pair, output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document: dict[str, Any] = json.loads(output.read_text())
    document["instruction"][3]["duration"] += 1
    del document["semaphore_update"][0]
    document["summary"][0]["total_time"] *= 1.001
    output.write_text(json.dumps(document))
    target = tmp_path / "found.csv"
    assert compare(*of(pair), "--json", output, "--differences", target) == 1
    assert "Wrote 3 differences" in capsys.readouterr().out
    with target.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["table"], row["field"]) for row in found] == [
        ("instruction", "duration"),
        ("semaphore_update", ""),
        ("summary", "total_time"),
    ]
    assert int(found[0]["official"]) == int(found[0]["here"]) + 1
    assert (found[1]["official"], bool(found[1]["here"])) == ("", True)
    assert found[0]["file"].endswith("told.json")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('sys.exit("FATA no such version")', "ended with code 1: FATA no such version"),
        ("pass", "wrote no JSON"),
        ('pathlib.Path(flags["--output-file"]).write_text("{")', "json.malformed"),
    ],
)
def test_a_tool_that_fails_is_told(
    body: str, said: str, pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(*of(pair), "--binary", tool(tmp_path, body)) == 2
    assert said in capsys.readouterr().err


def test_a_tool_that_hangs_is_ended(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official_tool, "LONGEST_S", 0.5)
    binary = tool(tmp_path, "import time; time.sleep(30)")
    with pytest.raises(Refusal, match="did not end"), official_output(binary, *pair):
        pass


def test_without_the_tool_a_sentence_says_what_to_do(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(official_tool, "PLACES", ())
    monkeypatch.setenv("PATH", "")
    assert compare(*of(pair)) == 2
    assert "not installed here. Name it with --binary" in capsys.readouterr().err
    with pytest.raises(Refusal, match="no program"):
        binary_found(pair[0])


def test_the_tool_is_found_where_its_package_puts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tool(tmp_path, "pass")
    monkeypatch.setattr(official_tool, "PLACES", (binary,))
    assert binary_found(None) == binary


def test_one_trace_is_compared_at_a_time(pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare("-n", pair[0]) == 2
    assert "Give a pair with -n and -s" in capsys.readouterr().err


def test_the_summary_of_a_file_is_the_one_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"n_1": SUMMARY}))
    assert view("--official", path, "--output-format", "summary-json") == 0
    (values,) = json.loads(capsys.readouterr().out).values()
    assert values["hardware_flops"] == SUMMARY["hardware_flops"]
