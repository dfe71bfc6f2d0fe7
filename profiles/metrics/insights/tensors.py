"""Rules about single tensors: loaded again, spilled, and collectives that stand out."""

from collections import defaultdict
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from profiles.metrics import words
from profiles.metrics.device_run import TRANSFER_TABLE
from profiles.metrics.events import Coded, Longs, Mask
from profiles.metrics.insights.finding import Evidence, Finding, ranges_of, rows_of
from profiles.metrics.insights.places import queue_track, stretches_at
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.part_collectives import TABLE as COLLECTIVE
from profiles.metrics.part_collectives import collective_rows, collective_track
from profiles.metrics.region import NS_PER_S, Region

VIRTUAL = "VIRTUAL"
"""How sources and destinations of transfers mark the compiler's spills."""
MOST_NAMED = 3


class Transfers:
    """Whole transfers that touch the range, on the chosen cores."""

    def __init__(self, region: Region) -> None:
        table = region.run.transfers
        own = table.touching(region.start_ns, region.end_ns)
        own = own[np.isin(table.core[own], region.cores)]
        self.row = own
        self.start_ns, self.end_ns = table.start_ns[own], table.end_ns[own]
        self.size = table.size_bytes[own]
        self.core, self.queue = table.core[own], table.queue[own]
        self.name_code = table.variable.codes[own]
        self.names = [str(name) for name in table.variable.values]
        trigger = table.trigger_ns[own]
        reloading, saving = region.run.spills
        self.is_reload = _marked(table.source, own) | _at_one_of(trigger, reloading)
        self.is_save = _marked(table.target, own) | _at_one_of(trigger, saving)


def _marked(places: Coded, own: Longs) -> Mask:
    found: Mask = np.array([VIRTUAL in str(value) for value in places.values], bool)
    return found[places.codes[own]]


def _at_one_of(trigger_ns: Longs, starts: Longs) -> Mask:
    """Which transfers were started when one of these instructions began."""
    found: Mask = (trigger_ns >= 0) & np.isin(trigger_ns, starts)
    return found


