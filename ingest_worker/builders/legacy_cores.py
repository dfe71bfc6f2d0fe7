"""Cores and layers as the official tool's JSON tells them (decoding notes, 8 and 9.2).

What the published tables round to nanoseconds stands here in picoseconds, so these two are made
while the trace is read; the JSON is written from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import BuiltTable, table_of_rows
from ingest_worker.builders.legacy import shown_packets
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.unions import covered
from ingest_worker.builders.usage import EVENT_SEMAPHORE
from ingest_worker.formats.ntff.facts import ENGINE_NAMES

TENSOR = 0
PS_PER_NS, PS_PER_S = 1000, 1e12
TRANSPOSE = "TRANSPOSE"

Ints = npt.NDArray[np.int64]


def core_table(part: Part) -> BuiltTable:
    """One row a core."""
    return table_of_rows("LegacyCore", [_core(part, core) for core in part.cores])


def _core(part: Part, core: CorePart) -> dict[str, Any]:
    rows = core.rows
    counts = np.bincount(rows.engine, minlength=len(ENGINE_NAMES)).tolist()
    packets = int(np.count_nonzero(shown_packets(part, core)))
    facts = [one for one in part.capture.ntff.facts.subgraphs if one.core == core.core.number]
    last = int(rows.end_ps.max()) - part.origin_ps if len(rows) else 0
    clock = part.chip.other_ghz
    return {
        "pcore_idx": core.core.index,
        "sg_name": f"sg{core.core.index:02d}",
        "nd_idx": facts[0].device if facts else 0,
        "nc_idx": core.core.number,
        **{
            f"{name.lower()}_engine_instruction_count": counts[engine]
            for engine, name in enumerate(ENGINE_NAMES)
        },
        "event_count": core.event_count,
        "trace_count": core.event_count + len(rows) + packets + _transfers(core),
        "dma_queue_count": len(facts[0].queues) if facts else 0,
        "neuroncore_cycle_count": None if clock is None else int(last * clock / PS_PER_NS),
    }


def _transfers(core: CorePart) -> int:
    """Rows of `DmaPacketAggregated`."""
    transfers = core.movement.transfers
    return int(np.count_nonzero(transfers.is_static | (transfers.row >= 0)))


@dataclass(frozen=True)
class _Layer:
    """Some rows of a core: engine, times from the origin, and FLOPs of each."""

    engine: Ints
    start_ps: Ints
    end_ps: Ints
    is_work: npt.NDArray[np.bool_]
    flops: Ints
    model_flops: Ints

    def chosen(self, rows: npt.NDArray[np.bool_]) -> "_Layer":
        return _Layer(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def layer_table(part: Part) -> BuiltTable:
    """One row for each core and for each layer it ran; rows without a compiled slot have none."""
    return table_of_rows("LegacyLayer", [row for core in part.cores for row in _layers(part, core)])


def _layers(part: Part, core: CorePart) -> Iterator[dict[str, Any]]:
    if not len(core.rows):
        return
    name = f"/sg{core.core.index:02d}"
    every = _rows(part, core)
    yield {"name": name, "fully_qualified_subgraph": name, **_sums(part, every)}
    layers = core.slots.columns.get("layer")
    if layers is None:
        return
    texts = np.array([text or "" for text in layers.to_pylist()], object)[core.slot]
    for layer in sorted(set(texts.tolist()) - {""}):
        own = every.chosen(texts == layer)
        yield {"name": f"{name}/{layer}", "fully_qualified_subgraph": name, **_sums(part, own)}


def _rows(part: Part, core: CorePart) -> _Layer:
    elements = _column(core, "tensor_elements")
    kinds = core.slots.columns.get("tensor_instruction_type")
    turned = np.zeros(len(elements), bool)
    if kinds is not None:
        turned = np.array([kind == TRANSPOSE for kind in kinds.to_pylist()], bool)
    flops = 2 * elements
    return _Layer(
        engine=core.rows.engine.astype(np.int64),
        start_ps=core.rows.start_ps - part.origin_ps,
        end_ps=core.rows.end_ps - part.origin_ps,
        is_work=core.slots.opcode[core.slot] != EVENT_SEMAPHORE,
        flops=flops[core.slot],
        model_flops=np.where(turned, 0, flops)[core.slot],
    )


def _column(core: CorePart, name: str) -> Ints:
    values = core.slots.columns.get(name)
    if values is None:
        return np.zeros(len(core.slots.opcode), np.int64)
    found: Ints = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return found


def _sums(part: Part, rows: _Layer) -> dict[str, Any]:
    first, last = int(rows.start_ps.min()), int(rows.end_ps.max())
    found: dict[str, Any] = {
        "start": first // PS_PER_NS,
        "end": last // PS_PER_NS,
        "duration": (last - first) // PS_PER_NS,
    }
    for engine, name in enumerate(ENGINE_NAMES):
        own = rows.engine == engine
        work = own & rows.is_work
        start, end = rows.start_ps[work], rows.end_ps[work]
        active = covered(start, end)
        front = f"{name.lower()}_engine"
        found[f"{front}_instruction_count"] = int(np.count_nonzero(own))
        found[f"{front}_instruction_time"] = int((end - start).sum()) // PS_PER_NS
        found[f"{front}_active_time"] = active // PS_PER_NS
        share = np.float32(active) / np.float32(last - first) if last > first else np.float32(0)
        found[f"{front}_active_percent"] = share
    return found | _work(part, rows, first)


def _work(part: Part, rows: _Layer, first: int) -> dict[str, Any]:
    """FLOPs over what the cores could do up to the end of all that began by the last Tensor row."""
    flops, model = int(rows.flops.sum()), int(rows.model_flops.sum())
    found: dict[str, Any] = {
        "tensor_engine_flop_count": flops,
        "tensor_engine_model_flop_count": model,
        "tensor_engine_hfu": 0.0,
        "tensor_engine_mfu": 0.0,
    }
    peak = part.chip.peak_flops
    tensor = rows.start_ps[rows.engine == TENSOR]
    if not flops or not len(tensor):
        return found
    if peak is None:
        return found | {"tensor_engine_hfu": None, "tensor_engine_mfu": None}
    reached = int(rows.end_ps[rows.start_ps <= tensor.max()].max())
    most = peak * len(part.cores) * (reached - first) / PS_PER_S
    return found | {"tensor_engine_hfu": flops / most, "tensor_engine_mfu": model / most}
