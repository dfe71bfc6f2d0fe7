"""Rules about data: traffic, small transfers, spills, exposed DMA."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from profiles.metrics import words
from profiles.metrics.bounds import busiest_unit, unit_times
from profiles.metrics.coverage import Coverage
from profiles.metrics.events import Mask
from profiles.metrics.headline import tensor_bytes
from profiles.metrics.insights.finding import Finding, ranges_of
from profiles.metrics.insights.places import (
    instruction_evidence,
    packet_evidence,
    stretches_of_instructions,
    stretches_of_packets,
)
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import NS_PER_S, Region


def traffic(region: Region, most: Thresholds) -> Sequence[Finding]:
    """More bytes cross device memory than inputs, weights and outputs have."""
    least, moved = tensor_bytes(region, "IN", "WEIGHT", "OUT"), region.hbm_bytes
    if not region.is_whole or not least or moved is None:
        return []
    ratio = moved / least
    if ratio <= most.traffic_factor:
        return []
    reads = region.amount("hbm_read_bytes") - (tensor_bytes(region, "IN", "WEIGHT") or 0)
    writes = region.amount("hbm_write_bytes") - (tensor_bytes(region, "OUT") or 0)
    chosen = _moving_kinds(region)
    stretches = stretches_of_packets(region, region.own_packets)
    if not len(stretches.start_ns):
        stretches = stretches_of_instructions(region, chosen)
    saved, assumption = _until_next(region, "DMA", 1 - 1 / ratio)
    ranges, count = ranges_of(stretches)
    detail = (
        f"{words.data(moved)} cross HBM; inputs, outputs and weights are {words.data(least)}. "
        f"{words.data(max(min(reads, writes), 0))} of intermediates are written, then read back. "
        f"{_busiest_words(region)}"
    )
    return [
        Finding(
            rule="hbm_traffic",
            title=f"HBM traffic is {words.factor(ratio)} the minimum",
            detail=detail,
            advice="Keep intermediates in SBUF: fuse the operations that write and read them.",
            saved_ns=saved,
            assumption=assumption,
            evidence=instruction_evidence(region, chosen, "DMA instruction"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"ratio": ratio, "bytes": moved, "least_bytes": least}),
        )
    ]


def _moving_kinds(region: Region) -> Mask:
    amounts = region.run.instructions.amounts
    moves = (amounts["hbm_read_bytes"] > 0) | (amounts["hbm_write_bytes"] > 0)
    result: Mask = moves & region.own_kinds
    return result


def _busiest_words(region: Region) -> str:
    name, busy = busiest_unit(region)
    return f"{name} is the busiest unit ({words.duration(busy)})."


def _until_next(region: Region, unit: str, removable: float) -> tuple[float, str]:
    """The most a unit's work could save until the next busiest sets the pace (inventory, 4.7).

    `removable` is the share of its work that could go.
    """
    times = unit_times(region)
    own = times.get(unit, 0)
    other, busy = busiest_unit(region, without=unit)
    pace = max(busy, own * (1 - removable))
    saved = max(region.duration_ns - pace, 0.0) if own else 0.0
    if own * (1 - removable) > busy:
        return saved, f"with {unit} working all the time on what is left"
    return saved, f"until {other}, the next busiest, sets the pace"


def small_transfers(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Packets of data are small: the fixed cost of a descriptor outweighs its bytes."""
    packets, counted = region.run.packets, region.counted_packets
    if not region.run.has_packets:
        return []
    is_data = region.own_packets & np.array(
        [kind.queue.type != "instruction" and kind.size_bytes > 4 for kind in packets.kinds], bool
    )
    is_small = is_data & (packets.size_bytes < most.payload_bytes)
    total = float(counted.executions[is_data].sum())
    small = float(counted.executions[is_small].sum())
    if not total or small / total <= most.small_payload_share:
        return []
    size = float((counted.executions * packets.size_bytes)[is_small].sum())
    time_ns = float(counted.time_ns[is_small].sum())
    exposed = _exposed_ns(region, packets.tally.coverage(is_small))
    best = _best_rate(region, is_data & ~is_small)
    ranges, count = ranges_of(stretches_of_packets(region, is_small))
    rate = size / time_ns * NS_PER_S if time_ns else 0.0
    slower = f", {words.factor(best / rate)} slower than larger ones" if best > rate > 0 else ""
    detail = (
        f"{round(small)} of {words.count(total, 'packet')} hold less than "
        f"{words.data(most.payload_bytes)}: {words.data(size / small)} on average{slower}."
    )
    return [
        Finding(
            rule="small_transfers",
            title=f"{words.share(small / total)} of packets are small",
            detail=detail,
            advice="Lay the data out so that each descriptor moves at least "
            f"{words.data(most.payload_bytes)} of contiguous bytes.",
            saved_ns=exposed * (1 - rate / best) if best > rate else 0.0,
            assumption="if they moved as fast as larger packets, where nothing computes meanwhile",
            evidence=packet_evidence(region, is_small, "packet"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"share": small / total, "packets": small, "bytes": size}),
        )
    ]


