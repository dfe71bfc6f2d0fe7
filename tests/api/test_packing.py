"""Compression on the way: what the client takes, and every piece at once."""

import os
import zlib
from collections.abc import Iterator

import pyarrow as pa
import pytest

from profiles.api.packing import encoding_for, packed

PIECES = [b"abc" * 1000, b"", os.urandom(5000), b"x" * 100_000]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, br", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip; q=0", ""),
        ("br", ""),
        ("", ""),
        ("gzipped", ""),
        (";;,,=q", ""),
    ],
)
def test_the_encoding_is_one_that_the_client_takes(header: str, expected: str) -> None:
    assert encoding_for(header) == expected


@pytest.mark.parametrize("encoding", ["zstd", "gzip", ""])
def test_what_is_packed_unpacks_to_the_same(encoding: str) -> None:
    body = b"".join(packed(iter(PIECES), encoding))
    if encoding:
        body = pa.CompressedInputStream(pa.BufferReader(body), encoding).read()
    assert body == b"".join(PIECES)


def test_each_piece_can_be_read_before_the_next_is_made() -> None:
    reader = zlib.decompressobj(31)
    made = []

    def pieces() -> Iterator[bytes]:
        for piece in PIECES:
            made.append(piece)
            yield piece

    sending = packed(pieces(), "gzip")
    assert reader.decompress(next(sending)) == PIECES[0]
    assert made == [PIECES[0]]
