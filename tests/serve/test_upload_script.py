"""The one-file uploader sends exactly the files, tells its progress, ends with a true code."""

import io
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from explorer_site import upload
from explorer_site.upload_content import PIECE_BYTES, FileContent
from explorer_site.upload_script import one_file
from tests.serve.fake_server import fake_server

SCRIPT = Path(upload.__file__)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    neff, ntff = tmp_path / "a b.neff", tmp_path / "run.ntff"
    neff.write_bytes(bytes(range(256)) * 4000)
    ntff.write_bytes(b"\r\n--boundary\r\n" * 1000)
    return neff, ntff


def send(
    endpoint: str, *arguments: object, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-", "--endpoint", endpoint, *map(str, arguments)],
        input=one_file(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_piped_into_python_it_sends_both_files_unchanged(pair: tuple[Path, Path]) -> None:
    neff, ntff = pair
    with fake_server() as server:
        done = send(server.endpoint, "--neff", neff, "--ntff", ntff, "--name", "run-12 é", "--wait")
    assert done.returncode == 0, done.stderr
    [got] = server.received
    assert got.fields == {"name": "run-12 é"}
    assert got.files == [
        ("neff", "a b.neff", neff.read_bytes()),
        ("ntff", "run.ntff", ntff.read_bytes()),
    ]
    assert done.stderr.splitlines()[-1] == "PROCESSED"
    assert done.stdout == f"{server.endpoint}/profiles/abc/\n"


def test_several_traces_go_into_one_profile_named_after_the_last(pair: tuple[Path, Path]) -> None:
    _, ntff = pair
    with fake_server() as server:
        done = send(server.endpoint, "--ntff", ntff, "--ntff", ntff)
    assert done.returncode == 0
    assert [name for name, _, _ in server.received[0].files] == ["ntff", "ntff"]
    assert server.received[0].fields["name"] == "run"


def test_without_waiting_acceptance_is_enough(pair: tuple[Path, Path]) -> None:
    with fake_server(statuses=[{"status": "FAILED", "failure": {"code": "x"}}]) as server:
        done = send(server.endpoint, "--ntff", pair[1])
    assert done.returncode == 0
    assert server.polls == 0


def test_waiting_follows_every_status_to_the_end(pair: tuple[Path, Path]) -> None:
    stages = [
        {"status": "PENDING"},
        {"status": "PROCESSING", "stage": {"name": "decode", "done": 1, "total": 2}},
        {"status": "PROCESSED"},
    ]
    with fake_server(statuses=stages) as server:
        done = send(server.endpoint, "--ntff", pair[1], "--wait")
    assert done.returncode == 0
    assert server.polls == 3


def test_a_failed_profile_ends_with_its_code_and_sentence(pair: tuple[Path, Path]) -> None:
    failure = {"code": "ntff.truncated", "message": "The file ends too early.", "hint": "Copy it."}
    with fake_server(statuses=[{"status": "FAILED", "failure": failure}]) as server:
        done = send(server.endpoint, "--ntff", pair[1], "--wait")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "ntff.truncated: The file ends too early. Copy it."


def test_a_refusal_ends_with_the_servers_code_and_sentence(pair: tuple[Path, Path]) -> None:
    answer = {"error": {"code": "pair.swapped", "title": "Swapped.", "detail": "", "hint": "Swap."}}
    with fake_server(refusal=(400, answer)) as server:
        done = send(server.endpoint, "--ntff", pair[1], "--wait")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "pair.swapped: Swapped. Swap."


def test_a_refusal_without_our_error_shape_still_is_a_sentence(pair: tuple[Path, Path]) -> None:
    with fake_server(refusal=(502, None)) as server:
        done = send(server.endpoint, "--ntff", pair[1])
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "http.502: The server answered 502."


def test_a_server_that_refuses_before_the_end_of_the_body_is_heard(tmp_path: Path) -> None:
    large = tmp_path / "large.ntff"
    large.write_bytes(b"\0" * 30_000_000)
    answer = {"error": {"code": "upload.too_large", "title": "Too large."}}
    with fake_server(refusal=(413, answer), answer_before_body=True) as server:
        done = send(server.endpoint, "--ntff", large)
    assert done.returncode == 1
    assert "upload.too_large: Too large." in done.stderr or "reached" in done.stderr


def test_a_broken_connection_is_tried_again_with_the_same_key(pair: tuple[Path, Path]) -> None:
    with fake_server(drop_first=1) as server:
        done = send(server.endpoint, "--ntff", pair[1])
    assert done.returncode == 0, done.stderr
    assert "trying again" in done.stderr
    assert len(server.received) == 1
    assert re.fullmatch(r"[0-9a-f-]{36}", server.received[0].key)


def test_a_server_that_is_not_there_is_named(pair: tuple[Path, Path]) -> None:
    done = send("http://127.0.0.1:9", "--ntff", pair[1])
    assert done.returncode == 1
    assert "http://127.0.0.1:9/ cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Give a file with --neff, --ntff or --official, or a directory with -d."),
        (["--ntff", "/does/not/exist"], "/does/not/exist cannot be read"),
        (["--ntff", str(SCRIPT), "--namespace", "team"], "There is no namespace team"),
        (["--neff", str(SCRIPT), "--neff", str(SCRIPT)], "A profile has one NEFF"),
    ],
)
def test_what_cannot_be_sent_is_said_before_anything_is(
    arguments: list[str], sentence: str
) -> None:
    with fake_server() as server:
        done = send(server.endpoint, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert server.received == []


def test_an_address_that_is_none_is_refused(pair: tuple[Path, Path]) -> None:
    done = send("localhost:3001", "--ntff", pair[1])
    assert done.returncode == 2
    assert "is not a server's address" in done.stderr


def test_overwriting_deletes_earlier_profiles_of_exactly_that_name(
    pair: tuple[Path, Path],
) -> None:
    others = [
        {"id": "abc", "name": "run-12"},
        {"id": "old", "name": "run-12"},
        {"id": "near", "name": "run-123"},
    ]
    with fake_server(others=others) as server:
        done = send(server.endpoint, "--ntff", pair[1], "--name", "run-12", "--wait", "--overwrite")
    assert done.returncode == 0
    assert server.deleted == ["old"]
    assert server.renamed == [("/api/v1/profiles/abc/", {"name": "run-12"})]


def test_a_failed_upload_deletes_nothing(pair: tuple[Path, Path]) -> None:
    others = [{"id": "old", "name": "run-12"}]
    failed = [{"status": "FAILED", "failure": {"code": "ntff.malformed", "message": "Bad."}}]
    with fake_server(others=others, statuses=failed) as server:
        send(server.endpoint, "--ntff", pair[1], "--name", "run-12", "--wait", "--overwrite")
    assert server.deleted == []


def test_progress_redraws_one_line_on_a_terminal_and_writes_plain_lines_elsewhere(
    pair: tuple[Path, Path],
) -> None:
    with fake_server() as server:
        plain = send(server.endpoint, "--neff", pair[0])
        master, slave = pty.openpty()
        done = subprocess.run(
            [sys.executable, str(SCRIPT), "--endpoint", server.endpoint, "--neff", str(pair[0])],
            stderr=slave,
            timeout=60,
            check=False,
        )
        os.close(slave)
        shown = os.read(master, 100_000).decode()
        os.close(master)
    assert done.returncode == 0
    assert "\r" not in plain.stderr
    assert "Sending 100 %" in plain.stderr
    assert "\r" in shown
    assert "Sending 100 %" in shown


def test_memory_stays_small_while_a_large_file_is_sent(tmp_path: Path) -> None:
    large = tmp_path / "large.ntff"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    form = upload.Form([("name", "x")], [("ntff", FileContent(large))])
    longest = 0
    total = 0
    for piece in form.pieces():
        longest = max(longest, len(piece))
        total += len(piece)
    assert total == form.size_bytes
    assert longest <= PIECE_BYTES


def test_a_file_that_shrinks_while_it_is_sent_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "x.ntff"
    file.write_bytes(b"12345678")
    form = upload.Form([], [("ntff", FileContent(file))])
    file.write_bytes(b"1234")
    with pytest.raises(upload.UploadError, match="became shorter"):
        list(form.pieces())


def test_quotes_and_line_ends_in_a_file_name_cannot_break_the_form(tmp_path: Path) -> None:
    file = tmp_path / 'a"b\r\nc.ntff'
    file.write_bytes(b"x")
    body = b"".join(upload.Form([], [("ntff", FileContent(file))]).pieces())
    assert b'filename="a%22b%0D%0Ac.ntff"' in body


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_500, "1.5 kB"),
        (2_500_000, "2.5 MB"),
        (5e9, "5.00 GB"),
        (999_949, "999.9 kB"),
        (999_951, "1.0 MB"),
        (999_999_999, "1.00 GB"),
    ],
)
def test_sizes_are_told_for_people(size: float, text: str) -> None:
    assert upload.size_text(size) == text


