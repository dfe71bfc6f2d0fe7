"""What every executed slot did and where it came from, over all cores of a part.

A slot is one entry of a core's `SlotTable`; slots of all cores are numbered through. The rows of
waiting (EVENT_SEMAPHORE) count as rows and bound start and end, and are no time at work.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.built import Array, Once, compute
from ingest_worker.builders.intervals import Intervals, Numbers, Pieces, both, merged_in_time
from ingest_worker.builders.part import Part
from ingest_worker.builders.stretches import instructions_in_time
from ingest_worker.formats.isa.opcodes import LDWEIGHTS
from ingest_worker.formats.ntff.facts import ENGINES

EVENT_SEMAPHORE = 0xA0
NO_GROUP = -1
AMOUNTS = ("hbm_read_bytes", "hbm_write_bytes", "sbuf_read_bytes", "sbuf_write_bytes")
TEXTS = ("bir_id", "bir_instruction_name", "penguin_id", "penguin_name", "hlo_name", "layer")
IDS = ("raw_bir_id", "raw_penguin_id", "raw_hlo_id", "raw_framework_id")
_CHANNELS = r"channels=(?P<count>[0-9]+)"


@dataclass(frozen=True)
class Slots:
    """The slots of all cores: where each ran, how often and how long, and what it did each time.

    `numbers` are whole numbers with 0 for none; `is_known` says where an id is there. `texts` are
    empty where there is none. Times are in ps and leave out waiting.
    """

    core: Numbers
    engine: npt.NDArray[np.uint8]
    runs: Numbers
    busy_ps: Numbers
    first_ps: Numbers
    last_ps: Numbers
    numbers: Mapping[str, Numbers]
    is_known: Mapping[str, npt.NDArray[np.bool_]]
    texts: Mapping[str, Array]


@dataclass(frozen=True)
class Group:
    """Slots that belong together: `of_slot` is the group of each slot, -1 for none."""

    of_slot: Numbers
    count: int

    @cached_property
    def first_slot(self) -> Numbers:
        """One slot of each group, for what all of them share."""
        result = np.zeros(self.count, np.int64)
        own = np.flatnonzero(self.of_slot >= 0)[::-1]
        result[self.of_slot[own]] = own
        return result

    def summed(self, values: Numbers) -> Numbers:
        """The sum of the slots' values in each group."""
        result = np.zeros(self.count, np.int64)
        own = self.of_slot >= 0
        np.add.at(result, self.of_slot[own], values[own])
        return result


