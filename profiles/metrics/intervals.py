"""Stretches of time: their union, what lies between them, and which is the innermost."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from profiles.metrics.events import Longs


@dataclass(frozen=True)
class Stretches:
    """Half-open stretches in order of time, none touching another."""

    start_ns: Longs
    end_ns: Longs

    @property
    def length_ns(self) -> int:
        """All of them together."""
        return int((self.end_ns - self.start_ns).sum())

    @property
    def between(self) -> "Stretches":
        """What lies between each and the next."""
        return Stretches(self.end_ns[:-1], self.start_ns[1:])


def union(start_ns: Longs, end_ns: Longs) -> Stretches:
    """What at least one of them covers."""
    order = np.argsort(start_ns, kind="stable")
    start, end = start_ns[order], end_ns[order]
    if not len(start):
        return Stretches(start, end)
    reach = np.maximum.accumulate(end)
    is_new = np.append(True, start[1:] > reach[:-1])
    first = np.flatnonzero(is_new)
    last = np.append(first[1:], len(start)) - 1
    return Stretches(start[first], reach[last])


def innermost(
    start_ns: Sequence[int], end_ns: Sequence[int], first_ns: int, last_ns: int
) -> list[tuple[int, int]]:
    """Which stretch began last of those under way, and for how long: (place, ns), in order.

    -1 stands for time that none covers. The lengths add up to `last_ns - first_ns`.
    """
    order = sorted(range(len(start_ns)), key=lambda n: (start_ns[n], -end_ns[n], n))
    waiting = [n for n in order if start_ns[n] < last_ns and end_ns[n] > first_ns]
    under_way: list[tuple[int, int, int]] = []
    found: list[tuple[int, int]] = []
    now, coming = first_ns, 0
    while now < last_ns:
        while coming < len(waiting) and start_ns[waiting[coming]] <= now:
            heapq.heappush(under_way, (-coming, end_ns[waiting[coming]], waiting[coming]))
            coming += 1
        while under_way and under_way[0][1] <= now:
            heapq.heappop(under_way)
        until = min(last_ns, start_ns[waiting[coming]] if coming < len(waiting) else last_ns)
        place = -1
        if under_way:
            place = under_way[0][2]
            until = min(until, under_way[0][1])
        found.append((place, until - now))
        now = until
    return found
