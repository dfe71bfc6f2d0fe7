"""Small kept files with small blocks, so that a few slices already fill many."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profiles.metrics import tally as tally_module
from profiles.metrics.coverage import Coverage
from profiles.metrics.kept import links as kept_links
from profiles.metrics.kept import tally as kept_tally
from profiles.metrics.kept import write as kept_write
from profiles.metrics.kept.tally import KeptCoverages, KeptTally, Slices, Window
from profiles.metrics.tally import Tally
from profiles.storage import columns
from profiles.storage.columns import ColumnFile, ColumnWriter

Row = tuple[int, int, int]
"""Start, length and kind of a slice."""


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    """Blocks, checkpoints and scans of so many slices."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (columns, kept_tally, kept_links, kept_write):
            patch.setattr(module, "BLOCK", size)
        patch.setattr(kept_write, "LEAST_STEP", 2 * size)
        for module in (tally_module, kept_tally):
            patch.setattr(module, "SCANNED_AT_ONCE", size)
        patch.setattr(tally_module, "KNOWN_OF_A_KIND", 3)
        yield


def tally_of(rows: list[Row], kinds: int) -> Tally:
    """All slices in memory."""
    start, length, kind = (np.array([row[n] for row in rows], np.int64) for n in range(3))
    return Tally(start, start + length, kind, kinds)


def kept_of(path: Path, full: Tally, window: Window, asked: list[Any] | None = None) -> KeptTally:
    """The same slices out of a file; `asked` are chosen kinds whose coverage is in it."""
    with path.open("wb") as file:
        writer = ColumnWriter(file)
        coverages = kept_write._Coverages(writer)
        coverages.of_tally("own", full, iter(asked or []))
        document = kept_write._slices(writer, "own", full)
        document |= kept_write._kinds(writer, "own", full)
        writer.finish({"tally": document, "coverages": coverages.found})
    opened = ColumnFile(path)
    slices = Slices(opened, "own", "own", opened.header["tally"])
    found = KeptCoverages(opened, opened.header["coverages"], window)
    return KeptTally(opened, "own", slices, opened.header["tally"], window, found)


def pairs(coverage: Coverage, window: Window) -> list[tuple[int, int]]:
    """The stretches of a coverage within a window."""
    inside = coverage.within(*window)
    return list(zip(inside.start_ns.tolist(), inside.end_ns.tolist(), strict=True))
