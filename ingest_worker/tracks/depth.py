"""Overlap to depth: what runs at the same time in one track is stacked in lanes."""

import numpy as np
import numpy.typing as npt

MOST_LANES = 4


def stack(
    start_ns: npt.NDArray[np.int64], end_ns: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint8], int]:
    """The lane of each slice, and how many lanes that would take without a limit.

    Slices are sorted by start, shape (n,). Each takes the first lane that is free at its start;
    lanes beyond the fourth share the fourth. Slices of no length take no room.
    """
    count = len(start_ns)
    lane = np.zeros(count, np.uint8)
    if count < 2:
        return lane, min(count, 1)
    latest = np.maximum.accumulate(end_ns)
    overlaps = start_ns[1:] < latest[:-1]
    if not overlaps.any():
        return lane, 1
    # A cluster is a run of slices in which each begins before everything earlier has ended.
    begins = np.flatnonzero(np.concatenate(([True], ~overlaps)))
    ends = np.concatenate((begins[1:], [count]))
    deepest = 1
    for first, last in zip(begins.tolist(), ends.tolist(), strict=True):
        if last - first > 1:
            place = slice(first, last)
            depth, lanes = _stack_cluster(start_ns[place].tolist(), end_ns[place].tolist())
            lane[place] = lanes
            deepest = max(deepest, depth)
    return lane, deepest


def _stack_cluster(starts: list[int], ends: list[int]) -> tuple[int, list[int]]:
    """First free lane for each slice of one cluster."""
    free_at: list[int] = []
    lanes = []
    for start, end in zip(starts, ends, strict=True):
        for lane, until in enumerate(free_at):
            if until <= start:
                free_at[lane] = end
                break
        else:
            lane = len(free_at)
            free_at.append(end)
        lanes.append(min(lane, MOST_LANES - 1))
    return len(free_at), lanes
