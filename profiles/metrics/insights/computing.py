"""Rules about computing: useful work, transposes, shapes, clock, tables, kernel coverage."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from profiles.metrics import words
from profiles.metrics.events import Mask
from profiles.metrics.headline import tensor_lost_ns, tensor_throttled_ns
from profiles.metrics.insights.finding import Evidence, Finding, ranges_of
from profiles.metrics.insights.places import (
    clock_track,
    instruction_evidence,
    stretches_of_instructions,
)
from profiles.metrics.insights.thresholds import Thresholds
from profiles.metrics.region import Region

KERNEL_ENGINES = ("Tensor", "Vector", "Scalar")
TABLE_LOAD = "ACT_TABLE_LOAD"


def _mask(region: Region, chosen: Sequence[bool]) -> Mask:
    found: Mask = np.array(chosen, bool) & region.own_kinds
    return found


def _time_ns(region: Region, kinds: Mask) -> int:
    """The time that these instructions cover within the range."""
    return region.length_ns(region.run.instructions.tally.coverage(kinds))


def low_useful_share(region: Region, most: Thresholds) -> Sequence[Finding]:
    """The array is busy with more than the model asks for."""
    peak = region.peak_flops
    active = sum(region.length_ns(region.engine(core, "Tensor")) for core in region.cores)
    if peak is None or not active or not region.useful_flops:
        return []
    per_core = peak / len(region.cores)
    useful_flops = region.amount("adjusted_flops") - region.amount("adjusted_flops_transpose")
    useful_ns = useful_flops / per_core * 1e9
    share = useful_ns / active
    if share >= most.useful_share:
        return []
    kinds = region.own_kinds & region.run.instructions.where(engine="Tensor", is_waiting=False)
    ranges, count = ranges_of(stretches_of_instructions(region, kinds))
    return [
        Finding(
            rule="low_useful_share",
            title=f"{words.share(share)} of Tensor's busy time is useful work",
            detail=f"Useful FLOPs take {words.duration(useful_ns)} at the peak; "
            f"Tensor is busy for {words.duration(active)}.",
            advice="Fill the array: larger tiles, weights loaded while the last ones are used, "
            "fewer transposes.",
            saved_ns=(active - useful_ns) / len(region.cores),
            assumption="if Tensor did only useful work at its peak and set the pace",
            evidence=instruction_evidence(region, kinds, "Tensor instruction"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"share": share, "useful_ns": useful_ns, "active_ns": active}),
        )
    ]


def transposes(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Multiplications by an identity matrix, to turn data around."""
    flops, every = region.amount("flops_transpose"), region.amount("raw_flops")
    if not every or flops / every <= most.transpose_share:
        return []
    instructions = region.run.instructions
    kinds = region.own_kinds & (instructions.amounts["flops_transpose"] > 0)
    own = int(region.counted.started[kinds].sum())
    matmuls = region.own_kinds & (instructions.amounts["raw_flops"] > 0)
    total = int(region.counted.started[matmuls].sum())
    saved = _time_ns(region, kinds)
    ranges, count = ranges_of(stretches_of_instructions(region, kinds))
    return [
        Finding(
            rule="transposes",
            title=f"{words.share(flops / every)} of hardware FLOPs are transposes",
            detail=f"{own} of {words.count(total, 'matmul')} multiply by an identity matrix: "
            f"{words.flops(flops)} of {words.flops(every)}.",
            advice="Ask for the transposed layout when loading, or transpose during DMA.",
            saved_ns=saved,
            assumption=f"{words.duration(saved)} of Tensor time, if Tensor sets the pace",
            evidence=instruction_evidence(region, kinds, "matmul"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"share": flops / every, "flops": flops, "matmuls": own}),
        )
    ]


