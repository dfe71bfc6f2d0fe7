"""One multipart request becomes files in `incoming`, in bounded pieces, or nothing at all."""

import contextlib
import errno
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from profiles.refusal import Refused
from profiles.storage.sources import Incoming, ReceivedFile, SourceStore
from profiles.uploads import sniff_official
from profiles.uploads.sniff import HEAD_BYTES, NEFF, NTFF, looks_like
from profiles.uploads.sniff_archive import ARCHIVE_HEAD_BYTES, archive_kind

PIECE_BYTES = 1 << 20
DRAIN_BYTES = 64 << 20
TAIL_BYTES = 256
DIRECTORY, ARCHIVE, OFFICIAL = "directory", "archive", "official"
ROLES = {NEFF: NEFF, NTFF: NTFF, DIRECTORY: ARCHIVE, OFFICIAL: OFFICIAL}
"""What the parts of a request are for: `directory` is an archive of a capture directory or of a
folder of tables, `official` a JSON of the official tool."""

UNPACKED_SHARE = 2
"""An archive and what it unpacks to lie side by side for a while."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass
class Upload:
    """What a request carried."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[ReceivedFile] = field(default_factory=list)

    def drop(self) -> None:
        """Forget the files."""
        for file in self.files:
            file.received.path.unlink(missing_ok=True)


class _CountedStream:
    """The request's body: counts what was read and remembers its end."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.count_bytes = 0
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._request.read(size)
        except OSError as error:  # UnreadablePostError: the connection is gone
            raise Refused("upload.incomplete", "The connection ended early.") from error
        self.count_bytes += len(piece)
        self.tail = (self.tail + piece)[-TAIL_BYTES:]
        return piece


class _IncomingHandler(FileUploadHandler):
    """Django's multipart parser hands over pieces; they go straight to their file."""

    chunk_size = PIECE_BYTES

    def __init__(self, store: SourceStore, upload: Upload) -> None:
        super().__init__()
        self._store = store
        self._upload = upload
        self._incoming: Incoming | None = None
        self._head = b""
        self.announced_bytes = 0
        self._claims: list[tuple[str, str | None, str]] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name not in ROLES:
            raise Refused("upload.malformed", f"There is no part named {self.field_name!r}.")
        if len(self._upload.files) >= settings.MAX_FILES:
            raise Refused("upload.too_many")
        if self.field_name == DIRECTORY:
            _check_room(self.announced_bytes * UNPACKED_SHARE, self._store)
        self._incoming = self._store.receive()
        self._head = b""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        incoming = self._open()
        most = settings.MAX_FILE_BYTES * (settings.MAX_FILES if self.field_name == DIRECTORY else 1)
        if incoming.size_bytes + len(raw_data) > most:
            raise Refused("upload.too_large", f"{self.file_name} is larger than {most:,} bytes.")
        if len(self._head) < self._head_bytes:
            self._head += raw_data[: self._head_bytes - len(self._head)]
            self._check_head()
        incoming.append(raw_data)

    def _check_head(self) -> None:
        """What is nothing known is refused before the rest of it travels."""
        if len(self._head) == self._head_bytes and self._seen() is None:
            raise _not_this_format(str(self.field_name), str(self.file_name))

    @property
    def _head_bytes(self) -> int:
        return ARCHIVE_HEAD_BYTES if self.field_name == DIRECTORY else HEAD_BYTES

    def _seen(self) -> str | None:
        """What the file begins like: an archive in the part `directory`, else a NEFF or trace."""
        if self.field_name == DIRECTORY:
            return ARCHIVE if archive_kind(self._head) else None
        if self.field_name == OFFICIAL:
            return OFFICIAL if sniff_official.may_be_official(self._head) else None
        return looks_like(self._head)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        incoming = self._open()
        self._incoming = None
        name = str(self.file_name or "file")[:255]
        role = ROLES[str(self.field_name)]
        self._upload.files.append(ReceivedFile(role, name, incoming.finish()))
        self._claims.append((role, self._seen(), name))
        return UploadedFile(file=io.BytesIO(), name=name, size=file_size)

    def upload_interrupted(self) -> None:
        self.drop()

    def drop(self) -> None:
        """Forget the file that is being received."""
        if self._incoming is not None:
            self._incoming.drop()
            self._incoming = None

    def _open(self) -> Incoming:
        assert self._incoming is not None
        return self._incoming

    def check_claims(self) -> None:
        """Every file looks like what it was sent as. Raises Refused."""
        wrong = [claim for claim in self._claims if claim[0] != claim[1]]
        if not wrong:
            return
        seen = {(role, found) for role, found, _ in wrong}
        if seen == {(NEFF, NTFF), (NTFF, NEFF)}:
            raise Refused("pair.swapped", fields={role: name for role, _, name in wrong})
        role, _, name = wrong[0]
        raise _not_this_format(role, name)


