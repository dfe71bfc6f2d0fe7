"""Make the lock files again: every package hashed, no address written."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")
PLANS = (
    ("requirements-dev.lock", ("--group", "dev", "--group", "build")),
    ("requirements.lock", ("--group", "build", "-c", "requirements-dev.lock")),
    (
        "requirements-postgres.lock",
        ("--extra", "postgres", "--group", "build", "-c", "requirements-dev.lock"),
    ),
)


def compile_lock(name, arguments):
    """Resolve one lock with uv."""
    command = ("uv", "pip", "compile", "pyproject.toml", *OPTIONS, *arguments, "-o", name, "-q")
    subprocess.run(command, cwd=ROOT, check=True)


def strip_addresses():
    """Take the registry's addresses out of npm's lock."""
    path = ROOT / "package-lock.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'\n\s*"resolved": "[^"]*",?', "", text), encoding="utf-8")


def main():
    """Write all three locks."""
    try:
        for name, arguments in PLANS:
            compile_lock(name, arguments)
    except FileNotFoundError:
        sys.stderr.write("make lock needs uv: pip install uv\n")
        return 2
    strip_addresses()
    return 0


if __name__ == "__main__":
    sys.exit(main())
