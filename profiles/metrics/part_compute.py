"""Parts of the summary about computing: Tensor FLOPs, busy time, opcodes, NKI share."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from profiles.metrics.events import Longs
from profiles.metrics.headline import PACKETS, PEAK
from profiles.metrics.instruction_kinds import ENGINES
from profiles.metrics.longest import Place, longest_instruction, longest_limit, longest_packet
from profiles.metrics.region import COMPUTING, Region

MOST_OPCODES = 400


def tensor_flops(region: Region) -> dict[str, Any]:
    """What became of peak x T of the Tensor engines, core by core and over all chosen cores.

    FLOPs are BF16 equivalents (inventory, 4.2), because the peak is that of BF16: only so is what
    is left of the busy time "array not full", and not a slower data type. A part of FLOPs tells
    them as such too: `flops` = share x peak x T. `recorded_flops` are those MFU and HFU count.
    """
    if region.chip.peak_flops is None:
        return {"missing": PEAK, "cores": [], "all": None}
    cores = [_core_flops(region, core) for core in region.cores]
    return {"missing": None, "cores": cores, "all": _joined_flops(cores)}


def _core_flops(region: Region, core: int) -> dict[str, Any]:
    peak = (region.chip.peak_flops or 0.0) * region.seconds
    own = region.run.instructions.where(core=core)
    transposes = region.amount("adjusted_flops_transpose", own)
    useful = region.amount("adjusted_flops", own) - transposes
    tensor = region.engine(core, "Tensor")
    active = region.length_ns(tensor) / region.duration_ns
    lost = region.lost_ns(core, tensor) / region.duration_ns
    unused_lost = region.lost_ns(core, region.everything) / region.duration_ns - lost
    rest = active - useful / peak - transposes / peak - lost
    shares = {
        "useful": useful / peak,
        "transposes": transposes / peak,
        "not_full": max(rest, 0.0),
        "active_throttled": lost,
        "unused_throttled": unused_lost,
        "unused": max(1 - active - unused_lost, 0.0),
    }
    turned = region.amount("flops_transpose", own)
    flops = {"useful": useful, "transposes": transposes}
    recorded = {"useful": region.amount("raw_flops", own) - turned, "transposes": turned}
    return {
        "core": core,
        "active": active,
        "has_limits": core in region.limits,
        "over": max(-rest, 0.0),
        "parts": [
            {
                "id": name,
                "share": share,
                "ns": share * region.duration_ns,
                "flops": flops.get(name),
                "recorded_flops": recorded.get(name),
                "longest": _tensor_place(region, core, name),
            }
            for name, share in shares.items()
        ],
    }


def _tensor_place(region: Region, core: int, part: str) -> Place | None:
    """What shows a part of the Tensor engine's time: an instruction of it, or a limit."""
    if part in {"active_throttled", "unused_throttled"}:
        return longest_limit(region, core)
    instructions = region.run.instructions
    own = instructions.where(core=core, engine="Tensor", is_waiting=False)
    if part in {"useful", "transposes"}:
        own &= instructions.where(is_transpose=part == "transposes")
        own &= instructions.amounts["raw_flops"] > 0
    return None if part == "unused" else longest_instruction(region, np.flatnonzero(own))


