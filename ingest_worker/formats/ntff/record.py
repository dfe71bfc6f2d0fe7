"""The 16-byte record all traces are made of, and the bits inside it."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

RECORD: Final = np.dtype([("w0", "<u4"), ("w1", "<u4"), ("ts", "<u8")])
RECORD_SIZE: Final = RECORD.itemsize

START, END, EXPLICIT, EVENT = range(4)
AXI_CODE, THROTTLE_CODE, FAULT_CODE, NOTICE_CODE = 0x1B, 0x1E, 0x1F, 0x03
FIRST_ENGINE_CODE, LAST_ENGINE_CODE = 4, 23
SLOT_MASK: Final = (1 << 20) - 1
SOFTWARE_OVERFLOW, HARDWARE_OVERFLOW = 1 << 29, 1 << 30

Records = npt.NDArray[Any]
Words = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Times = npt.NDArray[np.int64]
Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def as_records(data: memoryview) -> Records:
    """A run of bytes seen as records, without a copy; a tail of less than 16 bytes is left out."""
    return np.frombuffer(data, RECORD, count=len(data) // RECORD_SIZE)


def type_codes(records: Records) -> Bytes:
    """Bits 24 to 28 of the first word: the type, or in DMA traces the ring's engine mod 32."""
    return ((records["w0"] >> 24) & 0x1F).astype(np.uint8)


def engine_kinds(codes: Bytes) -> tuple[Mask, Bytes, Bytes]:
    """Which codes are an engine's, their engine 0 to 4 and their kind 0 to 3.

    Codes 4 to 23 are quads of START, END, EXPLICIT, EVENT for PE, ACT, POOL, DVE, SP.
    """
    is_engine = (codes >= FIRST_ENGINE_CODE) & (codes <= LAST_ENGINE_CODE)
    return is_engine, ((codes - 4) >> 2).astype(np.uint8), ((codes - 4) & 3).astype(np.uint8)


def overflows(records: Records) -> tuple[int, int]:
    """How many records say that software, or hardware, lost others."""
    words = records["w0"]
    software = np.count_nonzero(words & SOFTWARE_OVERFLOW)
    hardware = np.count_nonzero(words & HARDWARE_OVERFLOW)
    return int(software), int(hardware)