class Work:
    """The slots and rows of a part, made when first asked for, by whichever thread asks."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._slots = Once(lambda: _slots(part))

    @property
    def slots(self) -> Slots:
        """What is the same at every run of a slot, and sums over its runs."""
        return self._slots()

    def intervals(self, *groups: Group) -> Intervals:
        """When each group was at work; amounts are elements, transposed elements, HBM bytes.

        A row belongs to a group of each of `groups`, which have one numbering.
        """
        return merged_in_time(self._pieces(groups), groups[0].count)

    def _pieces(self, groups: Sequence[Group]) -> Iterator[Pieces]:
        """Every row that is work, in stretches of time, once for each group it belongs to."""
        slots = self.slots
        opcode = [core.slots.opcode for core in self.part.cores]
        begins = np.cumsum([0, *map(len, opcode)])
        moved = slots.numbers["hbm_read_bytes"] + slots.numbers["hbm_write_bytes"]
        amounts = slots.numbers["tensor_elements"], slots.numbers["tensor_elements_transpose"]
        is_work = np.concatenate([np.zeros(0, np.int16), *opcode]) != EVENT_SEMAPHORE
        for stretch in instructions_in_time(self.part):
            own = [slot + begin for slot, begin in zip(stretch.slots, begins, strict=False)]
            slot = np.concatenate([np.zeros(0, np.int64), *own])
            order = np.argsort(stretch.start_ps, kind="stable")
            order = order[is_work[slot[order]]]
            slot, start_ps, end_ps = slot[order], stretch.start_ps[order], stretch.end_ps[order]
            parts = []
            for group in groups:
                number = group.of_slot[slot]
                at = np.flatnonzero(number >= 0)
                values = tuple(amount[slot[at]] for amount in (*amounts, moved))
                parts.append(Pieces(number[at], start_ps[at], end_ps[at], values))
            yield reduce(both, parts)


def _slots(part: Part) -> Slots:
    """Every core's slots, one core behind the other."""
    parts = [(core.core.index, core.slots, core.slot, core.rows) for core in part.cores]
    counts = [len(table.compiler_pc) for _, table, _, _ in parts]
    core = np.repeat([index for index, *_ in parts], counts).astype(np.int64)
    engine = np.zeros(len(core), np.uint8)
    runs, busy_ps = (np.zeros(len(core), np.int64) for _ in range(2))
    first_ps, last_ps = np.zeros(len(core), np.int64), np.zeros(len(core), np.int64)
    begin = 0
    for (_, table, slot, rows), count in zip(parts, counts, strict=True):
        own = slice(begin, begin + count)
        engine[own][slot] = rows.engine
        runs[own] = np.bincount(slot, minlength=count)
        is_work = table.opcode != EVENT_SEMAPHORE
        took_ps = np.zeros(count, np.int64)
        np.add.at(took_ps, slot, rows.end_ps - rows.start_ps)
        busy_ps[own] = took_ps * is_work
        first_ps[own][slot[::-1]] = rows.start_ps[::-1]
        np.maximum.at(last_ps[own], slot, rows.end_ps)
        begin += count
    opcode = np.concatenate([table.opcode for _, table, _, _ in parts] or [np.zeros(0, np.int16)])
    numbers, known = _numbers(part, counts, opcode)
    texts = {name: _text(part, counts, name) for name in TEXTS}
    return Slots(core, engine, runs, busy_ps, first_ps, last_ps, numbers, known, texts)


def _numbers(
    part: Part, counts: list[int], opcode: npt.NDArray[np.int16]
) -> tuple[Mapping[str, Numbers], Mapping[str, npt.NDArray[np.bool_]]]:
    """Ids and amounts of one run; loaded weights and channels follow from opcode and operands."""
    found: dict[str, Numbers] = {}
    known: dict[str, npt.NDArray[np.bool_]] = {}
    for name in (*IDS, *AMOUNTS, "tensor_elements", "tensor_elements_transpose"):
        column = _column(part, counts, name, pa.int64())
        found[name] = compute.fill_null(column, 0).to_numpy(zero_copy_only=False)
        known[name] = compute.is_valid(column).to_numpy(zero_copy_only=False)
    found["load_weight_bytes"] = found["sbuf_read_bytes"] * (opcode == LDWEIGHTS)
    operands = _text(part, counts, "operands")
    channels = compute.struct_field(compute.extract_regex(operands, _CHANNELS), "count")
    found["channels"] = compute.fill_null(channels.cast(pa.int64()), 0).to_numpy(
        zero_copy_only=False
    )
    return MappingProxyType(found), MappingProxyType(known)


def no_values(count: int, kind: Any) -> Array:
    """So many nulls."""
    made: Array = pa.nulls(count, kind)
    return made


def _column(part: Part, counts: list[int], name: str, kind: Any) -> Array:
    pieces = []
    for core, count in zip(part.cores, counts, strict=True):
        own = core.slots.further.get(name, core.slots.columns.get(name))
        pieces.append(no_values(count, kind) if own is None else own.cast(kind))
    whole: Array = pa.concat_arrays(pieces) if pieces else no_values(0, kind)
    return whole


def _text(part: Part, counts: list[int], name: str) -> Array:
    filled: Array = compute.fill_null(_column(part, counts, name, pa.string()), "")
    return filled


def engine_counts(slots: Slots, group: Group) -> list[Numbers]:
    """Rows of each engine in each group, waiting ones too."""
    return [group.summed(slots.runs * (slots.engine == engine)) for engine in ENGINES]
