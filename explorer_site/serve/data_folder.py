"""The data folder: made, checked, versioned, and served by one server at a time."""

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from explorer_site.serve.refusal import Refusal

LAYOUT = 1
"""Number of the folder's layout; a folder with a higher number was made by a newer version."""

SUBFOLDERS = ("incoming", "sources", "tables", "profiles", "run", "logs", "broker")
PRIVATE = 0o700
INGEST_LOCK = "ingest.lock"
LOCK_WITHIN_S = 0.5
"""Somebody who only asks who serves the folder holds the lock for a moment."""


@dataclass(frozen=True)
class ServedBy:
    """Who serves a data folder: process and the two ports, as written into its lock file."""

    pid: int
    port: int
    api_port: int


def prepare(folder: Path, *, version: str) -> None:
    """Make the folder and its subfolders, readable by their owner only.

    Raises Refusal if it cannot be made or written, or was made by a newer version.
    """
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        for name in SUBFOLDERS:
            (folder / name).mkdir(mode=PRIVATE, exist_ok=True)
        probe = folder / "run" / f"probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise Refusal(_why_unusable(folder, error)) from error
    _check_version(folder / "version.json", version=version)


def _why_unusable(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"There is no space left on the disk of the data folder {folder}."
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"The data folder {folder} is not a folder; set DATA_DIR to one."
    reason = (error.strerror or str(error)).lower()
    return f"The data folder {folder} cannot be written ({reason}); set DATA_DIR to one that can."


def _check_version(stamp: Path, *, version: str) -> None:
    layout, made_by = _read_version(stamp)
    if layout > LAYOUT:
        raise Refusal(newer(stamp.parent, made_by))
    if (layout, made_by) != (LAYOUT, version):
        draft = stamp.with_suffix(".tmp")
        draft.write_text(json.dumps({"layout": LAYOUT, "version": version}), encoding="utf-8")
        draft.replace(stamp)


def newer(folder: Path, version: str) -> str:
    """The sentence about a folder that a newer version has used."""
    by = f" ({version})" if version else ""
    return (
        f"The data folder {folder} was made by a newer version of this program{by}; "
        "update the program, or set DATA_DIR to another folder."
    )


def _read_version(stamp: Path) -> tuple[int, str]:
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))
        return int(found["layout"]), str(found["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _locked(file: IO[str], *, within_s: float = 0.0) -> bool:
    latest = time.monotonic() + within_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= latest:
                return False
            time.sleep(0.02)
        else:
            return True


class ServerLock:
    """The right to serve a data folder: a lock that the kernel drops with its holder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "run" / "server.lock"
        self._file: IO[str] | None = None

    def take(self, *, port: int, api_port: int) -> None:
        """Lock the folder and write down who serves it. Raises Refusal if another server does."""
        file = self.path.open("a+", encoding="utf-8")
        if not _locked(file, within_s=LOCK_WITHIN_S):
            file.close()
            raise Refusal(self._already_served())
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "port": port, "api_port": api_port}, file)
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the folder free again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _already_served(self) -> str:
        server = self._read()
        if server is None:
            return f"The data folder {self.folder} is already served by another instance."
        return (
            f"The data folder {self.folder} is already served by another instance "
            f"(process {server.pid}, http://localhost:{server.port}/)."
        )

    def holder(self) -> ServedBy | None:
        """Who serves the folder now; None if nobody does."""
        try:
            file = self.path.open("r+", encoding="utf-8")
        except OSError:
            return None
        with file:
            return None if _locked(file) else self._read()

    def _read(self) -> ServedBy | None:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return ServedBy(int(found["pid"]), int(found["port"]), int(found["api_port"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


@contextlib.contextmanager
def ingesting(folder: Path) -> Iterator[None]:
    """Say for a while that a command works on the folder's profiles; several may at once."""
    with (folder / "run" / INGEST_LOCK).open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_being_ingested(folder: Path) -> bool:
    """Whether a command works on the folder's profiles now."""
    with (folder / "run" / INGEST_LOCK).open("a", encoding="utf-8") as file:
        return not _locked(file)
