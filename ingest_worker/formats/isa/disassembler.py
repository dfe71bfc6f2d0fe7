"""Turns slots into what profile viewers show: opcode, operands, activation function, colour."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.isa import bodies, control_bodies
from ingest_worker.formats.isa.bodies import Words, activation_name, u32
from ingest_worker.formats.isa.fields import named_fields
from ingest_worker.formats.isa.layouts import HEADER_BYTES, SHOWN_BY_NAME
from ingest_worker.formats.isa.opcodes import (
    ACTIVATE,
    ALWAYS_TRANSPOSES,
    COLOURS,
    LDWEIGHTS,
    MATMUL,
    UNKNOWN,
    opcode_name,
)
from ingest_worker.formats.isa.sync import update_text, wait_text

SLOT_BYTES = 64
TRANSPOSE_BIT = 0x40
_TRANSPOSE_AT = 34
# Marks operands which are not in the words of the official tool.
DECODED = "decoded: "

Slots = npt.NDArray[np.uint8]

# Opcodes whose operands were compared with the official tool's, byte for byte (section 5.4):
# those that need names from outside, and those that do not.
WORDED_BODIES: Mapping[int, Callable[[bytes, Words], str]] = MappingProxyType(
    {
        LDWEIGHTS: bodies.load_weights,
        ACTIVATE: bodies.activate,
        0xA0: control_bodies.event_semaphore,
    }
)
PLAIN_BODIES: Mapping[int, Callable[[bytes], str]] = MappingProxyType(
    {
        MATMUL: bodies.matmul,
        0x23: bodies.table_load,
        0x42: bodies.tensor_reduce,
        0x43: bodies.tensor_scalar,
        0x46: bodies.copy,
        0x47: bodies.copy,
        0x48: bodies.copy,
        0xA2: lambda _: "",
        0xA4: control_bodies.nop,
        0xA5: control_bodies.write,
        0xA6: control_bodies.notify,
        0xA9: control_bodies.compare_branch,
        0xAA: control_bodies.tensor_move,
        0xAB: control_bodies.tensor_move,
        0xB0: control_bodies.range_clear,
        0xB1: control_bodies.ordering_mode,
        0xB8: control_bodies.dma_direct,
        0xC1: control_bodies.pseudo_dma_trigger,
        0xD4: control_bodies.pseudo_dma_direct,
    }
)


@dataclass(frozen=True)
class Disassembly:
    """What the slots say, one value a slot.

    `colour` is a class of `opcodes` (255 for an unknown opcode), with `TRANSPOSE_BIT` where the
    instruction turns its data over. `is_official` tells operands in the official tool's words
    from fields shown by name or as raw bytes.
    """

    opcode: list[str]
    operands: list[str]
    activation_fn: list[str]
    colour: npt.NDArray[np.uint8]
    is_official: npt.NDArray[np.bool_]


class _Text(NamedTuple):
    opcode: str
    operands: str
    activation_fn: str
    colour: int
    is_official: bool


def disassemble(
    slots: Slots,
    *,
    semaphore_names: Mapping[int, str],
    activation_names: Mapping[int, str],
    generation: str,
) -> Disassembly:
    """The text of slots (n, 64); each different slot is worked out once.

    The names are by semaphore index and activation function number, both from a NEFF;
    `generation` is the chip's: "trn1", "trn2" and so on.
    """
    words = Words(semaphore_names, activation_names, generation)
    raw = np.ascontiguousarray(slots, dtype=np.uint8).tobytes()
    memory: dict[bytes, _Text] = {}
    texts = []
    for start in range(0, len(raw), SLOT_BYTES):
        slot = raw[start : start + SLOT_BYTES]
        text = memory.get(slot)
        if text is None:
            text = memory[slot] = _text(slot, words)
        texts.append(text)
    return Disassembly(
        opcode=[text.opcode for text in texts],
        operands=[text.operands for text in texts],
        activation_fn=[text.activation_fn for text in texts],
        colour=np.array([text.colour for text in texts], np.uint8),
        is_official=np.array([text.is_official for text in texts], np.bool_),
    )


def _text(slot: bytes, words: Words) -> _Text:
    is_activation = slot[0] == ACTIVATE
    return _Text(
        opcode=opcode_name(slot[0]),
        operands=operands_text(slot, words),
        activation_fn=activation_name(slot[35], words.activations) if is_activation else "",
        colour=colour_of(slot),
        is_official=slot[0] in PLAIN_BODIES or slot[0] in WORDED_BODIES,
    )


def operands_text(slot: bytes, words: Words) -> str:
    """Wait and update, a space, the operands, and the debug hint if there is one (section 5.1)."""
    value = u32(slot, 8)
    wait = wait_text(slot[4], slot[5], value, words.semaphores)
    update = update_text(slot[6], slot[7], value, words.semaphores)
    head = " ".join(part for part in (wait, update) if part)
    hint = f"debugHint={slot[3]}" if slot[3] else ""
    return f"{head} {_body(slot, words)}{hint}"


def _body(slot: bytes, words: Words) -> str:
    worded, plain = WORDED_BODIES.get(slot[0]), PLAIN_BODIES.get(slot[0])
    if worded is not None:
        return worded(slot, words)
    if plain is not None:
        return plain(slot)
    if slot[0] in SHOWN_BY_NAME:
        return "".join([DECODED, *(f"{name}={value} " for name, value in named_fields(slot))])
    return f"payload={slot[HEADER_BYTES:].hex()} "


def colour_of(slot: bytes) -> int:
    """The colour class of a slot, with `TRANSPOSE_BIT` where it transposes."""
    colour = COLOURS.get(slot[0], UNKNOWN)
    is_turned = slot[0] in ALWAYS_TRANSPOSES or (
        slot[0] in (LDWEIGHTS, MATMUL) and slot[_TRANSPOSE_AT] == 1
    )
    return colour | TRANSPOSE_BIT if is_turned else colour


def compiler_text(
    neff_slots: Slots,
    image_slots: Slots,
    *,
    semaphore_names: Mapping[int, str],
    activation_names: Mapping[int, str],
    generation: str,
) -> tuple[list[str | None], list[str | None]]:
    """Opcode and operands as compiled, None where the runtime kept the opcode (section 5.7).

    Both arrays are (n, 64): row i of `image_slots` is what became of row i of `neff_slots`.
    """
    text = disassemble(
        neff_slots,
        semaphore_names=semaphore_names,
        activation_names=activation_names,
        generation=generation,
    )
    changed = (neff_slots[:, 0] != image_slots[:, 0]).tolist()
    opcodes = [own if new else None for own, new in zip(text.opcode, changed, strict=True)]
    operands = [own if new else None for own, new in zip(text.operands, changed, strict=True)]
    return opcodes, operands
