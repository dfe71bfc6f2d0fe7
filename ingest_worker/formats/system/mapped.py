"""A file as bytes without reading it: mapped, however large it is."""

import mmap
from pathlib import Path


def mapped(path: Path) -> memoryview:
    """The bytes of a file; an empty file gives none. Raises OSError."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