def small_shapes(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Multiplications that leave rows, columns or cycles of the array unused."""
    kinds = region.run.instructions.kinds
    multiplies = _mask(region, [kind.shape is not None for kind in kinds])
    small = _mask(
        region,
        [
            kind.shape is not None
            and (
                kind.shape.k < most.matmul_k
                or kind.shape.m < most.matmul_m
                or kind.shape.n < most.matmul_n
            )
            for kind in kinds
        ],
    )
    time, every = _time_ns(region, small), _time_ns(region, multiplies)
    if not every or time / every <= most.small_matmul_share:
        return []
    executed = region.counted.executions
    shapes: dict[str, float] = {}
    for number in np.flatnonzero(small).tolist():
        shape = kinds[number].shape
        if shape is not None and executed[number]:
            text = f"{shape.k}×{shape.m}×{shape.n} {shape.dtype}".strip()
            shapes[text] = shapes.get(text, 0.0) + float(executed[number])
    common = sorted(shapes, key=lambda text: -shapes[text])[:3]
    listed = ", ".join(f"{text} ({round(shapes[text])})" for text in common)
    used = _array_use(region, small, time)
    ranges, count = ranges_of(stretches_of_instructions(region, small))
    return [
        Finding(
            rule="small_matmuls",
            title=f"{words.share(time / every)} of matmul time does not fill the array",
            detail=f"K×M×N and how often: {listed}. K and M fill it at {most.matmul_k}×"
            f"{most.matmul_m}, N hides the start at {most.matmul_n}.",
            advice="Join small multiplications along N, or tile so that K and M reach "
            f"{most.matmul_k}.",
            saved_ns=time * (1 - used) if used is not None else 0.0,
            assumption="if these FLOPs ran at the peak",
            evidence=instruction_evidence(region, small, "matmul"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"share": time / every, "ns": float(time)}),
        )
    ]


def _array_use(region: Region, kinds: Mask, time_ns: float) -> float | None:
    """FLOPs of these instructions over what the array could do in their time."""
    peak = region.chip.peak_flops
    if peak is None or not time_ns:
        return None
    return min(region.amount("adjusted_flops", kinds) / (peak * time_ns / 1e9), 1.0)


def throttling(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Tensor works below full clock."""
    slow, lost = tensor_throttled_ns(region).value, tensor_lost_ns(region).value
    active = sum(region.length_ns(region.engine(core, "Tensor")) for core in region.cores)
    if not slow or not lost or lost / max(active, 1) <= most.active_throttled_share:
        return []
    covers = [region.throttled(core) for core in region.limits]
    limited = region.joined(covers)
    time = region.length_ns(limited)
    stretches = limited.within(region.start_ns, region.end_ns)
    ranges, count = ranges_of(stretches)
    rows, total = _limit_rows(region)
    tracks = tuple(clock_track(region, core) for core in region.limits)
    costs = lost / region.duration_ns
    little = ", little of it costs" if costs < most.gap_share else ""
    return [
        Finding(
            rule="throttling",
            title=f"Below full clock for {words.duration(time)}{little}",
            detail=f"Tensor works {words.duration(slow)} of that time, so full clock would save "
            f"{words.duration(lost)} at most. After idling the clock starts low.",
            advice="Keep Tensor fed: short gaps make the clock drop.",
            saved_ns=lost,
            assumption="if Tensor set the pace and ran at full clock",
            evidence=Evidence("Throttle", rows, total, "span", tracks),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"ns": float(time), "tensor_ns": slow, "lost_ns": lost}),
        )
    ]


def _limit_rows(region: Region) -> tuple[tuple[int, ...], int]:
    """Rows of `Throttle` below full clock within the range."""
    found: list[int] = []
    for core, limits in region.limits.items():
        _, place = region.limit_stretches(core)
        found += limits.row[place].tolist()
    return tuple(found[:200]), len(found)


def table_loads(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Scalar loads the tables of its functions again and again."""
    instructions = region.run.instructions
    kinds = region.own_kinds & instructions.where(opcode=TABLE_LOAD)
    loads = int(region.counted.started[kinds].sum())
    time = _time_ns(region, kinds)
    scalar = sum(region.length_ns(region.engine(core, "Scalar")) for core in region.cores)
    if loads < most.table_loads or not scalar or time / scalar <= most.table_load_share:
        return []
    ranges, count = ranges_of(stretches_of_instructions(region, kinds))
    once = time / loads * len(region.cores)
    return [
        Finding(
            rule="table_loads",
            title=f"Scalar loads its function tables {words.count(loads, 'time')}",
            detail=f"{words.duration(time)} of {words.duration(scalar)} busy time; "
            "each change of the activation function may load a table.",
            advice="Group activations of one function, or use functions of one table.",
            saved_ns=max(time - once, 0.0),
            assumption="if the tables were loaded once a core",
            evidence=instruction_evidence(region, kinds, "table load"),
            ranges=ranges,
            range_count=count,
            values=MappingProxyType({"loads": loads, "ns": float(time)}),
        )
    ]


def kernel_coverage(region: Region, most: Thresholds) -> Sequence[Finding]:
    """Few instructions come from the NKI kernel; the compiler made the rest."""
    kinds = region.run.instructions.kinds
    if not any(kind.is_kernel for kind in kinds):
        return []
    found = []
    for engine in KERNEL_ENGINES:
        own = _mask(region, [kind.engine == engine and not kind.is_setup for kind in kinds])
        kernel = _mask(region, [kind.engine == engine and kind.is_kernel for kind in kinds])
        every, of_kernel = region.counted.started[own].sum(), region.counted.started[kernel].sum()
        if not every or of_kernel / every >= most.kernel_share:
            continue
        others = own & ~kernel
        ranges, count = ranges_of(stretches_of_instructions(region, others))
        found.append(
            Finding(
                rule="kernel_coverage",
                title=f"{words.share(of_kernel / every)} of {engine} instructions are the kernel's",
                detail=f"{int(every - of_kernel)} of {int(every)} were made by the compiler.",
                advice="Move the work around the kernel into it, or check what the compiler adds.",
                saved_ns=0.0,
                assumption="nothing follows from the count alone",
                evidence=instruction_evidence(region, others, "instruction"),
                ranges=ranges,
                range_count=count,
                values=MappingProxyType({"share": float(of_kernel / every)}),
            )
        )
    return found


RULES = (low_useful_share, transposes, small_shapes, throttling, table_loads, kernel_coverage)
