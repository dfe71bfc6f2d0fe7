"""Columns longer than memory: written to files without a name, then seen through a mapping.

A mapped page that was let go is read again when it is next touched, so that mapped columns of any
length cost no more memory than `Pager` leaves them. Short columns never leave memory.
"""

import mmap
import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

import numpy as np
import numpy.typing as npt

LEAST_BYTES = 1 << 22
"""A column below this stays in memory."""
RESIDENT_BYTES = 400_000_000
LOOK_EVERY_S = 0.02
STATM = Path("/proc/self/statm")

Values = npt.NDArray[Any]
Kind = TypeVar("Kind", bound=np.generic)
_MAPS: "weakref.WeakSet[mmap.mmap]" = weakref.WeakSet()


def mapped(file: IO[bytes], *, is_writable: bool = False) -> mmap.mmap:
    """The file's bytes, among those whose pages may be let go."""
    access = mmap.ACCESS_WRITE if is_writable else mmap.ACCESS_READ
    found = mmap.mmap(file.fileno(), 0, access=access)
    _MAPS.add(found)
    return found


def let_go() -> None:
    """Takes the pages of every mapping out of this process; their bytes stay in the files."""
    if hasattr(mmap, "MADV_DONTNEED"):
        for found in list(_MAPS):
            found.madvise(mmap.MADV_DONTNEED)


class Column:
    """An array that grows at its end."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._kind = np.dtype(kind)
        self._parts: list[Values] = []
        self._held = 0
        self._file: IO[bytes] | None = None

    def append(self, values: Values) -> None:
        """Adds values behind the others."""
        self._parts.append(np.array(values, self._kind))
        self._held += self._parts[-1].nbytes
        if self._held >= LEAST_BYTES:
            self._write()

    def _write(self) -> None:
        if self._file is None:
            self._file = _nameless(self)
        for part in self._parts:
            self._file.write(_bytes(part))
        self._parts, self._held = [], 0

    def done(self) -> Values:
        """All values; nothing may be added any more."""
        if self._file is None:
            parts, self._parts = self._parts, []
            return np.concatenate(parts) if parts else np.zeros(0, self._kind)
        self._write()
        self._file.flush()
        found = np.frombuffer(mapped(self._file), self._kind)
        self._file.close()
        return found


def _nameless(owner: object) -> IO[bytes]:
    """A file without a name, closed with its owner at the latest."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the owner)
    weakref.finalize(owner, file.close)
    return file


def _bytes(values: Values) -> memoryview:
    """The bytes of an array, not copied."""
    buffer: Any = values.view(np.uint8)
    return memoryview(buffer)


def column_of(parts: Iterable[Values], kind: npt.DTypeLike) -> Values:
    """The parts one behind the other."""
    column = Column(kind)
    for part in parts:
        if len(part):
            column.append(part)
    return column.done()


def set_aside(values: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """The same values, outside of memory if they are many."""
    return column_of([values], values.dtype)


def full(count: int, value: int, kind: npt.DTypeLike) -> Values:
    """An array to be filled in, outside of memory if it is long."""
    found_kind = np.dtype(kind)
    if count * found_kind.itemsize < LEAST_BYTES:
        return np.full(count, value, found_kind)
    with tempfile.TemporaryFile() as file:
        piece = np.full(max(LEAST_BYTES // found_kind.itemsize, 1), value, found_kind)
        for begin in range(0, count, len(piece)):
            file.write(_bytes(piece[: count - begin]))
        file.flush()
        return np.frombuffer(mapped(file, is_writable=True), found_kind)


class Shelves:
    """Rows put on shelves piece by piece, and taken from each in the order they came."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._kind = np.dtype(kind)
        self._places: dict[Hashable, list[tuple[int, int]]] = {}
        self._file = _nameless(self)
        self._end = 0

    def put(self, shelf: Hashable, rows: Values) -> None:
        """Adds rows behind those of the shelf."""
        if len(rows):
            data = np.ascontiguousarray(rows, self._kind)
            self._places.setdefault(shelf, []).append((self._end, len(data)))
            self._file.write(_bytes(data))
            self._end += data.nbytes

    def shelves(self) -> list[Any]:
        """The shelves with rows, in order."""
        return sorted(self._places)

    def take(self, shelf: Hashable) -> Values:
        """All rows of a shelf."""
        self._file.flush()
        places = self._places.get(shelf, [])
        rows = np.empty(sum(count for _, count in places), self._kind)
        at = 0
        for offset, count in places:
            os.preadv(self._file.fileno(), [_bytes(rows[at : at + count])], offset)
            at += count
        return rows


class Pager:
    """While it is entered, mapped pages beyond so many bytes are let go as they pile up."""

    def __init__(self, most_bytes: int = RESIDENT_BYTES) -> None:
        self._most = most_bytes
        self._ended = threading.Event()
        self._looked = threading.Condition()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Pager":
        if STATM.exists():
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        before = resident_file_bytes()
        while not self._ended.wait(LOOK_EVERY_S):
            if resident_file_bytes() - before > self._most:
                let_go()
            with self._looked:
                self._looked.notify_all()

    def wait_until(self, is_true: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Waits until something is true at one of the looks; False when it never is."""
        with self._looked:
            return self._looked.wait_for(is_true, timeout_s)


def resident_file_bytes() -> int:
    """Resident bytes of this process that belong to files."""
    return int(STATM.read_text(encoding="ascii").split()[2]) * mmap.PAGESIZE
