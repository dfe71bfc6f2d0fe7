"""Writes large captures for benchmarks: the sample's attention block executed many times over.

`python -m tests.make.big --records 1000000 --out FOLDER` writes big.neff and big.ntff. Two cores
run the same slots again and again, as a loop does; records of each kind stand in the proportions
of the public captures (13 % instructions, 10 % semaphores, 77 % DMA), fifteen queues a core; some
packets last as long as a round, and one a ring as long as the capture. The same numbers always give
the same bytes. Records are made some rounds at a time and written as they come.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from tests.make import attention, records, startup, wire
from tests.make.attention import CORES, UUID, attention_model, limits, weave
from tests.make.description import Capture, Core, Packet, Span
from tests.make.neff import make_neff
from tests.make.ntff import (
    DMA,
    DMA_BLOCK,
    EVENTS,
    FAULTS,
    INSTRUCTIONS,
    NC,
    THROTTLING,
    about,
    graph_message,
    header,
    instruction_records,
)
from tests.make.weave import Weaver

PACKETS = 5
FETCHING = range(4, 15)
"""Queues without an entry in the trace, as those that fetch instructions: one packet a round."""
WHOLE = 15
"""The queue whose one packet on every ring lasts from the first round to the last."""
RECORDS_PER_EVENT = 3.12
"""A packet takes three records, an instruction two; semaphores are records and no drawn rows."""
ROUNDS_AT_ONCE = 64
PAUSE_PS = 2_000_000
NOISE_PS = 2_000
ORIGIN_PS = 1_482_305_117_420_000

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Pattern:
    """The records of one round, in stream order; `step` is what `w1` gains with every round."""

    w0: Words
    w1: Words
    time_ps: Ints
    step: Words
    chunk: int = ROUNDS_AT_ONCE

    def __len__(self) -> int:
        return len(self.w0)

    def write(self, file: BinaryIO, starts_ps: Ints, seed: int) -> None:
        """Writes every round, each a little different in time."""
        for first in range(0, len(starts_ps), self.chunk):
            some = starts_ps[first : first + self.chunk]
            noise = np.random.default_rng((seed, first)).integers(
                0, NOISE_PS, (len(some), len(self)), np.int64
            )
            out = np.empty((len(some), len(self)), records.RECORD)
            rounds = np.arange(first, first + len(some), dtype=np.uint32)
            out["w0"] = self.w0
            out["w1"] = self.w1 + rounds[:, None] * self.step
            out["ts"] = ORIGIN_PS + some[:, None] + self.time_ps + noise
            file.write(out.tobytes())


def _pattern(data: bytes, step: Words | None = None) -> Pattern:
    """A pattern from records whose counters are picoseconds from the round's start."""
    found = np.frombuffer(data, records.RECORD)
    steps = np.zeros(len(found), np.uint32) if step is None else step
    return Pattern(found["w0"], found["w1"], found["ts"].astype(np.int64), steps)


@dataclass(frozen=True)
class Run:
    """One trace of the file: what comes once before the rounds, the rounds, once behind them."""

    kind: int
    core: int
    patterns: tuple[Pattern, ...] = ()
    before: bytes = b""
    behind: bytes = b""

    def size(self, rounds: int) -> int:
        """Bytes of the whole trace."""
        return len(self.before) + len(self.behind) + 16 * rounds * sum(map(len, self.patterns))


def _once(core: Core, end_ps: int) -> tuple[bytes, bytes]:
    """The records of the start-up code and of the end, which run once."""
    first: list[Span] = []
    last: list[Span] = []
    for engine, program in core.programs.items():
        first += startup.started(engine)
        last += startup.finished(engine, program, end_ps)
    captured = Capture(origin_ps=ORIGIN_PS)
    before = instruction_records(captured, replace(core, spans=tuple(first), notices=()))
    behind = instruction_records(captured, replace(core, spans=tuple(last), notices=()))
    return before, behind


