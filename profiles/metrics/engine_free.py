"""When an engine had nothing left to do before each of its instructions."""

import numpy as np

from profiles.metrics.events import Longs

NEVER_NS = int(np.iinfo(np.int64).min)
MOST_ENGINES = 1 << 16


def free_since(core: Longs, engine: Longs, start_ns: Longs, end_ns: Longs) -> Longs:
    """When all instructions of a row's engine that started earlier had ended; int64 (n,).

    NEVER_NS for an engine's first. Of rows that start together none is earlier than another.
    """
    result = np.full(len(start_ns), NEVER_NS, np.int64)
    if not len(start_ns):
        return result
    place = core * (int(engine.max()) + 1) + engine
    if int(place.max()) >= MOST_ENGINES:
        _, place = np.unique(place, return_inverse=True)
    # So few engines are grouped in one pass over the rows.
    order = np.argsort(place.astype(np.uint16), kind="stable")
    edges = np.flatnonzero(np.diff(place[order])) + 1
    for group in np.split(order, edges):
        start = start_ns[group]
        # Rows come in order of time as a rule.
        own = group if (start[1:] >= start[:-1]).all() else group[np.argsort(start, kind="stable")]
        start = start_ns[own]
        ended = np.maximum.accumulate(end_ns[own])
        is_later = np.concatenate(([False], start[1:] > start[:-1]))
        earlier = np.maximum.accumulate(np.where(is_later, np.arange(len(own)), 0)) - 1
        result[own] = np.where(earlier >= 0, ended[np.maximum(earlier, 0)], NEVER_NS)
    return result
