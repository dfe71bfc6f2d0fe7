"""Children that behave as a test says, in place of the decoding process."""

import sys
import textwrap
from pathlib import Path

PREAMBLE = """
import json, os, signal, sys, time
from pathlib import Path
job = json.loads(sys.stdin.readline())
def send(event, **facts):
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\\n")
    sys.stdout.flush()
def count(path):
    with open(path, "a") as file:
        file.write("x")
    return len(Path(path).read_text())
"""


def command(program: str) -> tuple[str, ...]:
    """The command line of a child that runs `program` after reading its job."""
    return (sys.executable, "-c", PREAMBLE + textwrap.dedent(program))


def tries(path: Path) -> int:
    """How often a child that called `count(path)` was started."""
    return len(path.read_text()) if path.exists() else 0
