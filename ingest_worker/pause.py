"""Named places where a test can hold a process still, to kill it exactly there."""

import contextlib
import os
import time
from pathlib import Path

LONGEST_PAUSE_S = 120.0
POLL_S = 0.02


def pause_at(folder: Path | None, place: str) -> None:
    """Wait at `place` if a file of that name lies in `folder`.

    The file is renamed to `<place>.reached` and gets this process's pid, which tells the test and
    makes the pause happen once; it ends when that file is removed. Without a folder (always,
    outside the kill tests) nothing happens.
    """
    if folder is None:
        return
    reached = folder / f"{place}.reached"
    try:
        taken = (folder / place).rename(folder / f"{place}.{os.getpid()}")
    except FileNotFoundError:
        return
    taken.write_text(str(os.getpid()), encoding="ascii")
    taken.rename(reached)
    latest = time.monotonic() + LONGEST_PAUSE_S
    with contextlib.suppress(OSError):
        while reached.exists() and time.monotonic() < latest:
            time.sleep(POLL_S)
