"""Opened runs, kept for the next question, since runs never change."""

from collections import OrderedDict
from threading import Lock

from profiles.metrics.device_run import DeviceRun
from profiles.metrics.kept.run import KeptRun
from profiles.metrics.stored import kept_run
from profiles.storage.columns import MOST_CACHED_BYTES
from profiles.storage.layout import MANIFEST
from profiles.storage.tables import ReadableRun

BYTES_OF_ROW = 120
MOST_KEPT_ROWS = 8_000_000
MOST_CACHED_ROWS = MOST_CACHED_BYTES // BYTES_OF_ROW
"""What is read out of a kept file takes no more memory than so many rows of tables."""


class Shelf:
    """The last used runs, together of at most so many rows: 120 bytes a row."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._runs: OrderedDict[tuple[object, ...], tuple[DeviceRun, int]] = OrderedDict()

    def run(self, run: ReadableRun, part: int) -> DeviceRun:
        """The opened part: the same one as before, as long as it is kept and has not changed.

        What was kept beside the tables is read block by block; where there is no such file, or
        another program wrote it, the tables are read.
        """
        facts = (run.path / MANIFEST).stat()
        key = (run.path, part, facts.st_ino, facts.st_mtime_ns, facts.st_size)
        with self._lock:
            found = self._runs.pop(key, None) or _opened(run, part)
            self._runs[key] = found
            while sum(size for _, size in self._runs.values()) > MOST_KEPT_ROWS:
                self._runs.popitem(last=False)
        return found[0]

    def __len__(self) -> int:
        return len(self._runs)


def _opened(run: ReadableRun, part: int) -> tuple[DeviceRun, int]:
    """The run, and how many rows its memory is worth."""
    rows = sum(
        entry.row_count
        for entry in run.manifest.tables
        if entry.part == part and entry.name in {"Instruction", "DmaPacket"}
    )
    found: DeviceRun = kept_run(run, part) or DeviceRun(run, part)
    return found, min(rows, MOST_CACHED_ROWS) if isinstance(found, KeptRun) else rows


SHELF = Shelf()


def device_run(run: ReadableRun, part: int = 0) -> DeviceRun:
    """A part of a run, out of memory if it was asked for before and is not too large.

    Raises OSError if the run is gone.
    """
    return SHELF.run(run, part)
