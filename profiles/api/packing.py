"""Answers made smaller on the way, by what the client says it takes: zstd before gzip."""

import io
import zlib
from collections.abc import Iterable, Iterator

import pyarrow as pa

LEVEL = 1
"""A higher level saves a tenth of the bytes and takes several times as long."""

_GZIP = 31
"""A window of 32 KiB and a gzip head, in zlib's words."""


def encoding_for(accepted: str) -> str:
    """The content encoding for an Accept-Encoding header; empty if the body goes as it is."""
    taken = {}
    for part in accepted.lower().split(","):
        name, _, quality = part.partition(";")
        taken[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    if taken.get("zstd") and pa.Codec.is_available("zstd"):
        return "zstd"
    return "gzip" if taken.get("gzip") else ""


def packed(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The pieces under that encoding; whoever reads along has each piece as soon as it is there."""
    if encoding == "zstd":
        return _zstd(pieces)
    if encoding == "gzip":
        return _gzip(pieces)
    return iter(pieces)


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    kept = _Kept()
    # Left to itself the stream would close what it writes to before the end has been taken.
    packer = pa.CompressedOutputStream(pa.PythonFile(kept, mode="w"), "zstd")
    for piece in pieces:
        packer.write(piece)
        packer.flush()
        yield kept.taken()
    packer.close()
    yield kept.taken()


class _Kept(io.RawIOBase):
    """A file that gives away what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It takes bytes and nothing else."""
        return True

    def write(self, data: object) -> int:
        """Keep a copy."""
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """All that was written since the last time."""
        body = b"".join(self._pieces)
        self._pieces.clear()
        return body
