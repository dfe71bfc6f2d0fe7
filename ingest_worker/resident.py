"""How much private memory another process holds."""

import contextlib
import subprocess
import sys
from pathlib import Path

KIB = 1024


def private_bytes(pid: int) -> int:
    """Private resident memory of a process, in bytes; 0 if it is gone.

    Linux: RssAnon of /proc/<pid>/status, which leaves mapped files out. Elsewhere: the resident
    size that ps tells, which counts them.
    """
    if sys.platform.startswith("linux"):
        return _from_status(pid)
    listing = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return int(listing.stdout.strip() or 0) * KIB


def _from_status(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * KIB
    return 0
