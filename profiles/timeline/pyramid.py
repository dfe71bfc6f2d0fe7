"""The pyramid's file: plain little-endian columns behind each other, then a JSON directory.

Layout (docs/timeline-format.md): 8 bytes magic, u32 version, u32 CRC-32 of all that follows the
head, u64 bytes of columns, u64 bytes of the directory; the columns, each beginning at a multiple of
8; the directory.
"""

import json
import mmap
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

MAGIC = b"NXPYRAM\0"
VERSION = 1
ALIGNMENT = 8
SAME = "="
"""Stands where a column's offset would, for a column that holds one value only."""

_HEAD = struct.Struct("<8sIIQQ")
_PIECE_VALUES = 1 << 20
_PIECE_BYTES = 1 << 22
_KINDS = {text: np.dtype(text) for text in ("|u1", "<u2", "<u4", "<i8")}

Column = npt.NDArray[Any]
Entry = list[Any]


def _narrowest(most: int) -> tuple[str, np.dtype[Any]]:
    """The narrowest type of a column whose largest value is `most`."""
    for size, name in ((1 << 8, "|u1"), (1 << 16, "<u2"), (1 << 32, "<u4")):
        if most < size:
            return name, _KINDS[name]
    return "<i8", _KINDS["<i8"]


class UnreadableError(Exception):
    """The pyramid is missing, damaged, or of a version this program does not read."""


class PyramidWriter:
    """Writes columns as they come, then the directory; the caller makes the file appear whole."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._file.write(bytes(_HEAD.size))
        self._size_bytes = 0
        self._crc = 0

    def add(self, column: Column) -> Entry:
        """Write a column of whole numbers >= 0 as narrow as it goes. Returns its entry.

        An entry is [offset, type, length], or ["=", value, length] where all values are equal.
        """
        length = len(column)
        most = int(column.max()) if length else 0
        if not length or most == int(column.min()):
            return [SAME, most, length]
        name, kind = _narrowest(most)
        entry = [self._size_bytes, name, length]
        for begin in range(0, length, _PIECE_VALUES):
            self._write(np.ascontiguousarray(column[begin : begin + _PIECE_VALUES], kind).tobytes())
        self._write(bytes(-self._size_bytes % ALIGNMENT))
        return entry

    def _write(self, body: bytes) -> None:
        self._crc = zlib.crc32(body, self._crc)
        self._file.write(body)
        self._size_bytes += len(body)

    def finish(self, directory: Mapping[str, Any]) -> None:
        """Write the directory and the head."""
        columns_bytes = self._size_bytes
        text = json.dumps(directory, separators=(",", ":")).encode()
        self._write(text)
        self._file.seek(0)
        self._file.write(_HEAD.pack(MAGIC, VERSION, self._crc, columns_bytes, len(text)))
        self._file.close()

    def __enter__(self) -> "PyramidWriter":
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._file.close()


class Pyramid:
    """An open pyramid: the directory, and columns as views of the mapped file."""

    def __init__(self, path: Path) -> None:
        """Map and check the file. Raises UnreadableError."""
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise UnreadableError(f"the timeline of this run cannot be opened ({error})") from error
        self._columns_bytes = self._checked()
        try:
            text = self._map[_HEAD.size + self._columns_bytes :]
            self.directory: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise UnreadableError("the timeline's directory is damaged") from error

    def _checked(self) -> int:
        if len(self._map) < _HEAD.size:
            raise UnreadableError("the timeline is cut off")
        magic, version, crc, columns_bytes, text_bytes = _HEAD.unpack_from(self._map)
        if magic != MAGIC:
            raise UnreadableError("this is not a timeline")
        if version != VERSION:
            raise UnreadableError(f"version {version} of the timeline is not known here")
        if _HEAD.size + columns_bytes + text_bytes != len(self._map):
            raise UnreadableError("the timeline is cut off")
        if self._crc() != crc:
            raise UnreadableError("the timeline's checksum does not fit")
        return int(columns_bytes)

    def _crc(self) -> int:
        crc = 0
        for start in range(_HEAD.size, len(self._map), _PIECE_BYTES):
            crc = zlib.crc32(self._map[start : start + _PIECE_BYTES], crc)
        return crc

    def column(self, entry: Entry) -> Column:
        """The column of a directory entry, not copied and read-only. Raises UnreadableError."""
        offset, kind, length = entry
        if offset == SAME:
            return np.broadcast_to(np.int64(kind), (length,))
        known = _KINDS.get(kind)
        if known is None or not 0 <= offset <= self._columns_bytes - length * known.itemsize:
            raise UnreadableError("a column lies outside the timeline")
        return np.frombuffer(self._map, known, length, _HEAD.size + offset)
