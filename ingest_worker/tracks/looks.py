"""What slices look like, each look once: lane, colour and label by one small number a slice."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_MOST_KEYS = 1 << 24
"""Keys up to here are counted in a table, larger ones are sorted."""

Small = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint16]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Looks:
    """`code` numbers each slice's look; a look is one place in `lane`, `colour` and `label`."""

    code: Longs
    lane: Small
    colour: Small
    label: Labels


def looks_of(lane: Small, colour: Small, label: Labels) -> Looks:
    """The distinct looks of slices; all columns have shape (n,)."""
    lanes, lane_code = _distinct(lane)
    colours, colour_code = _distinct(colour)
    labels, label_code = _distinct(label)
    key = (label_code * len(colours) + colour_code) * len(lanes) + lane_code
    keys, code = _distinct(key)
    return Looks(
        code,
        lanes[keys % max(len(lanes), 1)].astype(np.uint8),
        colours[keys // max(len(lanes), 1) % max(len(colours), 1)].astype(np.uint8),
        labels[keys // max(len(lanes) * len(colours), 1)].astype(np.uint16),
    )


def _distinct(values: npt.NDArray[np.integer]) -> tuple[Longs, Longs]:
    """The distinct values in order, and for each value its place among them."""
    if not len(values) or bool((values == values[0]).all()):
        return values[:1].astype(np.int64), np.zeros(len(values), np.int64)
    if int(values.max()) >= _MOST_KEYS:
        distinct, code = np.unique(values, return_inverse=True)
        return distinct.astype(np.int64), code.astype(np.int64)
    present = np.flatnonzero(np.bincount(values))
    table = np.zeros(int(present[-1]) + 1, np.int64)
    table[present] = np.arange(len(present))
    return present, table[values]
