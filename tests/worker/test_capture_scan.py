"""What is read of the files of a capture directory."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.capture_scan import found_file, scan_directory
from ingest_worker.formats.errors import FormatError
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.ntff.header import HEADER_SIZE
from ingest_worker.formats.ntff.reader import read_ntff
from profiles.directory import FoundFile, plan
from tests.make.description import Capture
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import UUID, small_capture, small_model
from tests.make.wire import blob, uint

PAIR = make_neff(small_model()), make_ntff(small_capture())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A process folder with a pair and the files of a system trace."""
    own = tmp_path / "capture" / "i-0af76a70a6d3864dd_pid_7"
    own.mkdir(parents=True)
    neff, ntff = PAIR
    (own / "neff_12.neff").write_bytes(neff)
    (own / "12_vnc_0.ntff").write_bytes(ntff)
    (own / "trace_info.pb").write_bytes(uint(2, 9) + blob(4, b"i-0bb"))
    (own / "notes.txt").write_text("hello")
    return tmp_path / "capture"


def by_name(files: list[FoundFile]) -> dict[str, FoundFile]:
    return {file.path.rpartition("/")[2]: file for file in files}


def test_ids_are_read_from_inside_the_files(folder: Path) -> None:
    files = by_name(scan_directory(folder))
    assert files["neff_12.neff"].program_id == UUID
    assert set(files["12_vnc_0.ntff"].trace.executions) == {UUID}
    assert files["trace_info.pb"].process_id == 9
    assert files["trace_info.pb"].instance_id == "i-0bb"
    assert files["notes.txt"].role == "other"


def scanned(folder: Path, capture: Capture) -> FoundFile:
    path = folder / "profile_nc_0_session_0.ntff"
    path.write_bytes(make_ntff(capture))
    return found_file(path.name, path)


def test_executions_of_a_trace_are_told_on_the_devices_clock(tmp_path: Path) -> None:
    capture = small_capture(6, is_scaled=False)
    found = scanned(tmp_path, capture)
    ntff = read_ntff(tmp_path / found.path, limits=DEFAULT_LIMITS)
    expected = [(w.start_ps // 1000, w.end_ps // 1000) for w in ntff.facts.executions]
    assert expected
    assert list(found.windows_ns) == sorted(expected)
    assert plan([found], "run").devices[0].windows_ns == found.windows_ns


@pytest.mark.parametrize(("version", "is_scaled"), [(6, True), (5, False), (4, True)])
def test_another_clock_or_no_window_tells_no_executions(
    version: int, *, is_scaled: bool, tmp_path: Path
) -> None:
    assert scanned(tmp_path, small_capture(version, is_scaled=is_scaled)).windows_ns == ()


@pytest.mark.parametrize("times", [(0, 5000), (5000, 5000), (9000, 5000), (1, 1 << 62)])
def test_an_execution_without_a_usable_start_and_end_is_left_out(
    times: tuple[int, int], tmp_path: Path
) -> None:
    good = blob(15, uint(2, 7_000_000) + uint(3, 9_000_999))
    bad = blob(15, uint(2, times[0]) + uint(3, times[1]))
    message = good + bad
    path = tmp_path / "a.ntff"
    head = make_ntff(small_capture(6))[:HEADER_SIZE]
    path.write_bytes(head[:1] + len(message).to_bytes(8, "little") + head[9:] + message)
    assert found_file("a.ntff", path).windows_ns == ((7000, 9000),)


def test_the_scan_is_what_a_plan_is_made_from(folder: Path) -> None:
    result = plan(scan_directory(folder), "run")
    assert result.kind == "system"
    assert result.devices[0].neff == "i-0af76a70a6d3864dd_pid_7/neff_12.neff"


def test_a_trace_called_a_neff_counts_as_what_it_is(tmp_path: Path) -> None:
    neff, ntff = PAIR
    (tmp_path / "a.neff").write_bytes(ntff)
    (tmp_path / "b.ntff").write_bytes(neff)
    files = by_name(scan_directory(tmp_path))
    assert files["a.neff"].role == "ntff"
    assert files["b.ntff"].role == "neff"


def test_the_same_file_has_the_same_mark_and_a_changed_one_another(tmp_path: Path) -> None:
    big = bytes(200_000)
    names = {
        "a": big,
        "b": big,
        "tail": big[:-1] + b"x",
        "head": b"x" + big[1:],
        "long": big + b"x",
    }
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)
    marks = {name: found_file(name, tmp_path / name).mark for name in names}
    assert marks["a"] == marks["b"]
    assert len(set(marks.values())) == 4


def test_what_is_no_regular_file_is_passed_over(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.ntff")
    (folder / "gone.neff").symlink_to(tmp_path / "nowhere")
    (folder / "loop").symlink_to(folder)
    names = [file.path for file in scan_directory(folder)]
    assert len(names) == 4
    assert not any("loop" in name for name in names)


def test_a_name_that_is_no_text_is_shown_as_text(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt")).write_text("x")
    assert scan_directory(tmp_path)[0].path.encode()


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / str(number)).touch()
    with pytest.raises(FormatError) as caught:
        scan_directory(tmp_path, 3)
    assert caught.value.code == "archive.too_many"


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        scan_directory(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["x.ntff", "x.neff", "trace_info.pb"])
@given(data=st.binary(max_size=400))
def test_damage_says_nothing_instead_of_failing(
    name: str, data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "file"
    path.write_bytes(data)
    found = found_file(name, path)
    assert found.size_bytes == len(data)


@given(cut=st.integers(0, 3000))
def test_a_trace_cut_anywhere_keeps_what_was_before_the_cut(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "file"
    path.write_bytes(PAIR[1][:cut])
    found = found_file("x.ntff", path)
    assert set(found.trace.executions) <= {UUID}


def test_the_sample_session_is_one_process_and_one_device_profile(samples: Path) -> None:
    result = plan(scan_directory(samples / "nki-moe-megakernel" / "session"), "moe")
    assert [process.process_id for process in result.processes] == [713479]
    (device,) = result.devices
    assert device.model_id == 171450338541704
    assert device.process_id == 723577
    assert not result.others
