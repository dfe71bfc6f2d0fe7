"""The members of an uploaded archive as streams: .tar, .tar.gz, .tar.zst and .zip.

Nothing is written here and no name is followed. What an archive may hold is bounded in members,
in bytes, and in how far it may expand.
"""

import contextlib
import errno
import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Protocol, cast

from ingest_worker.formats import tar
from ingest_worker.formats.errors import FormatError, LimitExceeded, Malformed, Truncated
from profiles.uploads.sniff_archive import GZIP, TAR, ZIP, ZSTD, archive_kind

if TYPE_CHECKING:
    import io

FORM = "archive"
PIECE = 1 << 20
HEAD_BYTES = 512
RATIO_FROM_BYTES = 64 << 20
"""Below this many bytes no expansion is dangerous."""


ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class ArchiveLimits:
    """Members of an archive, bytes of all together, and how many times its size they may be."""

    members: int = 100_000
    expanded_bytes: int = 2_000_000_000_000
    ratio: int = 500


class Member(Protocol):
    """One file of the archive, to be read forward while the walk stands at it."""

    name: str
    size: int

    def read(self, size: int) -> bytes:
        """The next bytes, empty at the end."""


Refused = Callable[[FormatError], None]


def members(path: Path, limits: ArchiveLimits, refused: Refused = tar.refuse) -> Iterator[Member]:
    """Every regular file of the archive in order, by its safe name.

    `refused` is told of each member that is not allowed and left out. Raises FormatError with a
    code of `archive.*`; a damage may show after members were given.
    """
    with path.open("rb") as file:
        kind = archive_kind(file.read(HEAD_BYTES))
        file.seek(0)
        if kind is None:
            raise FormatError("archive.not_this_format", "The file begins like no known archive.")
        if kind == ZIP:
            yield from _zip_members(file, limits, refused)
            return
        stream = _Stream(file, kind, path.stat().st_size, limits)
        for member in tar.walk(stream, most_members=limits.members, refused=refused):
            yield _TarMember(member.name, member.size, stream)


class _Meter:
    """Counts what an archive has become, and refuses what grows beyond the limits."""

    def __init__(self, packed_bytes: int, limits: ArchiveLimits) -> None:
        self._most = limits.expanded_bytes
        self._most_packed = max(RATIO_FROM_BYTES, packed_bytes * limits.ratio)
        self._ratio = limits.ratio
        self._count = 0

    def add(self, size: int) -> None:
        self._count += size
        if self._count > self._most:
            raise LimitExceeded("archive.bomb", f"It unpacks to more than {self._most:,} bytes.")
        if self._count > self._most_packed:
            text = f"It unpacks to more than {self._ratio} times its size."
            raise LimitExceeded("archive.bomb", text)


class _Stream:
    """The unpacked tar, read forward."""

    form = FORM

    def __init__(self, file: BinaryIO, kind: str, size: int, limits: ArchiveLimits) -> None:
        self.position = 0
        self._meter = _Meter(size, limits)
        self._file = file
        self._is_plain = kind == TAR
        self._unpacked = _unpacker(file, kind)

    def read(self, size: int) -> bytes:
        pieces = []
        left = size
        while left:
            piece = self._piece(min(left, PIECE))
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        try:
            piece = self._unpacked.read(size)
        except EOFError as error:
            raise Truncated("archive.truncated", "The packed content ends early.") from error
        except (zlib.error, gzip.BadGzipFile, ValueError) as error:
            raise _damaged(error) from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise _damaged(error) from error
        self.position += len(piece)
        if not self._is_plain:
            self._meter.add(len(piece))
        return piece

    def skip(self, size: int) -> int:
        left = size
        while left:
            piece = self._piece(min(left, PIECE))
            if not piece:
                break
            left -= len(piece)
        return size - left


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _unpacker(file: BinaryIO, kind: str) -> _Reader:
    if kind == GZIP:
        return gzip.GzipFile(fileobj=file, mode="rb")
    if kind == ZSTD:
        # Loaded only when it is needed: the process that unpacks starts three times as fast.
        import pyarrow as pa

        packed = pa.PythonFile(cast("io.IOBase", file), mode="r")
        reader: _Reader = pa.CompressedInputStream(packed, "zstd")
        return reader
    return file


def _damaged(error: Exception) -> FormatError:
    if "truncated" in str(error).lower():
        return Truncated("archive.truncated", "The packed content ends early.")
    return Malformed("archive.malformed", f"The packed content is damaged ({error}).")


class _TarMember:
    """A member of the tar; reading stops at its end."""

    def __init__(self, name: str, size: int, stream: _Stream) -> None:
        self.name = name
        self.size = size
        self._stream = stream
        self._left = size

    def read(self, size: int) -> bytes:
        piece = self._stream.read(min(size, self._left))
        if not piece and self._left:
            text = f"The archive ends inside {self.name[:100]!r}."
            raise Truncated("archive.truncated", text, self._stream.position)
        self._left -= len(piece)
        return piece


@contextlib.contextmanager
def _zip_damage() -> Iterator[None]:
    """What the reader of zips raises for a damaged one, as codes."""
    try:
        yield
    except EOFError as error:
        raise Truncated("archive.truncated", "A packed member ends early.") from error
    except (*ZIP_ERRORS, struct.error, ValueError) as error:
        raise Malformed("archive.malformed", f"The archive is damaged ({error}).") from error


def _zip_members(file: BinaryIO, limits: ArchiveLimits, refused: Refused) -> Iterator[Member]:
    size = file.seek(0, 2)
    with _zip_damage():
        archive = zipfile.ZipFile(file)
    with archive:
        infos = archive.infolist()
        if len(infos) > limits.members:
            text = f"The archive has more than {limits.members} members."
            raise LimitExceeded("archive.bomb", text)
        meter = _Meter(size, limits)
        seen: set[str] = set()
        for info in infos:
            try:
                name = _zip_name(info, seen)
            except FormatError as error:
                refused(error)
                continue
            if name:
                content = _opened(archive, info)
                with content:
                    yield _ZipMember(name, info.file_size, content, meter)


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        with _zip_damage():
            return archive.open(info)
    except OSError as error:
        # A damaged directory leads before the beginning of the file, or behind what can be.
        if error.errno != errno.EINVAL:
            raise
        raise Malformed(
            "archive.malformed", f"{info.filename[:100]!r} lies nowhere in the archive."
        ) from error


def _zip_name(info: zipfile.ZipInfo, seen: set[str]) -> str:
    """The safe name of a regular member, empty for a folder."""
    name = tar.safe_name(info.filename)
    if info.is_dir():
        return ""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or not name:
        raise FormatError(
            "archive.unsafe_member", f"{name[:100]!r} is not a regular file.", info.header_offset
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Malformed("archive.malformed", f"{name[:100]!r} is packed in an unknown way.")
    if name in seen:
        raise FormatError(
            "archive.duplicate_member", f"{name!r} is in the archive twice.", info.header_offset
        )
    seen.add(name)
    return name


class _ZipMember:
    """A member of the zip."""

    def __init__(self, name: str, size: int, content: _Reader, meter: _Meter) -> None:
        self.name = name
        self.size = size
        self._content = content
        self._meter = meter

    def read(self, size: int) -> bytes:
        with _zip_damage():
            piece = self._content.read(size)
        self._meter.add(len(piece))
        return piece
