"""What a NEFF adds to a trace, as answers the rest of the pipeline asks for; all empty without."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ingest_worker.builders.part import QueueDetail
from ingest_worker.formats.isa.control_bodies import queue_text
from ingest_worker.formats.isa.disassembler import compiler_text
from ingest_worker.formats.isa.traffic import traffic
from ingest_worker.formats.isa.vocabulary import ENGINE_SEMAPHORES
from ingest_worker.formats.neff.graph import DmaBlock
from ingest_worker.formats.neff.names import SlotNames, slot_names
from ingest_worker.formats.neff.program import Engine, Neff, Subgraph
from ingest_worker.formats.notice import Notice

PSEUDO_TRIGGER = 0xC1
BLOCK_ID_AT = 48
REWRITTEN = {0xD4: 0xB8, 0xC1: 0xA5, 0xCE: 0xAA}
QUEUE_COLUMNS = {
    "data": "weight_queue_bytes",
    "in": "input_queue_bytes",
    "out": "output_queue_bytes",
}

Slots = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Compiled:
    """What the compiler knew of some executed slots: columns of `Instruction`, one value a slot."""

    columns: Mapping[str, list[object]]
    foreign: int


@dataclass(frozen=True)
class NeffJoin:
    """Answers by the name of a subgraph (`sg00`), the same in both files."""

    neff: Neff | None = None

    @property
    def compiler_version(self) -> str | None:
        """The version of the compiler that made the NEFF."""
        return (self.neff.compiler_version or None) if self.neff else None

    @cached_property
    def notices(self) -> list[Notice]:
        """What the NEFF lacks, or that there is none."""
        if self.neff is None:
            text = "There is no NEFF: names of instructions, tensors and queues are left out."
            return [Notice("neff.missing", text)]
        return list(self.neff.notices)

    def graph(self, name: str) -> Subgraph | None:
        """The program of this name."""
        return self.neff.subgraph(name) if self.neff else None

    def semaphore_names(self, graph: str) -> dict[int, str]:
        """Semaphore index to name; the four of the engines are the same in every program."""
        own = self.graph(graph)
        return own.semaphore_names if own else dict(ENGINE_SEMAPHORES)

    def activation_names(self, graph: str) -> Mapping[int, str]:
        """Activation function number to name."""
        own = self.graph(graph)
        return own.activation_names if own else {}

    def queue_details(self, graph: str) -> dict[tuple[str, int], QueueDetail]:
        """What is known of each (queue, descriptor block)."""
        own = self.graph(graph)
        blocks = own.blocks if own else {}
        return {key: _detail(block) for key, block in blocks.items()}

    def trigger_target(
        self, graph: str, engine: int, compiler_pc: int
    ) -> tuple[str | None, int | None]:
        """The queue and block that a static trigger starts; unknown without the NEFF."""
        own = self._engine(graph, engine)
        if own is None or not 0 <= compiler_pc < len(own.slots):
            return None, None
        slot = own.slots[compiler_pc].tobytes()
        return _target(slot) if slot[0] == PSEUDO_TRIGGER else (None, None)

    def _engine(self, graph: str, engine: int) -> Engine | None:
        own = self.graph(graph)
        return own.engines.get(engine) if own else None

    def compiled(
        self, graph: str, engine: int, raw: Slots, compiler_pc: npt.NDArray[np.int32], chip: str
    ) -> Compiled | None:
        """Names, compiler text and DMA bytes of executed slots; None without their program.

        `raw` (n, 64) are the slots as they ran, `compiler_pc` their places in the NEFF or -1.
        `foreign` counts slots which no known rewriting turns into what ran: then the two files
        do not belong together.
        """
        program, own = self.graph(graph), self._engine(graph, engine)
        if program is None or own is None:
            return None
        known = np.flatnonzero((compiler_pc >= 0) & (compiler_pc < len(own.slots)))
        slots = own.slots[compiler_pc[known]]
        columns = _name_columns(slot_names(program, own, compiler_pc))
        opcodes, operands = compiler_text(
            slots,
            raw[known],
            semaphore_names=program.semaphore_names,
            activation_names=program.activation_names,
            generation=chip,
        )
        _spread(columns, "compiler_opcode", known, opcodes, len(raw))
        _spread(columns, "compiler_operands", known, operands, len(raw))
        _traffic_columns(columns, raw, slots, known)
        _static_columns(columns, program, slots, known)
        return Compiled(columns, _foreign(slots, raw[known]))


def _detail(block: DmaBlock) -> QueueDetail:
    return QueueDetail(
        op=", ".join(name for name in block.operations if name),
        variable=block.variable,
        source=", ".join(block.sources),
        dest=", ".join(block.targets),
        semaphore_id="-1" if block.semaphore is None else str(block.semaphore),
        read_bytes=sum(block.read_bytes.values()),
        write_bytes=sum(block.write_bytes.values()),
        regions=block.regions,
        read_end=block.source_end,
        write_end=block.target_end,
        transposing=block.transposing,
        is_load=bool(block.write_bytes.get("sbuf")) and bool(block.read_bytes.get("hbm")),
    )


def _target(slot: bytes) -> tuple[str, int]:
    return queue_text(slot), int.from_bytes(slot[BLOCK_ID_AT : BLOCK_ID_AT + 4], "little")


def _name_columns(names: SlotNames) -> dict[str, list[object]]:
    """The names under the columns of `Instruction`."""
    framework = [ids[0] if ids else None for ids in names.raw_framework_ids]
    return {
        "bir_id": list(names.bir_id),
        "raw_bir_id": list(names.raw_bir_id),
        "bir_instruction_name": list(names.bir_instruction_name),
        "tensor_instruction_type": list(names.instruction_type),
        "penguin_id": list(names.penguin_id),
        "raw_penguin_id": list(names.raw_penguin_id),
        "penguin_name": list(names.penguin_name),
        "hlo_name": list(names.hlo_name),
        "hlo_attrs": list(names.hlo_attrs),
        "raw_hlo_id": list(names.raw_hlo_id),
        "raw_framework_id": list(framework),
        "layer": list(names.layer),
        "bir_debug_info_source_location": [text or None for text in names.source_location],
        "stack_frame_ids": [str(list(ids)) if ids else None for ids in names.stack_frames],
        "kernel_instruction_name": list(names.kernel_name),
        "nki_source_location": list(names.kernel_location),
    }


def _spread(
    columns: dict[str, list[object]],
    name: str,
    places: npt.NDArray[np.intp],
    values: list[str | None],
    length: int,
) -> None:
    column = columns.setdefault(name, [None] * length)
    for place, value in zip(places.tolist(), values, strict=True):
        column[place] = value


def _traffic_columns(
    columns: dict[str, list[object]], raw: Slots, slots: Slots, known: npt.NDArray[np.intp]
) -> None:
    """Elements and bytes; where DMAs read and write is told by the slots as compiled."""
    compiled = np.zeros_like(raw)
    compiled[known] = slots
    for name, values in traffic(raw, compiled).columns.items():
        columns[name] = [None if value < 0 else value for value in values.tolist()]


def _static_columns(
    columns: dict[str, list[object]],
    program: Subgraph,
    slots: Slots,
    known: npt.NDArray[np.intp],
) -> None:
    """Bytes by memory of the static transfers that triggers start (decoding notes, 7.3)."""
    blocks = program.blocks
    queues = program.definition.queues
    length = len(columns["bir_id"])
    for at in np.flatnonzero(slots[:, 0] == PSEUDO_TRIGGER).tolist():
        block = blocks.get(_target(slots[at].tobytes()))
        if block is None:
            continue
        queue = queues.get(block.queue)
        total = sum(block.write_bytes.values())
        amounts = {
            "sbuf_read_bytes": block.read_bytes.get("sbuf", 0),
            "sbuf_write_bytes": block.write_bytes.get("sbuf", 0),
            "hbm_read_bytes": block.read_bytes.get("hbm", 0),
            "hbm_write_bytes": block.write_bytes.get("hbm", 0),
            "spill_save_bytes": block.spill_save_bytes,
            "spill_reload_bytes": block.spill_reload_bytes,
            **dict.fromkeys(QUEUE_COLUMNS.values(), 0),
        }
        if queue is not None and queue.kind in QUEUE_COLUMNS:
            amounts[QUEUE_COLUMNS[queue.kind]] = total
        for name, amount in amounts.items():
            columns.setdefault(name, [None] * length)[int(known[at])] = amount


def _foreign(slots: Slots, raw: Slots) -> int:
    """Slots that neither ran as compiled nor were rewritten in a known way."""
    is_same = (slots == raw).all(axis=1)
    is_rewritten = np.zeros(len(slots), bool)
    for compiled, ran in REWRITTEN.items():
        is_rewritten |= (slots[:, 0] == compiled) & (raw[:, 0] == ran)
    return int(np.count_nonzero(~is_same & ~is_rewritten))
