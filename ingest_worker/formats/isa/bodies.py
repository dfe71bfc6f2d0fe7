"""The operands of compute instructions, exactly as the official tool writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import unpack_from

import numpy as np

from ingest_worker.formats.isa.patterns import pattern_text
from ingest_worker.formats.isa.vocabulary import (
    ACTIVATION_FUNCTIONS,
    FLOATS,
    SIGNED,
    alu_text,
    dtype_text,
)

_FP32_MODES = {0: "", 1: "fp32_mode=LOW ", 2: "fp32_mode=HIGH ", 3: "fp32_mode=LOW_HIGH "}
_ACCUMULATOR = {0: "IDLE", 1: "ZERO", 2: "ACCUMULATE", 3: "ZERO_ACCUMULATE", 4: "LOAD_ACCUMULATE"}
_REDUCED = {2: "X", 3: "XY", 4: "XYZ", 5: "XYZW"}
IS_POINTER = 1


@dataclass(frozen=True)
class Words:
    """Names from outside the slot: of semaphores, of activation functions, of the chip."""

    semaphores: Mapping[int, str]
    activations: Mapping[int, str]
    generation: str

    @property
    def is_first_generation(self) -> bool:
        """trn1 and inf2, whose operands lack what the later chips have."""
        return self.generation in {"trn1", "inf2"}


def u32(slot: bytes, offset: int) -> int:
    """Four bytes, little-endian."""
    return int.from_bytes(slot[offset : offset + 4], "little")


def f32(slot: bytes, offset: int) -> float:
    """Four bytes as a float."""
    value: float = unpack_from("<f", slot, offset)[0]
    return value


def activation_name(number: int, names: Mapping[int, str]) -> str:
    """The function's name by the NEFF, else by the list of known ones, else its number."""
    return names.get(number) or ACTIVATION_FUNCTIONS.get(number) or f"FUNC_{number}"


def _fp32_mode(slot: bytes) -> str:
    return _FP32_MODES.get(slot[33], f"fp32_mode={slot[33]} ")


def load_weights(slot: bytes, words: Words) -> str:
    """LDWEIGHTS; the first generation has no transposing."""
    transpose = ""
    if not words.is_first_generation:
        transpose = f"transpose_mode={'ENABLED' if slot[34] else 'DISABLED'} "
    source = pattern_text(slot, 16, 3, slot[32])
    return f"{_fp32_mode(slot)}{transpose}src={source} {slot[38]}*{slot[39]} "


def matmul(slot: bytes) -> str:
    """MATMUL; rows times columns of the weights at the end."""
    source, target = pattern_text(slot, 16, 3, slot[32]), pattern_text(slot, 48, 3)
    return (
        f"acc_flags={slot[43]} {_fp32_mode(slot)}src={source} dst={target} {slot[38]}*{slot[39]} "
    )


def activate(slot: bytes, words: Words) -> str:
    """ACTIVATE; the only body without a space at its end."""
    target = pattern_text(slot, 48, 3, slot[33])
    return (
        f"{activation_name(slot[35], words.activations)} {_bias(slot)} "
        f"src={pattern_text(slot, 16, 3, slot[32] & 0x0F)} dst={target} channels={slot[34]} "
        f"{_scale(slot)} {_third(slot)} "
        f"accumulator_cmd={_ACCUMULATOR.get(slot[14], str(slot[14]))}"
    )


def _bias(slot: bytes) -> str:
    """Byte 15 tells a pointer from a number (decoding notes, section 12)."""
    if slot[15] == 0:
        return f"bias_ptr={dtype_text(slot[32] >> 4)}@{u32(slot, 40):#x}"
    return f"bias_imm={f32(slot, 40):f}"


def _scale(slot: bytes) -> str:
    return f"scale={f32(slot, 36):f}" if slot[13] == 0 else f"scale=[{u32(slot, 36):#x}]"


def _third(slot: bytes) -> str:
    return f"imm={f32(slot, 44):f}" if slot[12] == 0 else f"imm=[{u32(slot, 44):#x}]"


def table_load(slot: bytes) -> str:
    """ACT_TABLE_LOAD: the number of the set of functions."""
    return f"table_sel={slot[35]} "


def _flat(slot: bytes) -> str:
    source, target = pattern_text(slot, 12, 4, slot[32]), pattern_text(slot, 44, 4, slot[33])
    return f"src={source} dst={target} channels={slot[34]} "


def copy(slot: bytes) -> str:
    """COPY, CAST and RECIPROCAL."""
    return _flat(slot)


def tensor_reduce(slot: bytes) -> str:
    """TENSOR_REDUCE: operation, dimensions that vanish, and whether the source is negated."""
    dimensions = _REDUCED.get(slot[37], str(slot[37]))
    negated = "negated=1 " if slot[35] else ""
    return f"op={alu_text(slot[36])} dim={dimensions} {negated}{_flat(slot)}"


def tensor_scalar(slot: bytes) -> str:
    """TENSOR_SCALAR: two operations with a number in the instruction or behind a pointer each."""
    kinds = (slot[35], slot[39])
    numbers = [_immediate(slot, offset, kind) for offset, kind in zip((40, 44), kinds, strict=True)]
    sources = ["PTR" if kind == IS_POINTER else "INSTRUCTION" for kind in kinds]
    source, target = pattern_text(slot, 16, 3, slot[32]), pattern_text(slot, 48, 3, slot[33])
    return (
        f"ops={alu_text(slot[36])},{alu_text(slot[37])} imm={','.join(numbers)} "
        f"imm_src={','.join(sources)} src={source} dst={target} channels={slot[34]} "
    )


def _immediate(slot: bytes, offset: int, kind: int) -> str:
    """Only 0 was ever compared with the official text; others are shown by the data type."""
    raw = u32(slot, offset)
    if kind == IS_POINTER:
        return f"{raw:#x}"
    return "0" if raw == 0 else typed_number(raw, slot[32])


def typed_number(raw: int, dtype: int) -> str:
    """A 32-bit immediate as the data type has it: floats are held in 32 bits."""
    if dtype in FLOATS:
        return float_text(unpack_from("<f", raw.to_bytes(4, "little"))[0])
    return str(raw - (1 << 32) if dtype in SIGNED and raw >> 31 else raw)


def float_text(value: float) -> str:
    """The shortest text that reads back as the same 32-bit float."""
    return str(np.float32(value))
