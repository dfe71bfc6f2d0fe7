"""What a reader of a foreign file is: a role, a test of the first bytes, and how to read."""

from pathlib import Path
from typing import Protocol

from ingest_worker.formats.limits import Limits

HEAD_BYTES = 1024


class Reader(Protocol):
    """One per role of an uploaded file. `accepts` decides by the first `HEAD_BYTES` alone."""

    @property
    def role(self) -> str:
        """The role of the files it reads: "neff" or "ntff"."""

    def accepts(self, head: bytes) -> bool:
        """Whether a file that begins like this can be of the format."""

    def read(self, path: Path, limits: Limits, *, partial: bool) -> object:
        """The opened file. Raises FormatError."""
