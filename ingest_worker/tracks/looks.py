"""What slices look like, each look once: lane, colour and label by one small number a slice."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.runs import pieces
from ingest_worker.formats.spill import column_of, set_aside

_MOST_KEYS = 1 << 24
"""Keys up to here are counted in a table, larger ones are sorted."""

Small = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint16]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Looks:
    """`code` numbers each slice's look; a look is one place in `lane`, `colour` and `label`."""

    code: npt.NDArray[np.uint32]
    lane: Small
    colour: Small
    label: Labels


def looks_of(lane: Small, colour: Small, label: Labels) -> Looks:
    """The distinct looks of slices; all columns have shape (n,)."""
    some = [_looks_of(lane[own], colour[own], label[own]) for own in pieces(len(lane))]
    keys = [_keys(own) for own in some]
    distinct = np.unique(np.concatenate([np.zeros(0, np.int64), *keys]))
    numbers = [np.searchsorted(distinct, own) for own in keys]
    code = column_of(
        (number[own.code] for number, own in zip(numbers, some, strict=True)), np.uint32
    )
    return Looks(
        code,
        (distinct & 0xFF).astype(np.uint8),
        (distinct >> 8 & 0xFF).astype(np.uint8),
        (distinct >> 16).astype(np.uint16),
    )


def _keys(looks: Looks) -> Longs:
    """One number a look: by label, then colour, then lane."""
    front = looks.label.astype(np.int64) << 16 | looks.colour.astype(np.int64) << 8
    return front | looks.lane


def _looks_of(lane: Small, colour: Small, label: Labels) -> Looks:
    """The same of not too many slices."""
    lanes, lane_code = _distinct(lane)
    colours, colour_code = _distinct(colour)
    labels, label_code = _distinct(label)
    key = (label_code * len(colours) + colour_code) * len(lanes) + lane_code
    keys, code = _distinct(key)
    return Looks(
        set_aside(code.astype(np.uint32)),
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
