"""Reads little-endian numbers and runs of bytes from a mapped file, never past its end."""

from struct import Struct

from ingest_worker.formats.errors import Truncated

_U8, _U16, _U32, _U64 = Struct("<B"), Struct("<H"), Struct("<I"), Struct("<Q")


class Cursor:
    """A place in a buffer that moves forward as it is read.

    `form` is the first word of error codes ("ntff", "neff"); `base` is added to the offsets
    that errors report, for a buffer that is itself a part of a file.
    """

    __slots__ = ("base", "data", "form", "position")

    def __init__(self, data: memoryview, *, form: str, base: int = 0) -> None:
        self.data = data
        self.form = form
        self.base = base
        self.position = 0

    @property
    def remaining(self) -> int:
        """Bytes between the place and the end."""
        return len(self.data) - self.position

    @property
    def offset(self) -> int:
        """The place, counted from the start of the file."""
        return self.base + self.position

    def take(self, size: int, what: str) -> memoryview:
        """The next `size` bytes without a copy; Truncated when fewer remain."""
        if size < 0 or size > self.remaining:
            raise Truncated(
                f"{self.form}.truncated",
                f"{what} needs {size} bytes, {self.remaining} remain.",
                self.offset,
            )
        piece = self.data[self.position : self.position + size]
        self.position += size
        return piece

    def slice(self, start: int, size: int, what: str) -> memoryview:
        """`size` bytes at `start` of the buffer, without moving; Truncated past the end."""
        if start < 0 or size < 0 or start + size > len(self.data):
            raise Truncated(
                f"{self.form}.truncated",
                f"{what} needs bytes {start} to {start + size}, the file has {len(self.data)}.",
                self.base + len(self.data),
            )
        return self.data[start : start + size]

    def _number(self, layout: Struct, what: str) -> int:
        value: int = layout.unpack(self.take(layout.size, what))[0]
        return value

    def u8(self, what: str = "a byte") -> int:
        """One byte."""
        return self._number(_U8, what)

    def u16(self, what: str = "a number") -> int:
        """Two bytes, little-endian."""
        return self._number(_U16, what)

    def u32(self, what: str = "a number") -> int:
        """Four bytes, little-endian."""
        return self._number(_U32, what)

    def u64(self, what: str = "a number") -> int:
        """Eight bytes, little-endian."""
        return self._number(_U64, what)
