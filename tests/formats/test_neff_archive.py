"""The archive inside a NEFF: read as a stream, with limits, and never believed."""

import random
import tarfile
import tracemalloc
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from ingest_worker.formats.errors import FormatError, LimitExceeded, Malformed, Truncated
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff import archive as archive_module
from ingest_worker.formats.neff import inflate
from ingest_worker.formats.tar import Member, read_member, walk
from tests.formats.neff_bytes import VALUES, codes, members, opened, packed
from tests.make import archive


class Stream:
    """Bytes that are read forward."""

    form = "neff"

    def __init__(self, data: bytes) -> None:
        self._data = BytesIO(data)
        self.position = 0

    def read(self, size: int) -> bytes:
        piece = self._data.read(size)
        self.position += len(piece)
        return piece

    def skip(self, size: int) -> int:
        return len(self.read(size))


def walked(data: bytes, most: int = 100) -> dict[str, bytes]:
    """The members of a tar by name."""
    stream = Stream(data)
    return {
        member.name: read_member(stream, member, 1 << 20)
        for member in walk(stream, most_members=most)
    }


def standard_tar(names: dict[str, bytes], form: int) -> bytes:
    """A tar by Python's own writer."""
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in names.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, BytesIO(data))
    return out.getvalue()


NAMES = {
    "a.json": b"{}",
    "empty": b"",
    "folder/" + "n" * 120: b"x" * 513,
    "d/" * 60 + "long": b"y",
    "sg00/naïve.dbg": b"z" * 512,
}


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_names_of_any_length_are_read_in_both_dialects(form: int) -> None:
    assert walked(standard_tar(NAMES, form)) == NAMES


def test_names_with_a_prefix_are_joined() -> None:
    name = "p" * 90 + "/" + "n" * 90
    assert walked(standard_tar({name: b"1"}, tarfile.USTAR_FORMAT)) == {name: b"1"}


def test_a_member_tells_its_place_and_size() -> None:
    stream = Stream(archive.tar([archive.Member("a", b"12"), archive.Member("b", b"3")]))
    assert list(walk(stream, most_members=9)) == [Member("a", 2, 512), Member("b", 1, 1536)]


def test_a_leading_dot_is_no_part_of_the_name() -> None:
    assert walked(archive.tar([archive.Member("./a/./b", b"1")])) == {"a/b": b"1"}


def test_folders_are_passed_over() -> None:
    found = [archive.Member("sg00/", kind=archive.FOLDER), archive.Member("sg00/a", b"1")]
    assert walked(archive.tar(found)) == {"sg00/a": b"1"}


@pytest.mark.parametrize(
    "member",
    [
        archive.Member("/etc/passwd", b"x"),
        archive.Member("../x", b"x"),
        archive.Member("a/../../x", b"x"),
        archive.Member("a\\..\\x", b"x"),
        archive.Member("a\nb", b"x"),
        archive.Member("link", kind=archive.LINK, target="/etc/passwd"),
        archive.Member("hard", kind=archive.HARD_LINK, target="a"),
        archive.Member("device", kind=b"3"),
        archive.Member("pipe", kind=b"6"),
        archive.Member(".", b"x"),
    ],
)
def test_a_member_that_is_not_a_plain_file_inside_is_refused(
    member: archive.Member, tmp_path: Path
) -> None:
    with pytest.raises(FormatError) as caught:
        opened(packed([archive.Member("a", b"1"), member]), tmp_path)
    assert caught.value.code == "archive.unsafe_member"
    assert caught.value.file == "archive"
    assert caught.value.hint


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    found = [archive.Member("a/b", b"1"), archive.Member("./a/b", b"2")]
    with pytest.raises(FormatError) as caught:
        opened(packed(found), tmp_path)
    assert (caught.value.code, caught.value.offset) == ("archive.duplicate_member", 1024)


