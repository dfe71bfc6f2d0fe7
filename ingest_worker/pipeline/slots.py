"""Tells once for every executed slot what its instruction is, however often it ran."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest_worker.builders.part import SlotTable
from ingest_worker.formats.isa.accesses import Accesses, joined_accesses, slot_accesses
from ingest_worker.formats.isa.disassembler import disassemble
from ingest_worker.formats.isa.opcodes import is_known
from ingest_worker.formats.isa.precision import worth_in_halves
from ingest_worker.formats.isa.traffic import traffic
from ingest_worker.formats.notice import Notice
from ingest_worker.formats.ntff.facts import ENGINE_NAMES
from ingest_worker.formats.ntff.instructions import InstructionRows, compiler_slots
from ingest_worker.formats.ntff.reader import Image
from ingest_worker.formats.ntff.window import Capture, Core
from ingest_worker.formats.runs import pieces
from ingest_worker.formats.spill import column_of
from ingest_worker.pipeline.join import NeffJoin
from profiles.metrics.chips import Chip

MATMUL, STATIC_TRIGGER = 0x02, 0xA5
TRANSPOSE = "TRANSPOSE"
OUTSIDE = -1
UNKNOWN_COLOUR = 255
ELSEWHERE = frozenset({"penguin_name"})
"""Names that are no columns of `Instruction`."""


@dataclass
class SlotDraft:
    """Columns under construction: one value a slot, in the order in which slots are added."""

    count: int
    columns: dict[str, list[Any]] = field(default_factory=dict)
    opcode: npt.NDArray[np.int16] = field(init=False)
    compiler_pc: npt.NDArray[np.int32] = field(init=False)
    halves: npt.NDArray[np.uint8] = field(init=False)
    colour: npt.NDArray[np.uint8] = field(init=False)
    labels: list[str] = field(init=False)
    notices: list[Notice] = field(default_factory=list)
    accesses: list[Accesses] = field(default_factory=list)
    foreign: int = 0

    def __post_init__(self) -> None:
        self.opcode = np.full(self.count, OUTSIDE, np.int16)
        self.compiler_pc = np.full(self.count, -1, np.int32)
        self.halves = np.zeros(self.count, np.uint8)
        self.colour = np.full(self.count, UNKNOWN_COLOUR, np.uint8)
        self.labels = [""] * self.count

    def put(self, name: str, places: Sequence[int], values: Sequence[Any]) -> None:
        """Sets a column's values at some places; the others stay null."""
        column = self.columns.setdefault(name, [None] * self.count)
        for place, value in zip(places, values, strict=True):
            column[place] = value


def slot_keys(rows: InstructionRows) -> npt.NDArray[np.int64]:
    """One number for each row's (subgraph, engine, slot)."""
    graph = rows.graph.astype(np.int64) + 1
    result: npt.NDArray[np.int64] = (
        graph << 40 | rows.engine.astype(np.int64) << 32 | rows.slot.astype(np.int64)
    )
    return result


def slot_table(
    capture: Capture, core: Core, rows: InstructionRows, chip: Chip, join: NeffJoin
) -> tuple[npt.NDArray[np.int32], SlotTable, list[Notice]]:
    """For every row the number of its entry, the entries, and what was odd about them."""
    keys, codes = _distinct(rows)
    draft = SlotDraft(len(keys))
    owner = keys >> 32
    for own in np.unique(owner).tolist():
        places = np.flatnonzero(owner == own)
        graph, engine = (own >> 8) - 1, own & 0xFF
        slots = (keys[places] & 0xFFFF_FFFF).astype(np.int64)
        _fill(draft, places, engine)
        image = capture.ntff.images.get((graph, engine))
        if image is not None:
            _describe(draft, places, slots, image, capture.name(core), chip, join)
    _add_flops(draft)
    draft.notices += _oddities(draft, np.bincount(codes, minlength=len(keys)), core)
    arrays = {name: pa.array(values) for name, values in draft.columns.items()}
    table = SlotTable(
        columns={name: values for name, values in arrays.items() if name not in ELSEWHERE},
        opcode=draft.opcode,
        compiler_pc=draft.compiler_pc,
        is_trigger=(draft.opcode == STATIC_TRIGGER) & (draft.compiler_pc >= 0),
        colour=draft.colour,
        labels=draft.labels,
        accesses=joined_accesses(draft.accesses),
        further={name: arrays[name] for name in ELSEWHERE & arrays.keys()},
    )
    return codes, table, draft.notices


