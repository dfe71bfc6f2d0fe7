"""Parts of the summary about moving data: HBM, DMA by type, source, queue, engine and size."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.metrics.headline import BANDWIDTH, PACKETS, hbm_capacity
from profiles.metrics.longest import Place, longest_instruction, longest_packet
from profiles.metrics.packet_kinds import PacketKind
from profiles.metrics.region import NS_PER_S, Region

MOST_SIZES = 64
MOST_TRANSFERS = 1000
MOVERS = {
    "read": ("hbm_read_bytes", "spill_reload_bytes"),
    "written": ("hbm_write_bytes", "spill_save_bytes"),
    "spill_reload": ("spill_reload_bytes", None),
    "spill_save": ("spill_save_bytes", None),
}
"""By part of device memory's bytes the column that counts them, and the one that is left out."""
TRANSFERS = "whole transfers: packets of dynamic DMA are linked only with its notifications"


def hbm(region: Region) -> dict[str, Any]:
    """What became of the bytes device memory could have moved in the range."""
    if not region.has_hbm_bytes:
        return {"missing": region.lacks_hbm_bytes, "capacity_bytes": None, "parts": []}
    saved, reloaded = region.amount("spill_save_bytes"), region.amount("spill_reload_bytes")
    amounts = {
        "read": max(region.amount("hbm_read_bytes") - reloaded, 0.0),
        "written": max(region.amount("hbm_write_bytes") - saved, 0.0),
        "spill_reload": reloaded,
        "spill_save": saved,
    }
    capacity = hbm_capacity(region).value
    if capacity is not None:
        amounts["unused"] = max(capacity - sum(amounts.values()), 0.0)
    parts = [
        {
            "id": name,
            "bytes": amount,
            "share": amount / capacity if capacity else None,
            "longest": _mover(region, name),
        }
        for name, amount in amounts.items()
    ]
    missing = None if capacity is not None else BANDWIDTH
    return {"missing": missing, "capacity_bytes": capacity, "parts": parts}


def _mover(region: Region, part: str) -> Place | None:
    """The longest instruction that accounts for a part of the bytes."""
    if part not in MOVERS:
        return None
    amounts = region.run.instructions.amounts
    counts, other = MOVERS[part]
    moves = region.own_kinds & (amounts[counts] > (amounts[other] if other else 0))
    return longest_instruction(region, np.flatnonzero(moves))


def dma(region: Region) -> dict[str, Any]:
    """Packets by type, by who made their descriptors, by queue, by engine and by size."""
    if not region.run.has_packets:
        names = ("types", "sources", "queues", "engines", "sizes")
        empty: dict[str, Any] = {name: [] for name in names}
        totals = {"missing": PACKETS, "packets": None, "bytes": None}
        return {**totals, **empty, "transfers": _transfers(region)}
    counted = region.counted_packets
    own = region.own_packets
    return {
        "missing": None,
        "packets": int(counted.started[own].sum()),
        "bytes": float((counted.executions * region.run.packets.size_bytes)[own].sum()),
        "types": _grouped(region, lambda kind: kind.queue.type, "type"),
        "sources": _grouped(region, lambda kind: kind.queue.source, "source"),
        "queues": _queues(region),
        "engines": _engines(region),
        "sizes": packet_sizes(region, region.numbered_packets),
        "transfers": _transfers(region),
    }


