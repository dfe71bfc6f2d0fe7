"""Places of wanted values in a column that an order sorts."""

import numpy as np

from profiles.metrics.events import Longs

MOST_EXPANDED = 1_000_000
"""So many matches are looked at in one step; what is more is counted."""


def within(side: Longs, order: Longs, wanted: Longs) -> tuple[Longs, int]:
    """Places of `side` that hold one of the wanted values, and how many more there are.

    `order` sorts `side`.
    """
    first = np.searchsorted(side, wanted, "left", sorter=order)
    count = np.searchsorted(side, wanted, "right", sorter=order) - first
    ends = np.cumsum(count)
    total = int(count.sum())
    place = np.arange(min(total, MOST_EXPANDED))
    own = np.searchsorted(ends, place, "right")
    found: Longs = order[first[own] + place - (ends - count)[own]] if total else place
    return found, total - len(place)
