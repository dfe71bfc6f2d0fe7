"""Events of a system run by their names: how many there are, and the ones around an instant."""

from dataclasses import dataclass, field

import numpy as np

from profiles.metrics.events import Events, Longs


@dataclass(frozen=True)
class Hit:
    """A match: its row, and its place among all in order of time, from 1."""

    row: int
    place: int


@dataclass(frozen=True)
class Found:
    """Matches by name, and single ones in order of time; None where there is none on that side.

    `rows` are all of them in that order.
    """

    count: int
    names: list[tuple[str, int]]
    first: Hit | None = None
    last: Hit | None = None
    previous: Hit | None = None
    next: Hit | None = None
    rows: Longs = field(default_factory=lambda: np.zeros(0, np.int64))


def find(events: Events, text: str, after_ns: int | None, after_row: int | None) -> Found:
    """Events whose name holds `text`, upper or lower case alike; without a text nothing matches.

    Next is the first that starts after the instant, or at it but in a later row than `after_row`;
    previous is the last before that instant and row. Without an instant next is the first.
    """
    name = events.coded("name")
    wanted = text.casefold()
    matching = [v for v in name.values if wanted and v is not None and wanted in v.casefold()]
    rows = np.flatnonzero(name.where(*matching))
    if not len(rows):
        return Found(0, [])
    counts = np.bincount(name.codes[rows], minlength=len(name.values))
    names = sorted(
        ((str(v), int(counts[place])) for place, v in enumerate(name.values) if counts[place]),
        key=lambda pair: (-pair[1], pair[0]),
    )
    start = events.numbers("start_ts")[rows]
    order = np.lexsort((rows, start))
    rows, start = rows[order], start[order]
    before, upto = _around(start, rows, after_ns, after_row)

    def hit(place: int) -> Hit | None:
        return Hit(int(rows[place]), place + 1) if 0 <= place < len(rows) else None

    return Found(len(rows), names, hit(0), hit(len(rows) - 1), hit(before - 1), hit(upto), rows)


def _around(
    start: Longs, rows: Longs, after_ns: int | None, after_row: int | None
) -> tuple[int, int]:
    """How many matches lie before the instant and row, and how many up to it."""
    if after_ns is None:
        return 0, 0
    first, last = (
        np.searchsorted(start, after_ns, "left"),
        np.searchsorted(start, after_ns, "right"),
    )
    if after_row is None:
        return int(first), int(last)
    here = rows[first:last]
    return (
        int(first + np.searchsorted(here, after_row, "left")),
        int(first + np.searchsorted(here, after_row, "right")),
    )
