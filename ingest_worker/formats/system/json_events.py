"""A Chrome trace as a stream: one event after the other, without holding the whole file."""

import gzip
import json
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ingest_worker.formats.errors import LimitExceeded, Malformed

PIECE_BYTES = 1 << 20
LARGEST_VALUE = 1 << 25
"""Characters of one event, or of one value beside the events."""

_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder(parse_float=str)


class ChromeTrace:
    """Iterate for the events; `head` holds the other values of the file that were met so far.

    Numbers with a fraction are texts, so that no digit is lost. A damaged end raises Malformed
    after the events before it; `limit.bytes` for a file that unpacks to more than `most_bytes`.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.head: dict[str, Any] = {}
        self._path = path
        self._most_bytes = most_bytes
        self._read = 0
        self._text = ""
        self._place = 0
        self._is_whole = False
        self._decode = getincrementaldecoder("utf-8")("replace")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with self._path.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            self._file: BinaryIO = gzip.GzipFile(fileobj=raw) if is_packed else raw  # type: ignore[assignment]
            first = self._next()
            if first == "[":
                yield from self._items()
            elif first == "{":
                yield from self._members()
            else:
                raise self._wrong("does not begin like JSON")

    def _members(self) -> Iterator[dict[str, Any]]:
        while (sign := self._next()) != "}":
            if sign == ",":
                continue
            if sign != '"':
                raise self._wrong("has no name where one must be")
            self._place -= 1
            key = self._value()
            if self._next() != ":":
                raise self._wrong("has a name without a value")
            if key == "traceEvents" and self._next() == "[":
                yield from self._items()
                continue
            if key == "traceEvents":
                self._place -= 1
            value = self._value()
            self.head[str(key)] = value

    def _items(self) -> Iterator[dict[str, Any]]:
        while (sign := self._next()) != "]":
            if sign == ",":
                continue
            self._place -= 1
            value = self._value()
            if isinstance(value, dict):
                yield value

    def _next(self) -> str:
        """The next sign that is no space."""
        while True:
            while self._place < len(self._text):
                sign = self._text[self._place]
                self._place += 1
                if sign not in _SPACE:
                    return sign
            if not self._more():
                raise self._wrong("ends too early")

    def _value(self) -> Any:
        self._next()
        self._place -= 1
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._place > LARGEST_VALUE or not self._more():
                    raise self._wrong("holds a value that cannot be read") from error
                continue
            # A number may go on in what is not read yet.
            if end < len(self._text) or not self._more():
                self._place = end
                return value

    def _more(self) -> bool:
        if self._is_whole:
            return False
        try:
            piece = self._file.read(PIECE_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            raise self._wrong("cannot be unpacked") from error
        self._read += len(piece)
        if self._read > self._most_bytes:
            raise LimitExceeded("limit.bytes", f"It holds more than {self._most_bytes} bytes.")
        self._is_whole = not piece
        self._text = self._text[self._place :] + self._decode.decode(piece, final=not piece)
        self._place = 0
        return True

    def _wrong(self, what: str) -> Malformed:
        return Malformed("system.malformed", f"The framework trace {what}.", self._read)
