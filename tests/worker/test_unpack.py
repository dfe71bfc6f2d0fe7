"""Unpacking writes numbered files and reports what each is; nothing else is ever written."""

import random
from collections import Counter
from pathlib import Path

import pytest

from ingest_worker import unpack as unpacking
from ingest_worker.formats.errors import FormatError
from ingest_worker.listing import ListedFile
from ingest_worker.packed import ArchiveLimits
from ingest_worker.unpack import Caps, listed_capture
from profiles.directory import plan
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.pair import UUID, small_capture, small_model
from tests.worker.capture_archives import HOSTILE_MEMBERS, KINDS, hostile, packed

LIMITS = ArchiveLimits()
NEFF, NTFF = make_neff(small_model()), make_ntff(small_capture())
PROCESS = "run/i-0af76a70a6d3864dd_pid_7"
FILES = {
    f"{PROCESS}/neff_12.neff": NEFF,
    f"{PROCESS}/12_instid_0_vnc_0.ntff": NTFF,
    f"{PROCESS}/trace_info.pb": b"\x10\x07",
    "run/notes.txt": b"hello",
}


def told(_done: int, _total: int) -> None:
    pass


def listed(
    folder: Path,
    file_bytes: int = 1 << 40,
    archive: ArchiveLimits = LIMITS,
    refusals: list[FormatError] | None = None,
) -> list[ListedFile]:
    refused = ([] if refusals is None else refusals).append
    return list(listed_capture(folder, Caps(archive, file_bytes), told, refused))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Where the archive of a profile lies."""
    (tmp_path / "profile").mkdir()
    return tmp_path / "profile" / "archive-0"


@pytest.mark.parametrize("kind", KINDS)
def test_known_files_are_kept_under_numbers(kind: str, archive: Path) -> None:
    archive.write_bytes(packed(kind, FILES))
    found = {file.found.path: file for file in listed(archive)}
    assert list(found) == list(FILES)
    for name, file in found.items():
        if name.endswith(".txt"):
            assert (file.place, file.sha256, file.found.role) == ("", "", "other")
        else:
            assert (archive.parent / file.place).read_bytes() == FILES[name]
    assert found[f"{PROCESS}/neff_12.neff"].found.program_id == UUID
    kept = sorted(path.name for path in archive.parent.iterdir())
    assert kept == ["archive-0", "unpacked-0", "unpacked-1", "unpacked-2"]


def test_an_archive_and_its_directory_give_the_same_plan(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(packed("tar", FILES))
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    unpacked = plan([file.found for file in listed(archive)], "run")
    in_place = plan(
        [file.found for file in listed(tmp_path) if not file.found.path.startswith("profile/")],
        "run",
    )
    assert unpacked == in_place


def test_files_of_a_directory_stay_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "profile.ntff").write_bytes(NTFF)
    (tmp_path / "notes.txt").write_bytes(b"x")
    by_name = {file.found.path: file for file in listed(tmp_path)}
    assert by_name["profile.ntff"].in_place == str(tmp_path / "profile.ntff")
    assert by_name["notes.txt"].in_place == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "profile.ntff"]


def test_a_neff_that_comes_twice_is_kept_once(archive: Path) -> None:
    archive.write_bytes(packed("tar", {"a/neff_1.neff": NEFF, "b/neff_2.neff": NEFF}))
    first, second = listed(archive)
    assert first.place == second.place == "unpacked-0"
    assert len(list(archive.parent.iterdir())) == 2


def test_what_an_earlier_try_left_is_gone(archive: Path) -> None:
    for number in (0, 7):
        (archive.parent / f"unpacked-{number}").write_bytes(b"half")
    archive.write_bytes(packed("tar", {"a.ntff": NTFF}))
    listed(archive)
    names = sorted(path.name for path in archive.parent.iterdir())
    assert names == ["archive-0", "unpacked-0"]


def test_a_file_beyond_the_limit_is_refused(archive: Path) -> None:
    archive.write_bytes(packed("gzip", {"a.ntff": NTFF}))
    with pytest.raises(FormatError) as caught:
        listed(archive, file_bytes=1000)
    assert caught.value.code == "limit.bytes"


def test_a_name_no_row_can_hold_is_refused(archive: Path) -> None:
    archive.write_bytes(packed("tar", {"x/" * 600 + "a.ntff": b"1"}))
    with pytest.raises(FormatError) as caught:
        listed(archive)
    assert caught.value.code == "archive.unsafe_member"


@pytest.mark.parametrize("files", [{}, {"a.txt": b"x"}, {"ntrace.pb": b"", "trace.json": b"{}"}])
def test_a_directory_without_anything_of_a_capture_has_a_code(
    files: dict[str, bytes], archive: Path
) -> None:
    archive.write_bytes(packed("zip", files))
    with pytest.raises(FormatError) as caught:
        listed(archive)
    assert caught.value.code == "session.empty"


def test_a_member_that_has_no_room_is_not_begun(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.write_bytes(packed("tar", {"a.ntff": NTFF}))
    monkeypatch.setattr(unpacking, "_free", lambda _: 100)
    with pytest.raises(OSError, match="no room"):
        listed(archive)


def test_too_many_files_have_a_code(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(packed("tar", {f"{n}.ntff": b"" for n in range(3)}))
    with pytest.raises(FormatError) as caught:
        listed(archive, archive=ArchiveLimits(members=2))
    assert caught.value.code == "archive.bomb"
    for number in range(3):
        (tmp_path / f"{number}.ntff").write_bytes(b"")
    with pytest.raises(FormatError) as caught:
        listed(tmp_path, archive=ArchiveLimits(members=2))
    assert caught.value.code == "archive.too_many"


def test_what_is_not_allowed_is_left_out_and_told(archive: Path) -> None:
    refusals: list[FormatError] = []
    archive.write_bytes(hostile(good=FILES))
    found = listed(archive, refusals=refusals)
    assert [file.found.path for file in found] == list(FILES)
    assert Counter(error.code for error in refusals) == {
        "archive.unsafe_member": HOSTILE_MEMBERS - 1,
        "archive.duplicate_member": 1,
    }
    assert sorted(path.name for path in archive.parent.iterdir()) == [
        "archive-0",
        "unpacked-0",
        "unpacked-1",
        "unpacked-2",
    ]


@pytest.mark.parametrize("kind", ["tar", "gzip", "zstd"])
def test_of_an_archive_that_ends_early_the_members_before_are_read(
    kind: str, archive: Path
) -> None:
    refusals: list[FormatError] = []
    data = packed(kind, {"a.ntff": NTFF, "b/c.neff": random.Random(7).randbytes(300_000)})
    archive.write_bytes(data[: len(data) - 150_000])
    found = listed(archive, refusals=refusals)
    assert [file.found.path for file in found] == ["a.ntff"]
    assert [error.code for error in refusals] == ["archive.truncated"]
    assert sorted(path.name for path in archive.parent.iterdir()) == ["archive-0", "unpacked-0"]


def test_an_archive_of_which_nothing_is_allowed_has_the_first_code(archive: Path) -> None:
    archive.write_bytes(hostile(good={}))
    with pytest.raises(FormatError) as caught:
        listed(archive)
    assert caught.value.code == "archive.unsafe_member"


def test_an_archive_inside_stays_closed_and_is_told(archive: Path) -> None:
    inner = packed("gzip", {"other.ntff": NTFF})
    archive.write_bytes(packed("zip", {"a.ntff": NTFF, "more/inner.tar.gz": inner}))
    files = [file.found for file in listed(archive)]
    found = plan(files, "run")
    assert [device.ntff for device in found.devices] == ["a.ntff"]
    assert found.others == ("more/inner.tar.gz",)
    (told_of,) = (n for n in found.notices if n.code == "session.nested_archive")
    assert "more/inner.tar.gz" in told_of.message


def test_a_directory_that_is_gone_has_a_code(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        list(unpacking.list_directory(tmp_path / "gone", 10))
    assert caught.value.code == "source.gone"


def test_what_is_listed_survives_the_way_to_the_parent(archive: Path) -> None:
    archive.write_bytes(packed("tar", FILES))
    files = listed(archive)
    assert [ListedFile.from_event(file.to_event()) for file in files] == files
