"""Which processes a server started, written down so that the next one can end what is left."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

GONE_WITHIN_S = 5.0


def record(path: Path, started: Mapping[int, str]) -> None:
    """Write down pids, each with a text that its command line contains."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps({str(pid): mark for pid, mark in started.items()}), "utf-8")
    draft.replace(path)


def end_leftovers(path: Path) -> list[int]:
    """Kill the process groups written down at `path` that still run. Returns their pids.

    Call it only while holding the folder's lock: their supervisor is dead then. A pid that now
    belongs to another program is told apart by its command line and left alone.
    """
    ended = [pid for pid, mark in _recorded(path) if mark in command_line(pid)]
    for pid in ended:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    _await_end(ended)
    path.unlink(missing_ok=True)
    return ended


def _recorded(path: Path) -> list[tuple[int, str]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [(int(pid), str(mark)) for pid, mark in found.items() if mark]
    except (OSError, ValueError, AttributeError):
        return []


def command_line(pid: int) -> str:
    """The command line of a process, empty if it does not run."""
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.parent.parent.joinpath("self").exists():
        with contextlib.suppress(OSError):
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    listing = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout


def _await_end(pids: Iterable[int]) -> None:
    latest = time.monotonic() + GONE_WITHIN_S
    while time.monotonic() < latest and any(command_line(pid) for pid in pids):
        time.sleep(0.05)
