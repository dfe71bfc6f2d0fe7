"""A JSON text walked value by value, plain or gzipped, without holding the whole of it."""

import gzip
import json
import zlib
from codecs import getincrementaldecoder
from pathlib import Path
from typing import Any, BinaryIO

from ingest_worker.formats.errors import LimitExceeded, Malformed

PIECE_BYTES = 1 << 20
LARGEST_VALUE = 1 << 25
"""Characters of one value that is held whole."""

LONGEST_TAIL = 2
"""Signs behind a whole number that are part of it only with a digit behind them."""

_SPACE = " \t\r\n"


class JsonStream:
    """A place in a JSON text that moves forward; opened with `with`.

    `code` and `subject` are those of the errors: Malformed for a text that is damaged or ends too
    early, with the offset of the bytes read so far; `limit.bytes` for one that unpacks to more
    than `most_bytes`.
    """

    def __init__(
        self,
        path: Path,
        most_bytes: int,
        *,
        code: str,
        subject: str,
        decoder: json.JSONDecoder | None = None,
    ) -> None:
        self.read_bytes = 0
        self._path = path
        self._most_bytes = most_bytes
        self._code = code
        self._subject = subject
        self._decoder = decoder or json.JSONDecoder()
        self._text = ""
        self._place = 0
        self._is_whole = False
        self._decode = getincrementaldecoder("utf-8-sig")("replace")

    def __enter__(self) -> "JsonStream":
        self._raw = self._path.open("rb")
        is_packed = self._raw.read(2) == b"\x1f\x8b"
        self._raw.seek(0)
        self._file: BinaryIO = gzip.GzipFile(fileobj=self._raw) if is_packed else self._raw  # type: ignore[assignment]
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def sign(self) -> str:
        """The next sign that is no space."""
        while True:
            while self._place < len(self._text):
                sign = self._text[self._place]
                self._place += 1
                if sign not in _SPACE:
                    return sign
            if not self._more():
                raise self.wrong("ends too early")

    def back(self) -> None:
        """Stand before the sign that was read last."""
        self._place -= 1

    def key(self) -> str | None:
        """The next name of the object the place is in, with its colon; None at its end."""
        while (sign := self.sign()) != "}":
            if sign == ",":
                continue
            if sign != '"':
                raise self.wrong("has no name where one must be")
            self.back()
            name = self.value()
            if self.sign() != ":":
                raise self.wrong("has a name without a value")
            return str(name)
        return None

    def has_item(self) -> bool:
        """Whether the list the place is in goes on; its end is read."""
        while (sign := self.sign()) == ",":
            pass
        if sign == "]":
            return False
        self.back()
        return True

    def value(self) -> Any:
        """The next value, whole."""
        self.sign()
        self.back()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._place > LARGEST_VALUE or not self._more():
                    raise self.wrong("holds a value that cannot be read") from error
                continue
            # A number may go on in what is not read yet: "12." and "1e+" before their digits.
            if len(self._text) - end > LONGEST_TAIL or not self._more():
                self._place = end
                return value

    def _more(self) -> bool:
        if self._is_whole:
            return False
        try:
            piece = self._file.read(PIECE_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            raise self.wrong("cannot be unpacked") from error
        self.read_bytes += len(piece)
        if self.read_bytes > self._most_bytes:
            raise LimitExceeded("limit.bytes", f"It holds more than {self._most_bytes} bytes.")
        self._is_whole = not piece
        self._text = self._text[self._place :] + self._decode.decode(piece, final=not piece)
        self._place = 0
        return True

    def wrong(self, what: str) -> Malformed:
        """The error for a text of which `what` is true, to be raised by the caller."""
        return Malformed(self._code, f"{self._subject} {what}.", self.read_bytes)
