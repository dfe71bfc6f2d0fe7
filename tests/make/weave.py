"""Builds a core's program and its execution together: what waits for what decides when it runs.

Engines run their instructions in order; an instruction starts when its engine is free and what it
waits for is done. From that the recorded waits, semaphore values and DMA packets follow, so that
a capture tells a consistent story.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from tests.make import control, records, slots, startup
from tests.make.description import (
    FLOW,
    REGULAR,
    Block,
    Clocks,
    Core,
    Instruction,
    Notice,
    Packet,
    Program,
    Ring,
    Span,
    StaticBlock,
    Subgraph,
    Throttle,
    Update,
    rings,
)

PE, ACT, POOL, DVE, SP = range(5)
COUNTERS = {POOL: 3, ACT: 4, PE: 5, DVE: 6, SP: 7}
SIGNAL_PS = 64_000
DECODE_PS = 50_000
CYCLES_PER_US = 1200
STARTS = (0x8005_C040_8000, 0x8005_C03F_0000, 0x8005_C041_0000, 0x8005_C040_0000, 0x8005_C042_0000)


@dataclass(frozen=True)
class Done:
    """What another instruction can wait for: a semaphore value, when it is there, who made it."""

    semaphore: int
    value: int
    end_ps: int
    bir: int
    engine: int


@dataclass(frozen=True)
class Stream:
    """A DMA queue on all 16 rings: its number, name, first semaphore and whether it is static."""

    name: str
    queue: int
    semaphore: int
    kind: int = 0
    speed: float = 12.0  # bytes a nanosecond and ring


class MakeSlot(Protocol):
    """Makes a slot for what it waits for and changes."""

    def __call__(self, *, sync: slots.Sync) -> bytes: ...


@dataclass
class Weaver:
    """Collects one core. `pace` stretches a duration by the time it falls into."""

    number: int
    name: str
    seed: int = 0
    pace: Callable[[int, int], float] = lambda engine, time_ps: 1.0
    has_notices: bool = True
    instructions: dict[int, list[Instruction]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    blocks: list[StaticBlock] = field(default_factory=list)
    streams: dict[str, Stream] = field(default_factory=dict)
    packet_counts: dict[tuple[str, int], int] = field(default_factory=dict)
    free_ps: dict[int, int] = field(default_factory=dict)
    ring_ps: dict[tuple[int, int], int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    next_bir: int = 1
    origins: dict[int, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        for engine in range(5):
            first = Instruction(control.set_ordering())
            second = Instruction(control.label(), is_deleted=True)
            self.instructions[engine] = [first, second]
            self.free_ps[engine] = 400_000 + 60_000 * engine

    def jitter(self, value: float, share: float = 0.04) -> int:
        """The value, off by a few percent, always the same for the same seed."""
        return int(value * (1 + share * (2 * self.random.random() - 1)))

    def run(
        self,
        engine: int,
        make: MakeSlot,
        name: str,
        duration_ps: float,
        after: Sequence[Done] = (),
        *,
        kind: int = REGULAR,
        penguin: int = 0,
        overlap_ps: int = 0,
        is_joined: bool = False,
        rewritten: MakeSlot | None = None,
    ) -> Done:
        """Adds an instruction and executes it once.

        Of what it is `after` on other engines the slot itself waits for the latest; the engine
        waits for the others first, by an instruction each. `overlap_ps` lets it start before its
        predecessor on the engine is done. `is_joined` shares the BIR id of the one before.
        `rewritten` makes the slot that the runtime puts in its place.
        """
        foreign = sorted((d for d in after if d.engine != engine), key=lambda d: d.end_ps)
        for done in foreign[:-1]:
            if done.end_ps + SIGNAL_PS > self.free_ps[engine]:
                self._wait(engine, done)
        last = foreign[-1] if foreign else None
        count = self.counts.get(engine, 0) + 1
        self.counts[engine] = count
        counter = COUNTERS[engine]
        sync = slots.both(last.semaphore, last.value, counter) if last else slots.counts(counter)
        if not is_joined:
            self.next_bir += 1
        bir = self.next_bir - 1
        item = Instruction(
            make(sync=sync),
            bir=bir,
            name=f"{name}.{bir}" if not is_joined else "",
            kind=kind,
            after=tuple({(done.bir, FLOW): None for done in after}),
            penguin=penguin,
            attrs=(("kernel_file", "0"), ("kernel_line", str(20 + penguin))),
            run=rewritten(sync=sync) if rewritten else None,
        )
        end_ps = self._execute(engine, item, duration_ps, last, overlap_ps)
        code = records.type_code(engine, records.UPDATE)
        self.updates.append(Update(code, counter, count, end_ps + 8_000))
        return Done(counter, count, end_ps, bir, engine)

    def _wait(self, engine: int, done: Done) -> None:
        slot = control.wait_event(sync=slots.waits(done.semaphore, done.value))
        self._execute(engine, Instruction(slot), 50_000, done, 0)

    def _execute(
        self, engine: int, item: Instruction, duration_ps: float, last: Done | None, overlap_ps: int
    ) -> int:
        """Places the instruction's execution behind what it waits for; returns its end."""
        number = len(self.instructions[engine])
        self.instructions[engine].append(item)
        free_ps = self.free_ps[engine] + DECODE_PS - overlap_ps
        start_ps = free_ps if last is None else max(free_ps, last.end_ps + SIGNAL_PS)
        start_ps += self.random.randrange(8_000)
        length = self.jitter(duration_ps * self.pace(engine, start_ps))
        waited = min((start_ps - free_ps) * CYCLES_PER_US // 1_000_000, 0xFFFF)
        sums = {"crc_in": self.random.randrange(0xFFFF), "crc_out": self.random.randrange(0xFFFF)}
        if item.slot[0] >= 0xA0:
            sums = {}
        end_ps = start_ps + length
        self.spans.append(Span(engine, number, start_ps, end_ps, waited, **sums))
        self.free_ps[engine] = max(self.free_ps[engine], end_ps)
        return end_ps

    def move(
        self,
        engine: int,
        stream: Stream,
        source: control.Side,
        target: control.Side,
        name: str,
        after: Sequence[Done] = (),
        *,
        packets: int = 2,
        penguin: int = 0,
    ) -> Done:
        """A dynamic transfer: the instruction, its record, its packets and their semaphores."""
        self.streams[stream.name] = stream

        make = partial(control.dynamic_dma, source, target, semaphore=stream.semaphore)
        resolved = partial(make, is_resolved=True)
        issued = self.run(engine, make, name, 75_000, after, penguin=penguin, rewritten=resolved)
        if self.has_notices:
            slot = None if engine == SP else len(self.instructions[engine]) - 1
            time_ps = issued.end_ps - (30_000 if engine == SP else 400_000)
            self.notices.append(Notice(engine, slot, time_ps, 0xFFFF, packets + 1))
        size = source.counts[0] * source.counts[1] * source.element
        end_ps = self._transfer(stream, issued.end_ps + 1_300_000, size, packets)
        return self._arrived(stream, end_ps, issued)

    def load(
        self,
        engine: int,
        stream: Stream,
        block: StaticBlock,
        name: str,
        after: Sequence[Done] = (),
        *,
        size: int,
        packets: int = 2,
    ) -> Done:
        """A static transfer: the trigger (a WRITE when it runs) and the packets of its block."""
        self.streams[stream.name] = stream
        self.blocks.append(block)

        make = partial(control.trigger, stream.name, block.number)
        written = partial(control.write, packets, 0x8020_1000_0000 + 64 * block.number)
        issued = self.run(engine, make, name, 60_000, after, rewritten=written)
        self.packet_counts[stream.name, block.number] = packets + 1
        end_ps = self._transfer(stream, issued.end_ps + 1_800_000, size, packets)
        return self._arrived(stream, end_ps, issued)

    def _arrived(self, stream: Stream, end_ps: int, issued: Done) -> Done:
        value = self.counts.get(100 + stream.semaphore, 0)
        return Done(stream.semaphore, value, end_ps, issued.bir, 100 + stream.semaphore)

    def _transfer(self, stream: Stream, start_ps: int, size: int, packets: int) -> int:
        """The packets on every ring, the last of 4 bytes raising the semaphore by one."""
        latest, done = 0, []
        for ring in range(16):
            key = ring, stream.queue
            now = max(start_ps + self.random.randrange(60_000), self.ring_ps.get(key, 0))
            end_ps = now
            for _ in range(packets):
                part = max(size // (16 * packets), 1)
                length = self.jitter(90_000 + 1000 * part / stream.speed, 0.2)
                crc = self.random.randrange(0x10000)
                end_ps = max(end_ps + 2_000, now + length)  # a ring ends its packets in order
                self.packets.append(Packet(ring, stream.queue, now, end_ps, part, crc))
                now += length // 2
            now += self.jitter(140_000, 0.3)
            end_ps = max(end_ps + 20_000, now + self.jitter(45_000, 0.2))
            self.packets.append(Packet(ring, stream.queue, now, end_ps, 4, 0x75E5))
            self.ring_ps[key] = end_ps
            done.append(end_ps)
            latest = max(latest, end_ps)
        for end_ps in sorted(done):
            value = self.counts.get(100 + stream.semaphore, 0) + 1
            self.counts[100 + stream.semaphore] = value
            self.updates.append(
                Update(records.FROM_AXI, stream.semaphore, value, end_ps + 12_000, mode=0xF3)
            )
        return latest

    def program(self, engine: int) -> Program:
        """The engine's program with what the runtime puts around it."""
        return Program(
            tuple(self.instructions[engine]),
            before=startup.before(engine),
            behind=startup.behind(engine),
            start_address=STARTS[engine] + 0x100_0000 * (self.number % 2),
        )

    def programs(self) -> dict[int, Program]:
        """The programs of all engines."""
        return {engine: self.program(engine) for engine in range(5)}

    @property
    def end_ps(self) -> int:
        """When the last instruction or packet is done."""
        return max(
            max(span.end_ps or 0 for span in self.spans),
            max((packet.end_ps or 0 for packet in self.packets), default=0),
        )

    def core(self, throttles: Sequence[Throttle] = (), clocks: Clocks | None = None) -> Core:
        """The core as captured: start-up, the program from time zero on, and the end."""
        programs = self.programs()
        spans = [
            Span(s.engine, programs[s.engine].place(s.slot), s.start_ps, s.end_ps, s.waited,
                 s.crc_in, s.crc_out)
            for s in self.spans
        ]  # fmt: skip
        for engine, program in programs.items():
            spans += startup.started(engine) + startup.finished(engine, program, self.end_ps)
        return Core(
            number=self.number,
            name=self.name,
            programs=programs,
            spans=tuple(spans),
            packets=tuple(self.packets),
            notices=tuple(self._placed(programs)),
            updates=tuple(sorted(self.updates, key=lambda u: u.time_ps)),
            throttles=tuple(throttles),
            rings=tuple(self._rings()),
            clocks=clocks or Clocks(),
            memory=startup.memory(programs),
            duration_ps=self.end_ps + 900_000,
        )

    def _placed(self, programs: dict[int, Program]) -> list[Notice]:
        return [
            Notice(
                n.engine,
                None if n.slot is None else programs[n.engine].place(n.slot),
                n.time_ps,
                n.engines,
                n.packets,
            )
            for n in self.notices
        ]

    def _rings(self) -> list[Ring]:
        found: list[Ring] = []
        for stream in self.streams.values():
            blocks = tuple(
                Block(number, count)
                for (name, number), count in self.packet_counts.items()
                if name == stream.name
            )
            found += rings(stream.name, stream.queue, kind=stream.kind, blocks=blocks)
        return found

    def subgraph(self, plain: Subgraph) -> Subgraph:
        """The core's part of the NEFF: `plain` with the programs and static blocks."""
        return Subgraph(
            name=self.name,
            programs=self.programs(),
            variables=plain.variables,
            queues=plain.queues,
            blocks=tuple(self.blocks),
            functions=plain.functions,
        )
