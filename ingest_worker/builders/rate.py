"""Bytes per second as the official tool rounds them."""

from typing import Any

import numpy as np
import numpy.typing as npt

PS_PER_S = 1e12


def rate_bytes_per_s(
    size: npt.NDArray[Any], duration_ps: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """f32(size) / f32(duration in s), a float32 division; 0 without a duration."""
    seconds = (duration_ps / PS_PER_S).astype(np.float32)
    rate = np.zeros(len(size), np.float32)
    np.divide(size.astype(np.float32), seconds, out=rate, where=seconds > 0)
    return rate
