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

    @property
    def instants(self) -> range:
        """The nanoseconds it covers."""
        return range(self.start_ns, self.start_ns + self.duration_ns)


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


def own_instants(bars: list[Bar]) -> list[set[int]]:
    """For each bar the nanoseconds that no earlier bar of its lane covers."""
    covered: dict[int, set[int]] = defaultdict(set)
    own = []
    for bar in bars:
        own.append(set(bar.instants) - covered[bar.lane])
        covered[bar.lane].update(bar.instants)
    return own


def level(bars: list[Bar], bucket_ns: int) -> tuple[dict[tuple[int, int], Cell], list[int]]:
    """Cells by (bucket, lane), and the indices of long slices."""
    cells: dict[tuple[int, int], Cell] = defaultdict(Cell)
    long = []
    for index, (bar, own) in enumerate(zip(bars, own_instants(bars), strict=True)):
        if bar.duration_ns > bucket_ns:
            long.append(index)
            continue
        home = cells[bar.start_ns // bucket_ns, bar.lane]
        home.count += 1
        if home.longest < 0 or bar.duration_ns > bars[home.longest].duration_ns:
            home.longest = index
        home.time_by_colour[bar.colour] += 0
        for instant in own:
            cell = cells[instant // bucket_ns, bar.lane]
            cell.busy_ns += 1
            cell.time_by_colour[bar.colour] += 1
    return dict(cells), long