def test_an_archive_with_too_many_members_is_a_bomb(tmp_path: Path) -> None:
    found = [archive.Member(str(n)) for n in range(11)]
    limits = replace(DEFAULT_LIMITS, archive_members=10)
    with pytest.raises(LimitExceeded) as caught:
        opened(packed(found), tmp_path, limits)
    assert caught.value.code == "archive.bomb"


def test_content_that_unpacks_to_too_much_is_a_bomb(tmp_path: Path) -> None:
    limits = replace(DEFAULT_LIMITS, archive_expanded_bytes=1 << 20)
    with pytest.raises(LimitExceeded) as caught:
        opened(packed({"zeros": bytes(2 << 20)}), tmp_path, limits)
    assert caught.value.code == "archive.bomb"


def test_content_that_unpacks_to_many_times_its_size_is_a_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflate, "RATIO_FROM_BYTES", 1 << 20)
    with pytest.raises(LimitExceeded) as caught:
        opened(packed({"zeros": bytes(2 << 20)}), tmp_path)
    assert caught.value.code == "archive.bomb"
    assert caught.value.offset is not None


def test_a_small_program_may_pack_very_well(tmp_path: Path) -> None:
    neff = opened(packed(members() | {"zeros": bytes(2 << 20)}), tmp_path)
    assert neff.members[-1].size == 2 << 20


def test_a_bomb_is_noticed_before_it_fills_memory(tmp_path: Path) -> None:
    data = packed({"zeros": bytes(48 << 20)})
    limits = replace(DEFAULT_LIMITS, archive_expanded_bytes=1 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded):
            opened(data, tmp_path, limits)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


def test_a_tar_that_is_not_packed_is_read(tmp_path: Path) -> None:
    neff = opened(packed(members(), is_gzip=False), tmp_path)
    assert [graph.name for graph in neff.subgraphs] == ["sg00"]
    assert codes(neff) == []


def test_the_order_of_members_does_not_matter(tmp_path: Path) -> None:
    names = list(members().items())
    random.Random(4).shuffle(names)
    neff = opened(packed(dict(names)), tmp_path)
    assert neff.subgraphs[0].engines[3].bir_row.tolist() == [-1, 0]


def test_members_nobody_asked_for_are_listed_and_not_held(tmp_path: Path) -> None:
    weights = random.Random(5).randbytes(1 << 20)
    path = tmp_path / "kernel.neff"
    path.write_bytes(packed(members() | {"sg00/value_w.npy": weights}))
    index = archive_module.read_index(path, DEFAULT_LIMITS, lambda name: name == "info.json")
    assert list(index.kept) == ["info.json"]
    assert [m.size for m in index.members if m.name == "sg00/value_w.npy"] == [1 << 20]


def test_a_member_too_large_to_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "LARGEST_MEMBER", 1000)
    found = members() | {"sg00/DVE.bin": bytes(1024)}
    with pytest.raises(LimitExceeded) as caught:
        opened(packed(found), tmp_path)
    assert (caught.value.code, caught.value.file) == ("limit.memory", "sg00/DVE.bin")


def test_members_that_are_too_large_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MOST_HELD", 200)
    with pytest.raises(LimitExceeded) as caught:
        opened(packed(members()), tmp_path)
    assert caught.value.code == "limit.memory"


def test_a_file_larger_than_allowed_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded) as caught:
        opened(packed(members()), tmp_path, replace(DEFAULT_LIMITS, file_bytes=1000))
    assert caught.value.code == "limit.bytes"


def test_an_empty_archive_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no members"):
        opened(packed([]), tmp_path)


def payload_file(payload: bytes) -> bytes:
    """A file with this payload."""
    return archive.header(VALUES, payload) + payload


