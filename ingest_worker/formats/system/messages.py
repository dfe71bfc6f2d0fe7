"""Many small protobuf messages at once: the n-th field of all of them in one step.

A message that cannot be one is marked damaged and gives the fields before the damage.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.wire import BYTES, FIXED32, FIXED64, VARINT

LONGEST_VARINT = 10

Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FieldColumn:
    """The n-th fields of the messages `owner`; a text's value is its place, with a `size`."""

    owner: Longs
    number: Longs
    kind: Longs
    value: npt.NDArray[np.uint64]
    size: Longs

    def of(self, number: int, kind: int) -> Mask:
        """Which are this field with this wire type."""
        found: Mask = (self.number == number) & (self.kind == kind)
        return found


def read_columns(
    data: npt.NDArray[np.uint8], start: Longs, end: Longs, damaged: Mask
) -> Iterator[FieldColumn]:
    """The first field of every message, then the second of those that have one, and so on.

    `damaged` is set for messages with a length, a number or a type that cannot be.
    """
    owner = np.flatnonzero(start < end)
    position = start[owner]
    while len(owner):
        limit = end[owner]
        tag, place, is_bad = _varints(data, position, limit)
        number, kind = (tag >> np.uint64(3)).astype(np.int64), (tag & np.uint64(7)).astype(np.int64)
        is_bad |= (number == 0) | (number > 0x1FFF_FFFF)
        value = np.zeros(len(owner), np.uint64)
        size = np.zeros(len(owner), np.int64)
        is_number = (kind == VARINT) | (kind == BYTES)
        chosen = np.flatnonzero(is_number & ~is_bad)
        value[chosen], after, is_odd = _varints(data, place[chosen], limit[chosen])
        is_bad[chosen] |= is_odd
        place[chosen] = after
        _fixed(data, kind, place, limit, value, size, is_bad)
        texts = np.flatnonzero((kind == BYTES) & ~is_bad)
        too_long = value[texts] > (limit[texts] - place[texts]).astype(np.uint64)
        is_bad[texts] |= too_long
        texts = texts[~too_long]
        size[texts] = value[texts].astype(np.int64)
        value[texts] = place[texts].astype(np.uint64)
        is_bad |= ~is_number & (kind != FIXED64) & (kind != FIXED32)
        damaged[owner[is_bad]] = True
        good = np.flatnonzero(~is_bad)
        yield FieldColumn(owner[good], number[good], kind[good], value[good], size[good])
        position = place + size
        going = good[position[good] < limit[good]]
        owner, position = owner[going], position[going]


def _fixed(
    data: npt.NDArray[np.uint8],
    kind: Longs,
    place: Longs,
    limit: Longs,
    value: npt.NDArray[np.uint64],
    size: Longs,
    is_bad: Mask,
) -> None:
    for own, width in ((FIXED32, 4), (FIXED64, 8)):
        chosen = np.flatnonzero((kind == own) & ~is_bad)
        if not len(chosen):
            continue
        too_short = place[chosen] + width > limit[chosen]
        is_bad[chosen[too_short]] = True
        chosen = chosen[~too_short]
        number = np.zeros(len(chosen), np.uint64)
        for byte in range(width):
            number |= data[place[chosen] + byte].astype(np.uint64) << np.uint64(8 * byte)
        value[chosen] = number
        size[chosen] = width


def _varints(
    data: npt.NDArray[np.uint8], position: Longs, limit: Longs
) -> tuple[npt.NDArray[np.uint64], Longs, Mask]:
    """The number at each position, the place behind it, and which do not end in their message."""
    value = np.zeros(len(position), np.uint64)
    place = position.copy()
    is_bad = np.zeros(len(position), bool)
    open_ones = np.arange(len(position))
    for step in range(LONGEST_VARINT):
        inside = place[open_ones] < limit[open_ones]
        is_bad[open_ones[~inside]] = True
        open_ones = open_ones[inside]
        byte = data[place[open_ones]]
        value[open_ones] |= (byte & 0x7F).astype(np.uint64) << np.uint64(7 * step)
        place[open_ones] += 1
        open_ones = open_ones[byte >= 0x80]
        if not len(open_ones):
            break
    is_bad[open_ones] = True
    return value, place, is_bad
