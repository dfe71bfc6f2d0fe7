"""Small NTFF files for tests, put together field by field from the documents' numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.formats.message_bytes import blob, ntff, number

PE, ACT, POOL, DVE, SP = range(5)
INSTRUCTIONS, EVENTS, FAULTS, EXPLICITS, DMA, THROTTLE = range(6)
START, END, EXPLICIT, EVENT = range(4)
ADDRESS = 0x8005C0408000
"""Start address of the worked example: its slot 0 has program counter 0x10200."""

FIRST_PC = 0x10200
UID = bytes(range(16))


def instruction(opcode: int, **at: int) -> bytes:
    """A 64-byte instruction; `at` sets bytes, b36=2 for byte 36."""
    raw = bytearray(64)
    raw[0], raw[1] = opcode, 0x10
    for name, value in at.items():
        raw[int(name[1:])] = value
    return bytes(raw)


def code(engine: int, kind: int) -> int:
    """First word with phase bit and type code of an engine's record."""
    return 0x8000_0000 | (4 + engine * 4 + kind) << 24


@dataclass
class Core:
    """One program on one core: images and traces by engine and kind, everything else by hand."""

    number: int = 4
    name: str = "sg00"
    images: Mapping[int, Sequence[bytes]] = field(default_factory=dict)
    traces: Mapping[tuple[int, int], bytes] = field(default_factory=dict)
    extra: bytes = b""


def whole_trace(
    version: int,
    cores: Sequence[Core],
    *,
    window: tuple[int, int] | None = None,
    extra: bytes = b"",
    arch: int = 2,
    uid: bytes = UID,
) -> bytes:
    """Versions 4 and 5 keep images inside the message and traces per subgraph; 6 keeps both out."""
    area = b""
    sessions = b""
    graphs = b""
    for core in cores:
        body = blob(1, core.name) + number(3, core.number)
        for engine, slots in core.images.items():
            raw = b"".join(slots)
            entry = number(1, engine) + number(2, ADDRESS)
            if version < 6:
                body += blob(4, entry + blob(3, raw))
            else:
                body += blob(4, entry + number(7, len(area)) + number(8, len(raw)))
                area += raw
        for (kind, block), raw in core.traces.items():
            entry = number(1, kind) + number(3, block) + number(5, len(area)) + number(6, len(raw))
            area += raw
            if version < 6:
                body += blob(6, entry)
            else:
                sessions += blob(16, entry + number(7, core.number))
        graphs += blob(1, body + core.extra)
    node = blob(4, graphs) + (blob(5, uid) if version >= 6 else b"")
    message = blob(1, "file.neff") + blob(2, uid) + blob(4, node) + number(5, arch)
    if window:
        message += blob(15, blob(1, uid) + number(2, window[0]) + number(3, window[1]))
    return ntff(version, message + sessions + extra, area)