def test_a_packed_stream_that_ends_early_is_truncated(tmp_path: Path) -> None:
    whole = archive.gzip(archive.tar([archive.Member("a", random.Random(6).randbytes(90_000))]))
    with pytest.raises(Truncated) as caught:
        opened(payload_file(whole[: len(whole) // 2]), tmp_path)
    assert caught.value.code == "neff.truncated"
    assert caught.value.offset == 1024 + len(whole) // 2


def test_a_packed_stream_with_wrong_bytes_is_malformed(tmp_path: Path) -> None:
    whole = bytearray(archive.gzip(archive.tar([archive.Member("a", b"1" * 5000)])))
    whole[20] ^= 0xFF
    with pytest.raises(FormatError) as caught:
        opened(payload_file(bytes(whole)), tmp_path)
    assert caught.value.code == "neff.malformed"


def test_a_wrong_checksum_at_the_end_of_the_packed_stream_is_malformed(tmp_path: Path) -> None:
    whole = bytearray(archive.gzip(archive.tar([archive.Member("a", b"1" * 5000)])))
    whole[-8] ^= 0xFF
    with pytest.raises(Malformed, match="damaged"):
        opened(payload_file(bytes(whole)), tmp_path)


def test_bytes_behind_the_packed_stream_are_told(tmp_path: Path) -> None:
    packed_members = archive.gzip(archive.tar([archive.Member(*m) for m in members().items()]))
    neff = opened(payload_file(packed_members + b"\0\0xyz\0"), tmp_path)
    assert [(n.code, n.count) for n in neff.notices] == [("neff.trailing_bytes", 3)]


def cut(length: int) -> bytes:
    return payload_file(
        archive.padded(archive.gzip(archive.tar([archive.Member("a", b"x" * 1000)])[:length]))
    )


@pytest.mark.parametrize("length", [300, 512, 1000, 1535])
def test_an_archive_that_ends_inside_a_member_is_truncated(length: int, tmp_path: Path) -> None:
    with pytest.raises(Truncated) as caught:
        opened(cut(length), tmp_path)
    assert (caught.value.code, caught.value.file) == ("neff.truncated", "archive")


def test_an_archive_may_end_without_its_empty_blocks() -> None:
    whole = archive.tar([archive.Member("a", b"x" * 512)])
    assert walked(whole[:1024]) == {"a": b"x" * 512}


@pytest.mark.parametrize("place", [0, 100, 124, 148, 200])
def test_a_changed_byte_in_a_member_header_is_noticed(place: int) -> None:
    whole = bytearray(archive.tar([archive.Member("a", b"x")]))
    whole[place] ^= 0x01
    with pytest.raises(Malformed, match="archive"):
        walked(bytes(whole))


def test_a_size_that_is_no_number_is_malformed() -> None:
    head = bytearray(archive.tar_header(archive.Member("a"), 1))
    head[124:136] = b"not a number"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    with pytest.raises(Malformed, match="not a number"):
        walked(bytes(head))


def test_a_member_that_claims_more_than_any_file_is_truncated() -> None:
    head = bytearray(archive.tar_header(archive.Member("a"), 1))
    head[124:136] = b"\x80" + (1 << 60).to_bytes(11, "big")
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    stream = Stream(bytes(head) + bytes(512))
    with pytest.raises(Truncated):
        for _ in walk(stream, most_members=9):
            pass


@pytest.mark.parametrize(
    "text",
    [b"999 path=a\n", b"x path=a\n", b"10 path\n", b"0 path=a\n", b"nothing", b"13 size=many\n"],
)
def test_an_extended_header_that_contradicts_itself_is_malformed(text: bytes) -> None:
    found = [archive.Member("pax", text, kind=archive.PAX), archive.Member("a", b"1")]
    with pytest.raises(Malformed):
        walked(archive.tar(found))


def test_an_extended_header_larger_than_any_name_is_malformed() -> None:
    found = [archive.Member("pax", bytes((1 << 20) + 1), kind=archive.PAX)]
    with pytest.raises(Malformed, match="extended header"):
        walked(archive.tar(found))


def test_an_extended_size_counts_before_the_short_one() -> None:
    head = archive.tar_header(archive.Member("a"), 0)
    pax = archive.tar_header(archive.Member("pax", kind=archive.PAX), 9)
    data = pax + b"9 size=2\n".ljust(512, b"\0") + head + b"12".ljust(512, b"\0")
    assert walked(data) == {"a": b"12"}
