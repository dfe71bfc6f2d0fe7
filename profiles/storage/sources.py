"""Uploaded files: received in bounded pieces into `incoming`, then moved to their own place."""

import contextlib
import hashlib
import os
import shutil
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from profiles.storage import layout
from profiles.storage.durable import sync_folder
from profiles.storage.lifeline import Lifeline, drop_ended, is_alive


@dataclass(frozen=True)
class Received:
    """A file that has been received whole and is on disk."""

    path: Path
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class ReceivedFile:
    """A received file with what it is for (`neff`, `ntff`) and the name it came with, as text."""

    role: str
    name: str
    received: Received


class Incoming:
    """One file on its way in: append, then finish; anything else leaves nothing behind."""

    def __init__(self, folder: Path, owner: str) -> None:
        """`owner` is the token of the receiving process's lifeline."""
        self.path = folder / f"{owner}.{uuid.uuid4().hex}.part"
        self._file: BinaryIO = self.path.open("xb", buffering=0)
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def append(self, piece: bytes) -> None:
        """Write one piece. Raises OSError when there is no room."""
        view = memoryview(piece)
        while view:
            written = self._file.write(view)
            view = view[written:]
        self._digest.update(piece)
        self.size_bytes += len(piece)

    def finish(self) -> Received:
        """The file is whole: make it last."""
        os.fsync(self._file.fileno())
        self._file.close()
        return Received(self.path, self.size_bytes, self._digest.hexdigest())

    def drop(self) -> None:
        """Forget the file."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> "Incoming":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is not None:
            self.drop()


class SourceStore:
    """Uploaded files of all profiles under one root; those under way lie in `incoming`."""

    def __init__(self, root: Path, incoming: Path) -> None:
        self.root = root
        self.incoming = incoming
        self._lifeline: Lifeline | None = None
        self._lifeline_lock = threading.Lock()

    def receive(self) -> Incoming:
        """A new file to append to."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        with self._lifeline_lock:
            if self._lifeline is None or not self._lifeline.is_of_this_process():
                self._lifeline = Lifeline(self.incoming)
            return Incoming(self.incoming, self._lifeline.token)

    def path(self, profile_id: str, role: str, ordinal: int) -> Path:
        return self.root / layout.source_key(profile_id, role, ordinal)

    def adopt(self, received: Path, profile_id: str, role: str, ordinal: int) -> Path:
        """Move a received file to its place."""
        target = self.path(profile_id, role, ordinal)
        target.parent.mkdir(parents=True, exist_ok=True)
        received.replace(target)
        sync_folder(target.parent)
        sync_folder(self.root)
        return target

    def delete_profile(self, profile_id: str) -> None:
        shutil.rmtree(self.root / layout.checked(profile_id), ignore_errors=True)

    def profiles(self) -> list[str]:
        """Ids of the profiles that have files."""
        return sorted(p.name for p in self.root.iterdir()) if self.root.is_dir() else []

    def drop_stale(self, *, older_than_s: float) -> int:
        """Remove what an upload that was killed left in `incoming`. Returns how many files.

        Files of a process that lives are kept, however long nothing was written to them: the
        first file of a large pair lies still while the second one comes.
        """
        oldest = time.time() - older_than_s
        count = 0
        for path in self.incoming.glob("*.part"):
            with contextlib.suppress(FileNotFoundError):
                owner = path.name.partition(".")[0]
                if path.stat().st_mtime < oldest and not is_alive(self.incoming, owner):
                    path.unlink()
                    count += 1
        drop_ended(self.incoming, older_than_s=older_than_s)
        return count

    def free_bytes(self) -> int:
        """Free space where uploads are received."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.incoming).free
