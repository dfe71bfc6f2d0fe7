"""The content of a NEFF as one stream of bytes, unpacked in small pieces and counted."""

import hashlib
import zlib
from typing import BinaryIO

from ingest_worker.formats.errors import LimitExceeded, Malformed, Truncated
from ingest_worker.formats.limits import Limits
from ingest_worker.formats.neff.header import Header, is_gzip

PIECE = 1 << 16
MOST_AT_ONCE = 1 << 24
GZIP_WINDOW = 31
# Below this many bytes no expansion is dangerous, and small programs pack very well.
RATIO_FROM_BYTES = 64 << 20


class ContentStream:
    """Reads forward through the unpacked content of an open NEFF.

    Raises FormatError `neff.truncated` when the packed stream ends early, `neff.malformed` when
    it is damaged, `archive.bomb` when it grows beyond the limits.
    """

    form = "neff"

    def __init__(self, file: BinaryIO, header: Header, limits: Limits) -> None:
        self._file = file
        self._header = header
        self._limits = limits
        self._left = header.data_size
        self._digest = hashlib.md5(usedforsecurity=False)
        self._buffer = bytearray()
        self._pending = b""
        self._inflater: zlib._Decompress | None = None
        file.seek(header.header_size)
        first = self._packed()
        if is_gzip(first):
            self._inflater = zlib.decompressobj(GZIP_WINDOW)
        self._pending = first
        self.position = 0
        self.expanded = 0

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end of the content."""
        while len(self._buffer) < size and self._more(size - len(self._buffer)):
            pass
        with memoryview(self._buffer) as whole:
            piece = bytes(whole[:size])
        del self._buffer[:size]
        self.position += len(piece)
        return piece

    def skip(self, size: int) -> int:
        """Moves `size` bytes on without keeping them; how many there were."""
        left = size
        while left:
            piece = self.read(min(left, PIECE))
            if not piece:
                break
            left -= len(piece)
        return size - left

    def finish(self) -> tuple[bytes, int]:
        """Reads to the end: MD5 of the packed content, and bytes behind the unpacked stream
        which are not zero.
        """
        self._buffer.clear()
        while self._inflater is not None and not self._inflater.eof and self._more(PIECE):
            self._buffer.clear()
        extra = 0
        if self._inflater is not None:
            extra = _nonzero(self._inflater.unused_data)
        while piece := self._packed():
            extra += _nonzero(piece)
        return self._digest.digest(), extra if self._inflater is not None else 0

    def _packed(self) -> bytes:
        piece = self._file.read(min(PIECE, self._left))
        if not piece and self._left:
            raise Truncated(
                "neff.truncated", "The file ended while it was read.", self._file.tell()
            )
        self._left -= len(piece)
        self._digest.update(piece)
        return piece

    def _more(self, wanted: int) -> bool:
        """Unpacks one more piece; False at the end."""
        if self._inflater is None:
            piece, self._pending = self._pending or self._packed(), b""
            return self._take(piece)
        if self._inflater.eof:
            return False
        packed = self._pending or self._packed()
        if not packed:
            raise Truncated(
                "neff.truncated",
                "The packed content ends before its last part.",
                self._header.header_size + self._header.data_size,
            )
        try:
            piece = self._inflater.decompress(packed, min(max(wanted, PIECE), MOST_AT_ONCE))
        except zlib.error as error:
            raise Malformed(
                "neff.malformed", f"The packed content is damaged ({error}).", self._place
            ) from error
        self._pending = self._inflater.unconsumed_tail
        self._take(piece)
        return True

    @property
    def _place(self) -> int:
        """About where in the file the stream stands."""
        done = self._header.data_size - self._left - len(self._pending)
        return self._header.header_size + done

    def _take(self, piece: bytes) -> bool:
        self._buffer += piece
        self.expanded += len(piece)
        packed = self._place - self._header.header_size
        if self.expanded > self._limits.archive_expanded_bytes:
            raise LimitExceeded(
                "archive.bomb",
                f"The content unpacks to more than {self._limits.archive_expanded_bytes} bytes.",
                self._place,
            )
        is_large = self.expanded > RATIO_FROM_BYTES
        if is_large and self.expanded > packed * self._limits.archive_ratio:
            raise LimitExceeded(
                "archive.bomb",
                f"The content unpacks to more than {self._limits.archive_ratio} times its size.",
                self._place,
            )
        return bool(piece)


def _nonzero(piece: bytes) -> int:
    return len(piece) - piece.count(0)
