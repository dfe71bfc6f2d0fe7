"""The 16-byte records of a trace: two words of fields and a raw counter, little-endian.

Sources: the layouts are those of the notes on the trace format, sections "The 16-byte record" and
"Notification records". No public capture holds an error record: their layout is the documented
one and has never been compared with a file.
"""

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

PE, ACT, POOL, DVE, SP = range(5)
START, END, EXPLICIT, UPDATE = range(4)
FROM_AXI, THROTTLE, FAULT = 0x1B, 0x1E, 0x1F
READ_BEGINS, WRITE_ENDS, COMPLETED = 1, 5, 6
PHASE, HARDWARE_OVERFLOW, SOFTWARE_OVERFLOW = 1 << 31, 1 << 30, 1 << 29

RECORD = np.dtype([("w0", "<u4"), ("w1", "<u4"), ("ts", "<u8")])
Records = npt.NDArray[np.void]


def type_code(engine: int, kind: int) -> int:
    """The type code of an engine's record: four codes an engine, from 4 on."""
    return 4 + 4 * engine + kind


def word0(code: int, low: int = 0, *, flags: int = 0) -> int:
    """The first word: 24 bits by kind, the type code, the overflow bits and the phase."""
    return (low & 0xFFFFFF) | (code & 31) << 24 | flags | PHASE


def pack(first: int, second: int, raw: int) -> bytes:
    """One record."""
    return struct.pack("<IIQ", first & 0xFFFF_FFFF, second & 0xFFFF_FFFF, raw)


def instruction(
    engine: int, kind: int, pc: int, raw: int, *, hint: int = 0, extra: int = 0
) -> bytes:
    """START or END of the instruction at address `pc` * 64; `extra` is the whole second word."""
    return pack(word0(type_code(engine, kind), (pc & 0xFFFFF) | hint << 20), extra, raw)


def started(
    engine: int, pc: int, raw: int, *, hint: int = 0, waited: int = 0, reset: int = 0
) -> bytes:
    """`waited` counts cycles spent on events before the start, `reset` the soft resets."""
    return instruction(engine, START, pc, raw, hint=hint, extra=reset & 0xFFFF | waited << 16)


def ended(
    engine: int, pc: int, raw: int, *, hint: int = 0, crc_in: int = 0xFFFF, crc_out: int = 0xFFFF
) -> bytes:
    """0xffff stands for no checksum."""
    return instruction(engine, END, pc, raw, hint=hint, extra=crc_in | crc_out << 16)


def dynamic(
    engine: int, pc: int | None, raw: int, *, engines: int, packets: int, is_upper_half: bool
) -> bytes:
    """EXPLICIT with hint 1: which rings carry a dynamic transfer, and how many packets on each.

    `engines` is a bitmap of 16, `packets` 1 to 4096 (written as 0). `pc` None is written as
    "inferred", which is what the SP engine does.
    """
    high = (packets & 0xFFF) | (0x4000 if pc is None else 0) | (0x8000 if is_upper_half else 0)
    low = (pc or 0) & 0xFFFFF | 1 << 20
    return pack(word0(type_code(engine, EXPLICIT), low), engines & 0xFFFF | high << 16, raw)


def explicit(engine: int, pc: int, raw: int, *, subtype: int, custom: int = 0) -> bytes:
    """EXPLICIT without a hint: 2 and 3 begin and end an execution, 6 is the program's own."""
    low = pc & 0xFFFFF
    return pack(word0(type_code(engine, EXPLICIT), low), custom & 0xFFFF | subtype << 16, raw)


def update(
    code: int,
    index: int,
    value: int,
    raw: int,
    *,
    mode: int = 0xF3,
    is_semaphore: bool = True,
    is_double: bool = False,
) -> bytes:
    """A semaphore's or an event's value after a change; `code` tells who changed it."""
    low = index & 0xFF | is_semaphore << 8 | is_double << 9 | mode << 16
    return pack(word0(code, low), value, raw)


def transfer(engine: int, queue: int, kind: int, raw: int, *, size: int = 0, crc: int = 0) -> bytes:
    """A packet's read begin, write end or completion; only the write end has size and checksum."""
    return pack(word0(engine, size), kind | queue << 4 | crc << 16, raw)


def throttle(kind: int, k: int, n: int, raw: int, *, activity: int = 0) -> bytes:
    """k of n cycles are allowed from here on; n = 0 lifts every limit."""
    second = 0x80 if n == 0 else k | kind << 8
    return pack(word0(THROTTLE, activity & 0xFFFF | n << 16), second, raw)


def fault(number: int, raw: int, *, detail: int = 0) -> bytes:
    """An engine's error. UNVERIFIED: no public capture holds one.

    Documented: byte 0 the error's number, a 48-bit detail of which the low 16 bits lie in bytes
    1 and 2 and the high 32 in bytes 4 to 7.
    """
    return pack(word0(FAULT, number & 0xFF | (detail & 0xFFFF) << 8), detail >> 16, raw)


def sequencer_detail(*, block: int, pc: int, info: int) -> int:
    """The 48-bit detail of a sequencer error. UNVERIFIED: 4, 12 and 8 bits from the top down."""
    return (block & 15) << 44 | (pc & 0xFFF) << 32 | (info & 0xFF) << 24


def joined(first: Any, second: Any, raw: Any) -> Records:
    """Many records at once from three arrays of equal length."""
    records = np.empty(len(raw), dtype=RECORD)
    records["w0"], records["w1"], records["ts"] = first, second, raw
    return records
