"""How a pool child learns that its worker has been told to stop.

Only the worker's main process gets the signal, and a pool child may be a fresh interpreter that
shares no memory with it; so the main process leaves a file with its pid in its name.
"""

import os
import socket
from pathlib import Path


class StopNote:
    """The file by which one worker says that it is stopping."""

    def __init__(self, folder: Path, worker_pid: int) -> None:
        """`folder` may be shared by workers on several machines, so the name carries the host."""
        self.path = folder / f"stopping-{socket.gethostname()}-{worker_pid}"

    @classmethod
    def of_this_process(cls, folder: Path) -> "StopNote":
        """The note of the worker whose main process this is."""
        return cls(folder, os.getpid())

    @classmethod
    def of_my_worker(cls, folder: Path) -> "StopNote":
        """The note of the worker that started this pool child."""
        return cls(folder, os.getppid())

    def leave(self) -> None:
        """Say that the worker is stopping. Runs in a signal handler: one system call, no lock."""
        os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))

    def clear(self) -> None:
        """Take the note back."""
        self.path.unlink(missing_ok=True)

    def is_left(self) -> bool:
        """Whether the worker is stopping."""
        return self.path.exists()
