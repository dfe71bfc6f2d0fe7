"""The official tool's `summary`, faults included, for files that have to equal its own.

What differs from the table `Summary`, and why, is told in docs/differences.md.
"""

import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.limits import legacy_limits
from ingest_worker.builders.meta import Provenance
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.totals import PartSums, slot_sum
from ingest_worker.formats.isa.traffic import ACCUMULATOR_BYTES
from ingest_worker.formats.isa.vocabulary import DTYPE_BITS, DTYPE_TEXTS
from ingest_worker.formats.ntff.packets import PacketRows
from ingest_worker.formats.runs import pieces
from profiles.metrics.formulas import Value, summary_values

CORE_SHARE = 81_920_000
"""HFU is less by one part in so many a core; nobody knows why (decoding notes, 9.1)."""
COLLECTIVES = (
    "cc_op_time",
    "cc_op_active_time",
    "cc_op_active_time_percent",
    "cc_op_count",
    "cc_cores_instruction_time",
    "cc_cores_instruction_active_time",
    "cc_cores_instruction_active_time_percent",
    "cc_cores_instruction_count",
)
SOURCE_DTYPE = re.compile(r"\bsrc=(\w+)@")
BITS = {text: DTYPE_BITS[code] for code, text in DTYPE_TEXTS.items()}
NEVER = ("total_exec_time", "adjusted_hardware_flops", "adjusted_transpose_flops")
ONLY_WITH_VALUE = ("spill_save_bytes", "spill_reload_bytes")
ONLY_WITH_TRANSFERS = ("dma_transfer_count", "dma_transfer_total_bytes")

Flags = npt.NDArray[np.bool_]


def shown_packets(part: Part, core: CorePart) -> Flags:
    """Packets the official tool shows (decoding notes, 6.1).

    Where the file stores the window, every ring with a packet across its edge is dropped whole;
    before, packets that start before the origin are.
    """
    rows = core.movement.packets
    last = part.capture.windows[-1].end_ps if part.capture.is_windowed else None
    result = np.zeros(len(rows.start_ps), bool)
    broken = np.zeros(256 * 256, bool)
    for own in pieces(len(result)):
        is_across = rows.start_ps[own] < part.origin_ps
        result[own] = ~is_across
        if last is not None:
            is_across |= rows.end_ps[own] > last
        broken[_rings(rows, own)[is_across]] = True
    if part.capture.is_windowed:
        for own in pieces(len(result)):
            result[own] = ~broken[_rings(rows, own)]
    return result


def _rings(rows: PacketRows, own: slice) -> npt.NDArray[np.uint16]:
    """One number a ring: engine times 256 plus queue."""
    result: npt.NDArray[np.uint16] = rows.engine[own].astype(np.uint16) * 256 + rows.queue[own]
    return result


def legacy_values(sums: PartSums) -> dict[str, Value | str]:
    """Every key of the JSON's `summary`."""
    part = sums.part
    elements = slot_sum(part, "tensor_elements") or 0
    totals = sums.totals(shown_packets)
    totals = replace(
        totals, hardware_flops=2 * elements, transpose_flops=totals.transpose_flops or 0
    )
    found: dict[str, Value | str] = dict(summary_values(totals, part.chip))
    if not totals.transfers.count:
        found |= dict.fromkeys(ONLY_WITH_TRANSFERS)
    found |= {name: found[name] or None for name in ONLY_WITH_VALUE}
    found |= dict.fromkeys(NEVER)
    for name, value in found.items():
        is_share = name.endswith("_percent") or name in {"model_flops", "mm_arithmetic_intensity"}
        if value is None and (is_share or name == "dma_transfer_average_bytes"):
            found[name] = 0
    found |= _rounded(part, found)
    found |= dict.fromkeys(COLLECTIVES, 0)
    for core in part.cores:
        found |= legacy_limits(part, core)
    return {name: value for name, value in found.items() if value is not None}


def _rounded(part: Part, found: dict[str, Value | str]) -> dict[str, Value | str]:
    """What the official tool computes in its own way."""
    kinds = [
        _number(found[f"{kind}_dynamic_dma_active_time_percent"])
        for kind in ("software", "hardware")
    ]
    hfu = _number(found["hfu_estimated_percent"])
    clock, time = part.chip.cycles_per_s, _number(found["total_time"])
    cycles = None if clock is None else int(np.floor(np.float32(time * clock)))
    return {
        "dynamic_dma_active_time_percent": sum(kinds),
        "hfu_estimated_percent": hfu * (1 - len(part.cores) / CORE_SHARE),
        "neuroncore_cycle_count": cycles,
        "psum_write_bytes": _psum_bytes(part),
        "nc_idx": sum(core.core.number for core in part.cores),
        "nd_idx": 0,
    }


def published_psum_bytes(opcode: str, operands: str, size_bytes: int | None) -> int | None:
    """Bytes written to PSUM as the official tool counts them.

    It takes the elements of a product to be of the data type of its source, not 4 bytes each.
    """
    source = SOURCE_DTYPE.search(operands) if opcode == "MATMUL" else None
    if size_bytes is None or source is None or source[1] not in BITS:
        return size_bytes
    return (size_bytes // ACCUMULATOR_BYTES * BITS[source[1]] + 7) // 8


def held_psum_bytes(opcode: str, operands: str, published: int) -> int:
    """Bytes written to PSUM as it holds them, from what the official tool counts."""
    source = SOURCE_DTYPE.search(operands) if opcode == "MATMUL" else None
    if source is None or source[1] not in BITS:
        return published
    return published * 8 // BITS[source[1]] * ACCUMULATOR_BYTES


def _psum_bytes(part: Part) -> int | None:
    """The sum over all instructions, as the official tool counts them."""
    total, is_known = 0, False
    for core in part.cores:
        names = ("opcode", "operands", "psum_write_bytes")
        columns = [core.slots.columns.get(name) for name in names]
        values = [column.to_pylist() for column in columns if column is not None]
        if len(values) < len(names):
            continue
        runs = np.bincount(core.slot, minlength=len(core.slots.opcode)).tolist()
        for opcode, operands, size, times in zip(*values, runs, strict=True):
            each = published_psum_bytes(opcode or "", operands or "", size)
            is_known = is_known or each is not None
            total += (each or 0) * times
    return total if is_known else None


def _number(value: Value | str) -> float:
    return value if isinstance(value, int | float) else 0.0


def legacy_table(sums: PartSums, origin: Provenance) -> BuiltTable:
    """One row a key: whole numbers, other numbers and texts in columns of their own."""
    facts = sums.part.capture.ntff.facts
    texts = {
        "instance_type": facts.instance_type,
        "runtime_version": str(facts.runtime),
        "driver_version": str(facts.driver),
        "collectives_version": str(facts.collectives),
        "compiler_version": origin.compiler_version or "",
    }
    values = {**legacy_values(sums), **texts}
    return table_of_rows("LegacySummary", [_row(key, values[key]) for key in sorted(values)])


def _row(key: str, value: Value | str) -> dict[str, object]:
    kind = "text" if isinstance(value, str) else "whole" if isinstance(value, int) else "number"
    return {"key": key, kind: value}
