"""How fast it could be: from the measured time to each ideal, every step named (inventory, 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from profiles.metrics.headline import PACKETS, PEAK, TENSORS, TENSORS_OF_ALL, tensor_bytes
from profiles.metrics.instruction_kinds import ENGINES
from profiles.metrics.region import NS_PER_S, Region

DMA_RATE = "the bandwidth of the DMA engines: the chip is not known"
LEAST_PACKET_BYTES = 4
"""Packets up to this size signal semaphores and move no data of the program."""


@dataclass(frozen=True)
class Rung:
    """A time the range could take, and what is lost between it and the rung above."""

    id: str
    title: str
    ns: float | None
    gap: str
    missing: str | None = None


def bounds(region: Region) -> dict[str, Any]:
    """Three ladders down from the measured time: memory, compute, and a perfect pipeline.

    Times are those of the busiest core, since cores work side by side. Bounds are no
    predictions: they do not add up, and a gap is not time that could be won.
    """
    measured = Rung("measured", "Measured", region.duration_ns, "")
    return {
        "measured_ns": region.duration_ns,
        "ladders": [
            _ladder("memory", "Memory", [measured, *_memory(region)]),
            _ladder("compute", "Compute", [measured, *_compute(region)]),
            _ladder("pipeline", "Pipeline", [measured, *_pipeline(region)]),
        ],
    }


def _ladder(name: str, title: str, rungs: Sequence[Rung]) -> dict[str, Any]:
    steps = []
    above: float | None = None
    for rung in rungs:
        gap_ns = None if above is None or rung.ns is None else above - rung.ns
        steps.append(
            {
                "id": rung.id,
                "title": rung.title,
                "ns": rung.ns,
                "missing": rung.missing,
                "gap": rung.gap or None,
                "gap_ns": gap_ns,
            }
        )
        above = rung.ns if rung.ns is not None else above
    return {"id": name, "title": title, "rungs": steps}


def _memory(region: Region) -> list[Rung]:
    active = max((_moving_ns(region, core) for core in region.cores), default=0)
    has = region.run.has_packets
    rate = region.chip.dma_bytes_per_s
    data = max((_data_bytes(region, core) for core in region.cores), default=0.0)
    missing = None if has else PACKETS
    ideal_missing = missing or (None if rate else DMA_RATE)
    return [
        Rung("memory_bound", "DMA busy", active if has else None, "DMA idle", missing),
        Rung(
            "memory_bound_ideal",
            "Same bytes at full bandwidth",
            data / rate * NS_PER_S if has and rate else None,
            "small or slow transfers",
            ideal_missing,
        ),
        _no_reloads(region, data if has else None),
    ]


def _no_reloads(region: Region, moved: float | None) -> Rung:
    """Bytes that moved bound it too: a tensor that nobody touched need not move."""
    rate, least = region.chip.dma_bytes_per_s, tensor_bytes(region, "IN", "OUT", "WEIGHT")
    missing = None
    if not region.is_whole:
        missing = TENSORS_OF_ALL
    elif least is None:
        missing = TENSORS
    elif rate is None:
        missing = DMA_RATE
    ideal = None
    if missing is None and least is not None and rate:
        ideal = (least if moved is None else min(least, moved)) / rate * NS_PER_S
    title = "Every tensor moved once"
    gap = "tensors moved more than once, spills"
    return Rung("memory_bound_ideal_no_reloads", title, ideal, gap, missing)


def _moving_ns(region: Region, core: int) -> int:
    return region.length_ns(region.core_moving(core))


def _data_bytes(region: Region, core: int) -> float:
    """Bytes of a core's packets without those of instruction queues and of signals."""
    packets, counted = region.run.packets, region.counted_packets
    own = np.array(
        [
            kind.queue.core == core
            and kind.queue.type != "instruction"
            and kind.size_bytes > LEAST_PACKET_BYTES
            for kind in packets.kinds
        ],
        bool,
    )
    return float((counted.executions * packets.size_bytes)[own].sum())


def _compute(region: Region) -> list[Rung]:
    active = max((region.length_ns(region.engine(c, "Tensor")) for c in region.cores), default=0)
    peak = region.chip.peak_flops
    instructions = region.run.instructions
    per_core = [
        (
            region.amount("adjusted_flops", instructions.where(core=core)),
            region.amount("adjusted_flops_transpose", instructions.where(core=core)),
        )
        for core in region.cores
    ]
    every = max((flops for flops, _ in per_core), default=0.0)
    useful = max((flops - transposes for flops, transposes in per_core), default=0.0)
    missing = None if peak else PEAK
    return [
        Rung("compute_bound", "Tensor busy", active, "Tensor idle"),
        Rung(
            "compute_bound_ideal_flops",
            "Same FLOPs at the peak",
            every / peak * NS_PER_S if peak else None,
            "small tiles, start-up, throttling, starvation",
            missing,
        ),
        Rung(
            "compute_bound_ideal_useful_flops",
            "Without transposes",
            useful / peak * NS_PER_S if peak else None,
            "transposes",
            missing,
        ),
    ]


def _pipeline(region: Region) -> list[Rung]:
    name, busiest = busiest_unit(region)
    return [Rung("perfect_pipeline", f"{name} busy", busiest, "serialisation")]


def unit_times(region: Region) -> dict[str, int]:
    """Busy time of each kind of unit, on the core where it was busiest; DMA where known."""
    found = {
        engine: max((region.length_ns(region.engine(c, engine)) for c in region.cores), default=0)
        for engine in ENGINES
    }
    if region.run.has_packets:
        found["DMA"] = max((_moving_ns(region, core) for core in region.cores), default=0)
    return found


def busiest_unit(region: Region, without: str = "") -> tuple[str, int]:
    """The unit with the most busy time, one of them left out if named."""
    times = {name: ns for name, ns in unit_times(region).items() if name != without}
    name = max(times, key=lambda unit: times[unit])
    return name, times[name]
