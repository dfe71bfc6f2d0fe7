"""A small capture on disk for pipeline tests, with something in every table."""

from pathlib import Path

from ingest_worker.pipeline.stage import SourceRef
from tests.formats.message_bytes import blob, number, record
from tests.formats.small_trace import (
    DMA,
    END,
    EVENTS,
    FAULTS,
    FIRST_PC,
    INSTRUCTIONS,
    PE,
    POOL,
    START,
    THROTTLE,
    UID,
    Core,
    code,
    instruction,
    whole_trace,
)

T0 = 5_000_000_000
SPAN = 1_000_000
NOP, MATMUL, DMA_DIRECT, UNKNOWN = (instruction(byte) for byte in (0xA4, 0x02, 0xB8, 0x1D))


def pair(pc: int, start: int, end: int, engine: int = PE) -> bytes:
    return record(code(engine, START) | FIRST_PC + pc, 12 << 16, T0 + start) + record(
        code(engine, END) | FIRST_PC + pc, 0x1234ABCD, T0 + end
    )


def packet(engine: int, queue: int, start: int, end: int, size: int = 512) -> bytes:
    return record(0x80000000 | engine << 24, queue << 4 | 1, T0 + start) + record(
        0x80000000 | engine << 24 | size, 7 << 16 | queue << 4 | 5, T0 + end
    )


def queue(engine: int, index: int, name: str) -> bytes:
    return blob(7, number(1, engine) + number(2, index) + number(3, 2) + blob(4, name))


def busy_core(core: int = 0, name: str = "sg00") -> Core:
    """Two engines, two rings, a semaphore, a limit, an error and a record nobody knows."""
    return Core(
        number=core,
        name=name,
        images={PE: [NOP, MATMUL, UNKNOWN], POOL: [DMA_DIRECT, NOP]},
        traces={
            (INSTRUCTIONS, 0): pair(0, 1_000, 3_500)
            + pair(1, 4_000, 9_000)
            + pair(2, 10_000, 11_000)
            + pair(0, 12_000, 13_000)
            + pair(0, 2_000, 30_000, POOL)
            + record(0x82000000, 3, T0 + 5),
            (EVENTS, 0): record(0x87F30105, 1, T0 + 9_500),
            (DMA, 1): packet(0, 1, 3_000, 8_000)
            + packet(0, 14, -500, 4_000)
            + packet(1, 1, 2_000, 7_500, 4),
            (THROTTLE, 0): record(0x9E080000, 4, T0 + 6_000),
            (FAULTS, 0): record(0x9F000001, 0, T0 + 8_000),
        },
        extra=queue(16 * core, 1, "qPoolDynamic") + queue(16 * core + 1, 1, "qPoolDynamic"),
    )


def trace_bytes(version: int = 6, cores: int = 1, uid: bytes = UID) -> bytes:
    window = (T0, T0 + SPAN) if version == 6 else None
    made = [busy_core(n, f"sg{n:02d}") for n in range(cores)]
    return whole_trace(version, made, window=window, uid=uid)


def trace_source(folder: Path, name: str = "a.ntff", data: bytes | None = None) -> SourceRef:
    path = folder / name
    path.write_bytes(trace_bytes() if data is None else data)
    return SourceRef("ntff", name, path, 0)