def test_a_quiet_screen_does_not_repeat_itself() -> None:
    stream = io.StringIO()
    screen = upload.Screen(stream)
    screen.passing("one", important=True)
    screen.passing("one", important=True)
    screen.passing("two")
    assert stream.getvalue() == "one\n", "the next line is due in a few seconds"


def older_pythons() -> list[str]:
    """Interpreters of 3.8 to 3.10 that can be found: on the path, or beside a version manager's."""
    found = [shutil.which(f"python3.{minor}") for minor in (8, 9, 10)]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found += [str(path) for path in sorted(versions.glob("3.[89]*/bin/python"))]
    found += [str(path) for path in sorted(versions.glob("3.10*/bin/python"))]
    return [path for path in found if path and _runs(path)]


def _runs(python: str) -> bool:
    done = subprocess.run([python, "-c", "pass"], capture_output=True, check=False)
    return done.returncode == 0


def test_it_is_written_in_the_python_of_3_8() -> None:
    import ast

    ast.parse(one_file(), feature_version=(3, 8))


@pytest.mark.parametrize("python", older_pythons() or [sys.executable])
def test_older_pythons_run_it(python: str, pair: tuple[Path, Path]) -> None:
    with fake_server() as server:
        done = send(server.endpoint, "--neff", pair[0], "--wait", python=python)
    assert done.returncode == 0, done.stderr
    assert server.received[0].files[0][2] == pair[0].read_bytes()
