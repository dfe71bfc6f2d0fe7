"""The members of a NEFF: all are listed, only those asked for are held in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest_worker.formats.errors import LimitExceeded, Malformed
from ingest_worker.formats.limits import Limits
from ingest_worker.formats.neff.header import (
    PAYLOAD_HEAD,
    Header,
    header_notices,
    read_header,
)
from ingest_worker.formats.neff.inflate import ContentStream
from ingest_worker.formats.neff.sniff import HEADER_SIZE
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.tar import ARCHIVE, Member, read_member, walk

LARGEST_MEMBER = 1 << 28
MOST_HELD = 1 << 30


@dataclass(frozen=True)
class Index:
    """What the first pass found: the members, the kept ones' bytes, and what was odd."""

    header: Header
    members: tuple[Member, ...]
    kept: dict[str, bytes]
    checksum_state: str
    notices: tuple[Notice, ...]


def read_index(path: Path, limits: Limits, keep: Callable[[str], bool]) -> Index:
    """One pass over the whole content: checks all of it and holds the members wanted.

    Raises FormatError as `read_header`, `ContentStream` and `walk` do.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise LimitExceeded(
            "limit.bytes", f"The NEFF has {size} bytes, {limits.file_bytes} are allowed."
        )
    with path.open("rb") as file:
        header = read_header(file.read(HEADER_SIZE + PAYLOAD_HEAD), size)
        stream = ContentStream(file, header, limits)
        members, kept = _collect(stream, limits, keep)
        digest, extra = stream.finish()
    state = checksum_state(header.checksum[:16], digest)
    notices = [*header_notices(header, size), *_checksum_notice(header, state)]
    if extra:
        text = "Bytes behind the packed content are not used."
        notices.append(Notice("neff.trailing_bytes", text, extra))
    return Index(header, tuple(members), kept, state, tuple(notices))


def read_members(
    path: Path, header: Header, limits: Limits, names: frozenset[str]
) -> dict[str, bytes]:
    """A second pass that holds the named members; names which are not there are left out."""
    if not names:
        return {}
    with path.open("rb") as file:
        stream = ContentStream(file, header, limits)
        _, kept = _collect(stream, limits, names.__contains__)
    return kept


def _collect(
    stream: ContentStream, limits: Limits, keep: Callable[[str], bool]
) -> tuple[list[Member], dict[str, bytes]]:
    members: list[Member] = []
    kept: dict[str, bytes] = {}
    room = MOST_HELD
    for member in walk(stream, most_members=limits.archive_members):
        members.append(member)
        if keep(member.name):
            kept[member.name] = read_member(stream, member, min(LARGEST_MEMBER, room))
            room -= member.size
    if not members:
        raise Malformed("neff.malformed", "The archive has no members.", file=ARCHIVE)
    return members, kept


def checksum_state(stored: bytes, digest: bytes) -> str:
    """`ok`, `ok-swapped` (each four bytes reversed), `absent` or `mismatch`.

    Compilers store the MD5 of the packed content in either form (container notes, 1.2).
    """
    swapped = b"".join(digest[n : n + 4][::-1] for n in range(0, len(digest), 4))
    if stored == digest:
        return "ok"
    if stored == swapped:
        return "ok-swapped"
    return "mismatch" if any(stored) else "absent"


def _checksum_notice(header: Header, state: str) -> Iterator[Notice]:
    """Packages of version 1 have a SHA-256 in the same place, which is not checked."""
    if state == "mismatch" and header.package_version != 1:
        yield Notice("neff.checksum", "The checksum in the header is not that of the content.")
