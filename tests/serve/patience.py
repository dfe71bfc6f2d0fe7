"""Waiting for what other processes do."""

import os
import time
from collections.abc import Callable
from pathlib import Path

BUSY_MACHINE = 4
"""How much longer than usual a machine with other work may take; waiting in vain is rare."""


def until(condition: Callable[[], object], *, within_s: float = 5.0, every_s: float = 0.02) -> bool:
    """Whether the condition comes true in the usual time, or a few times that."""
    latest = time.monotonic() + BUSY_MACHINE * within_s
    while time.monotonic() < latest:
        if condition():
            return True
        time.sleep(every_s)
    return bool(condition())


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self").exists():
        try:
            return status.read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
