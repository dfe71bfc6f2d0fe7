"""The captures that real servers are given."""

from pathlib import Path

from profiles.services import sample_files
from tests.make.big import write_big

LARGE_RECORDS = 200_000


def small_pair() -> list[tuple[str, Path]]:
    """Role and path of the sample that comes with the program."""
    return sample_files()


def large_pair(folder: Path) -> list[tuple[str, Path]]:
    """A capture of several megabytes, so that an upload can stand still in the middle of it."""
    folder.mkdir(parents=True, exist_ok=True)
    neff, ntff, _ = write_big(folder, LARGE_RECORDS)
    return [("neff", neff), ("ntff", ntff)]
