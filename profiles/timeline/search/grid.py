"""How many hits begin in each stretch of time, and in which lanes any lie there, track by track."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from profiles.timeline.search.chunk import Longs

MOST_CELLS = 1 << 21
LEAST_BUCKETS, MOST_BUCKETS = 1024, 16_384
LANES = 16

Counts = npt.NDArray[np.uint32]
LaneBits = npt.NDArray[np.uint16]


def grid_bits(duration_ns: int, tracks: int) -> tuple[int, int]:
    """The length of a bucket as a power of two, in ns, and how many cover the duration."""
    room = max(LEAST_BUCKETS, min(MOST_BUCKETS, MOST_CELLS // max(tracks, 1)))
    bits = 0
    while (duration_ns >> bits) + 1 > room:
        bits += 1
    return bits, (duration_ns >> bits) + 1


@dataclass
class Row:
    """The buckets of one track: hits that begin in each, and a bit for each lane with one in it."""

    starts: Counts
    lanes: LaneBits

    @classmethod
    def empty(cls, buckets: int) -> "Row":
        """Without any hit."""
        return cls(np.zeros(buckets, np.uint32), np.zeros(buckets, np.uint16))

    @property
    def size_bytes(self) -> int:
        """In memory."""
        return self.starts.nbytes + self.lanes.nbytes

    def add(self, start_ns: Longs, end_ns: Longs, lane: npt.NDArray[np.uint8], bits: int) -> None:
        """Add hits whose times count from the first bucket's begin; what lies outside is cut."""
        buckets = len(self.starts)
        touches = (start_ns >> bits < buckets) & (np.maximum(end_ns - 1, start_ns) >= 0)
        if not touches.all():
            start_ns, end_ns, lane = start_ns[touches], end_ns[touches], lane[touches]
        begins = start_ns >= 0
        self.starts += np.bincount(start_ns[begins] >> bits, minlength=buckets).astype(np.uint32)
        first = np.clip(start_ns >> bits, 0, buckets - 1)
        last = np.clip(np.maximum(end_ns - 1, start_ns) >> bits, 0, buckets - 1)
        lane = np.minimum(lane, LANES - 1)
        wide = buckets + 1
        size = (int(lane.max()) + 1) * wide if len(lane) else wide
        offset = lane.astype(np.int64) * wide
        change = np.bincount(offset + first, minlength=size) - np.bincount(
            offset + last + 1, minlength=size
        )
        is_there = np.cumsum(change.reshape(-1, wide), axis=1)[:, :buckets] > 0
        for number in range(len(is_there)):
            self.lanes[is_there[number]] |= np.uint16(1 << number)

    def coarser(self, first: int, last: int, ratio: int) -> "Row":
        """Buckets [first, last), `ratio` of them together."""
        count = -(-(last - first) // ratio)
        found = []
        for column in (self.starts, self.lanes):
            own = np.zeros(count * ratio, column.dtype)
            piece = column[max(first, 0) : max(last, 0)]
            own[: len(piece)] = piece
            found.append(own.reshape(count, ratio))
        return Row(found[0].sum(axis=1, dtype=np.uint32), np.bitwise_or.reduce(found[1], axis=1))