def _exposed_ns(region: Region, coverage: Coverage) -> float:
    """The time within the range that nothing computes beside."""
    inside = coverage.within(region.start_ns, region.end_ns)
    return coverage.length_ns(region.start_ns, region.end_ns) - region.compute.common_ns(inside)


def _best_rate(region: Region, kinds: Mask) -> float:
    """Bytes per second of one of these packets on average; 0 for none."""
    counted = region.counted_packets
    time_ns = float(counted.time_ns[kinds].sum())
    size = float((counted.executions * region.run.packets.size_bytes)[kinds].sum())
    return size / time_ns * NS_PER_S if time_ns else 0.0


def exposed_dma(region: Region, most: Thresholds) -> Sequence[Finding]:
    """DMA and compute take turns instead of running side by side."""
    if not region.run.has_packets:
        return []
    alone = region.exposed
    exposed = alone.length_ns(region.start_ns, region.end_ns)
    if exposed / region.duration_ns <= most.exposed_share:
        return []
    computing = region.length_ns(region.compute)
    moved = region.length_ns(region.moving)
    saved = min(exposed, computing, moved)
    ranges, count = ranges_of(alone.within(region.start_ns, region.end_ns))
    return [
        Finding(
            rule="exposed_dma",
            title=f"DMA runs alone for {words.duration(exposed)}",
            detail=f"DMA moves for {words.duration(moved)}, engines compute for "
            f"{words.duration(computing)}; for {words.duration(exposed)} of it nothing computes.",
            advice="Load the next tile while this one is worked on: double-buffer in SBUF.",
            saved_ns=saved,
            assumption="if all of it ran beside compute",
            evidence=packet_evidence(region, region.own_packets, "packet"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"ns": exposed, "share": exposed / region.duration_ns}),
        )
    ]


def spill_reload(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Much of what is read from device memory is spilled values coming back."""
    read, again = region.amount("hbm_read_bytes"), region.amount("spill_reload_bytes")
    if not region.has_hbm_bytes or not read or again / read <= most.spill_reload_share:
        return []
    amounts = region.run.instructions.amounts
    chosen = region.own_kinds & (
        (amounts["spill_reload_bytes"] > 0) | (amounts["spill_save_bytes"] > 0)
    )
    saved_bytes = again + region.amount("spill_save_bytes")
    rate = region.chip.dma_bytes_per_s
    ranges, count = ranges_of(stretches_of_instructions(region, chosen))
    return [
        Finding(
            rule="spill_reload",
            title=f"{words.share(again / read)} of HBM reads are spilled values",
            detail=f"{words.data(again)} come back after a spill, "
            f"{words.data(region.amount('spill_save_bytes'))} were saved.",
            advice="Use smaller tiles or fewer live values, so that they stay in SBUF.",
            saved_ns=min(saved_bytes / rate * NS_PER_S, region.duration_ns) if rate else 0.0,
            assumption="the time of these bytes at full DMA bandwidth",
            evidence=instruction_evidence(region, chosen, "DMA instruction"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"share": again / read, "bytes": again}),
        )
    ]


RULES = (traffic, small_transfers, exposed_dma, spill_reload)
