"""Random but possible traces: loops, overlapping engines, straddling packets, scaled clocks."""

import random

from ingest_worker.formats.ntff.facts import Clock
from tests.formats.message_bytes import blob, number, record
from tests.formats.small_trace import (
    DMA,
    END,
    EVENTS,
    FIRST_PC,
    INSTRUCTIONS,
    START,
    UID,
    Core,
    code,
    instruction,
    whole_trace,
)

OPCODES = (0x01, 0x02, 0x21, 0x46, 0xA0, 0xA2, 0xA4, 0xA6, 0xB8, 0xA5)
SPAN = 3_000_000
ORIGIN = 400_000_000_000
ENGINE_CLOCK = Clock(464_077_143_846_287, 731_428, 731_408)
DMA_CLOCK = Clock(155_450_825_605_146, 1024, 1_204_672)


def raw_time(time_ps: int, clock: Clock) -> int:
    """The first counter value that is not before a time."""
    return clock.init - (-time_ps * clock.actual // clock.expected)


class RandomTrace:
    """One random trace of a version; the same seed gives the same bytes."""

    def __init__(self, version: int, seed: int) -> None:
        self.version = version
        self.dice = random.Random(seed * 10 + version)
        is_scaled = version == 4
        self.engine_clock = ENGINE_CLOCK if is_scaled else Clock()
        self.dma_clock = DMA_CLOCK if is_scaled else Clock()

    def bytes(self) -> bytes:
        cores = [self.core(n) for n in range(self.dice.randint(1, 2))]
        window = (ORIGIN, ORIGIN + SPAN) if self.version == 6 else None
        return whole_trace(self.version, cores, window=window, arch=2, uid=UID)

    def core(self, index: int) -> Core:
        images = {
            engine: [
                instruction(0xA6, b36=2),
                *(instruction(self.dice.choice(OPCODES)) for _ in range(12)),
            ]
            for engine in range(5)
        }
        return Core(
            number=index + 4,
            name=f"sg{index:02d}",
            images=images,
            traces={
                (INSTRUCTIONS, 0): self.instructions(),
                (EVENTS, 0): self.events(),
                (DMA, 1): self.packets(),
            },
            extra=self.clocks(),
        )

    def clocks(self) -> bytes:
        def one(clock: Clock) -> bytes:
            return number(1, clock.init) + number(2, clock.actual) + number(3, clock.expected)

        engines = b"".join(blob(field, one(self.engine_clock)) for field in range(1, 8))
        rings = b"".join(blob(8, one(self.dma_clock)) for _ in range(16))
        return blob(10, engines + rings)

    def instructions(self) -> bytes:
        """Each engine on its own, in order of START; the streams are cut and interleaved."""
        streams = []
        for engine in range(5):
            rows: list[tuple[int, bytes]] = []
            begin = ORIGIN - 60_000
            rows += self.run(engine, 0, begin, ORIGIN)
            time = ORIGIN - 20_000
            for _ in range(self.dice.randint(5, 40)):
                time += self.dice.randint(0, 150_000)
                end = time + self.dice.randint(0, 90_000)
                rows += self.run(engine, self.dice.randint(1, 14), time, end)
            streams.append([raw for _, raw in sorted(rows, key=lambda row: row[0])])
        return b"".join(self.interleaved(streams))

    def run(self, engine: int, slot: int, start: int, end: int) -> list[tuple[int, bytes]]:
        first, last = (raw_time(t, self.engine_clock) for t in (start, end))
        word = FIRST_PC + slot | self.dice.randrange(4) << 20
        cycles = self.dice.randrange(1 << 16) << 16
        checks = self.dice.randrange(1 << 32)
        return [
            (start, record(code(engine, START) | word, cycles, first)),
            (end, record(code(engine, END) | word, checks, last)),
        ]

    def interleaved(self, streams: list[list[bytes]]) -> list[bytes]:
        mixed = []
        while any(streams):
            own = self.dice.choice([stream for stream in streams if stream])
            mixed.append(own.pop(0))
        return mixed

    def events(self) -> bytes:
        return b"".join(
            record(
                0x80000000 | self.dice.choice((7, 11, 15, 19, 23, 0x1B)) << 24
                | self.dice.choice((0xF1, 0xF3, 0xF4, 0xF9)) << 16
                | self.dice.randrange(2) << 8 | self.dice.randrange(256),
                self.dice.randrange(64),
                raw_time(ORIGIN + self.dice.randint(-50_000, SPAN + 50_000), self.engine_clock),
            )
            for _ in range(self.dice.randint(0, 60))
        )  # fmt: skip

    def packets(self) -> bytes:
        """Rings of 0 to 30 packets; kinds are in order of time, but not among each other."""
        out = []
        for engine in self.dice.sample(range(16), 4):
            for queue in self.dice.sample(range(16), 2):
                time = ORIGIN - 300_000
                starts, ends = [], []
                for _ in range(self.dice.randint(0, 30)):
                    time += self.dice.randint(1_000, 250_000)
                    starts.append(time)
                    ends.append(time + self.dice.randint(2_000, 120_000))
                ends.sort()
                word = 0x80000000 | engine << 24
                out += [record(word, queue << 4 | 1, raw_time(t, self.dma_clock)) for t in starts]
                out += [
                    record(
                        word | self.dice.randint(4, 1 << 14),
                        self.dice.randrange(1 << 16) << 16 | queue << 4 | 5,
                        raw_time(t, self.dma_clock),
                    )
                    for t in ends
                ]
        return b"".join(out)