def reloaded_tensors(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Inputs and weights that are loaded into SBUF more often than once or twice."""
    sizes = {
        str(row["variable_name"]): int(row["size"] or 0)
        for row in region.run.tensors
        if row["type"] in {"IN", "WEIGHT"}
    }
    if not sizes or not region.is_whole:
        return []
    transfers = Transfers(region)
    found = []
    for code in np.unique(transfers.name_code).tolist():
        size = sizes.get(transfers.names[code], 0)
        own = np.flatnonzero(transfers.name_code == code)
        moved = int(transfers.size[own].sum())
        if size and moved / size > most.loads_of_tensor:
            found.append(_reloaded(region, transfers, own, transfers.names[code], moved, size))
    return found


def _reloaded(
    region: Region, transfers: Transfers, own: Longs, name: str, moved: int, size: int
) -> Finding:
    ranges, count = ranges_of(stretches_at(region, transfers.start_ns[own], transfers.end_ns[own]))
    return Finding(
        rule="reloaded_tensor",
        title=f"{name} is loaded {words.factor(moved / size)} over",
        detail=f"{words.data(moved)} are moved for {words.data(size)}, in "
        f"{words.count(len(own), 'transfer')}.",
        advice="Keep it in SBUF between uses, or order the loops so that each tile is used up.",
        saved_ns=_at_full_bandwidth(region, moved - size),
        assumption="the time of the further loads at full DMA bandwidth",
        evidence=Evidence(
            TRANSFER_TABLE,
            rows_of(transfers.row[own]),
            len(own),
            "transfer",
            _queue_tracks(region, transfers, own),
        ),
        ranges=ranges,
        range_count=count,
        values=MappingProxyType({"factor": moved / size, "bytes": float(moved)}),
    )


def _queue_tracks(region: Region, transfers: Transfers, own: Longs) -> tuple[str, ...]:
    """The rows of the queues that these transfers went through, where packets show them."""
    places = set(zip(transfers.core[own].tolist(), transfers.queue[own].tolist(), strict=True))
    used = [one for one in region.run.packets.queues if (one.core, one.index) in places]
    return tuple(queue_track(region, queue) for queue in used)


def _at_full_bandwidth(region: Region, size: float) -> float:
    rate = region.chip.dma_bytes_per_s
    return min(size / rate * NS_PER_S, float(region.duration_ns)) if rate else 0.0


def spilled_tensors(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Spill traffic by tensor, where spilled values are much of what comes into SBUF."""
    transfers = Transfers(region)
    spilled = np.flatnonzero(transfers.is_reload | transfers.is_save)
    reloads = int(transfers.size[transfers.is_reload].sum())
    loads = int(transfers.size[~transfers.is_save].sum())
    if not loads or reloads / loads <= most.reload_share:
        return []
    by_name: dict[str, int] = defaultdict(int)
    for code, size in zip(
        transfers.name_code[spilled].tolist(), transfers.size[spilled].tolist(), strict=True
    ):
        by_name[transfers.names[code]] += size
    top = sorted(by_name, key=lambda name: (-by_name[name], name))[:MOST_NAMED]
    listed = ", ".join(f"{name} {words.data(by_name[name])}" for name in top)
    total = int(transfers.size[spilled].sum())
    found = stretches_at(region, transfers.start_ns[spilled], transfers.end_ns[spilled])
    ranges, count = ranges_of(found)
    rows = rows_of(transfers.row[spilled])
    return [
        Finding(
            rule="spilled_tensors",
            title=f"{words.share(reloads / loads)} of what SBUF receives was there before",
            detail=f"Most by tensor: {listed}. Saves and reloads move {words.data(total)}.",
            advice="Shorten the life of these tensors, or split the operation that needs them all.",
            saved_ns=_at_full_bandwidth(region, total),
            assumption="the time of these transfers at full DMA bandwidth",
            evidence=Evidence(
                TRANSFER_TABLE,
                rows,
                len(spilled),
                "transfer",
                _queue_tracks(region, transfers, spilled),
            ),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"share": reloads / loads, "bytes": float(total)}),
        )
    ]


def collective_outliers(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Collectives that take far longer than others of their operation and size."""
    groups: dict[tuple[Any, Any], list[dict[str, Any]]] = defaultdict(list)
    for row in collective_rows(region):
        groups[row["operation"], row.get("input_size")].append(row)
    outliers, excess = [], 0.0
    for rows in groups.values():
        lengths = [row["end_ts"] - row["start_ts"] for row in rows]
        median = float(np.quantile(lengths, 0.5, method="inverted_cdf"))
        slow = [
            (row, length)
            for row, length in zip(rows, lengths, strict=True)
            if length > most.collective_outlier_factor * median
        ]
        outliers += [row for row, _ in slow]
        excess += sum(length - median for _, length in slow)
    if not outliers:
        return []
    start = np.array([row["start_ts"] for row in outliers], np.int64)
    end = np.array([row["end_ts"] for row in outliers], np.int64)
    longest = max(outliers, key=lambda row: row["end_ts"] - row["start_ts"])
    ranges, count = ranges_of(stretches_at(region, start, end))
    return [
        Finding(
            rule="collective_outliers",
            title=f"{words.count(len(outliers), 'collective')} far slower than others alike",
            detail=f"The longest is {longest['operation']} with "
            f"{words.duration(longest['end_ts'] - longest['start_ts'])}.",
            advice="Look at the other ranks at these instants: one may have come late.",
            saved_ns=min(excess, float(region.duration_ns)),
            assumption="if each took the median of its operation and size",
            evidence=Evidence(
                COLLECTIVE,
                tuple(row["row"] for row in outliers[:200]),
                len(outliers),
                "collective",
                tuple(dict.fromkeys(collective_track(region, row) for row in outliers)),
            ),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"count": float(len(outliers)), "excess_ns": excess}),
        )
    ]


RULES = (reloaded_tensors, spilled_tensors, collective_outliers)
