"""The committed sample is what the writer makes, and shows what it promises."""

import hashlib
import struct
import tarfile
import zlib
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from tests.make.attention import attention_capture, sample_files, weave
from tests.make.description import Span

FOLDER = Path(__file__).parents[2] / "profiles" / "sample"
REMAKE = "python -m tests.make.attention profiles/sample"
DATA_SIZE, DIGEST = slice(16, 24), slice(0xAC, 0xBC)


@pytest.fixture(scope="module")
def remade() -> dict[str, bytes]:
    return sample_files()


def archive_of(neff: bytes) -> bytes:
    return zlib.decompressobj(31).decompress(neff[1024:])


def test_the_committed_trace_is_byte_for_byte_the_one_written_now(
    remade: dict[str, bytes],
) -> None:
    committed = (FOLDER / "attention.ntff").read_bytes()
    assert committed == remade["attention.ntff"], f"to renew it: {REMAKE}"


def test_the_committed_neff_holds_the_archive_written_now(remade: dict[str, bytes]) -> None:
    """Compressed bytes may differ between builds of zlib; what they unpack to may not."""
    committed, now = (FOLDER / "attention.neff").read_bytes(), remade["attention.neff"]
    assert archive_of(committed) == archive_of(now), f"to renew it: {REMAKE}"
    heads = []
    for data in (committed, now):
        head = bytearray(data[:1024])
        head[DATA_SIZE], head[DIGEST] = bytes(8), bytes(16)
        heads.append(bytes(head))
    assert heads[0] == heads[1]


def test_the_committed_header_fits_its_content() -> None:
    data = (FOLDER / "attention.neff").read_bytes()
    digest = hashlib.md5(data[1024:], usedforsecurity=False).digest()
    assert data[DIGEST] == b"".join(digest[n : n + 4][::-1] for n in range(0, 16, 4))
    assert struct.unpack("<Q", data[DATA_SIZE]) == (len(data) - 1024,)


def test_nothing_in_the_sample_tells_of_a_machine() -> None:
    neff = (FOLDER / "attention.neff").read_bytes()
    with tarfile.open(fileobj=BytesIO(archive_of(neff))) as opened:
        names = opened.getnames()
    assert all(not name.startswith("/") for name in names)
    both = archive_of(neff) + (FOLDER / "attention.ntff").read_bytes()
    for trace in (b"/home/", b"/root", b"/tmp/", b"ubuntu", b"ip-"):
        assert trace not in both


def test_the_sample_is_small_and_takes_about_150_microseconds() -> None:
    files = FOLDER.glob("attention.*")
    assert sum(path.stat().st_size for path in files) < 300_000
    for index in range(2):
        assert 130_000_000 < weave(index).end_ps < 160_000_000


def test_both_cores_use_five_engines_rings_limits_and_one_has_an_error() -> None:
    cores = attention_capture().cores
    assert [core.number for core in cores] == [4, 5]
    for core in cores:
        assert {span.engine for span in core.spans} == {0, 1, 2, 3, 4}
        assert {packet.queue for packet in core.packets} == {0, 1, 2}
        assert (4, 8) in {(limit.k, limit.n) for limit in core.throttles}
        assert {update.code for update in core.updates} == {7, 11, 15, 19, 23, 0x1B}
    assert [len(core.faults) for core in cores] == [0, 1]


def spans_in_order(spans: tuple[Span, ...], engine: int) -> list[Span]:
    return sorted((s for s in spans if s.engine == engine), key=lambda span: span.start_ps)


def test_no_engine_but_tensor_does_two_things_at_once() -> None:
    for core in attention_capture().cores:
        for engine in (1, 2, 3, 4):
            own = spans_in_order(core.spans, engine)
            for before, after in pairwise(own):
                assert before.end_ps is not None
                assert after.start_ps >= before.end_ps


def test_a_ring_ends_its_packets_in_the_order_it_began_them() -> None:
    for core in attention_capture().cores:
        rings: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for packet in core.packets:
            assert packet.end_ps is not None
            ring = rings.setdefault((packet.engine, packet.queue), [])
            ring.append((packet.start_ps, packet.end_ps))
        assert len(rings) == 48
        for own in rings.values():
            assert own == sorted(own)
            ends = [end for _, end in own]
            assert ends == sorted(ends)


def test_a_semaphore_only_rises_and_tensor_slows_under_the_limit() -> None:
    for core in attention_capture().cores:
        counted: dict[int, int] = {}
        for update in core.updates:
            if update.is_semaphore:
                assert update.value == counted.get(update.index, 0) + 1
                counted[update.index] = update.value
        scores = [s for s in core.spans if s.engine == 0 and s.end_ps and s.start_ps > 0]
        longest = {
            inside: max(
                (span.end_ps or 0) - span.start_ps
                for span in scores
                if (58_000_000 <= span.start_ps < 97_000_000) == inside
            )
            for inside in (True, False)
        }
        assert longest[True] > 1.8 * longest[False]
