"""Whether the process that left a file still lives: a lock that the kernel drops with it."""

import contextlib
import fcntl
import os
import time
import uuid
from pathlib import Path

SUFFIX = ".alive"


class Lifeline:
    """A locked file in `folder`, held until this process ends. `token` is what its files carry."""

    def __init__(self, folder: Path) -> None:
        self.token = uuid.uuid4().hex
        self._pid = os.getpid()
        path = folder / f"{self.token}{SUFFIX}"
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __del__(self) -> None:
        """A store that is no longer used receives nothing any more."""
        with contextlib.suppress(OSError, AttributeError):
            os.close(self._descriptor)

    def is_of_this_process(self) -> bool:
        """False in a child that inherited it."""
        return self._pid == os.getpid()


def is_alive(folder: Path, token: str) -> bool:
    """Whether the process with this lifeline still runs."""
    try:
        with (folder / f"{token}{SUFFIX}").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def drop_ended(folder: Path, *, older_than_s: float) -> None:
    """Remove lifelines of processes that have ended; young ones may not be locked yet."""
    oldest = time.time() - older_than_s
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest and not is_alive(folder, path.name.partition(".")[0]):
                path.unlink()
