"""The colours of a tile's items in a mode of its own: slices, and cells by their largest share.

Made from the rows themselves, since the pyramid knows only the class of a cell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.timeline.track import NO_BUCKET, Items, Longs

CodesOf = Callable[[dict[str, Any], Longs], npt.NDArray[np.uint16]]
NOTHING = 0xFFFF
MOST_ROWS = 400_000
"""Rows that a tile may hold to be coloured; of more its cells stay without."""

COLUMNS = (("row", "<u4"), ("track", "<u2"), ("bucket", "<u2"), ("code", "<u2"), ("lane", "|u1"))
"""Columns of an answer in their order, each with its type."""


@dataclass(frozen=True)
class TileColours:
    """Codes of items: of a slice by track and row (`bucket` is 65535), of a cell by track, lane and
    bucket. `is_complete` is False where the tile holds too many rows and nothing is answered.
    """

    columns: dict[str, npt.NDArray[Any]]
    is_complete: bool

    def encoded(self) -> bytes:
        """Little-endian: u32 items, u32 whether complete, then the columns one after another."""
        count = len(self.columns["code"])
        head = np.array([count, int(self.is_complete)], "<u4").tobytes()
        return head + b"".join(
            np.ascontiguousarray(self.columns[name], kind).tobytes() for name, kind in COLUMNS
        )


def no_colours() -> TileColours:
    """The answer for a tile with too many rows."""
    return TileColours({name: np.zeros(0, kind) for name, kind in COLUMNS}, is_complete=False)


def tile_colours(
    slices: Items, codes: npt.NDArray[np.uint16], start_ns: int, size_ns: int, buckets: int
) -> TileColours:
    """Colours of a tile of `buckets` buckets of `size_ns` that begins at `start_ns`.

    `slices` are all that touch it. With `size_ns` 0 all stay slices.
    """
    duration = slices["duration_ns"].astype(np.int64)
    is_bar = duration > size_ns if size_ns else np.ones(len(duration), bool)
    bars = {name: slices[name][is_bar] for name in ("row", "track", "lane")}
    bars["bucket"] = np.full(int(is_bar.sum()), NO_BUCKET, np.uint16)
    bars["code"] = codes[is_bar]
    if bool(is_bar.all()):
        return TileColours(bars, is_complete=True)
    short = {name: column[~is_bar] for name, column in slices.items()}
    cells = _cells(short, codes[~is_bar], start_ns, size_ns, buckets)
    joined = {name: np.concatenate([bars[name], cells[name]]) for name, _ in COLUMNS}
    return TileColours(joined, is_complete=True)


def _cells(
    short: Items, codes: npt.NDArray[np.uint16], start_ns: int, size_ns: int, buckets: int
) -> dict[str, npt.NDArray[Any]]:
    """For each cell the code with most time in it; of equals, the lowest."""
    start = short["start_ns"].astype(np.int64) - start_ns
    end = start + short["duration_ns"].astype(np.int64)
    home = start // size_ns
    cut = np.minimum(end, (home + 1) * size_ns)
    # A slice no longer than a bucket lies in one or two of them; an instant still counts.
    pieces = [(home, np.maximum(cut - start, 1)), (home + 1, end - cut)]
    key = short["track"].astype(np.int64) * 256 + short["lane"]
    cell = np.concatenate([key * (buckets + 2) + place + 1 for place, _ in pieces])
    busy = np.concatenate([time for _, time in pieces])
    code = np.concatenate([codes, codes]).astype(np.int64)
    place = np.concatenate([place for place, _ in pieces])
    kept = (busy > 0) & (place >= 0) & (place < buckets)
    pairs, where = np.unique(cell[kept] * (NOTHING + 1) + code[kept], return_inverse=True)
    sums = np.bincount(where, busy[kept], len(pairs))
    of_cell, of_code = pairs // (NOTHING + 1), pairs % (NOTHING + 1)
    order = np.lexsort((of_code, -sums, of_cell))
    first = order[np.flatnonzero(np.diff(of_cell[order], prepend=-1))]
    track_lane, bucket = of_cell[first] // (buckets + 2), of_cell[first] % (buckets + 2) - 1
    return {
        "row": np.zeros(len(first), np.uint32),
        "track": (track_lane // 256).astype(np.uint16),
        "bucket": bucket.astype(np.uint16),
        "code": of_code[first].astype(np.uint16),
        "lane": (track_lane % 256).astype(np.uint8),
    }
