"""Files of frames: a length of four bytes, then one message, again and again."""

from dataclasses import dataclass
from struct import Struct

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.errors import LimitExceeded

_LENGTH = Struct("<I")

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Frames:
    """Where each whole frame begins and ends; `cut_at` is the byte of one that is not whole."""

    data: memoryview
    start: Longs
    end: Longs
    cut_at: int | None

    def __len__(self) -> int:
        return len(self.start)


def find_frames(data: memoryview, most: int) -> Frames:
    """Every whole frame. A cut file gives those before the cut; LimitExceeded beyond `most`."""
    starts: list[int] = []
    position, end = 0, len(data)
    unpack = _LENGTH.unpack_from
    cut: int | None = None
    while position < end:
        if end - position < _LENGTH.size:
            cut = position
            break
        size = unpack(data, position)[0]
        if size > end - position - _LENGTH.size:
            cut = position
            break
        starts.append(position + _LENGTH.size)
        position += _LENGTH.size + size
        if len(starts) > most:
            raise LimitExceeded("limit.records", f"There are more than {most} records.", position)
    first = np.array(starts, np.int64)
    last = np.append(first[1:] - _LENGTH.size, [position])[: len(first)]
    return Frames(data, first, last, cut)
