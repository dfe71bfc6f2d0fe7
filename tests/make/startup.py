"""What the runtime puts around a program: start-up code, the end, and the memory it takes."""

from tests.make import control, slots
from tests.make.description import Program, Span

PE, ACT, POOL, DVE, SP = range(5)


def before(engine: int) -> tuple[bytes, ...]:
    """Start-up code: registers, clean semaphores, and the notice that the execution begins."""
    return (
        control.load_registers(0x8005_0000_0000 + 64 * engine, (0, 1)),
        control.clear_semaphores(8 + engine, 8 + engine),
        control.branch(0x80),
        control.drain(),
        control.notify(2),
        control.wait_event(sync=slots.waits(2, 5)),
    )


def behind(engine: int) -> tuple[bytes, ...]:
    """The end: a drain, the notice that the execution ended, and back to the start."""
    return (control.drain(), control.notify(3), control.branch(-0x400, is_always=False, hint=2))


def started(engine: int) -> list[Span]:
    """The start-up code runs before time zero, but for its last instruction and the program's.

    PE ends the notice of the start exactly at zero, the others a little before.
    """
    early = -3_000_000 + 90_000 * engine
    spans = [Span(engine, slot, early + 200_000 * slot, early + 200_000 * slot + 80_000)
             for slot in range(4)]  # fmt: skip
    end_ps = 0 if engine == PE else -20_000 * engine
    spans.append(Span(engine, 4, end_ps - 60_000, end_ps))
    spans.append(Span(engine, 5, 90_000 + 9_000 * engine, 150_000 + 9_000 * engine, waited=60))
    spans.append(Span(engine, 6, 220_000 + 9_000 * engine, 260_000 + 9_000 * engine))
    return spans


def finished(engine: int, program: Program, end_ps: int) -> list[Span]:
    """The end of the run; on PE the polling for the next one has begun and never ends."""
    first = len(program.image) // 64 - len(program.behind)
    times = [end_ps + 200_000 + 15_000 * engine + 180_000 * place for place in range(3)]
    spans = [
        Span(engine, first + place, time, time + 70_000, hint=2 if place == 2 else 0)
        for place, time in enumerate(times)
    ]
    if engine == PE:
        spans.append(Span(engine, 0, times[-1] + 300_000, None))
    return spans


def memory(programs: dict[int, Program]) -> tuple[tuple[str, int], ...]:
    sizes = {engine: len(program.image) for engine, program in programs.items()}
    return (
        ("generic", 38912),
        ("pe", sizes[PE]),
        ("act", sizes[ACT]),
        ("pool", sizes[POOL]),
        ("dve", sizes[DVE]),
        ("sp", sizes[SP]),
        ("io", 8),
        ("spill", 0),
        ("weight", 32768),
        ("profiler buffers", 2_554_331_136),
        ("act table", 83968),
        ("tensor", 2_097_152),
        ("ucode", 1_744_584),
        ("dma rings runtime", 32768),
        ("dma rings io", 16384),
    )
