"""The layers under a NEFF, one by one: unpacking, walking the tar, splitting messages."""

import hashlib
import tarfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_worker.formats.errors import FormatError, LimitExceeded, Malformed, Truncated
from ingest_worker.formats.limits import DEFAULT_LIMITS
from ingest_worker.formats.neff.archive import checksum_state
from ingest_worker.formats.neff.debug_info import first_parents, read_debug_files
from ingest_worker.formats.neff.debug_wire import PLAIN, Splitter
from ingest_worker.formats.neff.header import read_header
from ingest_worker.formats.neff.inflate import PIECE, ContentStream
from ingest_worker.formats.tar import read_member, walk
from ingest_worker.formats.wire import read_fields
from tests.formats.neff_bytes import VALUES, layer, record
from tests.make import archive, wire


def stream(content: bytes, *, is_gzip: bool = True, behind: bytes = b"") -> ContentStream:
    """The content as it is read from a file."""
    payload = (archive.gzip(content) if is_gzip else content) + behind
    data = archive.header(VALUES, payload) + payload
    header = read_header(data[:1536], len(data))
    return ContentStream(BytesIO(data + b"not of the content"), header, DEFAULT_LIMITS)


def tar_of(size: int) -> bytes:
    """A tar with one member of so many bytes that do not repeat soon."""
    data = b"".join(hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(size // 32 + 1))
    return archive.tar([archive.Member("a", data[:size])])


CONTENT = tar_of(3 * PIECE)


@given(st.lists(st.integers(1, 50_000), max_size=12), st.booleans())
def test_any_sequence_of_reads_gives_the_content_in_order(sizes: list[int], is_gzip: bool) -> None:
    source = stream(CONTENT, is_gzip=is_gzip)
    place = 0
    for size in sizes:
        piece = source.read(size)
        assert piece == CONTENT[place : place + size]
        place += len(piece)
        assert source.position == place


@pytest.mark.parametrize("is_gzip", [True, False])
def test_skipping_is_reading_without_keeping(is_gzip: bool) -> None:
    source = stream(CONTENT, is_gzip=is_gzip)
    assert source.skip(100_000) == 100_000
    assert source.read(10) == CONTENT[100_000:100_010]
    assert source.skip(len(CONTENT)) == len(CONTENT) - 100_010
    assert source.read(10) == b""
    assert source.skip(1) == 0


@pytest.mark.parametrize("done", [0, 512, len(CONTENT)])
@pytest.mark.parametrize("is_gzip", [True, False])
def test_the_end_tells_the_checksum_however_much_was_read(done: int, is_gzip: bool) -> None:
    packed = archive.gzip(CONTENT) if is_gzip else CONTENT
    source = stream(CONTENT, is_gzip=is_gzip)
    source.read(done)
    digest, extra = source.finish()
    assert digest == hashlib.md5(packed, usedforsecurity=False).digest()
    assert extra == 0


def test_zeros_behind_the_packed_stream_are_padding_and_others_are_counted() -> None:
    assert stream(CONTENT, behind=bytes(5000)).finish()[1] == 0
    assert stream(CONTENT, behind=b"\0x\0y" + bytes(5000)).finish()[1] == 2


def test_bytes_behind_the_content_are_not_read() -> None:
    source = stream(CONTENT, is_gzip=False)
    assert source.read(len(CONTENT) + 99) == CONTENT


def test_a_file_that_shrinks_while_it_is_read_is_truncated() -> None:
    payload = archive.gzip(CONTENT)
    data = archive.header(VALUES, payload) + payload
    header = read_header(data[:1536], len(data))
    source = ContentStream(BytesIO(data[:-5]), header, DEFAULT_LIMITS)
    with pytest.raises(Truncated):
        source.finish()


def test_the_four_states_of_a_checksum() -> None:
    digest = bytes(range(16))
    swapped = bytes([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12])
    assert checksum_state(digest, digest) == "ok"
    assert checksum_state(swapped, digest) == "ok-swapped"
    assert checksum_state(bytes(16), digest) == "absent"
    assert checksum_state(digest[::-1], digest) == "mismatch"


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\\\0", exclude_categories=("Cc", "Cs")),
    min_size=1,
    max_size=150,
).filter(lambda name: name not in (".", ".."))
FORMS = st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])


class Bytes:
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


@given(st.dictionaries(NAMES, st.binary(max_size=1200), min_size=1, max_size=5), FORMS)
def test_what_another_program_packed_is_read_back(found: dict[str, bytes], form: int) -> None:
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in found.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, BytesIO(data))
    source = Bytes(out.getvalue())
    assert {
        member.name: read_member(source, member, 1 << 20) for member in walk(source, most_members=9)
    } == found


