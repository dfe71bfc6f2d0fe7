"""A directory is sent as one archive of a length known before, made while it is sent."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer_site.upload_content import (
    PIECE_BYTES,
    DirectoryContent,
    UploadError,
)
from explorer_site.upload_script import one_file
from tests.serve.fake_server import fake_server

LONG = "d" * 90 + "/" + "e" * 120 + "/" + "f" * 200 + ".ntff"


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A directory with nested, empty, long and oddly named files, and with links."""
    folder = tmp_path / "neuron_profiles"
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "link.ntff").symlink_to(folder / "i-1_pid_7" / "profile.ntff")
    (folder / "loop").symlink_to(folder)
    (folder / "broken").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    return folder


FILES = {
    "i-1_pid_7/neff_12.neff": bytes(range(256)) * 5000,
    "i-1_pid_7/profile.ntff": b"t" * 511,
    "i-1_pid_7/ntrace.pb": b"",
    "i-1_pid_7/übersicht \u2028.json": b"{}" * 256,
    LONG: b"x" * 512,
}


def archive_of(content: DirectoryContent) -> bytes:
    return b"".join(content.pieces())


def unpacked(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = {}
        for member in archive.getmembers():
            assert member.isreg()
            file = archive.extractfile(member)
            assert file
            found[member.name] = file.read()
        return found


def send(endpoint: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-", "--endpoint", endpoint, *map(str, arguments)],
        input=one_file(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_archive_holds_every_regular_file_by_its_path_inside(capture: Path) -> None:
    found = unpacked(archive_of(DirectoryContent(capture)))
    assert found == {**FILES, "link.ntff": FILES["i-1_pid_7/profile.ntff"]}


def test_its_length_is_known_before(capture: Path) -> None:
    content = DirectoryContent(capture)
    assert content.size_bytes == len(archive_of(content))
    assert content.name == "neuron_profiles.tar"


@given(st.dictionaries(st.integers(0, 9), st.binary(max_size=1500), min_size=1))
def test_any_sizes_give_a_sound_archive(
    tmp_path_factory: pytest.TempPathFactory, files: dict[int, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name, data in files.items():
        (folder / str(name)).write_bytes(data)
    content = DirectoryContent(folder)
    data = archive_of(content)
    assert len(data) == content.size_bytes
    assert len(data) % 512 == 0
    assert unpacked(data) == {str(name): value for name, value in files.items()}


def test_the_same_directory_gives_the_same_bytes(capture: Path) -> None:
    first, second = DirectoryContent(capture), DirectoryContent(capture)
    os.utime(capture / "i-1_pid_7" / "profile.ntff", (1, 1))
    assert archive_of(first) == archive_of(second) == archive_of(first)


def test_its_pieces_are_bounded(capture: Path) -> None:
    (capture / "large").write_bytes(bytes(3 * PIECE_BYTES))
    assert max(len(piece) for piece in DirectoryContent(capture).pieces()) <= PIECE_BYTES


def test_a_name_that_is_no_text_is_sent_as_it_is(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"bad\xff.ntff")).write_bytes(b"1")
    content = DirectoryContent(tmp_path)
    assert unpacked(archive_of(content)) == {os.fsdecode(b"bad\xff.ntff"): b"1"}


def test_a_file_that_becomes_shorter_is_told(capture: Path) -> None:
    content = DirectoryContent(capture)
    (capture / "i-1_pid_7" / "neff_12.neff").write_bytes(b"short")
    with pytest.raises(UploadError, match="became shorter"):
        archive_of(content)


def test_a_directory_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="holds no files"):
        DirectoryContent(tmp_path)


@pytest.mark.parametrize("flag", ["-d", "--profile-directory"])
def test_it_arrives_as_one_part_named_after_the_directory(flag: str, capture: Path) -> None:
    with fake_server() as server:
        done = send(server.endpoint, flag, capture, "--wait")
    assert done.returncode == 0, done.stderr
    [got] = server.received
    assert got.fields == {"name": "neuron_profiles"}
    [(role, name, data)] = got.files
    assert (role, name) == ("directory", "neuron_profiles.tar")
    assert unpacked(data) == {**FILES, "link.ntff": FILES["i-1_pid_7/profile.ntff"]}


def test_a_broken_connection_sends_it_again_whole(capture: Path) -> None:
    with fake_server(drop_first=1) as server:
        done = send(server.endpoint, "-d", capture, "--name", "again")
    assert done.returncode == 0, done.stderr
    assert len({got.key for got in server.received}) == 1
    assert unpacked(server.received[-1].files[0][2]).keys() >= FILES.keys()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-d", "/nowhere"], "/nowhere is not a directory."),
        (["-d", ".", "--ntff", "x"], "or a directory with -d."),
        ([], "or a directory with -d."),
    ],
)
def test_a_wrong_call_is_one_sentence(arguments: list[str], sentence: str) -> None:
    done = send("http://127.0.0.1:1", *arguments)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(sentence)
