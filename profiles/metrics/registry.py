"""Every number of the summary by its name, and the whole answer about a range."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from profiles.metrics import (
    bounds,
    critical_path,
    headline,
    part_collectives,
    part_compute,
    part_movement,
    part_notices,
    roofline,
)
from profiles.metrics.insights import rules
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.metric import Metric
from profiles.metrics.part_numbers import NUMBERS
from profiles.metrics.region import Region
from profiles.metrics.strip import strip

METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.id: metric for metric in (*headline.METRICS, *NUMBERS)}
)
"""Numbers of a range as a whole, and those that stand in the rows of a part (`part.number`)."""


def answer(region: Region, thresholds: Thresholds) -> dict[str, Any]:
    """The summary of a range: the same for the whole profile and for any part of it."""
    values = {name: metric.compute(region) for name, metric in METRICS.items() if metric.compute}
    return {
        "range": _range(region),
        "machine": _machine(region),
        "metrics": {
            name: {"value": value.value, "missing": value.missing} for name, value in values.items()
        },
        "strip": strip(region, values),
        "findings": rules.documents(region, thresholds),
        "roofline": roofline.roofline(region),
        "tensor_flops": part_compute.tensor_flops(region),
        "busy": part_compute.busy(region),
        "hbm": part_movement.hbm(region),
        "opcodes": part_compute.opcodes(region),
        "dma": part_movement.dma(region),
        "collectives": part_collectives.collectives(region),
        "nki": part_compute.nki_share(region),
        "bounds": bounds.bounds(region),
        "critical_path": critical_path.critical_path(region),
        "notices": part_notices.notices(region),
        "system": part_notices.system(region),
    }


def _range(region: Region) -> dict[str, Any]:
    first, last = region.run.span_ns
    ran = region.run.instructions.cores
    return {
        "start_ns": region.start_ns,
        "end_ns": region.end_ns,
        "duration_ns": region.duration_ns,
        "first_ns": first,
        "last_ns": last,
        "is_whole": region.is_whole,
        "core": region.core,
        "cores": [
            {"core": core, "has_instructions": core in ran, "has_limits": core in region.run.limits}
            for core in region.run.cores
        ],
    }


def _machine(region: Region) -> dict[str, Any]:
    chip = region.chip
    return {
        "generation": chip.generation,
        "is_known": chip.peak_flops is not None,
        "peak_flops": chip.peak_flops,
        "hbm_bytes_per_s": chip.hbm_bytes_per_s,
        "dma_bytes_per_s": chip.dma_bytes_per_s,
        "tensor_ghz": chip.tensor_ghz,
        "other_ghz": chip.other_ghz,
        "cores": len(region.cores),
    }