def _joined_flops(cores: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not cores:
        return None
    parts = []
    for place, first in enumerate(cores[0]["parts"]):
        own = [core["parts"][place] for core in cores]
        amounts = {
            name: None if first[name] is None else sum(part[name] for part in own)
            for name in ("ns", "flops", "recorded_flops")
        }
        share = sum(part["share"] for part in own) / len(own)
        shown = next((part["longest"] for part in own if part["longest"]), None)
        parts.append({"id": first["id"], "share": share, **amounts, "longest": shown})
    return {"parts": parts}


def busy(region: Region) -> list[dict[str, Any]]:
    """Time in which each unit of each core worked, and the part of it below full clock."""
    return [
        row
        for core in region.cores
        for row in (*(_engine_row(region, core, one) for one in ENGINES), _dma_row(region, core))
    ]


def _engine_row(region: Region, core: int, engine: str) -> dict[str, Any]:
    coverage = region.engine(core, engine)
    active = region.length_ns(coverage)
    instructions = region.run.instructions
    own = instructions.where(core=core, engine=engine)
    working = instructions.where(core=core, engine=engine, is_waiting=False)
    stretches, _ = region.limit_stretches(core)
    return {
        "core": core,
        "unit": engine,
        "active_ns": active,
        "active": active / region.duration_ns,
        "throttled_ns": coverage.common_ns(stretches) if core in region.limits else None,
        "instruction_ns": float(region.counted.time_ns[working].sum()),
        "instructions": int(region.counted.started[own].sum()),
        "is_computing": engine in COMPUTING,
        "longest": longest_instruction(region, np.flatnonzero(working)),
        "missing": None,
    }


def _dma_row(region: Region, core: int) -> dict[str, Any]:
    packets = region.run.packets
    own = np.array([kind.queue.core == core for kind in packets.kinds], bool)
    active = region.length_ns(region.core_moving(core))
    has = region.run.has_packets
    return {
        "core": core,
        "unit": "DMA",
        "active_ns": active if has else None,
        "active": active / region.duration_ns if has else None,
        "throttled_ns": None,
        "instruction_ns": float(region.counted_packets.time_ns[own].sum()) if has else None,
        "instructions": int(region.counted_packets.started[own].sum()) if has else None,
        "is_computing": False,
        "longest": longest_packet(region, np.flatnonzero(own)),
        "missing": None if has else PACKETS,
    }


def opcodes(region: Region) -> list[dict[str, Any]]:
    """Instructions by core, engine and opcode, those with the most time first.

    Median, 95th percentile and longest are of whole durations of those that start in the range.
    """
    groups: dict[tuple[int, str, str, str, str], list[int]] = defaultdict(list)
    for number, kind in region.numbered_kinds:
        groups[kind.core, kind.engine, kind.track, kind.opcode, kind.function].append(number)
    tally = region.run.instructions.tally
    rows: list[dict[str, Any]] = []
    for (core, engine, track, opcode, function), kinds in groups.items():
        own = np.array(kinds)
        time_ns = float(region.counted.time_ns[own].sum())
        lengths = [tally.lengths(number, region.start_ns, region.end_ns) for number in kinds]
        rows.append(
            {
                "core": core,
                "engine": engine,
                "track": track,
                "opcode": opcode,
                "function": function or None,
                "count": int(region.counted.started[own].sum()),
                "sum_ns": time_ns,
                "share": time_ns / region.duration_ns,
                "flops": float(
                    (region.counted.executions * region.run.instructions.amounts["raw_flops"])[
                        own
                    ].sum()
                ),
                **_percentiles(lengths),
                "longest": longest_instruction(region, kinds),
            }
        )
    rows.sort(key=lambda row: (-row["sum_ns"], row["core"], row["engine"], row["opcode"]))
    return rows[:MOST_OPCODES]


def _percentiles(lengths: Sequence[Longs]) -> dict[str, int | None]:
    """Nearest rank: durations that occurred."""
    found = np.concatenate(lengths) if lengths else np.zeros(0, np.int64)
    count = len(found)
    if not count:
        return {"median_ns": None, "p95_ns": None, "max_ns": None}
    ranks = [-(-count * percent // 100) - 1 for percent in (50, 95)]
    placed = np.partition(found, ranks)
    return {
        "median_ns": int(placed[ranks[0]]),
        "p95_ns": int(placed[ranks[1]]),
        "max_ns": int(found.max()),
    }


def nki_share(region: Region) -> dict[str, Any]:
    """How many instructions and how much time of each engine a NKI kernel's source accounts for."""
    kinds = region.numbered_kinds
    if not any(kind.is_kernel for kind in region.run.instructions.kinds):
        missing = "kernel source locations: none of the instructions carries one"
        return {"missing": missing, "engines": []}
    rows = []
    for engine in COMPUTING:
        own = [(number, kind) for number, kind in kinds if kind.engine == engine]
        rows.append({"engine": engine, **_split(region, own)})
    return {"missing": None, "engines": rows}


def _split(region: Region, own: Sequence[tuple[int, Any]]) -> dict[str, Any]:
    kernel = [number for number, kind in own if kind.is_kernel]
    every = [number for number, _ in own]
    count, time = region.counted.started, region.counted.time_ns
    by_opcode: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for number, kind in own:
        by_opcode[kind.opcode][0 if kind.is_kernel else 1] += int(count[number])
    return {
        "kernel": int(count[kernel].sum()),
        "all": int(count[every].sum()),
        "kernel_ns": float(time[kernel].sum()),
        "all_ns": float(time[every].sum()),
        "longest": longest_instruction(region, kernel or every),
        "opcodes": [
            {"opcode": opcode, "kernel": counts[0], "compiler": counts[1]}
            for opcode, counts in sorted(by_opcode.items())
        ],
    }
