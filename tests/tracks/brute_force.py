"""The rules of docs/timeline-format.md spelled out slice by slice, slowly."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bar:
    """One slice: start, duration, lane, colour."""

    start_ns: int
    duration_ns: int
    lane: int
    colour: int


@dataclass
class Cell:
    """What a cell holds, added up one slice at a time."""

    count: int = 0
    busy_ns: int = 0
    longest: int = -1
    time_by_colour: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def colour(self) -> int:
        most = max(self.time_by_colour.values())
        return min(c for c, time in self.time_by_colour.items() if time == most)


def level(bars: list[Bar], bucket_ns: int) -> tuple[dict[tuple[int, int], Cell], list[int]]:
    """Cells by (bucket, lane), and the indices of long slices."""
    cells: dict[tuple[int, int], Cell] = defaultdict(Cell)
    long = []
    for index, bar in enumerate(bars):
        if bar.duration_ns > bucket_ns:
            long.append(index)
            continue
        home = cells[bar.start_ns // bucket_ns, bar.lane]
        home.count += 1
        if home.longest < 0 or bar.duration_ns > bars[home.longest].duration_ns:
            home.longest = index
        home.time_by_colour[bar.colour] += 0
        end = bar.start_ns + bar.duration_ns
        for bucket in range(bar.start_ns // bucket_ns, -(-end // bucket_ns)):
            begin, stop = bucket * bucket_ns, (bucket + 1) * bucket_ns
            covered = min(end, stop) - max(bar.start_ns, begin)
            cells[bucket, bar.lane].busy_ns += covered
            cells[bucket, bar.lane].time_by_colour[bar.colour] += covered
    return dict(cells), long
