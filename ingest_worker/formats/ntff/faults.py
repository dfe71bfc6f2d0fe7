"""Error records and custom notifications.

The layout follows the published description of the format; no capture with such records was at
hand to check it, so the raw words are kept beside every decoded row.
"""

from dataclasses import dataclass

import numpy as np

from ingest_worker.formats.ntff.clocks import NO_TIME, to_picoseconds
from ingest_worker.formats.ntff.record import (
    FAULT_CODE,
    NOTICE_CODE,
    Mask,
    Records,
    type_codes,
)
from ingest_worker.formats.ntff.window import FAULTS, NC_BLOCK, Capture, Core

FAULT_TEXTS = (
    "Floating-point underflow",
    "NaN",
    "Infinity",
    "Floating-point overflow",
    "Memory error",
    "Fake error",
    "Semaphore error",
    "Event error",
    "PSUM collision",
    "Sequencer error, not fatal",
    "Sequencer error, fatal",
)
SEQUENCER_FAULTS = (9, 10)
CUSTOM_SUBTYPE = 6
CUSTOM_TEXTS = {6: "Debug", 7: "Tensor completion", 8: "Debug tensor read"} | {
    number: f"Out of bounds, variant {number}" for number in (0, 1, 2, 3, 4, 5, 9, 10)
}
ERRORS, WARNINGS, CUSTOM = "Errors", "Warnings", "Custom Notification"


@dataclass(frozen=True)
class Fault:
    """One error row: device ps, kind of row, number, text, what its metadata says, raw hex."""

    time_ps: int
    category: str
    number: int
    text: str
    details: str
    raw_hex: str


def fault_metadata(word0: int, word1: int) -> int:
    """48 bits: bytes 1 and 2 of the record are the low 16, bytes 4 to 7 the high 32."""
    return (word0 >> 8) & 0xFFFF | word1 << 16


def read_faults(capture: Capture, core: Core) -> tuple[list[Fault], Records, Mask]:
    """Trace 2/0 inside the windows, in time order, and the records of unknown type.

    Code 0x1f is an error with its number in byte 0; code 0x03 has a group in bits 0 to 2 and a
    kind in bit 3 (0 interrupt, 1 warning): that bit order is an assumption.
    """
    records = capture.records(core, FAULTS, NC_BLOCK)
    codes = type_codes(records)
    is_known = (codes == FAULT_CODE) | (codes == NOTICE_CODE)
    times = to_picoseconds(records["ts"], capture.clocks(core).throttle)
    inside = capture.holding(times, times) >= 0
    chosen = np.flatnonzero(inside & is_known & (times != NO_TIME))
    chosen = chosen[np.argsort(times[chosen], kind="stable")]
    rows = [
        _fault(int(code), int(record["w0"]), int(record["w1"]), int(time))
        for code, record, time in zip(codes[chosen], records[chosen], times[chosen], strict=True)
    ]
    return rows, records, ~is_known


def _fault(code: int, word0: int, word1: int, time_ps: int) -> Fault:
    metadata = fault_metadata(word0, word1)
    raw_hex = f"0x{metadata:012x}"
    if code == NOTICE_CODE:
        group, is_warning = word0 & 7, bool(word0 >> 3 & 1)
        text = f"{'Warning' if is_warning else 'Interrupt'} of group {group}"
        return Fault(time_ps, WARNINGS if is_warning else ERRORS, group, text, "", raw_hex)
    number = word0 & 0xFF
    text = FAULT_TEXTS[number] if number < len(FAULT_TEXTS) else f"Unknown error {number}"
    return Fault(time_ps, ERRORS, number, text, _details(number, word1), raw_hex)


def _details(number: int, word1: int) -> str:
    """Sequencer errors: block id (4 bits), pc (12), info (8) from the top of the high word."""
    if number not in SEQUENCER_FAULTS:
        return ""
    return f"block={word1 >> 28} pc={word1 >> 16 & 0xFFF} info={word1 >> 8 & 0xFF}"


def custom_fault(word: int, time_ps: int) -> Fault:
    """An EXPLICIT record with subtype 6: a notification the program itself sent."""
    number = word & 0xFFFF
    text = CUSTOM_TEXTS.get(number, f"Custom notification {number}")
    return Fault(time_ps, CUSTOM, number, text, "", f"0x{word:08x}")
