"""Compiler instructions layer by layer with the work they caused: what ran, when, and how much.

No captured output holds these tables. A row is one instruction of its layer; programs of several
cores that were compiled from one model share the operations of the model. `id` is the row's own
number; ids of layers below the row's are 0, those above are the ones it came from. Times, elements
and bytes are those of the executed instructions below it (rows of waiting bound start and end and
are no interval; decoding notes, 7 and 9.2).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import (
    Array,
    BuiltTable,
    Columns,
    Value,
    compute,
    gathered,
)
from ingest_worker.builders.intervals import Numbers
from ingest_worker.builders.work import (
    AMOUNTS,
    NO_GROUP,
    Group,
    Slots,
    Work,
    engine_counts,
)
from ingest_worker.formats.ntff.facts import ENGINE_NAMES

ABOVE = ("raw_bir_id", "raw_penguin_id", "raw_hlo_id", "raw_framework_id")


@dataclass(frozen=True)
class Layer:
    """One layer: its table, the column of its names, and how its instructions are told apart."""

    table: str
    name_column: str
    name_text: str
    id_column: str
    is_in: Callable[[Slots], npt.NDArray[np.bool_]]
    is_named: bool = False
    has_core: bool = False
    has_counts: bool = False


def is_empty(texts: Array) -> npt.NDArray[np.bool_]:
    """Where a text has no letters."""
    found: npt.NDArray[np.bool_] = compute.equal(compute.utf8_length(texts), 0).to_numpy(
        zero_copy_only=False
    )
    return found


def _has_text(name: str) -> Callable[[Slots], npt.NDArray[np.bool_]]:
    def is_in(slots: Slots) -> npt.NDArray[np.bool_]:
        return ~is_empty(slots.texts[name])

    return is_in


def _has_id(name: str) -> Callable[[Slots], npt.NDArray[np.bool_]]:
    return lambda slots: slots.is_known[name]


BIR = Layer(
    "BirInstruction",
    "bir_name",
    "bir_instruction_name",
    "raw_bir_id",
    _has_text("bir_id"),
    has_core=True,
)
PENGUIN = Layer(
    "PenguinInstruction", "penguin_name", "penguin_name", "raw_penguin_id", _has_text("penguin_id")
)
HLO = Layer(
    "HloInstruction", "hlo_name", "hlo_name", "raw_hlo_id", _has_id("raw_hlo_id"), is_named=True
)
FRAMEWORK = Layer(
    "FrameworkInstruction",
    "framework_name",
    "layer",
    "raw_framework_id",
    _has_id("raw_framework_id"),
    is_named=True,
    has_counts=True,
)
LAYERS = (FRAMEWORK, HLO, PENGUIN, BIR)


def layer_groups(slots: Slots, layer: Layer) -> Group:
    """The slots of each instruction of a layer, in the order in which these first ran.

    Ids of BIR and Penguin say which program they are of. Those of operations and framework do
    not: together with the name they tell programs of different models apart.
    """
    chosen = np.flatnonzero(layer.is_in(slots))
    keys = [slots.numbers[layer.id_column][chosen]]
    if layer.is_named:
        names = slots.texts[layer.name_text].dictionary_encode().indices
        keys.append(names.to_numpy().astype(np.int64)[chosen])
    return grouped(slots, chosen, keys)


def grouped(slots: Slots, chosen: npt.NDArray[np.intp], keys: list[Numbers]) -> Group:
    """Slots with the same keys as one group each; groups by the time their first row began."""
    of_slot = np.full(len(slots.runs), NO_GROUP, np.int64)
    if not len(chosen):
        return Group(of_slot, 0)
    _, codes = np.unique(np.stack(keys), axis=1, return_inverse=True)
    codes = codes.reshape(-1)
    count = int(codes.max()) + 1
    began = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(began, codes, slots.first_ps[chosen])
    rank = np.empty(count, np.int64)
    rank[np.argsort(began, kind="stable")] = np.arange(count)
    of_slot[chosen] = rank[codes]
    return Group(of_slot, count)


def bounds(slots: Slots, group: Group) -> tuple[Numbers, Numbers]:
    """The first start and the last end of each group's rows, in ps."""
    own = np.flatnonzero(group.of_slot >= 0)
    start = np.full(group.count, np.iinfo(np.int64).max)
    end = np.full(group.count, np.iinfo(np.int64).min)
    np.minimum.at(start, group.of_slot[own], slots.first_ps[own])
    np.maximum.at(end, group.of_slot[own], slots.last_ps[own])
    return start, end


def layer_table(layer: Layer, work: Work) -> BuiltTable:
    """The table of one layer; no rows where the NEFF does not tell of it."""
    slots, ns = work.slots, work.part.ns
    group = layer_groups(slots, layer)
    intervals = work.intervals(group).coarse()
    pieces = intervals.pieces
    start_ps, end_ps = bounds(slots, group)
    first = group.first_slot
    numbers = _numbers(slots, layer, group)
    times = ns(pieces.start_ps), ns(pieces.end_ps)
    elements, transposed, moved = (pa.array(amount) for amount in pieces.amounts)

    def columns(start: int, stop: int) -> Columns:
        found: dict[str, Value] = {name: own[start:stop] for name, own in numbers.items()}
        return found | {
            "id": np.arange(start, stop),
            layer.name_column: gathered(slots.texts[layer.name_text], first[start:stop]),
            "start_ts": ns(start_ps[start:stop]),
            "end_ts": ns(end_ps[start:stop]),
            "time_intervals": intervals.pair_texts(*times, start, stop),
            "element_count_per_interval": intervals.lists(elements, start, stop),
            "transpose_element_count_per_interval": intervals.lists(transposed, start, stop),
            "hbm_transfer_size_per_interval": intervals.lists(moved, start, stop),
        }

    return intervals.table(layer.table, columns)


def _numbers(slots: Slots, layer: Layer, group: Group) -> dict[str, Numbers]:
    """Ids of the layer and of those above it, and sums over all runs."""
    first = group.first_slot
    above = ABOVE[ABOVE.index(layer.id_column) :]
    found = {name: slots.numbers[name][first] for name in above}
    found |= work_sums(slots, group)
    if layer.has_core:
        found["pcore_idx"] = slots.core[first]
    if layer.has_counts:
        for name, counts in zip(ENGINE_NAMES, engine_counts(slots, group), strict=True):
            found[f"{name.lower()}_engine_instruction_count"] = counts
    return found


def work_sums(slots: Slots, group: Group) -> dict[str, Numbers]:
    """Bytes by memory and bytes of loaded weights, over all runs of a group."""
    return {
        name: group.summed(slots.numbers[name] * slots.runs)
        for name in (*AMOUNTS, "load_weight_bytes")
    }
