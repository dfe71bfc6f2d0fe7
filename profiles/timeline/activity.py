"""A run's activity in six lanes and 96 columns: the picture people know it by again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.timeline.query import Timeline
from profiles.timeline.tiles import bucket_ns
from profiles.timeline.track import NO_BUCKET

COLUMNS = 96
LANES = ("Tensor", "Vector", "Scalar", "GpSimd", "Sync", "DMA")
CLASSES = 9
GREY = 8
_CLASS_BITS = 0x3F
_ENGINE_LANES = {"TensorMatrix": 0, **{name: lane for lane, name in enumerate(LANES[:5])}}

Shares = npt.NDArray[np.float64]

_ROOM: Shares = np.array([1, 1, 1, 1, 1, 16], np.float64)


@dataclass(frozen=True)
class Lane:
    """A lane: busy share (0 to 1) and colour class with most time, a value a column."""

    name: str
    busy: list[float]
    colour: list[int]


def activity_of(timeline: Timeline) -> list[Lane]:
    """The six lanes, from one level of the pyramid: the coarsest with a bucket for each column.

    A share is that of the core which is busiest then; DMA queues share the sixteen engines of
    their core. Control and sync count only where nothing else runs: they mostly wait. Every part
    counts from its own zero. Raises UnreadableError.
    """
    document = timeline.document
    duration_ns = max(int(document["duration_ns"]), 1)
    base_ns = int(document["levels"][0]["bucket_ns"])
    level = _level(duration_ns, base_ns, len(document["levels"]))
    edges = np.linspace(0, duration_ns, COLUMNS + 1)
    lanes = {int(t["id"]): lane for t in document["tracks"] if (lane := _lane(t)) is not None}
    cores: dict[tuple[int, int], Shares] = {}
    for group in document["groups"]:
        if any(track in lanes for track in group["tracks"]):
            core = (int(group["part"]), int(group["core"]))
            spent = cores.setdefault(core, np.zeros((len(LANES), CLASSES, COLUMNS)))
            for tile in _tiles(timeline, group["slug"], level, bucket_ns(base_ns, level)):
                _add(spent, tile, edges, lanes)
    everywhere = sum(cores.values(), np.zeros((len(LANES), CLASSES, COLUMNS)))
    busy = _busiest([spent[:, :GREY] for spent in cores.values()], duration_ns)
    waiting = _busiest([spent[:, GREY:] for spent in cores.values()], duration_ns)
    colour = np.where(busy > 0, everywhere[:, :GREY].argmax(axis=1), GREY)
    return [
        Lane(name, shares.tolist(), colours.tolist())
        for name, shares, colours in zip(
            LANES, np.round(np.where(busy > 0, busy, waiting), 3), colour, strict=True
        )
    ]


def _busiest(spent: list[Shares], duration_ns: int) -> Shares:
    """The share of each lane and column on the core where it is largest."""
    room_ns = _ROOM[:, None] * duration_ns / COLUMNS
    shares = [np.minimum(one.sum(axis=1) / room_ns, 1.0) for one in spent]
    return np.max(shares, axis=0) if shares else np.zeros((len(LANES), COLUMNS))


def _level(duration_ns: int, base_ns: int, level_count: int) -> int:
    fitting = (n for n in range(level_count) if duration_ns / bucket_ns(base_ns, n) >= COLUMNS)
    return max(fitting, default=0)


def _lane(track: dict[str, Any]) -> int | None:
    if track["kind"] == "dma_queue":
        return len(LANES) - 1
    return _ENGINE_LANES.get(track["name"]) if track["kind"] == "engine" else None


@dataclass(frozen=True)
class _Stretches:
    """Items of a tile as stretches of time: [start, end) in ns, how much of it is busy."""

    track: npt.NDArray[np.int64]
    start: Shares
    end: Shares
    share: Shares
    colour: npt.NDArray[np.int64]


def _tiles(timeline: Timeline, slug: str, level: int, size_ns: int) -> Iterator[_Stretches]:
    tile_ns = size_ns * int(timeline.document["tile_buckets"])
    for index in range(int(timeline.document["duration_ns"]) // tile_ns + 1):
        columns = timeline.tile(slug, level, index).columns
        is_cell = columns["bucket"] != NO_BUCKET
        first = index * tile_ns + columns["bucket"].astype(np.float64) * size_ns
        start = np.where(is_cell, first, columns["start_ns"])
        end = start + np.where(is_cell, size_ns, columns["duration_ns"])
        colour = columns["colour"].astype(np.int64) & _CLASS_BITS
        yield _Stretches(
            track=columns["track"].astype(np.int64),
            # A long slice stands in every tile it touches; each counts its own stretch of it.
            start=np.maximum(start, index * tile_ns),
            end=np.minimum(end, (index + 1) * tile_ns),
            share=np.where(is_cell, columns["busy_ns"] / size_ns, 1.0),
            colour=np.where(colour < CLASSES, colour, GREY),
        )


def _add(spent: Shares, tile: _Stretches, edges: Shares, lanes: dict[int, int]) -> None:
    """Add a tile's busy time to (lane, class, column)."""
    lane = np.array([lanes.get(track, -1) for track in tile.track.tolist()], np.int64)
    known = lane >= 0
    start, end = tile.start[known, None], tile.end[known, None]
    within = np.diff(np.clip(edges[None, :], start, np.maximum(start, end)), axis=1)
    np.add.at(spent, (lane[known], tile.colour[known]), within * tile.share[known, None])
