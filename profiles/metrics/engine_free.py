"""When an engine had nothing left to do before each of its instructions."""

import numpy as np

from profiles.metrics.events import Longs

NEVER_NS = int(np.iinfo(np.int64).min)


def free_since(core: Longs, engine: Longs, start_ns: Longs, end_ns: Longs) -> Longs:
    """When all instructions of a row's engine that started earlier had ended; int64 (n,).

    NEVER_NS for an engine's first. Of rows that start together none is earlier than another.
    """
    result = np.full(len(start_ns), NEVER_NS, np.int64)
    order = np.lexsort((start_ns, engine, core))
    if not len(order):
        return result
    edges = np.flatnonzero(
        (core[order][1:] != core[order][:-1]) | (engine[order][1:] != engine[order][:-1])
    )
    for own in np.split(order, edges + 1):
        ended = np.maximum.accumulate(end_ns[own])
        earlier = np.searchsorted(start_ns[own], start_ns[own], "left") - 1
        result[own] = np.where(earlier >= 0, ended[np.maximum(earlier, 0)], NEVER_NS)
    return result
