"""What the uploader sends: files as they lie, directories as an archive made on the way.

Runs on Python 3.8 with nothing else; the served uploader carries this file inside it.
"""

from __future__ import annotations

import os
import stat
import tarfile
from pathlib import Path
from typing import Iterator

PIECE_BYTES = 256 * 1024
EXIT_FAILED = 1
EXIT_USAGE = 2
MOST_ENTRIES = 100_000
BLOCK = tarfile.BLOCKSIZE
ARCHIVE_END = bytes(2 * BLOCK)


class UploadError(Exception):
    """Something went wrong; `code` is the server's dotted code, or empty."""

    def __init__(self, message: str, code: str = "", exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.exit_code = exit_code


class FileContent:
    """A file of the size it has now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.size_bytes = path.stat().st_size

    def pieces(self) -> Iterator[bytes]:
        """The file in bounded pieces. Raises UploadError if it changes meanwhile."""
        left = self.size_bytes
        with self.path.open("rb") as file:
            while left:
                piece = file.read(min(PIECE_BYTES, left))
                if not piece:
                    raise UploadError("%s became shorter while it was sent." % self.path)
                left -= len(piece)
                yield piece


class DirectoryContent:
    """A directory as a tar archive whose length is known before its first byte is made.

    Regular files by their path inside, in the order of their names; links to folders are not
    followed. Nothing is written anywhere. Raises UploadError if there is nothing to send.
    """

    def __init__(self, path: Path) -> None:
        self.name = (path.resolve().name or "capture") + ".tar"
        self._entries = [_entry(name, file) for name, file in _below(path)]
        if not self._entries:
            raise UploadError("%s holds no files." % path, exit_code=EXIT_USAGE)

    @property
    def size_bytes(self) -> int:
        """The archive's exact length."""
        entries = sum(
            len(header) + content.size_bytes + _padding(content.size_bytes)
            for header, content in self._entries
        )
        return entries + len(ARCHIVE_END)

    def pieces(self) -> Iterator[bytes]:
        """The archive in bounded pieces. Raises UploadError if a file changes meanwhile."""
        for header, content in self._entries:
            yield header
            yield from content.pieces()
            padding = _padding(content.size_bytes)
            if padding:
                yield bytes(padding)
        yield ARCHIVE_END


def size_text(size_bytes: float) -> str:
    """A size for people: 1.5 MB."""
    for unit in ("B", "kB", "MB"):
        if size_bytes < 999.95:  # what would round up to 1000.0 is told in the next unit
            return "%.0f %s" % (size_bytes, unit) if unit == "B" else "%.1f %s" % (size_bytes, unit)
        size_bytes /= 1000
    return "%.2f GB" % size_bytes


def _padding(size_bytes: int) -> int:
    return -size_bytes % BLOCK


def _entry(name: str, file: Path) -> tuple[bytes, FileContent]:
    """A file and what stands in front of it. Raises UploadError if it cannot be read.

    The head takes more than one block where the name is long or not ASCII.
    """
    try:
        content = FileContent(file)
        file.open("rb").close()
    except OSError as error:
        raise UploadError(
            "%s cannot be read (%s)." % (file, error.strerror or error), exit_code=EXIT_USAGE
        ) from error
    entry = tarfile.TarInfo(name)
    entry.size = content.size_bytes
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"), content


def _below(path: Path) -> list[tuple[str, Path]]:
    """Regular files with their path inside. Raises UploadError for too many or a closed folder."""

    def refuse(error: OSError) -> None:
        raise UploadError(
            "%s cannot be read (%s)." % (error.filename, error.strerror or error),
            exit_code=EXIT_USAGE,
        )

    found = []
    for folder, _, names in os.walk(str(path), onerror=refuse):
        for name in names:
            file = Path(folder, name)
            if _is_regular(file):
                found.append((file.relative_to(path).as_posix(), file))
        if len(found) > MOST_ENTRIES:
            raise UploadError(
                "%s holds more than %d files." % (path, MOST_ENTRIES), exit_code=EXIT_USAGE
            )
    return sorted(found)


def _is_regular(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return False