@given(st.binary(max_size=2000))
def test_any_bytes_walk_to_an_end_or_an_error(data: bytes) -> None:
    source = Bytes(data)
    caught = None
    try:
        list(walk(source, most_members=9))
    except FormatError as error:
        caught = error
    assert caught is None or caught.file == "archive"


NUMBERS = st.integers(1, 40)
FIELDS = st.one_of(
    st.builds(wire.written, NUMBERS, st.integers(0, (1 << 64) - 1)),
    st.builds(wire.message, NUMBERS, st.binary(max_size=300)),
    st.builds(
        lambda n, raw: wire.tag(n, wire.FIXED64) + raw, NUMBERS, st.binary(min_size=8, max_size=8)
    ),
    st.builds(
        lambda n, raw: wire.tag(n, wire.FIXED32) + raw, NUMBERS, st.binary(min_size=4, max_size=4)
    ),
)


def slow(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Fields by the careful reader."""
    for field in read_fields(memoryview(data), form="neff"):
        value = field.value
        yield field.number, value if isinstance(value, int) else bytes(value)


def fast(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Fields by the fast one."""
    for number, value, end in Splitter(data, "a.dbg", 1000).fields(0, len(data)):
        yield number, value if end == PLAIN else data[value:end]


@given(st.lists(FIELDS, max_size=10).map(b"".join))
def test_the_fast_splitter_agrees_with_the_careful_reader(data: bytes) -> None:
    assert list(fast(data)) == list(slow(data))


@given(st.one_of(st.binary(max_size=60), st.lists(FIELDS, max_size=4).map(b"".join)), st.data())
def test_the_fast_splitter_refuses_what_the_careful_reader_refuses(
    whole: bytes, data: st.DataObject
) -> None:
    """But for field numbers, which nobody needs to be plausible."""
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    failures = []
    for reader in (fast, slow):
        try:
            numbers = [number for number, _ in reader(cut)]
        except Malformed:
            numbers = []
            failures.append(reader)
        if reader is fast and 0 in numbers:
            return
    assert slow in failures or fast not in failures
    is_plausible = failures != [slow]
    assert is_plausible or any(number > 0x1FFF_FFFF or number == 0 for number, _ in fast(cut))


def test_a_message_with_more_fields_than_allowed_is_refused() -> None:
    with pytest.raises(LimitExceeded) as caught:
        list(Splitter(b"\x08\x01" * 11, "a.dbg", 10).fields(0, 22))
    assert (caught.value.code, caught.value.file) == ("limit.records", "a.dbg")


IDS = st.integers(1, (1 << 63) - 1)
RECORDS = st.lists(
    st.tuples(
        IDS,
        st.text(st.characters(codec="utf-8"), max_size=20),
        st.lists(IDS, max_size=4),
        st.integers(0, 9),
        st.lists(st.tuples(IDS, st.integers(1, 4)), max_size=4),
        st.lists(st.tuples(IDS, st.integers(1, 4)), max_size=4),
    ),
    max_size=8,
)


@given(RECORDS)
def test_every_written_record_reads_back(
    written: list[tuple[int, str, list[int], int, list[tuple[int, int]], list[tuple[int, int]]]],
) -> None:
    data = layer(
        "above.dbg",
        *(
            record(own, name, parents, kind=kind, flow=flow, scheduling=scheduling)
            for own, name, parents, kind, flow, scheduling in written
        ),
    )
    found = read_debug_files([("a.dbg", data)], DEFAULT_LIMITS)
    assert len(found) == len(written)
    for row, (own, name, parents, kind, flow, scheduling) in enumerate(written):
        assert (int(found.ids[row]), found.names[row], int(found.types[row])) == (own, name, kind)
        assert found.parents.of(row) == parents
        pairs = zip(found.flow.of(row), found.flow_kinds.of(row), strict=True)
        assert list(pairs) == flow
        pairs = zip(found.scheduling.of(row), found.scheduling_kinds.of(row), strict=True)
        assert list(pairs) == scheduling
    firsts = first_parents([("a.dbg", data)], DEFAULT_LIMITS)
    assert firsts.tolist() == found.parents.first.tolist()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_debug_file_or_malformed(data: bytes) -> None:
    caught = None
    for reader in (read_debug_files, first_parents):
        try:
            reader([("a.dbg", data)], DEFAULT_LIMITS)
        except FormatError as error:
            caught = error
    assert caught is None or (caught.code, caught.file) == ("neff.malformed", "a.dbg")
