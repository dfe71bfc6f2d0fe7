"""Traces and lists on the command line, of a pair and of a directory, without a server."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer_site import cli
from explorer_site.commands.traces import device_files
from profiles.directory import DevicePlan
from tests.exports.trace_processor import trace_processor
from tests.make.pair import write_pair


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    folder = tmp_path / "pair"
    folder.mkdir()
    neff, ntff = write_pair(folder)
    return str(neff), str(ntff)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A directory with one good pair, one trace that is cut, and a file nobody knows."""
    folder = tmp_path / "captured" / "i-0123456789abcdef0_pid_77"
    folder.mkdir(parents=True)
    neff, ntff = write_pair(folder)
    neff.rename(folder / "neff_4711.neff")
    data = ntff.read_bytes()
    ntff.rename(folder / "4711_instid_0_vnc_0.ntff")
    (folder / "4711_instid_0_vnc_1.ntff").write_bytes(data[: len(data) // 2])
    (folder / "notes.txt").write_text("a note")
    return folder.parent


DEVICE = DevicePlan("run_model_4711", "a.ntff", "a.neff", "i-1", 77, 0, 4711, None, "")


def test_a_pair_becomes_a_trace_in_the_working_folder(
    here: Path, pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["view", "-n", pair[0], "-s", pair[1], "--output-format", "perfetto"]) == 0
    assert capsys.readouterr().out.startswith("Wrote ntff.pftrace (")
    assert [path.name for path in here.iterdir()] == ["ntff.pftrace"]
    with trace_processor((here / "ntff.pftrace").read_bytes()) as found:
        assert found.complaints() == []
        assert found.one("select count(*) from slice") > 100


def test_a_trace_is_not_written_over_another_unasked(
    here: Path, pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine").write_text("old")
    call = ["view", "-s", pair[1], "--output-format", "perfetto", "--output-file", "mine"]
    assert cli.main(call) == 2
    assert "mine is there already" in capsys.readouterr().err
    assert (here / "mine").read_text() == "old"
    assert cli.main([*call, "--force"]) == 0
    assert (here / "mine").stat().st_size > 1000


def test_a_directory_becomes_a_trace_a_device_profile(
    here: Path, capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["view", "-d", str(capture), "--output-format", "perfetto", "--json"]) == 1
    told = capsys.readouterr()
    written = json.loads(told.out)
    assert [bool(one["error"]) for one in written] == [False, True]
    assert written[0]["file"] == "device_profile_model_4711.pftrace"
    assert "Not written: " in told.err
    assert "4711_instid_0_vnc_1.ntff" in told.err
    assert [path.name for path in here.iterdir()] == ["device_profile_model_4711.pftrace"]


def test_tables_of_a_directory_lie_in_a_folder_a_profile(
    here: Path, capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["view", "-d", str(capture), "--output-file", "tables"]) == 1
    (folder,) = (here / "tables").iterdir()
    assert (folder / "Instruction.parquet").is_file()
    assert "Not written: " in capsys.readouterr().err


def test_nothing_left_to_write_is_said(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["view", "-d", str(capture), "--ignore-device-profile", "--output-format", "perfetto"]
    assert cli.main(call) == 2
    assert capsys.readouterr().err.startswith("Nothing of ")


def test_device_profiles_are_listed_with_their_files(
    capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["view", "-d", str(capture), "--list"]) == 0
    table = capsys.readouterr().out
    assert "i-0123456789abcdef0_pid_77/4711_instid_0_vnc_0.ntff" in table
    assert "i-0123456789abcdef0_pid_77/neff_4711.neff" in table
    assert cli.main(["view", "-d", str(capture), "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["model_id"], one["nc_id"], one["calls"]) for one in listed] == [
        (4711, 0, None),
        (4711, 1, None),
    ]


@pytest.mark.parametrize("wanted", ["4711", "4711_instid_0_vnc_0", "neff_4711"])
def test_the_files_of_a_profile_are_found(
    wanted: str, capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = wanted.removeprefix("neff_")
    assert cli.main(["view", "-d", str(capture), "--find", wanted]) == 0
    found = capsys.readouterr().out.splitlines()
    assert found[:2] == [
        str(capture / "i-0123456789abcdef0_pid_77" / name)
        for name in ("neff_4711.neff", "4711_instid_0_vnc_0.ntff")
    ]


def test_an_id_that_is_not_there_is_refused(
    capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["view", "-d", str(capture), "--find", "1"]) == 2
    assert "holds no device profile for 1" in capsys.readouterr().err


def test_a_directory_without_a_trace_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["view", "-d", str(tmp_path), "--list"]) == 2
    assert "holds no trace" in capsys.readouterr().err


def test_file_names_of_traces_are_told_apart() -> None:
    core_1, other = replace(DEVICE, nc_id=1), replace(DEVICE, nc_id=1, process_id=78)
    unnamed = replace(DEVICE, model_id=None, name="a/../b c")
    again = [DEVICE, core_1, other, other, unnamed]
    assert device_files(again) == [
        "device_profile_model_4711.pftrace",
        "device_profile_model_4711_nc_1.pftrace",
        "device_profile_model_4711_nc_1_pid_78.pftrace",
        "device_profile_model_4711_nc_1_pid_78_2.pftrace",
        "device_profile_model_a_.._b_c.pftrace",
    ]
