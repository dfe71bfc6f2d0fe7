"""cpu_util.pb and host_mem.pb: what the host did, sampled."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_worker.formats.system.frames import Frames
from ingest_worker.formats.system.messages import Longs, Mask, read_columns
from ingest_worker.formats.wire import FIXED32, VARINT

LATEST_NS = (1 << 63) - 1


@dataclass(frozen=True)
class CpuSamples:
    """Percent (0 to 100) of each CPU at Unix ns; a CPU or value of 0 is left out of the file."""

    time_ns: Longs
    cpu: Longs
    percent: npt.NDArray[np.float32]
    damaged: int


@dataclass(frozen=True)
class MemorySamples:
    """Bytes that the process has reserved, at Unix ns."""

    time_ns: Longs
    used_bytes: Longs
    damaged: int


def read_cpu(frames: Frames) -> CpuSamples:
    """Fields: 1 float percent, 2 Unix ns, 3 CPU."""
    numbers, damaged = _numbers(frames, {1: FIXED32, 2: VARINT, 3: VARINT})
    good = ~damaged
    bits = (numbers[1] & np.uint64(0xFFFF_FFFF)).astype(np.uint32)
    percent = np.nan_to_num(bits.view(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return CpuSamples(
        _signed(numbers[2])[good], _signed(numbers[3])[good], percent[good], int(damaged.sum())
    )


def read_memory(frames: Frames) -> MemorySamples:
    """Fields: 1 bytes, 2 Unix ns."""
    numbers, damaged = _numbers(frames, {1: VARINT, 2: VARINT})
    good = ~damaged
    return MemorySamples(_signed(numbers[2])[good], _signed(numbers[1])[good], int(damaged.sum()))


def _numbers(
    frames: Frames, kinds: dict[int, int]
) -> tuple[dict[int, npt.NDArray[np.uint64]], Mask]:
    """Each field's last value in every message, 0 where it is absent, and the damaged messages."""
    damaged = np.zeros(len(frames), bool)
    found = {number: np.zeros(len(frames), np.uint64) for number in kinds}
    data = np.frombuffer(frames.data, np.uint8)
    for column in read_columns(data, frames.start, frames.end, damaged):
        for number, kind in kinds.items():
            own = column.of(number, kind)
            found[number][column.owner[own]] = column.value[own]
    return found, damaged


def _signed(values: npt.NDArray[np.uint64]) -> Longs:
    return np.minimum(values, np.uint64(LATEST_NS)).astype(np.int64)
