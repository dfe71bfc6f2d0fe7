"""The seven numbers at the top: each with a bar, a tick for its roof or least, and its notes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from profiles.metrics.region import Region, Value


@dataclass(frozen=True)
class Tile:
    """A tile by its metric. `scale` is what fills the bar: 1 for shares, else a metric's value."""

    metric: str
    scale: str | None = None
    tick: str | None = None
    tick_kind: str | None = None
    notes: tuple[str, ...] = ()


TILES = (
    Tile("total_time", notes=("compute_ns", "idle_ns")),
    Tile("mfu", "1", "mfu_roof", "roof"),
    Tile("hfu", "1", "mfu_roof", "roof"),
    Tile("intensity", "balance", "balance", "balance"),
    Tile("mbu", "1", "mbu_minimum", "minimum"),
    Tile("dma_active", "1", notes=("dma_exposed_ns",)),
    Tile("throttled", "1", notes=("tensor_throttled_ns", "tensor_lost_ns")),
)
FULL_SHARE_OF_BALANCE = 0.75
"""Where the balance stands on the bar of the intensity."""


def strip(region: Region, metrics: Mapping[str, Value]) -> list[dict[str, Any]]:
    """The tiles in order. `bar` and `tick` are shares of the tile's width; None where missing."""
    return [_tile(region, tile, metrics) for tile in TILES]


def _tile(region: Region, tile: Tile, metrics: Mapping[str, Value]) -> dict[str, Any]:
    own = metrics[tile.metric]
    tick = metrics[tile.tick].value if tile.tick else None
    return {
        "metric": tile.metric,
        "value": own.value,
        "missing": own.missing,
        "bar": _place(tile, own.value, metrics),
        "tick": None
        if tile.tick is None
        else {
            "metric": tile.tick,
            "kind": tile.tick_kind,
            "value": tick,
            "at": _place(tile, tick, metrics),
            "missing": metrics[tile.tick].missing,
        },
        "notes": [
            {"metric": name, "value": metrics[name].value, "missing": metrics[name].missing}
            for name in tile.notes
        ],
        "cores": len(region.cores),
    }


def _place(tile: Tile, value: float | None, metrics: Mapping[str, Value]) -> float | None:
    if value is None or tile.scale is None:
        return None
    if tile.scale == "1":
        return min(max(value, 0.0), 1.0)
    full = metrics[tile.scale].value
    return min(value / full * FULL_SHARE_OF_BALANCE, 1.0) if full else None