def _runs(woven: Weaver, core: Core, end_ps: int, index: int) -> Iterator[Run]:
    """The traces of one core, its DMA rings one behind the other."""
    at_zero = Capture(origin_ps=0)
    program_only = _without_startup(woven, core)
    before, behind = _once(core, end_ps)
    spans = instruction_records(at_zero, replace(program_only, notices=()))
    notices = instruction_records(at_zero, replace(program_only, spans=()))
    yield Run(INSTRUCTIONS, core.number, (_pattern(spans),), before, behind)
    yield Run(INSTRUCTIONS, core.number, (_pattern(notices),))
    yield Run(EVENTS, core.number, (_updates(core),))
    yield Run(FAULTS, core.number)
    for ring in range(16):
        first, last = _whole(ring, core, end_ps)
        yield Run(DMA, core.number, (_ring(core, ring, woven.end_ps),), first, last)
    yield Run(THROTTLING, core.number, (_limits(index),))


def _without_startup(woven: Weaver, core: Core) -> Core:
    count = len(woven.spans)
    return replace(core, spans=core.spans[:count])


def _updates(core: Core) -> Pattern:
    """A semaphore goes on counting where the round before left it."""
    data = b"".join(records.update(u.code, u.index, u.value, u.time_ps) for u in core.updates)
    most: dict[int, int] = {}
    for update in core.updates:
        most[update.index] = max(most.get(update.index, 0), update.value)
    return _pattern(data, np.array([most[u.index] for u in core.updates], np.uint32))


def _whole(ring: int, core: Core, end_ps: int) -> tuple[bytes, bytes]:
    """A packet as long as the capture: its start, and its end with completion."""
    number = ring + 16 * (core.number % 2)
    begin, end = ORIGIN_PS + 1_000 * (ring + 1), ORIGIN_PS + end_ps + 1_000 * ring
    first = records.transfer(number, WHOLE, records.READ_BEGINS, begin)
    last = records.transfer(number, WHOLE, records.WRITE_ENDS, end, size=4096)
    return first, last + records.transfer(number, WHOLE, records.COMPLETED, end + 40_000)


def _fetched(ring: int, round_ps: int) -> Iterator[Packet]:
    """Packets spread over a round on many queues, one of them about as long as the round."""
    for place, queue in enumerate(FETCHING):
        start_ps = (place * 16 + ring) * (round_ps - 500_000) // (16 * len(FETCHING))
        length_ps = round_ps - 100_000 if place == 0 else 90_000 + 4_000 * place
        if place == 0:
            start_ps = 3_000 * ring
        yield Packet(ring, queue, start_ps, start_ps + length_ps, 64 << (place % 5), 0)


def _ring(core: Core, ring: int, round_ps: int) -> Pattern:
    number = ring + 16 * (core.number % 2)
    found = []
    for packet in (*core.packets, *_fetched(ring, round_ps)):
        if packet.engine != ring or packet.end_ps is None:
            continue
        queue, end_ps = packet.queue, packet.end_ps
        begun = records.transfer(number, queue, records.READ_BEGINS, packet.start_ps)
        ended = records.transfer(
            number, queue, records.WRITE_ENDS, end_ps, size=packet.size, crc=packet.crc
        )
        done = records.transfer(number, queue, records.COMPLETED, end_ps + 40_000)
        found += [(packet.start_ps, begun), (end_ps, ended), (end_ps + 40_000, done)]
    return _pattern(b"".join(record for _, record in sorted(found, key=lambda pair: pair[0])))


def _limits(index: int) -> Pattern:
    return _pattern(
        b"".join(
            records.throttle(t.kind, t.k, t.n, t.time_ps, activity=t.activity)
            for t in limits(index)
        )
    )