def _not_this_format(role: str, name: str) -> Refused:
    kind = "json" if role == OFFICIAL else ROLES.get(role, role)
    code = f"{kind}.not_this_format"
    return Refused(code, fields={DIRECTORY if role == ARCHIVE else role: name})


@contextlib.contextmanager
def received_upload(request: HttpRequest, store: SourceStore) -> Iterator[Upload]:
    """The request's fields and files; on any exception in the block nothing is kept.

    Raises Refused with the reason. Files that the block has moved away are no longer there to drop.
    """
    upload = Upload()
    handler = _IncomingHandler(store, upload)
    stream = _CountedStream(request)
    try:
        handler.announced_bytes = length = _announced_length(request)
        _check_room(length, store)
        _parse(request, stream, handler, upload)
        _check_whole(stream, length)
        _check_files(upload)
        handler.check_claims()
        yield upload
    except Refused:
        handler.drop()
        upload.drop()
        _drain(stream)
        raise
    except OSError as error:
        handler.drop()
        upload.drop()
        if error.errno in _NO_ROOM:
            raise Refused("upload.no_space") from error
        raise
    except BaseException:
        handler.drop()
        upload.drop()
        raise


def _announced_length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text.isdecimal():
        raise Refused("upload.no_length")
    return int(text)


def _check_room(length: int, store: SourceStore) -> None:
    most = settings.MAX_FILE_BYTES * settings.MAX_FILES
    if length > most:
        raise Refused("upload.too_large")
    free = store.free_bytes()
    if length + settings.MIN_FREE_BYTES > free:
        needed, there = length / 1e9, free / 1e9
        raise Refused("upload.no_space", f"{needed:.2f} GB needed, {there:.2f} GB free.")


def _parse(
    request: HttpRequest, stream: _CountedStream, handler: _IncomingHandler, upload: Upload
) -> None:
    try:
        parser = MultiPartParser(request.META, stream, [handler], "utf-8")  # type: ignore[arg-type]
        fields, _ = parser.parse()
    except TooManyFilesSent as error:
        raise Refused("upload.too_many") from error
    except (MultiPartParserError, SuspiciousOperation, UnicodeDecodeError) as error:
        raise Refused("upload.malformed", str(error)) from error
    upload.fields = {name: str(fields[name]) for name in fields}


def _check_whole(stream: _CountedStream, length: int) -> None:
    while stream.count_bytes < length and stream.read(PIECE_BYTES):
        pass
    if stream.count_bytes < length or not stream.tail.rstrip(b"\r\n").endswith(b"--"):
        raise Refused(
            "upload.incomplete", f"{stream.count_bytes:,} of {length:,} bytes were received."
        )


def _check_files(upload: Upload) -> None:
    if not upload.files:
        raise Refused("upload.missing_part")
    if sum(file.role == NEFF for file in upload.files) > 1:
        raise Refused("upload.too_many", "A profile holds one NEFF.")
    if len(upload.files) > 1 and any(file.role == ARCHIVE for file in upload.files):
        raise Refused("upload.too_many", "A directory is sent by itself, as one archive.")
    if len({file.role == OFFICIAL for file in upload.files}) > 1:
        text = "What the official tool wrote is sent by itself, without a NEFF or a trace."
        raise Refused("upload.too_many", text)
    for file in upload.files:
        if file.received.size_bytes == 0:
            raise Refused("upload.empty", f"{file.name} is empty.", fields={file.role: file.name})


def _drain(stream: _CountedStream) -> None:
    """Read on a little, so that a small upload's client gets to see the answer."""
    with contextlib.suppress(Refused, OSError):
        latest = stream.count_bytes + DRAIN_BYTES
        while stream.count_bytes < latest and stream.read(PIECE_BYTES):
            pass
