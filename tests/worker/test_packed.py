"""Archives are read member by member; what is hostile or damaged in them has a code."""

import contextlib
import tarfile
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_worker import packed as packing
from ingest_worker.formats.errors import FormatError
from ingest_worker.packed import ArchiveLimits, members
from tests.worker.capture_archives import (
    KINDS,
    gzipped,
    one_odd_member,
    packed,
    tar,
    zip_of_link,
    zipped,
)

FILES = {"run/a.ntff": b"a" * 3000, "run/deep/er/b.neff": b"b" * 700, "run/empty": b""}
LIMITS = ArchiveLimits()


def contents(path: Path, limits: ArchiveLimits = LIMITS) -> dict[str, bytes]:
    found = {}
    for member in members(path, limits):
        pieces = []
        while piece := member.read(1000):
            pieces.append(piece)
        found[member.name] = b"".join(pieces)
    return found


def code_of(path: Path, data: bytes, limits: ArchiveLimits = LIMITS) -> str:
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        contents(path, limits)
    return caught.value.code


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_archive_gives_the_same_files(kind: str, path: Path) -> None:
    path.write_bytes(packed(kind, FILES))
    assert contents(path) == FILES


@pytest.mark.parametrize("kind", KINDS)
def test_members_that_are_not_read_are_passed_over(kind: str, path: Path) -> None:
    path.write_bytes(packed(kind, FILES))
    assert [member.name for member in members(path, LIMITS)] == list(FILES)


def test_long_names_and_a_leading_dot_are_as_tar_writes_them(path: Path) -> None:
    name = "x" * 90 + "/" + "y" * 200 + ".ntff"
    path.write_bytes(tar({f"./{name}": b"1", "./b": b"2"}))
    assert contents(path) == {name: b"1", "b": b"2"}


@pytest.mark.parametrize("name", ["/etc/passwd", "../up.ntff", "a/../../b", "a\\b", "c\nd", "a/.."])
def test_a_name_that_leads_elsewhere_is_refused(name: str, path: Path) -> None:
    assert code_of(path, tar({name: b"x"})) == "archive.unsafe_member"
    if "\\" not in name:
        assert code_of(path, zipped({name: b"x"})) == "archive.unsafe_member"


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (tarfile.SYMTYPE, {"linkname": "/etc/passwd"}),
        (tarfile.LNKTYPE, {"linkname": "good.txt"}),
        (tarfile.CHRTYPE, {"devmajor": 1, "devminor": 3}),
        (tarfile.BLKTYPE, {}),
        (tarfile.FIFOTYPE, {}),
        (b"S", {}),
        (b"?", {}),
    ],
)
def test_links_devices_and_holes_are_refused(
    kind: bytes, facts: dict[str, object], path: Path
) -> None:
    assert code_of(path, one_odd_member("x.ntff", kind, **facts)) == "archive.unsafe_member"


def test_a_link_in_a_zip_is_refused(path: Path) -> None:
    assert code_of(path, zip_of_link()) == "archive.unsafe_member"


def test_a_name_that_comes_twice_is_refused(path: Path) -> None:
    both = tar({"a": b"1"})[:1024] + tar({"./a": b"2"})
    assert code_of(path, both) == "archive.duplicate_member"


def test_a_name_that_comes_twice_in_a_zip_is_refused(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import zipfile

        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a", "1")
            archive.writestr("a", "2")
    assert code_of(path, path.read_bytes()) == "archive.duplicate_member"


@pytest.mark.parametrize("kind", ["gzip", "zstd", "zip"])
def test_what_expands_too_far_is_refused(
    kind: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "RATIO_FROM_BYTES", 1 << 16)
    bomb = packed(kind, {"a.ntff": bytes(4 << 20)})
    assert code_of(path, bomb, ArchiveLimits(ratio=20)) == "archive.bomb"


@pytest.mark.parametrize("kind", ["gzip", "zstd", "zip"])
def test_bytes_and_members_are_bounded(kind: str, path: Path) -> None:
    data = packed(kind, FILES)
    assert code_of(path, data, ArchiveLimits(expanded_bytes=2000)) == "archive.bomb"
    assert code_of(path, data, ArchiveLimits(members=2)) == "archive.bomb"


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_packed_stream_that_is_cut_has_a_code(kind: str, path: Path) -> None:
    data = packed(kind, {"a.ntff": bytes(range(256)) * 400})
    assert code_of(path, data[: len(data) // 2]) in {"archive.truncated", "archive.malformed"}


def test_a_tar_that_is_cut_inside_a_member_has_a_code(path: Path) -> None:
    assert code_of(path, tar({"a.ntff": b"a" * 3000})[:2000]) == "archive.truncated"


@pytest.mark.parametrize("data", [b"", b"hello", bytes(2000), b"\x06" + bytes(600)])
def test_what_is_no_archive_has_a_code(data: bytes, path: Path) -> None:
    assert code_of(path, data) == "archive.not_this_format"


def test_a_gzip_of_something_else_has_a_code(path: Path) -> None:
    import gzip

    assert code_of(path, gzip.compress(b"hello" * 1000)) == "archive.malformed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(kind=st.sampled_from(KINDS), place=st.floats(0, 1), byte=st.integers(1, 255))
def test_a_changed_byte_gives_files_or_a_code(
    kind: str, place: float, byte: int, path: Path
) -> None:
    data = bytearray(packed(kind, FILES))
    data[int(place * (len(data) - 1))] ^= byte
    path.write_bytes(data)
    with contextlib.suppress(FormatError):
        contents(path)


def test_members_of_a_gzip_in_two_pieces_are_read_on(path: Path) -> None:
    whole = tar(FILES)
    import gzip

    path.write_bytes(gzip.compress(whole[:1000]) + gzip.compress(whole[1000:]))
    assert contents(path) == FILES
    assert gzipped({})
