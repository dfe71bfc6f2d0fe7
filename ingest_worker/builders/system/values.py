"""Attribute values of frames, as numbers and texts: the file has them all as texts."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.system.ntrace import TraceFrames

NONE = -1
"""Stands for no number; none of the numbers read here is negative."""

MOST_DIGITS = 18
LARGEST = (1 << 63) - 1
_ZERO = ord("0")

Longs = npt.NDArray[np.int64]


class FrameValues:
    """Looks attributes up by frame; a frame of -1 has none."""

    def __init__(self, frames: TraceFrames) -> None:
        self._frames = frames

    @cached_property
    def _codes(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for code, key in enumerate(self._frames.keys):
            found.setdefault(key, []).append(code)
        return found

    def _entries(self, key: str) -> Longs:
        codes = np.array(self._codes.get(key, []), np.int16)
        return np.flatnonzero(np.isin(self._frames.attributes.key, codes))

    def numbers(self, key: str, frame: Longs) -> Longs:
        """The decimal number of a key in each frame; `NONE` where there is none."""
        entries, attributes = self._entries(key), self._frames.attributes
        # One place more than there are frames: that of the frame -1.
        by_frame = np.full(len(self._frames) + 1, NONE, np.int64)
        if len(entries):
            values = decimals(
                self._frames.data, attributes.offset[entries], attributes.size[entries]
            )
            by_frame[attributes.frame[entries]] = values
        found: Longs = by_frame[frame]
        return found

    def texts(self, key: str, frame: Longs) -> tuple[Longs, Sequence[str]]:
        """Each frame's place in the list of distinct texts of a key; `NONE` where there is none."""
        entries, attributes = self._entries(key), self._frames.attributes
        by_frame = np.full(len(self._frames) + 1, NONE, np.int64)
        known: dict[bytes, int] = {}
        data = self._frames.data
        for entry in entries.tolist():
            offset = int(attributes.offset[entry])
            raw = data[offset : offset + int(attributes.size[entry])].tobytes()
            by_frame[attributes.frame[entry]] = known.setdefault(raw, len(known))
        return by_frame[frame], [raw.decode("utf-8", "replace") for raw in known]


def decimals(data: npt.NDArray[np.uint8], offset: Longs, size: Longs) -> Longs:
    """Texts of digits as numbers; `NONE` for what is none, or longer than 64 bits hold."""
    value = np.zeros(len(offset), np.int64)
    is_good = (size > 0) & (size <= MOST_DIGITS + 1)
    for digit in range(MOST_DIGITS + 1):
        chosen = np.flatnonzero(is_good & (size > digit))
        if not len(chosen):
            break
        figure = data[offset[chosen] + digit].astype(np.int64) - _ZERO
        has_room = value[chosen] <= (LARGEST - figure) // 10
        is_digit = (figure >= 0) & (figure <= 9) & has_room
        is_good[chosen[~is_digit]] = False
        chosen = chosen[is_digit]
        value[chosen] = value[chosen] * 10 + figure[is_digit]
    value[~is_good] = NONE
    return value
