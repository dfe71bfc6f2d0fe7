"""SbufUsage, PsumUsage and SbufAllocation of random programs equal following every byte."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from ingest_worker.pipeline.stage import Options
from tests.make import slots
from tests.make.description import Capture, Core, Execution, Instruction, Program, Span
from tests.make.ntff import make_ntff
from tests.make.pair import UUID
from tests.make.slots import PSUM, Access
from tests.pipeline.processed import Run

NS, SPAN_NS, LONGEST_NS = 1_000, 400, 40
SBUF_BYTES, BANKS, BANK_BYTES = 229_376, 8, 2048
QUADRANTS = (0, 32, 64, 96)
PE, ACT, DVE = 0, 1, 3


@dataclass(frozen=True)
class Touch:
    """One access as the test knows it: bytes [first, last) of partitions [partition, + count)."""

    is_write: bool
    is_psum: bool
    first: int
    last: int
    partition: int
    count: int


@dataclass(frozen=True)
class Step:
    """An instruction: its slot and what it touches."""

    engine: int
    slot: bytes
    touches: tuple[Touch, ...]


def on_chip(dice: random.Random, channels: int) -> tuple[Access, Touch]:
    """A row of fp32 elements in SBUF, in the quadrant a count of channels may begin in."""
    quadrant = dice.choice([q for q in QUADRANTS if q + channels <= 128])
    first, length = 4 * dice.randint(0, 30), dice.randint(1, 12)
    access = Access(quadrant // 32 * 0x800000 + first, (1,), (length,))
    return access, Touch(False, False, first, first + 4 * length, quadrant, channels)


def accumulator(dice: random.Random, channels: int) -> tuple[Access, Touch]:
    """A row of fp32 elements in PSUM, which may reach into the next bank."""
    first = BANK_BYTES * dice.randint(0, 3) + 4 * dice.randint(0, 500)
    length = dice.randint(1, 30)
    access = Access(PSUM + first, (1,), (length,))
    return access, Touch(False, True, first, first + 4 * length, 0, channels)


def written(touch: Touch) -> Touch:
    return Touch(True, touch.is_psum, touch.first, touch.last, touch.partition, touch.count)


def step(dice: random.Random) -> Step:
    channels = dice.choice((32, 64, 128))
    kind = dice.randint(0, 3)
    source, read = on_chip(dice, channels)
    if kind == 0:
        target, wrote = accumulator(dice, 64)
        slot = slots.matmul(source, target, rows=channels, columns=64, dtype=slots.FP32)
        return Step(PE, slot, (read, written(wrote)))
    if kind == 1:
        source, read = accumulator(dice, channels)
    target, wrote = on_chip(dice, channels)
    types = {"dtype_in": slots.FP32, "dtype_out": slots.FP32, "channels": channels}
    if kind == 3:
        slot = slots.copy(source, target, **types)
        return Step(DVE, slot, (read, written(wrote)))
    slot = slots.activate(source, target, slots.EXP, **types)
    return Step(ACT, slot, (read, written(wrote)))


class Timetable(list[tuple[Step, int, int]]):
    """Steps with their start and end in ns; those of one engine never run at one time."""

    def __init__(self, seed: int) -> None:
        dice = random.Random(seed)
        free = {PE: 1, ACT: 1, DVE: 1}
        for _ in range(dice.randint(3, 25)):
            own = step(dice)
            start = free[own.engine] + dice.randint(0, 8)
            end = start + dice.randint(1, LONGEST_NS)
            free[own.engine] = end + dice.randint(0, 3)
            super().append((own, start, end))

    def capture(self) -> Capture:
        programs: dict[int, list[Instruction]] = {PE: [], ACT: [], DVE: []}
        spans = []
        for own, start, end in self:
            place = len(programs[own.engine])
            programs[own.engine].append(Instruction(own.slot))
            spans.append(Span(own.engine, place, start * NS, end * NS))
        held = {engine: Program(tuple(each)) for engine, each in programs.items() if each}
        core = Core(number=4, programs=held, spans=tuple(spans))
        last = max(end for _, _, end in self) + 10
        return Capture(version=6, uuid=UUID, cores=(core,), executions=(Execution(0, last * NS),))

    def touches(self, *, is_psum: bool, quadrant: int) -> Iterator[tuple[int, int, int, Touch]]:
        """(start, end, number of the step, access) in order of start, reads first."""
        found = [
            (start, touch.is_write, end, number, touch)
            for number, (own, start, end) in enumerate(self)
            for touch in own.touches
            if touch.is_psum == is_psum
            and touch.partition <= quadrant < touch.partition + touch.count
        ]
        for start, _, end, number, touch in sorted(found, key=lambda each: each[:2]):
            yield start, end, number, touch


Values = dict[int, list[list[int]]]


def values_of(program: Timetable, *, is_psum: bool, quadrant: int) -> Values:
    """By byte the values that lived in it: start, end, and the step that wrote it."""
    found: Values = {}
    for start, end, number, touch in program.touches(is_psum=is_psum, quadrant=quadrant):
        for byte in range(touch.first, touch.last):
            if touch.is_write:
                found.setdefault(byte, []).append([start, end, number])
            elif found.get(byte):
                found[byte][-1][1] = max(found[byte][-1][1], end)
    return found


def live_at(values: Values, now: int) -> list[int]:
    """The bytes that hold a value."""
    return [
        byte for byte, own in values.items() if any(start <= now < end for start, end, _ in own)
    ]


def instants(program: Timetable, *, is_psum: bool) -> list[int]:
    return sorted(
        {
            time
            for own, start, end in program
            if any(touch.is_psum == is_psum for touch in own.touches)
            for time in (start, end)
        }
    )


def starts_of_writes(program: Timetable, *, is_psum: bool) -> set[int]:
    return {
        start
        for own, start, _ in program
        if any(touch.is_psum == is_psum and touch.is_write for touch in own.touches)
    }


def share(live: int) -> float:
    return float(np.float32(live) * (np.float32(1) / np.float32(SBUF_BYTES)))


@pytest.fixture(scope="module", params=range(12))
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Timetable, Run]:
    program = Timetable(request.param)
    folder = tmp_path_factory.mktemp("program")
    return program, Run(folder, {"a.ntff": make_ntff(program.capture())}, Options())


def test_sbuf_holds_the_bytes_that_are_still_wanted(both: tuple[Timetable, Run]) -> None:
    program, run = both
    values = {q: values_of(program, is_psum=False, quadrant=q) for q in QUADRANTS}
    writes, before = starts_of_writes(program, is_psum=False), (0,) * 4
    expected = []
    for now in instants(program, is_psum=False):
        live = tuple(len(live_at(values[q], now)) for q in QUADRANTS)
        if live != before or now in writes:
            expected.append((now, *map(share, live)))
        before = live
    names = ("timestamp", *(f"partition_{q}_util_percent" for q in QUADRANTS))
    assert [tuple(row[n] for n in names) for row in run.rows("SbufUsage")] == expected


def test_a_bank_is_live_while_any_of_its_bytes_is(both: tuple[Timetable, Run]) -> None:
    program, run = both
    values = {q: values_of(program, is_psum=True, quadrant=q) for q in QUADRANTS}
    writes, before = starts_of_writes(program, is_psum=True), [(0,) * BANKS] * 4
    expected = []
    for now in instants(program, is_psum=True):
        live = []
        for q in QUADRANTS:
            bytes_of = live_at(values[q], now)
            live.append(tuple(sum(b // BANK_BYTES == k for b in bytes_of) for k in range(BANKS)))
        if live != before or now in writes:
            expected.append((now, [float(any(own[k] for own in live)) for k in range(BANKS)]))
        before = live
    found = [
        (row["timestamp"], [row[f"bank_{k}_util_percent"] or 0.0 for k in range(BANKS)])
        for row in run.rows("PsumUsage")
    ]
    assert found == expected
    means = [row["avg_util_percent"] for row in run.rows("PsumUsage")]
    assert means == [sum(banks) / BANKS for _, banks in expected]


def test_an_allocation_ends_with_the_last_of_its_bytes(both: tuple[Timetable, Run]) -> None:
    program, run = both
    last: dict[int, int] = {}
    for q in QUADRANTS:
        for own in values_of(program, is_psum=False, quadrant=q).values():
            for _, end, number in own:
                last[number] = max(last.get(number, 0), end)
    expected = sorted(
        (start, last.get(number, end), touch.first, touch.last, touch.partition)
        for number, (own, start, end) in enumerate(program)
        for touch in own.touches
        if touch.is_write and not touch.is_psum
    )
    names = ("start_ts", "end_ts", "start_address", "end_address", "partition")
    found = sorted(tuple(row[n] for n in names) for row in run.rows("SbufAllocation"))
    assert found == expected
