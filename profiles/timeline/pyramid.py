"""The pyramid's file: one JSON directory and plain little-endian columns, mapped, checksummed.

Layout (docs/timeline-format.md): 8 bytes magic, u32 version, u32 length of the directory, u64
length of the columns, u32 CRC-32 of directory and columns, u32 zero, the directory, blanks up to a
multiple of 8, the columns. Every column begins at a multiple of 8.
"""

import json
import mmap
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"NXPYRAM\0"
VERSION = 1
_HEAD = struct.Struct("<8sIIQII")
_PIECE = 1 << 22

Column = npt.NDArray[Any]


class UnreadableError(Exception):
    """The pyramid is missing, damaged, or of a version this program does not read."""


class PyramidWriter:
    """Collects columns, then writes the file."""

    def __init__(self) -> None:
        self._columns: list[Column] = []
        self._size_bytes = 0

    def add(self, column: Column) -> list[Any]:
        """Take a column in. Returns its entry for the directory: offset, type, length."""
        plain = np.ascontiguousarray(column, column.dtype.newbyteorder("<"))
        entry = [self._size_bytes, plain.dtype.str, len(plain)]
        self._columns.append(plain)
        self._size_bytes += -(-plain.nbytes // 8) * 8
        return entry

    def write(self, path: Path, directory: Mapping[str, Any]) -> None:
        """Write the file; the caller makes it appear whole."""
        text = json.dumps(directory, separators=(",", ":")).encode()
        text += b" " * (-(_HEAD.size + len(text)) % 8)
        with path.open("wb") as file:
            file.write(bytes(_HEAD.size))
            crc = zlib.crc32(text)
            file.write(text)
            for column in self._columns:
                body = column.tobytes()
                body += bytes(-len(body) % 8)
                crc = zlib.crc32(body, crc)
                file.write(body)
            file.seek(0)
            file.write(_HEAD.pack(MAGIC, VERSION, len(text), self._size_bytes, crc, 0))


class Pyramid:
    """An open pyramid: the directory, and columns as views of the mapped file."""

    def __init__(self, path: Path) -> None:
        """Map and check the file. Raises UnreadableError."""
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise UnreadableError(f"the timeline of this run cannot be opened ({error})") from error
        self._columns_at = self._checked()
        try:
            text = self._map[_HEAD.size : self._columns_at]
            self.directory: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise UnreadableError("the timeline's directory is damaged") from error

    def _checked(self) -> int:
        if len(self._map) < _HEAD.size:
            raise UnreadableError("the timeline is cut off")
        magic, version, text_bytes, body_bytes, crc, _ = _HEAD.unpack_from(self._map)
        if magic != MAGIC:
            raise UnreadableError("this is not a timeline")
        if version != VERSION:
            raise UnreadableError(f"version {version} of the timeline is not known here")
        if _HEAD.size + text_bytes + body_bytes != len(self._map):
            raise UnreadableError("the timeline is cut off")
        if self._crc() != crc:
            raise UnreadableError("the timeline's checksum does not fit")
        return _HEAD.size + int(text_bytes)

    def _crc(self) -> int:
        crc = 0
        for start in range(_HEAD.size, len(self._map), _PIECE):
            crc = zlib.crc32(self._map[start : start + _PIECE], crc)
        return crc

    def column(self, entry: list[Any]) -> Column:
        """The column of a directory entry, not copied. Raises UnreadableError."""
        offset, kind, length = entry
        try:
            return np.frombuffer(self._map, np.dtype(kind), length, self._columns_at + offset)
        except (ValueError, TypeError) as error:
            raise UnreadableError("a column lies outside the timeline") from error