def _starts_ps(rounds: int, length_ps: int) -> Ints:
    """When each round begins: they follow one another with pauses of 2 to 5 us."""
    pauses = np.random.default_rng(rounds).integers(PAUSE_PS, 5_000_000, rounds, np.int64)
    return np.concatenate(([0], np.cumsum(pauses + length_ps)[:-1]))


def _listed(runs: list[Run], rounds: int, offset: int) -> bytes:
    """The list of traces; runs of one kind and core that follow each other are one trace."""
    sizes: dict[tuple[int, int], int] = {}
    for run in runs:
        key = run.core, run.kind
        sizes[key] = sizes.get(key, 0) + run.size(rounds)
    parts = []
    for (core, kind), size in sizes.items():
        block = DMA_BLOCK if kind == DMA else NC
        parts.append(
            wire.message(
                16,
                wire.uint(1, kind),
                wire.uint(3, block),
                wire.uint(5, offset),
                wire.uint(6, size),
                wire.uint(7, core),
            )
        )
        offset += size
    return b"".join(parts)


def records_for(events: int) -> int:
    """How many records a capture of at least so many drawn rows takes."""
    return int(events * RECORDS_PER_EVENT)


def write_big(folder: Path, record_count: int) -> tuple[Path, Path, int]:
    """Writes big.neff and big.ntff with at least `record_count` records; gives paths and count."""
    woven = [weave(index, packets=PACKETS) for index in range(CORES)]
    length_ps = max(core.end_ps for core in woven)
    plain = [core.core() for core in woven]
    once = sum(len(part) for core in plain for part in _once(core, 0)) // 16
    once += 3 * 16 * CORES
    a_round = [run for n, core in enumerate(plain) for run in _runs(woven[n], core, 0, n)]
    per_round = sum(len(pattern) for run in a_round for pattern in run.patterns)
    rounds = max(1, -(-(record_count - once) // per_round))
    starts_ps = _starts_ps(rounds, length_ps)
    end_ps = int(starts_ps[-1]) + length_ps
    cores = [replace(core, duration_ps=end_ps + 900_000) for core in plain]
    runs = [run for n, core in enumerate(cores) for run in _runs(woven[n], core, end_ps, n)]
    capture = Capture(name="big.neff", uuid=UUID, origin_ps=ORIGIN_PS, cores=tuple(cores))
    ntff, neff = folder / "big.ntff", folder / "big.neff"
    with ntff.open("wb") as file:
        _write_head(file, capture, runs, rounds, end_ps)
        for number, run in enumerate(runs):
            file.write(run.before)
            for pattern in run.patterns:
                pattern.write(file, starts_ps, number)
            file.write(run.behind)
    model = replace(attention_model(packets=PACKETS), name="big.neff")
    neff.write_bytes(make_neff(model))
    return neff, ntff, sum(run.size(rounds) for run in runs) // 16


def _write_head(
    file: BinaryIO, capture: Capture, runs: list[Run], rounds: int, end_ps: int
) -> None:
    """Header, message and instruction images."""
    images = bytearray()
    graphs = b"".join(graph_message(capture, core, images) for core in capture.cores)
    window = wire.message(
        15,
        wire.blob(1, UUID),
        wire.uint(2, ORIGIN_PS),
        wire.uint(3, ORIGIN_PS + end_ps + 600_000),
    )
    node = wire.message(4, wire.message(4, graphs), wire.blob(5, UUID))
    message = b"".join((*about(capture), node, window, _listed(runs, rounds, len(images))))
    file.write(header(capture.version, len(message)) + message + images)


def main() -> None:
    """Reads the command line and writes both files."""
    parser = argparse.ArgumentParser(description=attention.__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, help="drawn rows, instead of records")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    wanted = records_for(chosen.events) if chosen.events else chosen.records
    neff, ntff, count = write_big(chosen.out, wanted)
    print(f"{neff}: {neff.stat().st_size} bytes")
    print(f"{ntff}: {ntff.stat().st_size} bytes, {count} records")


if __name__ == "__main__":
    main()
