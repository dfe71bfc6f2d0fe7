"""Unpacks a capture: an archive's members into numbered files, a directory as it lies."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ingest_worker.capture_scan import found_file, is_result, scan_directory
from ingest_worker.formats.errors import FormatError, Truncated
from ingest_worker.listing import ListedFile
from ingest_worker.packed import PIECE, ArchiveLimits, Member, Refused, members
from profiles.capture_names import OTHER, RESULTS
from profiles.directory import FoundFile, name_facts
from profiles.storage.layout import unpacked_key

LONGEST_NAME = 1000
LEAST_FREE_BYTES = 64 << 20
SHOWN = frozenset({"neff", "ntff", "trace_info", *RESULTS})
"""Roles of files that a profile can be made of."""

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Caps:
    """How much is taken in: of an archive or a directory, and bytes of one file."""

    archive: ArchiveLimits
    file_bytes: int


def list_directory(path: Path, most_files: int) -> Iterator[ListedFile]:
    """The files of a directory that stays where it is, or the one file it is."""
    if not path.exists():
        raise FormatError("source.gone", f"There is no directory {path.name} any more.")
    is_one = path.is_file()
    for found in [found_file(path.name, path)] if is_one else scan_directory(path, most_files):
        file = path if is_one else path / found.path
        is_kept = found.role != OTHER and file.is_file() and len(found.path) <= LONGEST_NAME
        yield ListedFile(found, in_place=str(file) if is_kept else "")


class Unpacker:
    """Unpacks one archive into the source folder of its profile.

    Files get numbers, never the names they came with; what nobody knows is counted and left out.
    A NEFF that comes twice is kept once.
    """

    def __init__(self, archive: Path, caps: Caps, told: Told, refused: Refused) -> None:
        self._archive = archive
        self._folder = archive.parent
        self._limits = caps.archive
        self._file_bytes = caps.file_bytes
        self._told = told
        self._refused = refused
        self._done = 0
        self._count = 0
        self._neffs: dict[str, str] = {}

    def files(self) -> Iterator[ListedFile]:
        """Every file, when it is whole on the disk. What an earlier try left is removed first.

        Of an archive that ends early the members before the end are given.
        """
        self._drop_earlier()
        try:
            for member in members(self._archive, self._limits, self._refused):
                if len(member.name) > LONGEST_NAME:
                    self._refused(_long_name(member.name))
                    continue
                yield self._take(member)
        except Truncated as error:
            (self._folder / unpacked_key(self._count)).unlink(missing_ok=True)
            self._refused(error)
        self._sync()

    def _drop_earlier(self) -> None:
        for path in self._folder.glob(f"{unpacked_key('*')}"):
            path.unlink()

    def _take(self, member: Member) -> ListedFile:
        if name_facts(member.name).role == OTHER:
            size = sum(len(piece) for piece in self._pieces(member))
            return ListedFile(FoundFile(member.name, size, OTHER))
        self._check_room(member)
        place = unpacked_key(self._count)
        path = self._folder / place
        digest = hashlib.sha256()
        with path.open("xb") as file:
            for piece in self._pieces(member):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        self._count += 1
        found = found_file(member.name, path)
        if found.role == OTHER:
            path.unlink()
            return ListedFile(found)
        return self._once(ListedFile(found, digest.hexdigest(), place), path)

    def _once(self, listed: ListedFile, path: Path) -> ListedFile:
        if listed.found.role != "neff":
            return listed
        known = self._neffs.setdefault(listed.sha256, listed.place)
        if known == listed.place:
            return listed
        path.unlink()
        return replace(listed, place=known)

    def _pieces(self, member: Member) -> Iterator[bytes]:
        size = 0
        while piece := member.read(PIECE):
            size += len(piece)
            if size > self._file_bytes:
                text = f"{member.name} is larger than {self._file_bytes:,} bytes."
                raise FormatError("limit.bytes", text, file=member.name)
            self._done += len(piece)
            self._told(self._done, max(self._done, self._archive.stat().st_size))
            yield piece

    def _check_room(self, member: Member) -> None:
        """A member that has no room is not begun; one that lies about its size meets the disk."""
        if min(member.size, self._file_bytes) + LEAST_FREE_BYTES > _free(self._folder):
            raise OSError(errno.ENOSPC, f"no room for {member.size:,} bytes")

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _long_name(name: str) -> FormatError:
    text = f"A name has {len(name)} characters: {name[:60]!r} and more."
    return FormatError("archive.unsafe_member", text)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def listed_capture(source: Path, caps: Caps, told: Told, refused: Refused) -> Iterator[ListedFile]:
    """The files of an archive, a directory, or one file that is read where it lies.

    `refused` is told what is left out.

    Raises FormatError where nothing of a capture is left: the first refusal, or `session.empty`.
    """
    is_any = False
    refusals: list[FormatError] = []

    def left_out(error: FormatError) -> None:
        if not refusals:
            refusals.append(error)
        refused(error)

    listed = (
        list_directory(source, caps.archive.members)
        if source.is_dir() or is_result(source)
        else Unpacker(source, caps, told, left_out).files()
    )
    for file in listed:
        is_any = is_any or file.found.role in SHOWN
        yield file
    if not is_any:
        if refusals:
            raise refusals[0]
        raise FormatError(
            "session.empty",
            "There is no trace_info.pb, no NEFF, no trace and no table in the directory.",
        )
