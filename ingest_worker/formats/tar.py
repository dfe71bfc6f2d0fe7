"""Walks through a tar archive without ever writing a member anywhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ingest_worker.formats.errors import FormatError, LimitExceeded, Malformed, Truncated

ARCHIVE = "archive"
BLOCK = 512
LONGEST_RECORD = 1 << 20
_REGULAR, _DIRECTORY = (b"0", b"\0", b"7"), b"5"
_WITHOUT_CONTENT = (b"1", b"2", b"3", b"4", b"6")
"""Links, devices and pipes: whatever size they name, no content follows."""

_PAX, _PAX_GLOBAL, _LONG_NAME = b"x", b"g", b"L"
_SIZE, _TYPE, _CHECKSUM = slice(124, 136), slice(156, 157), slice(148, 156)


class Source(Protocol):
    """A stream that is read forward; `form` begins the codes of what is wrong with it."""

    form: str
    position: int

    def read(self, size: int) -> bytes:
        """The next bytes, fewer at the end only."""

    def skip(self, size: int) -> int:
        """Moves on; how far it could."""


@dataclass(frozen=True)
class Member:
    """A regular file of the archive: its name without a leading `./`, size, place in the tar."""

    name: str
    size: int
    offset: int


def refuse(error: FormatError) -> None:
    """Ends a walk at the first member that is not allowed."""
    raise error


def walk(
    source: Source, *, most_members: int, refused: Callable[[FormatError], None] = refuse
) -> Iterator[Member]:
    """Every regular member in order; the caller may read up to `size` bytes of each.

    `refused` is told what is left out: `archive.unsafe_member` for names that lead out of the
    archive and for anything but regular files and folders, `archive.duplicate_member` for a name
    that comes twice. Raises FormatError `archive.bomb` beyond `most_members`, and
    `<form>.truncated` and `<form>.malformed`.
    """
    seen: set[str] = set()
    for count, (header, name, size) in enumerate(_headers(source), 1):
        if count > most_members:
            raise LimitExceeded(
                "archive.bomb",
                f"The archive has more than {most_members} members.",
                file=ARCHIVE,
            )
        start = source.position
        try:
            safe = _regular(header[_TYPE], name, seen, start - BLOCK)
        except FormatError as error:
            refused(error)
            safe = ""
        if safe:
            seen.add(safe)
            yield Member(safe, size, start)
        if header[_TYPE] not in _WITHOUT_CONTENT:
            _skip_to(source, start + _padded(size), name)


def _regular(kind: bytes, name: str, seen: set[str], offset: int) -> str:
    """The safe name of a regular member, empty for a folder. Raises for what is not allowed."""
    safe = safe_name(name)
    if kind == _DIRECTORY:
        return ""
    if kind not in _REGULAR or not safe:
        raise FormatError(
            "archive.unsafe_member",
            f"{name[:100]!r} is not a regular file (type {kind!r}).",
            offset,
            file=ARCHIVE,
        )
    if safe in seen:
        raise FormatError(
            "archive.duplicate_member",
            f"{safe[:100]!r} is in the archive twice.",
            offset,
            file=ARCHIVE,
        )
    return safe


def read_member(source: Source, member: Member, most_bytes: int) -> bytes:
    """All bytes of the member the walk stands at; `limit.memory` beyond `most_bytes`."""
    if member.size > most_bytes:
        raise LimitExceeded(
            "limit.memory",
            f"{member.name} has {member.size} bytes, {most_bytes} can be held.",
            file=member.name,
        )
    data = source.read(member.size)
    if len(data) < member.size:
        raise _cut(member.name, source)
    return data


def _headers(source: Source) -> Iterator[tuple[bytes, str, int]]:
    """Each member's header block with its full name and size; extensions are resolved."""
    long_name = ""
    pax: dict[str, str] = {}
    while True:
        start = source.position
        block = source.read(BLOCK)
        if not block.strip(b"\0"):
            return
        _check(block, start, source.form)
        size = _number(block[_SIZE], start, source.form)
        kind = block[_TYPE]
        if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME):
            record = _record(source, size, start)
            if kind == _LONG_NAME:
                long_name = _text(record)
            elif kind == _PAX:
                pax = _pax(record, start, source.form)
            continue
        own_size = _pax_size(pax, size, start, source.form)
        yield block, pax.get("path") or long_name or _short_name(block), own_size
        long_name, pax = "", {}


def _check(block: bytes, start: int, form: str) -> None:
    """A header block is whole and its checksum right: the sum of its bytes, own field blank."""
    if len(block) < BLOCK:
        raise Truncated(
            f"{form}.truncated", "The archive ends inside a member's header.", start, file=ARCHIVE
        )
    total = sum(block) - sum(block[_CHECKSUM]) + 8 * ord(" ")
    if _number(block[_CHECKSUM], start, form) != total:
        raise _damaged("A member's header in the archive is damaged.", start, form)


def _number(field: bytes, start: int, form: str) -> int:
    """Octal text, or binary where the first bit is set."""
    if field[0] & 0x80:
        return int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
    digits = field.split(b"\0", 1)[0].strip()
    if any(digit not in b"01234567" for digit in digits):
        raise _damaged("A number in the archive is not a number.", start, form)
    return int(digits or b"0", 8)


def _record(source: Source, size: int, start: int) -> bytes:
    if size > LONGEST_RECORD:
        raise _damaged(f"A member's extended header has {size} bytes.", start, source.form)
    record = source.read(_padded(size))
    if len(record) < _padded(size):
        raise _cut("An extended header", source)
    return record[:size]


def _pax(record: bytes, start: int, form: str) -> dict[str, str]:
    """Records `<length> <key>=<value>\\n`, the length counting itself."""
    found: dict[str, str] = {}
    place = 0
    while place < len(record):
        digits, space, _ = record[place : place + 20].partition(b" ")
        length = int(digits) if digits.isdigit() and space else 0
        line = record[place + len(digits) + 1 : place + length - 1]
        key, equals, value = line.partition(b"=")
        if length <= 0 or place + length > len(record) or not equals:
            raise _damaged("A member's extended header is damaged.", start, form)
        found[_text(key)] = _text(value)
        place += length
    return found


def _pax_size(pax: dict[str, str], size: int, start: int, form: str) -> int:
    text = pax.get("size")
    if text is None:
        return size
    if not text.isdecimal() or len(text) > 20:
        raise _damaged("A member's size is not a number.", start, form)
    return int(text)


def _short_name(block: bytes) -> str:
    name = _text(block[:100])
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")


def safe_name(name: str) -> str:
    """The name without `./`; refused when it is absolute or climbs out."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    is_unsafe = name.startswith("/") or ".." in parts or "\\" in name or not name
    if is_unsafe or any(ord(letter) < 32 for letter in name):
        raise FormatError(
            "archive.unsafe_member",
            f"The archive has a member named {name[:100]!r}.",
            file=ARCHIVE,
        )
    return "/".join(parts)


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _skip_to(source: Source, end: int, name: str) -> None:
    missing = end - source.position
    if source.skip(missing) < missing:
        raise _cut(name, source)


def _cut(name: str, source: Source) -> Truncated:
    return Truncated(
        f"{source.form}.truncated",
        f"The archive ends inside {name[:100]!r}.",
        source.position,
        file=ARCHIVE,
    )


def _damaged(message: str, offset: int, form: str) -> Malformed:
    return Malformed(f"{form}.malformed", message, offset, file=ARCHIVE)
