"""Constants of the machines a capture can come from, by the number the trace gives them."""

from dataclasses import dataclass

DMA_BYTES_PER_S = 435e9


@dataclass(frozen=True)
class Chip:
    """Clocks in GHz, memory bandwidth in bytes/s; `generation` names the instruction set.

    Decoding notes, sections 4 (clock of waits) and 10a (metadata).
    """

    generation: str
    tensor_ghz: float
    other_ghz: float
    hbm_bytes_per_s: float
    is_known: bool = True


TRN1 = Chip("trn1", 2.8, 1.4, 410e9)
TRN2 = Chip("trn2", 2.4, 1.2, 716e9)
CHIPS = {1: TRN1, 2: TRN2}
BY_INSTANCE = {"trn1": TRN1, "trn1n": TRN1, "inf2": TRN1, "trn2": TRN2, "trn2u": TRN2}


def chip_of(arch: int, instance_type: str) -> Chip:
    """The chip of a trace: by its number, else by the family of its instance, else like trn2."""
    family = instance_type.partition(".")[0].lower()
    found = CHIPS.get(arch) or BY_INSTANCE.get(family)
    return found or Chip(family or "unknown", 2.4, 1.2, 716e9, is_known=False)
