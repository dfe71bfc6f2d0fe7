"""Runs the official tool where it is installed, to compare with what it says."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from explorer_site.serve.refusal import Refusal

PLACES = (
    Path("/opt/aws/neuron/bin/neuron-explorer"),
    Path("/opt/aws/neuron/bin/neuron-profile"),
)
ON_PATH = "neuron-profile"
"""The other name on the path would find this program itself."""

LONGEST_S = 3600
OUTPUT = "ntff.json"
LAST_LINES = 3


def binary_found(given: Path | None) -> Path:
    """The official tool: the one that is given, else where its package puts it. Raises Refusal."""
    if given is not None:
        if not os.access(given, os.X_OK) or given.is_dir():
            raise Refusal(f"{given} is no program that can be run.")
        return given.resolve()
    found = [*PLACES, *([Path(path)] if (path := shutil.which(ON_PATH)) else [])]
    for place in found:
        if os.access(place, os.X_OK):
            return place
    raise Refusal(
        "The official tool is not installed here. Name it with --binary, or give what it wrote "
        "with --json."
    )


@contextmanager
def official_output(binary: Path, neff: Path, ntff: Path) -> Iterator[Path]:
    """The JSON that the official tool writes of a pair, gone afterwards. Raises Refusal."""
    with TemporaryDirectory(prefix="official-") as folder:
        target = Path(folder) / OUTPUT
        command = [
            *(str(binary), "view", "-n", str(neff.absolute()), "-s", str(ntff.absolute())),
            *("--output-format", "json", "--output-file", str(target)),
        ]
        _run(command, folder)
        # Some versions take the name of the file from themselves.
        written = target if target.is_file() else next(Path(folder).glob("*.json"), None)
        if written is None:
            raise Refusal(f"{binary.name} ended well and wrote no JSON.")
        yield written


def _run(command: list[str], folder: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_S, check=False,
            stdin=subprocess.DEVNULL, errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refusal(f"{command[0]} did not end within {LONGEST_S} s.") from error
    except OSError as error:
        raise Refusal(f"{command[0]} cannot be run ({error.strerror or error}).") from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).strip().splitlines()[-LAST_LINES:])
        raise Refusal(f"{command[0]} ended with code {done.returncode}: {said[:500]}")
