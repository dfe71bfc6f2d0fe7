"""The machine constants of every chip: the one place that knows a clock, a width or a bandwidth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

GHZ = 1e9
PARTITIONS = 128
"""Partitions of SBUF and PSUM, and channels of the Vector, Scalar and GpSimd engines."""
PSUM_BANKS, PSUM_BANK_BYTES = 8, 2048
PSUM_START = 0x2000000
"""Where PSUM begins in the addresses of access patterns; a partition has 16 KiB of it."""
DMA_ENGINES = 16
"""DMA engines of one core."""

FP32_PASSES = 2
"""An fp32 product runs as two instructions, and each records all its FLOPs (NEFF decoding, 7.2)."""

_WIDE = {"bfloat16": 1.0, "fp16": 1.0, "fp32": 4.0, "uint8": 0.5}
_FP8 = ("fp8e3", "fp8e4", "fp8e5")


@dataclass(frozen=True)
class Chip:
    """One physical core of a chip; None is what no source tells.

    `tensor_ghz` and `other_ghz` are clocks, `hbm_bytes_per_s` the bandwidth of one memory stack
    (the same for one physical core and for two), `dma_bytes_per_s` what all DMA engines of one
    core move, `hbm_stack_bytes` the size of one stack, `sbuf_partition_bytes` that of SBUF in one
    partition. `generation` names the instruction set. `flop_weights` scale FLOPs to BF16 by the
    data type of both operands, as operands show it (inventory, 4.2); mixed FP8 and BF16 count as
    BF16.
    """

    generation: str
    tensor_ghz: float | None = None
    other_ghz: float | None = None
    hbm_bytes_per_s: float | None = None
    dma_bytes_per_s: float | None = None
    hbm_stack_bytes: int | None = None
    sbuf_partition_bytes: int | None = None
    flop_weights: Mapping[str, float] = field(default_factory=dict)
    rows: int = 128
    columns: int = 128
    is_known: bool = True

    @property
    def peak_flops(self) -> float | None:
        """FLOP/s of the Tensor engine of one core: 2 * rows * columns * clock."""
        if self.tensor_ghz is None:
            return None
        return 2.0 * self.rows * self.columns * (self.tensor_ghz * GHZ)

    @property
    def recorded_weights(self) -> Mapping[str, float]:
        """BF16 FLOPs that one FLOP of an executed instruction stands for, by data type.

        Those of `flop_weights`, but for fp32, whose two passes share one product's weight: 4 / 2.
        """
        weights = dict(self.flop_weights)
        if "fp32" in weights:
            weights["fp32"] /= FP32_PASSES
        return weights

    @property
    def flops_per_byte(self) -> float | None:
        """Where memory and compute balance: the peak of one core over the memory's bandwidth."""
        if self.peak_flops is None or not self.hbm_bytes_per_s:
            return None
        return self.peak_flops / self.hbm_bytes_per_s

    @property
    def cycles_per_s(self) -> float | None:
        """The clock of every engine but Tensor, in Hz."""
        return None if self.other_ghz is None else self.other_ghz * GHZ


def _weights(fp8: float) -> Mapping[str, float]:
    return MappingProxyType({**_WIDE, **dict.fromkeys(_FP8, fp8)})


TRN1 = Chip("trn1", 2.8, 1.4, 410e9, 435e9, 16 << 30, 196_608, _weights(fp8=1.0))
"""trn1 and inf2, which carry the same cores."""
TRN2 = Chip("trn2", 2.4, 1.2, 716e9, 435e9, 24 << 30, 229_376, _weights(fp8=0.5))

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "tensor_ghz": "metadata of decoded captures of inf2 (117) and trn2 (10)",
        "other_ghz": "metadata of decoded captures of inf2 (117) and trn2 (10)",
        "hbm_bytes_per_s": "metadata of decoded captures; with the published ratio of peak to "
        "bandwidth, 223.78 on trn1 and 109.84 on trn2",
        "dma_bytes_per_s": "metadata of decoded captures, and the public examples",
        "hbm_stack_bytes": "public data sheets: 2 stacks of 16 GiB on trn1 and inf2, 4 of 24 GiB "
        "on trn2",
        "sbuf_partition_bytes": "occupancy samples of decoded captures, exact in every row",
        "flop_weights": "the published rule of adjusted FLOPs",
        "rows": "metadata of decoded captures: the array has 128 rows",
        "columns": "metadata of decoded captures: the array has 128 columns",
    }
)
"""Where each constant comes from."""

BY_ARCHITECTURE: Mapping[int, Chip] = MappingProxyType({1: TRN1, 2: TRN2})
BY_INSTANCE: Mapping[str, Chip] = MappingProxyType(
    {"trn1": TRN1, "trn1n": TRN1, "inf2": TRN1, "trn2": TRN2, "trn2u": TRN2}
)


def chip_of(arch: int, instance_type: str) -> Chip:
    """The chip of a trace: by its number, else by the family of its instance, else unknown."""
    family = instance_type.partition(".")[0].lower()
    found = BY_ARCHITECTURE.get(arch) or BY_INSTANCE.get(family)
    return found or Chip(family or "unknown", is_known=False)


def chip_of_metadata(row: Mapping[str, object]) -> Chip:
    """The chip of a processed profile, by its row of `Metadata`.

    The row's constants count, so that a profile which another tool made of a chip that is not in
    the table has its peaks; what the row leaves at 0 is not known. The table adds sizes and
    weights where it knows the instance, or the only chip of these constants.
    """
    tensor, other = (
        _positive(row, "tensor_engine_clock_freq"),
        _positive(row, "neuroncore_clock_freq"),
    )
    hbm, dma = _positive(row, "hbm_ddr_bandwidth"), _positive(row, "dma_ddr_bandwidth")
    family = str(row.get("instance_type") or "").partition(".")[0].lower()
    constants = (tensor, other, hbm, dma)
    alike = [chip for chip in BY_ARCHITECTURE.values() if _constants(chip) == constants]
    named = BY_INSTANCE.get(family) or next(iter(alike), None)
    return Chip(
        generation=named.generation if named else family or "unknown",
        tensor_ghz=tensor,
        other_ghz=other,
        hbm_bytes_per_s=hbm,
        dma_bytes_per_s=dma,
        hbm_stack_bytes=named.hbm_stack_bytes if named else None,
        sbuf_partition_bytes=named.sbuf_partition_bytes if named else None,
        flop_weights=named.flop_weights if named else {},
        is_known=named is not None,
    )


def _positive(row: Mapping[str, object], name: str) -> float | None:
    """A float32 of the table as the number it was made from; None for absent, 0 or less."""
    value = row.get(name)
    if not isinstance(value, int | float) or not value > 0:
        return None
    return float(str(np.float32(value)))


def _constants(chip: Chip) -> tuple[float | None, ...]:
    return chip.tensor_ghz, chip.other_ghz, chip.hbm_bytes_per_s, chip.dma_bytes_per_s
