"""Nesting to depth: a span lies one lane below the one that is open around it."""

import numpy as np

from ingest_worker.tracks.depth import Lanes, Times

MOST_NESTED_LANES = 12


def nested_lanes(start_ns: Times, end_ns: Times) -> tuple[Lanes, int]:
    """The lane of each span, and how many lanes that would take without a limit.

    Spans are sorted by start, of equal starts the longer one first. One that is not inside the
    span before takes the first lane that is free; lanes beyond the twelfth share it. Spans of no
    length take no room.
    """
    count = len(start_ns)
    lane = np.zeros(count, np.uint8)
    if count < 2 or not (start_ns[1:] < np.maximum.accumulate(end_ns)[:-1]).any():
        return lane, min(count, 1)
    open_ends: list[int] = []
    deepest = 1
    depths: list[int] = []
    for start, end in zip(start_ns.tolist(), end_ns.tolist(), strict=True):
        while open_ends and open_ends[-1] <= start:
            open_ends.pop()
        place = len(open_ends)
        if open_ends and end > open_ends[-1]:
            place = next((n for n, until in enumerate(open_ends) if until <= start), place)
        if end > start:
            open_ends[place : place + 1] = [end]
        depths.append(place)
        deepest = max(deepest, place + 1)
    np.minimum(np.array(depths), MOST_NESTED_LANES - 1, out=lane, casting="unsafe")
    return lane, deepest
