"""Overlap to depth: what runs at the same time in one track is stacked in lanes."""

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.runs import pieces
from ingest_worker.formats.spill import column_of

MOST_LANES = 4
_LANES = 256

Times = npt.NDArray[np.int64]
Lanes = npt.NDArray[np.uint8]


def stack(start_ns: Times, end_ns: Times) -> tuple[Lanes, int]:
    """The lane of each slice, and how many lanes that would take without a limit.

    Slices are sorted by start, shape (n,). Each takes the first lane that is free at its start;
    lanes beyond the fourth share the fourth. Slices of no length take no room.
    """
    count = len(start_ns)
    lane = np.zeros(count, np.uint8)
    if count < 2:
        return lane, min(count, 1)
    overlaps = start_ns[1:] < np.maximum.accumulate(end_ns)[:-1]
    if not overlaps.any():
        return lane, 1
    # Only where something overlaps is there anything to decide; elsewhere the first lane is free.
    left = np.flatnonzero(np.append(overlaps, [False]) | np.append([False], overlaps))
    for number in range(MOST_LANES - 1):
        taken = _first_lane(start_ns[left], end_ns[left])
        left = left[~taken]
        if not len(left):
            break
        lane[left] = number + 1
    return lane, deepest_overlap(start_ns, end_ns)


def _first_lane(start_ns: Times, end_ns: Times) -> npt.NDArray[np.bool_]:
    """Which slices the first free lane gets: the first one, then always the next that fits."""
    following = np.maximum(
        np.searchsorted(start_ns, end_ns, "left"), np.arange(1, len(start_ns) + 1)
    ).tolist()
    chain = []
    place = 0
    while place < len(following):
        chain.append(place)
        place = following[place]
    taken = np.zeros(len(start_ns), bool)
    taken[chain] = True
    return taken


def deepest_overlap(start_ns: Times, end_ns: Times) -> int:
    """The most slices that are under way at one instant, a slice of no length counted alone."""
    has_length = end_ns > start_ns
    begun: Times = np.cumsum(has_length) - has_length
    ended = np.searchsorted(np.sort(end_ns[has_length]), start_ns, "right")
    return int((begun - ended).max()) + 1 if len(start_ns) else 0


def own_starts(start_ns: Times, end_ns: Times, lane: Lanes) -> Times:
    """Where the time begins that a slice does not share with an earlier one of its lane.

    Between its own start and its end each slice covers its lane alone, so that these pieces add up
    to the time in which the lane is busy. A slice that lies within an earlier one has none: its own
    start is its end.
    """
    busy_until = np.full(_LANES, np.iinfo(np.int64).min)
    return column_of(
        (_own_starts(start_ns[p], end_ns[p], lane[p], busy_until) for p in pieces(len(lane))),
        np.int64,
    )


def _own_starts(start_ns: Times, end_ns: Times, lane: Lanes, busy_until: Times) -> Times:
    """The same of some slices behind others that keep each lane busy so long; raises that."""
    own = start_ns.copy()
    for number in np.flatnonzero(np.bincount(lane)).tolist():
        place = np.flatnonzero(lane == number)
        reach = np.maximum.accumulate(np.append(busy_until[number], end_ns[place]))
        own[place] = np.maximum(start_ns[place], reach[:-1])
        busy_until[number] = reach[-1]
    return np.minimum(own, end_ns)
