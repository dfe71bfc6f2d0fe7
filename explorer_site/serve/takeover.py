"""Which processes a server started, written down so that the next one can end what is left."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

GONE_WITHIN_S = 5.0


@dataclass(frozen=True)
class Started:
    """A process that was started, and a text that its command line contains."""

    name: str
    pid: int
    mark: str


def record(path: Path, started: Iterable[Started]) -> None:
    """Write down what runs."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps([asdict(one) for one in started]), encoding="utf-8")
    draft.replace(path)


def recorded(path: Path) -> list[Started]:
    """What was written down; nothing if the file is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [Started(str(f["name"]), int(f["pid"]), str(f["mark"])) for f in found]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def end_leftovers(path: Path) -> list[int]:
    """Kill the process groups written down at `path` that still run. Returns their pids.

    Call it only while holding the folder's lock: their supervisor is dead then. A pid that now
    belongs to another program is told apart by its command line and left alone.
    """
    ended = [one.pid for one in recorded(path) if one.mark and one.mark in command_line(one.pid)]
    for pid in ended:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    _await_end(ended)
    path.unlink(missing_ok=True)
    return ended


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
