"""The roofline: FLOP rate against FLOPs per byte of device memory, as a whole and by operator."""

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt

from profiles.metrics.headline import BANDWIDTH, PEAK
from profiles.metrics.longest import longest_instruction, longest_of_operator
from profiles.metrics.region import HBM, NS_PER_S, Region

MOST_OPERATORS = 40
CLASS_TRAFFIC = (
    "the traffic of opcodes: products read SBUF, and nothing recorded says which bytes of device "
    "memory each of them used"
)
OPERATOR_TRAFFIC = "transfers of its own: none of the operator's instructions moves device memory"


def roofline(region: Region) -> dict[str, Any]:
    """Roofs of the chosen cores, and a point for the whole, each class and each operator.

    Multiplications move no bytes of device memory themselves: a class is held against the peak
    for its data type, over its own time. An operator has its own bytes.
    """
    peak, rate = region.peak_flops, region.chip.hbm_bytes_per_s
    missing = PEAK if peak is None else BANDWIDTH if rate is None else None
    share = throttled_share(region)
    return {
        "missing": missing or region.lacks_hbm_bytes,
        "peak_flops": peak,
        "hbm_bytes_per_s": rate,
        "balance": peak / rate if peak and rate else None,
        "throttled_share": share,
        "throttled_peak_flops": peak * share if peak and share is not None else None,
        "whole": _point(
            region,
            "whole",
            region.useful_flops,
            region.hbm_bytes,
            region.duration_ns,
            region.lacks_hbm_bytes or HBM,
        ),
        "classes": _classes(region),
        "operators": _operators(region),
    }


def throttled_share(region: Region) -> float | None:
    """The clock on average over the range and the chosen cores that recorded limits.

    A time-weighted mean of k/n; where nothing is recorded the clock counts as full.
    """
    if not region.limits:
        return None
    lost = [region.lost_ns(core, region.everything) for core in region.limits]
    return 1 - sum(lost) / (len(lost) * region.duration_ns)


def _point(
    region: Region,
    name: str,
    flops: float,
    traffic: float | None,
    time_ns: float,
    missing: str | None = None,
) -> dict[str, Any]:
    rate = flops / time_ns * NS_PER_S if time_ns else None
    intensity = flops / traffic if traffic else None
    roof = _roof(region, intensity)
    return {
        "name": name,
        "flops": flops,
        "bytes": traffic,
        "ns": time_ns,
        "rate": rate,
        "intensity": intensity,
        "roof": roof,
        "of_roof": rate / roof if roof and rate is not None else None,
        "missing": None if traffic else missing,
        "longest": None,
    }


def _roof(region: Region, intensity: float | None) -> float | None:
    peak, rate = region.peak_flops, region.chip.hbm_bytes_per_s
    if peak is None or rate is None:
        return None
    return peak if intensity is None else min(peak, intensity * rate)


def _classes(region: Region) -> list[dict[str, Any]]:
    """Multiplications by data type and purpose, over the time in which they ran."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, kind in region.numbered_kinds:
        if kind.shape is not None:
            purpose = "transpose" if kind.is_transpose else "matmul"
            groups[f"{purpose} {kind.shape.dtype}".strip()].append(number)
    return [_class(region, name, numbers) for name, numbers in sorted(groups.items())]


def _class(region: Region, name: str, numbers: list[int]) -> dict[str, Any]:
    """FLOPs as recorded; the roof is the peak scaled like them from BF16 (inventory, 4.2).

    No traffic: products read SBUF, and what was loaded once serves any number of them.
    """
    flops, adjusted = (_amount(region, of, numbers) for of in ("raw_flops", "adjusted_flops"))
    peak = region.peak_flops
    point = _point(region, name, flops, None, _covered_ns(region, numbers), CLASS_TRAFFIC)
    roof = peak * flops / adjusted if peak and adjusted else None
    rate = point["rate"]
    return {
        **point,
        "roof": roof,
        "of_roof": rate / roof if roof and rate is not None else None,
        "is_transpose": name.startswith("transpose"),
        "longest": longest_instruction(region, numbers),
    }


def _operators(region: Region) -> list[dict[str, Any]]:
    """By operator of the framework, over the time in which its instructions ran."""
    operators = region.run.instructions.operators
    if operators is None:
        return []
    counted = operators.tally.over(region.start_ns, region.end_ns)
    executed = counted.executions * region.own_kinds[operators.kind]
    amounts = region.run.instructions.amounts

    def of_each(*names: str) -> npt.NDArray[np.float64]:
        per = sum((amounts[name] for name in names), np.zeros(len(region.own_kinds)))
        weights = executed * per[operators.kind]
        summed = np.bincount(operators.operator, weights, len(operators.names))
        return summed.astype(np.float64)

    flops = of_each("raw_flops") - of_each("flops_transpose")
    traffic = of_each("hbm_read_bytes", "hbm_write_bytes")
    occurs = np.bincount(operators.operator, executed, len(operators.names)) > 0
    occurs[0] = False
    largest = np.lexsort((-traffic, -flops))
    largest = largest[occurs[largest]][:MOST_OPERATORS]
    is_own = region.own_kinds[operators.kind]
    return [
        {
            **_point(
                region,
                operators.names[place],
                float(flops[place]),
                float(traffic[place]) or None,
                region.length_ns(operators.coverage(place, region.own_kinds)),
                OPERATOR_TRAFFIC,
            ),
            "longest": longest_of_operator(
                region, np.flatnonzero((operators.operator == place) & is_own)
            ),
        }
        for place in largest.tolist()
    ]


def _amount(region: Region, name: str, numbers: list[int]) -> float:
    per = region.run.instructions.amounts[name]
    return float((region.counted.executions * per)[numbers].sum())


def _covered_ns(region: Region, numbers: list[int]) -> int:
    instructions = region.run.instructions
    mask = np.zeros(len(instructions.kinds), bool)
    mask[numbers] = True
    return region.length_ns(instructions.tally.coverage(mask))