def _distinct(rows: InstructionRows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """The distinct keys in order, and each row's place among them."""
    found = [np.unique(slot_keys(rows.take(own))) for own in pieces(len(rows))]
    keys = np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
    codes = (np.searchsorted(keys, slot_keys(rows.take(own))) for own in pieces(len(rows)))
    return keys, column_of(codes, np.int32)


def _oddities(draft: SlotDraft, counts: npt.NDArray[np.int64], core: Core) -> list[Notice]:
    """Executed instructions nobody can name: outside the image, or of an unknown opcode."""
    found = []
    if draft.foreign:
        text = (
            f"Instructions of core {core.index} ran that the NEFF does not hold in their places: "
            "the two files may not belong together."
        )
        found.append(Notice("pair.slot_mismatch", text, draft.foreign))
    outside = int(counts[draft.opcode == OUTSIDE].sum())
    if outside:
        text = f"Instructions of core {core.index} lie outside the program's image."
        found.append(Notice("ntff.outside_image", text, outside))
    for byte in np.unique(draft.opcode[draft.opcode != OUTSIDE]).tolist():
        if not is_known(byte):
            text = f"Instructions of core {core.index} have the unknown opcode {byte:#04x}."
            count = int(counts[draft.opcode == byte].sum())
            found.append(Notice("isa.unknown_opcode", text, count))
    return found


def _add_flops(draft: SlotDraft) -> None:
    """Two operations an element; those of transposes apart (decoding notes, 7.2 and 12).

    Adjusted, an element is worth as many half operations as `worth_in_halves` says, times two.
    """
    elements = draft.columns.get("tensor_elements", [None] * draft.count)
    kinds = draft.columns.get("tensor_instruction_type", [None] * draft.count)
    everywhere = range(draft.count)
    draft.put("raw_flops", everywhere, [None if n is None else 2 * n for n in elements])
    turned = [
        None if n is None or not kind else n * (kind == TRANSPOSE)
        for n, kind in zip(elements, kinds, strict=True)
    ]
    draft.put("tensor_elements_transpose", everywhere, turned)
    draft.put("flops_transpose", everywhere, [None if n is None else 2 * n for n in turned])
    halves = draft.halves.tolist()
    for name, counts in (("adjusted_flops", elements), ("adjusted_flops_transpose", turned)):
        worth = [
            None if n is None or not half else n * half
            for n, half in zip(counts, halves, strict=True)
        ]
        draft.put(name, everywhere, worth)


def traffic_columns(raw: npt.NDArray[np.uint8]) -> dict[str, list[int | None]]:
    """What instructions compute and move, by column of `Instruction`; None where absent."""
    found = traffic(raw)
    return {
        name: [None if value < 0 else value for value in values.tolist()]
        for name, values in found.columns.items()
    }


def _fill(draft: SlotDraft, places: npt.NDArray[np.int64], engine: int) -> None:
    """What is known without an image: the engine."""
    name = ENGINE_NAMES[engine]
    where = places.tolist()
    for column in ("engine", "timeline_track"):
        draft.put(column, where, [name] * len(where))
    for column in ("opcode", "operands", "bir_id"):
        draft.put(column, where, [""] * len(where))


def _describe(
    draft: SlotDraft,
    places: npt.NDArray[np.int64],
    slots: npt.NDArray[np.int64],
    image: Image,
    graph: str,
    chip: Chip,
    join: NeffJoin,
) -> None:
    """Opcode, operands and colour from the image; what the compiler knew from the NEFF."""
    is_inside = slots < len(image.slots)
    places, slots = places[is_inside], slots[is_inside]
    raw = image.slots[slots]
    compiler = compiler_slots(image)[slots]
    draft.opcode[places] = raw[:, 0]
    draft.compiler_pc[places] = compiler
    text = disassemble(
        raw,
        semaphore_names=join.semaphore_names(graph),
        activation_names=join.activation_names(graph),
        generation=chip.generation,
    )
    where = places.tolist()
    draft.put("opcode", where, text.opcode)
    draft.put("operands", where, text.operands)
    draft.put("scalar_activation_fn", where, text.activation_fn)
    draft.put("compiler_pc", where, [None if k < 0 else k for k in compiler.tolist()])
    if image.engine == 0:
        matrix = np.flatnonzero(raw[:, 0] == MATMUL)
        draft.put("timeline_track", places[matrix].tolist(), ["TensorMatrix"] * len(matrix))
        draft.halves[places] = worth_in_halves(image.slots, chip.recorded_weights)[slots]
    draft.colour[places] = text.colour
    draft.accesses.append(slot_accesses(raw).of(places))
    for name, values in traffic_columns(raw).items():
        draft.put(name, where, values)
    for place, opcode, function in zip(where, text.opcode, text.activation_fn, strict=True):
        draft.labels[place] = f"{opcode} {function}" if function else opcode
    compiled = join.compiled(graph, image.engine, raw, compiler, chip.generation)
    if compiled is not None:
        for name, known in compiled.columns.items():
            draft.put(name, where, known)
        draft.foreign += compiled.foreign
