"""How many FLOPs at bfloat16 a matrix multiplication is worth (schema notes, section 4.2).

The peak of the Tensor engine is that of bfloat16. One operation at fp32 costs four, at fp8 half
(one on the first generation), at uint8 half. An fp32 multiplication is two passes, and `raw_flops`
counts each pass in full (decoding notes, 7.2): a pass is worth twice its raw FLOPs.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.isa.opcodes import LDWEIGHTS, MATMUL
from ingest_worker.formats.isa.patterns import Slots

UINT8, BFLOAT16, FP16, FP32 = 3, 6, 7, 10
FP8 = (13, 14, 15)
DTYPE_AT, PASS_AT = 32, 33
FIRST_GENERATION = "trn1"
SIXTEEN = (BFLOAT16, FP16)
HALVES: Mapping[int, int] = MappingProxyType({UINT8: 1, BFLOAT16: 2, FP16: 2})
UNKNOWN = 0

Halves = npt.NDArray[np.uint8]


def weight_dtypes(slots: Slots) -> npt.NDArray[np.uint8]:
    """For each slot of a program the data type of the weights loaded last; 0 before any."""
    loads = np.flatnonzero(slots[:, 0] == LDWEIGHTS)
    last = np.searchsorted(loads, np.arange(len(slots)), side="right")
    known = np.concatenate(([0], slots[loads, DTYPE_AT])).astype(np.uint8)
    result: npt.NDArray[np.uint8] = known[last]
    return result


def worth_in_halves(slots: Slots, generation: str) -> Halves:
    """Twice the factor from raw FLOPs to FLOPs at bfloat16 of each slot of a program.

    0 where it is not known: no MATMUL, weights not loaded, data types without a rule, fp32 that
    does not say its pass.
    """
    by_dtype = np.zeros(256, np.uint8)
    for dtype, halves in HALVES.items():
        by_dtype[dtype] = halves
    by_dtype[list(FP8)] = 2 if generation == FIRST_GENERATION else 1
    moving, weights = slots[:, DTYPE_AT], weight_dtypes(slots)
    one, other = by_dtype[moving], by_dtype[weights]
    worth = np.where(one == other, one, UNKNOWN)
    is_eight = np.isin(moving, FP8), np.isin(weights, FP8)
    is_sixteen = np.isin(moving, SIXTEEN), np.isin(weights, SIXTEEN)
    worth[(is_eight[0] & is_sixteen[1]) | (is_sixteen[0] & is_eight[1])] = 2
    worth[(moving == UINT8) != (weights == UINT8)] = UNKNOWN
    is_fp32 = (moving == FP32) & (weights == FP32) & (slots[:, PASS_AT] > 0)
    worth[is_fp32] = 4
    result: Halves = np.where(slots[:, 0] == MATMUL, worth, UNKNOWN).astype(np.uint8)
    return result
