"""How many FLOPs at bfloat16 a matrix multiplication is worth (schema notes, section 4.2).

The peak of the Tensor engine is that of bfloat16; each chip has a weight for every data type. An
fp32 multiplication is two passes, and `raw_flops` counts each pass in full (decoding notes, 7.2);
the weights that come in are those of one pass, so that they apply to `raw_flops` as it stands.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.isa.opcodes import LDWEIGHTS, MATMUL
from ingest_worker.formats.isa.patterns import Slots
from ingest_worker.formats.isa.vocabulary import DTYPE_TEXTS

UINT8, BFLOAT16, FP16, FP32 = 3, 6, 7, 10
FP8 = (13, 14, 15)
SIXTEEN = (BFLOAT16, FP16)
DTYPE_AT, PASS_AT = 32, 33
UNKNOWN = 0

Halves = npt.NDArray[np.uint8]


def weight_dtypes(slots: Slots) -> npt.NDArray[np.uint8]:
    """For each slot of a program the data type of the weights loaded last; 0 before any."""
    loads = np.flatnonzero(slots[:, 0] == LDWEIGHTS)
    last = np.searchsorted(loads, np.arange(len(slots)), side="right")
    known = np.concatenate(([0], slots[loads, DTYPE_AT])).astype(np.uint8)
    result: npt.NDArray[np.uint8] = known[last]
    return result


def worth_in_halves(slots: Slots, weights: Mapping[str, float]) -> Halves:
    """Twice the factor from raw FLOPs to FLOPs at bfloat16 of each slot of a program.

    `weights` are the chip's for a recorded FLOP, by the name of the data type. 0 where the factor
    is not known: no MATMUL, weights not loaded, data types without a rule, fp32 that does not say
    its pass.
    """
    by_dtype = np.zeros(256, np.uint8)
    for code, name in DTYPE_TEXTS.items():
        if name in weights and code != FP32:
            by_dtype[code] = round(2 * weights[name])
    moving, loaded = slots[:, DTYPE_AT], weight_dtypes(slots)
    one, other = by_dtype[moving], by_dtype[loaded]
    worth = np.where(one == other, one, UNKNOWN)
    is_eight = np.isin(moving, FP8), np.isin(loaded, FP8)
    is_sixteen = np.isin(moving, SIXTEEN), np.isin(loaded, SIXTEEN)
    is_mixed = (is_eight[0] & is_sixteen[1]) | (is_sixteen[0] & is_eight[1])
    worth[is_mixed] = by_dtype[BFLOAT16]
    worth[(moving == UINT8) != (loaded == UINT8)] = UNKNOWN
    is_fp32 = (moving == FP32) & (loaded == FP32) & (slots[:, PASS_AT] > 0)
    worth[is_fp32] = round(2 * weights.get("fp32", UNKNOWN))
    result: Halves = np.where(slots[:, 0] == MATMUL, worth, UNKNOWN).astype(np.uint8)
    return result