def _transfers(region: Region) -> dict[str, Any]:
    """Whole transfers as points: size, time and rate of each; of many an even choice in time."""
    table = region.run.transfers
    places = table.starting(region.start_ns, region.end_ns)
    places = places[np.isin(table.core[places], region.cores)]
    step = -(-len(places) // MOST_TRANSFERS) or 1
    points = []
    for place in places[::step].tolist():
        length = int(table.end_ns[place] - table.start_ns[place])
        size = int(table.size_bytes[place])
        points.append(
            {
                "row": place,
                "start_ns": int(table.start_ns[place]),
                "ns": length,
                "bytes": size,
                "bytes_per_s": size / length * NS_PER_S if length > 0 else None,
                "variable": str(table.variable.values[int(table.variable.codes[place])]) or None,
            }
        )
    missing = None if len(table.core) else TRANSFERS
    return {"missing": missing, "count": len(places), "points": points}


def _grouped(
    region: Region, key: Callable[[PacketKind], Hashable], name: str
) -> list[dict[str, Any]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for number, kind in region.numbered_packets:
        groups[key(kind)].append(number)
    rows = []
    for value, numbers in groups.items():
        queues = frozenset(region.run.packets.kinds[number].queue for number in numbers)
        active = region.length_ns(region.moved_by(queues))
        totals = packet_totals(region, np.array(numbers))
        longest = longest_packet(region, numbers)
        rows.append({name: value, **totals, **_active(region, active), "longest": longest})
    return sorted(rows, key=lambda row: (-row["bytes"], str(row[name])))


def packet_totals(region: Region, numbers: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Packets of these kinds within the range, with what they moved and how fast."""
    counted = region.counted_packets
    size = float((counted.executions * region.run.packets.size_bytes)[numbers].sum())
    time_ns = float(counted.time_ns[numbers].sum())
    return {
        "packets": int(counted.started[numbers].sum()),
        "bytes": size,
        "sum_ns": time_ns,
        "bytes_per_s": size / time_ns * NS_PER_S if time_ns else None,
    }


def _active(region: Region, active_ns: int) -> dict[str, Any]:
    return {"active_ns": active_ns, "active": active_ns / region.duration_ns}


def _queues(region: Region) -> list[dict[str, Any]]:
    """By queue; `achieved` is bytes over its active time, against what its engines can move."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for number, kind in region.numbered_packets:
        groups[kind.queue].append(number)
    rate = region.chip.dma_bytes_per_s
    rows = []
    for queue, numbers in sorted(groups.items(), key=lambda item: (item[0].core, item[0].index)):
        active = region.length_ns(region.run.packets.queue_coverage[queue])
        totals = packet_totals(region, np.array(numbers))
        achieved = totals["bytes"] / active * NS_PER_S if active else None
        rows.append(
            {
                "core": queue.core,
                "index": queue.index,
                "name": queue.name,
                "type": queue.type,
                "source": queue.source,
                **totals,
                **_active(region, active),
                "achieved_bytes_per_s": achieved,
                "achieved": achieved / rate if achieved is not None and rate else None,
                "longest": longest_packet(region, numbers),
            }
        )
    return rows


def _engines(region: Region) -> list[dict[str, Any]]:
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, kind in region.numbered_packets:
        if kind.engine is not None:
            groups[kind.queue.core, kind.engine].append(number)
    rows = []
    for (core, engine), coverage in region.run.packets.engine_coverage.items():
        if core in region.cores:
            numbers = np.array(groups.get((core, engine), []), np.int64)
            active = region.length_ns(coverage)
            row = {"core": core, "engine": engine, **packet_totals(region, numbers)}
            longest = longest_packet(region, numbers, is_by_engine=True)
            rows.append({**row, **_active(region, active), "longest": longest})
    return rows


def packet_sizes(
    region: Region, numbered: Sequence[tuple[int, PacketKind]]
) -> list[dict[str, Any]]:
    """Packets of these kinds of one size: how many, and how fast one of them moves on average.

    Where there are more sizes than fit, each row holds the sizes up to the next power of two.
    """
    sizes = sorted({kind.size_bytes for _, kind in numbered})
    is_exact = len(sizes) <= MOST_SIZES
    groups: dict[int, list[int]] = defaultdict(list)
    for number, kind in numbered:
        own = kind.size_bytes
        groups[own if is_exact else 1 << max(own - 1, 0).bit_length()].append(number)
    rows = []
    for most, numbers in sorted(groups.items()):
        own_sizes = [region.run.packets.kinds[number].size_bytes for number in numbers]
        totals = packet_totals(region, np.array(numbers))
        packets = float(region.counted_packets.executions[numbers].sum())
        rows.append(
            {
                "least_bytes": min(own_sizes),
                "most_bytes": max(own_sizes) if is_exact else most,
                **totals,
                "mean_ns": totals["sum_ns"] / packets if packets else None,
                "longest": longest_packet(region, numbers),
            }
        )
    return rows
