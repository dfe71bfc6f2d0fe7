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
from ingest_worker.builders.moments import rows_in_time
from ingest_worker.builders.part import CorePart, Part
from ingest_worker.builders.unions import RunningUnion
from ingest_worker.builders.usage import EVENT_SEMAPHORE
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from ingest_worker.formats.runs import pieces

TENSOR = 0
PS_PER_NS, PS_PER_S = 1000, 1e12
TRANSPOSE = "TRANSPOSE"
LOWEST = np.iinfo(np.int64).min

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
class _Layers:
    """Sums of the rows of a core's layers, shape (layers,) or (layers, engines); in ps.

    Times are from the origin. `reached` is the end of all that began by the layer's last Tensor
    row, before the origin where there is none.
    """

    first: Ints
    last: Ints
    reached: Ints
    flops: Ints
    model_flops: Ints
    counts: Ints
    times: Ints
    active: Ints


def layer_table(part: Part) -> BuiltTable:
    """One row for each core and for each layer it ran; rows without a compiled slot have none."""
    return table_of_rows("LegacyLayer", [row for core in part.cores for row in _rows(part, core)])


def _rows(part: Part, core: CorePart) -> Iterator[dict[str, Any]]:
    """The core as a whole first, then its layers by name."""
    if not len(core.rows):
        return
    name = f"/sg{core.core.index:02d}"
    layers = core.slots.columns.get("layer")
    texts = [text or "" for text in layers.to_pylist()] if layers is not None else []
    ran = np.bincount(core.slot, minlength=len(core.slots.opcode)) > 0
    known = sorted({text for text, has in zip(texts, ran.tolist(), strict=False) if has} - {""})
    place = {text: number for number, text in enumerate(known)}
    number = [place.get(text, -1) for text in texts] or [-1] * len(core.slots.opcode)
    whole = _sums(part, core, np.zeros(len(number), np.int64), 1)
    yield {"name": name, "fully_qualified_subgraph": name, **_values(part, whole, 0)}
    if known:
        sums = _sums(part, core, np.array(number, np.int64), len(known))
        for layer, text in enumerate(known):
            values = _values(part, sums, layer)
            yield {"name": f"{name}/{text}", "fully_qualified_subgraph": name, **values}


def _sums(part: Part, core: CorePart, of_slot: Ints, count: int) -> _Layers:
    """Sums by layer; `of_slot` is the layer of each slot, -1 for none."""
    engines = len(ENGINE_NAMES)
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, LOWEST)
    tensor, counts = np.full(count, LOWEST), np.zeros(count * engines, np.int64)
    times, union = counts.copy(), RunningUnion(count * engines)
    for rows, _ in rows_in_time(core.rows.start_ps):
        slot = core.slot[rows]
        own = rows[of_slot[slot] >= 0]
        slot = core.slot[own]
        layer, engine = of_slot[slot], core.rows.engine[own]
        start, end = core.rows.start_ps[own], core.rows.end_ps[own]
        np.minimum.at(first, layer, start)
        np.maximum.at(last, layer, end)
        np.maximum.at(tensor, layer[engine == TENSOR], start[engine == TENSOR])
        owner = layer * engines + engine
        counts += np.bincount(owner, minlength=len(counts))
        is_work = core.slots.opcode[slot] != EVENT_SEMAPHORE
        np.add.at(times, owner[is_work], (end - start)[is_work])
        union.add(owner[is_work], start[is_work], end[is_work])
    runs = np.bincount(core.slot, minlength=len(of_slot))
    flops, model = (_by_layer(of_slot, count, runs * each) for each in _flops(core))
    shape = (count, engines)
    return _Layers(
        first - part.origin_ps,
        last - part.origin_ps,
        _reached(core, of_slot, tensor) - part.origin_ps,
        flops,
        model,
        counts.reshape(shape),
        times.reshape(shape),
        union.lengths.reshape(shape),
    )


def _reached(core: CorePart, of_slot: Ints, tensor: Ints) -> Ints:
    """The latest end of the rows of each layer that start by its time in `tensor`."""
    reached = np.full(len(tensor), _before(core))
    for own in pieces(len(core.rows)):
        layer = of_slot[core.slot[own]]
        is_in = (layer >= 0) & (core.rows.start_ps[own] <= tensor[layer])
        np.maximum.at(reached, layer[is_in], core.rows.end_ps[own][is_in])
    return reached


def _before(core: CorePart) -> int:
    """A time before all rows."""
    return int(core.rows.start_ps.min()) - 1


def _by_layer(of_slot: Ints, count: int, values: Ints) -> Ints:
    result = np.zeros(count, np.int64)
    own = of_slot >= 0
    np.add.at(result, of_slot[own], values[own])
    return result


def _flops(core: CorePart) -> tuple[Ints, Ints]:
    """FLOPs of one run of each slot: all, and without transposes."""
    flops = 2 * _column(core, "tensor_elements")
    kinds = core.slots.columns.get("tensor_instruction_type")
    turned = np.zeros(len(flops), bool)
    if kinds is not None:
        turned = np.array([kind == TRANSPOSE for kind in kinds.to_pylist()], bool)
    return flops, np.where(turned, 0, flops)


def _column(core: CorePart, name: str) -> Ints:
    values = core.slots.columns.get(name)
    if values is None:
        return np.zeros(len(core.slots.opcode), np.int64)
    found: Ints = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return found


def _values(part: Part, sums: _Layers, layer: int) -> dict[str, Any]:
    first, last = int(sums.first[layer]), int(sums.last[layer])
    found: dict[str, Any] = {
        "start": first // PS_PER_NS,
        "end": last // PS_PER_NS,
        "duration": (last - first) // PS_PER_NS,
    }
    for engine, name in enumerate(ENGINE_NAMES):
        active = int(sums.active[layer, engine])
        front = f"{name.lower()}_engine"
        found[f"{front}_instruction_count"] = int(sums.counts[layer, engine])
        found[f"{front}_instruction_time"] = int(sums.times[layer, engine]) // PS_PER_NS
        found[f"{front}_active_time"] = active // PS_PER_NS
        share = np.float32(active) / np.float32(last - first) if last > first else np.float32(0)
        found[f"{front}_active_percent"] = share
    return found | _work(part, sums, layer)


def _work(part: Part, sums: _Layers, layer: int) -> dict[str, Any]:
    """FLOPs over what the cores could do up to the end of all that began by the last Tensor row."""
    flops, model = int(sums.flops[layer]), int(sums.model_flops[layer])
    found: dict[str, Any] = {
        "tensor_engine_flop_count": flops,
        "tensor_engine_model_flop_count": model,
        "tensor_engine_hfu": 0.0,
        "tensor_engine_mfu": 0.0,
    }
    peak = part.chip.peak_flops
    if not flops or not sums.counts[layer, TENSOR]:
        return found
    if peak is None:
        return found | {"tensor_engine_hfu": None, "tensor_engine_mfu": None}
    most = peak * len(part.cores) * (int(sums.reached[layer]) - int(sums.first[layer])) / PS_PER_S
    return found | {"tensor_engine_hfu": flops / most, "tensor_engine_mfu": model / most}
