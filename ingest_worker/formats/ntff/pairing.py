"""Joins the k-th START of a key with its k-th END, for whole arrays at once."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.ntff.record import Index, Mask, Times

Keys = npt.NDArray[Any]


class Pairs(NamedTuple):
    """Positions of the STARTs and ENDs that belong together, in START order of the stream.

    `rank` counts the pairs of one key from 0. `lone_starts` and `lone_ends` hold the positions
    left over.
    """

    start: Index
    end: Index
    rank: Index
    lone_starts: Index
    lone_ends: Index


def _ranked(keys: Keys) -> tuple[Index, Keys, Index]:
    """Stable order by key, the keys in it, and each one's number within its key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    position = np.arange(len(keys))
    is_first = _begins_run(ordered)
    rank = position - np.maximum.accumulate(np.where(is_first, position, 0))
    return order, ordered, rank


def _counts_of(wanted: Keys, ordered: Keys) -> Index:
    """For every key of the sorted `wanted`, how often the sorted `ordered` has it."""
    first = np.flatnonzero(_begins_run(wanted))
    keys = wanted[first]
    counts = np.searchsorted(ordered, keys, "right") - np.searchsorted(ordered, keys, "left")
    return np.repeat(counts, np.diff(np.append(first, len(wanted))))


def _begins_run(ordered: Keys) -> Mask:
    """Which entries of a sorted array differ from the one before."""
    is_first = np.ones(len(ordered), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return is_first


def pair_by_rank(start_keys: Keys, end_keys: Keys) -> Pairs:
    """First START with first END of a key, second with second, whatever lies between."""
    starts, start_ordered, start_rank = _ranked(start_keys)
    ends, end_ordered, end_rank = _ranked(end_keys)
    has_end = start_rank < _counts_of(start_ordered, end_ordered)
    has_start = end_rank < _counts_of(end_ordered, start_ordered)
    start, end, rank = starts[has_end], ends[has_start], start_rank[has_end]
    back = np.argsort(start, kind="stable")
    return Pairs(
        start[back],
        end[back],
        rank[back],
        np.sort(starts[~has_end]),
        np.sort(ends[~has_start]),
    )


def pair_in_time(start_keys: Keys, start_ps: Times, end_keys: Keys, end_ps: Times) -> Pairs:
    """As `pair_by_rank`, but an END that comes while none of its key is open is left alone.

    Only a trace that lost records needs this: there the plain rule pairs an END with a later
    START. ENDs before any open START are put aside, then the rest is paired by rank.
    """
    pairs = pair_by_rank(start_keys, end_keys)
    if not (end_ps[pairs.end] < start_ps[pairs.start]).any():
        return pairs
    is_orphan = orphan_ends(start_keys, start_ps, end_keys, end_ps)
    kept = np.flatnonzero(~is_orphan)
    again = pair_by_rank(start_keys, end_keys[kept])
    lone_ends = np.sort(np.concatenate((kept[again.lone_ends], np.flatnonzero(is_orphan))))
    return again._replace(end=kept[again.end], lone_ends=lone_ends)


def orphan_ends(start_keys: Keys, start_ps: Times, end_keys: Keys, end_ps: Times) -> Mask:
    """Which ENDs come, in time, when no START of their key is open.

    Per key the open count goes +1 at a START and -1 at an END (STARTs first at equal times); an
    END that takes it to a new low below zero has no START.
    """
    keys = np.concatenate((start_keys, end_keys))
    times = np.concatenate((start_ps, end_ps))
    is_end = np.zeros(len(keys), bool)
    is_end[len(start_keys) :] = True
    order = np.lexsort((is_end, times, keys))
    step = np.where(is_end[order], -1, 1)
    open_count = np.cumsum(step)
    is_first = _begins_run(keys[order])
    before = np.where(is_first, open_count - step, 0)
    group = np.cumsum(is_first) - 1
    level = open_count - before[is_first][group]
    low = _running_low(level, group)
    is_new_low = np.ones(len(keys), bool)
    is_new_low[1:] = (low[1:] < low[:-1]) | is_first[1:]
    found = np.zeros(len(keys), bool)
    found[order] = (step < 0) & (level < 0) & (level == low) & is_new_low
    return found[len(start_keys) :]


def _running_low(level: Index, group: Index) -> Index:
    """The lowest level so far, never above 0, starting anew with each group."""
    span = np.int64(len(level) + 1)
    shifted = np.minimum(level, 0) - group * span
    low: Index = np.minimum.accumulate(shifted) + group * span
    return low
