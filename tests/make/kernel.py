"""A kernel without a fault, and the same with one: captures for the rules that look for faults.

The sound kernel works on tiles on every core. Sync loads the next tile while this one is worked
on: Tensor multiplies it with weights that fill the array, Vector and Scalar work on its result,
and every eighth tile is stored. All units are busy, nothing waits long, and every tensor crosses
device memory once. `Kernel(...)` says what is different in a faulty one.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.make import control, slots
from tests.make.description import (
    REGULAR,
    TRANSPOSE,
    Capture,
    Core,
    Execution,
    Model,
    Move,
    Packet,
    QueueSet,
    StaticBlock,
    Subgraph,
    Throttle,
    Update,
    Variable,
)
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.slots import BANK, PSUM, Access
from tests.make.weave import ACT, DVE, PE, POOL, SP, Done, Stream, Weaver

UUID = bytes.fromhex("0fa11edc0de5a1e50c0ffee0ddba11e5")
ROWS, WIDTH = 128, 512
TILE_BYTES = ROWS * WIDTH * 2
LOADS = Stream("qSPDynamicHW", 1, 8, speed=60.0)
STORES = Stream("qPoolDynamic", 0, 24, speed=60.0)
SLOW = replace(STORES, speed=0.2)
SECOND = Stream("qActDynamicHW", 2, 40, speed=60.0)
THIRD = Stream("qDveDynamicHW", 4, 72, speed=60.0)
SPILLS = Stream("qSPSpillReload0", 3, 56, kind=2, speed=60.0)
INPUT, OUTPUT, SCRATCH, WEIGHTS = 1, 2, 3, 4
FULL_PS = 214_000
"""512 columns at 2.4 GHz, and a little."""
HBM, SBUF = 0x4_0000_0000, 0x8020_0000_0000


@dataclass(frozen=True)
class Kernel:
    """What a kernel is like; the defaults are those of the sound one.

    `moving` are the columns of a multiplication, `rate` stretches it, `turns` of eight are
    transposes. `pieces` are the packets of a load on each ring, `speed` their bytes a ns.
    `is_serial` lets loads wait for compute; `pause_ps` holds one load back, `first_ps` the first;
    `is_slow_at_last` says of the last store. `scratch_tiles` go out to memory and come back;
    `tables` of four tiles load a table before each activation; `reloads` is how often the weights
    come in; `spills` a tile go out and in by the compiler's blocks. `even_tiles` of eight are
    loaded through the first queue, the others through one of two more; `uneven_bytes` go through
    one ring alone; `flags` are those of a semaphore record.
    """

    tiles: int = 64
    cores: int = 1
    idle_cores: int = 0
    moving: int = WIDTH
    rate: float = 1.0
    turns: int = 0
    pieces: int = 2
    speed: float = 60.0
    is_serial: bool = False
    pause_ps: int = 0
    first_ps: int = 0
    is_slow_at_last: bool = False
    scratch_tiles: int = 0
    tables: int = 0
    reloads: int = 0
    spills: int = 0
    even_tiles: int = 8
    uneven_bytes: int = 0
    limits: tuple[Throttle, ...] = (Throttle(100_000, 0, 8, 8),)
    flags: int = 0


SOUND = Kernel()


@dataclass
class Tiles:
    """One core of a kernel being woven."""

    kernel: Kernel
    weaver: Weaver
    loaded: list[Done] = field(default_factory=list)
    worked: list[Done] = field(default_factory=list)
    blocks: int = 100

    def side(self, variable: int, offset: int, address: int) -> control.Side:
        """A tile of a variable, row by row."""
        width = max(TILE_BYTES // (16 * self.kernel.pieces), 64)
        rows = TILE_BYTES // width
        return control.Side(variable, offset, (width, 2), (rows, width // 2), 2, address)

    def load(self, number: int) -> None:
        """The tile comes in; of a serial kernel only when the one before has been worked on."""
        after = self.worked[-1:] if self.kernel.is_serial else self.worked[-6:-5]
        engine, stream = SP, replace(LOADS, speed=self.kernel.speed)
        if number % 8 >= self.kernel.even_tiles:
            engine, stream = SP, (SECOND, THIRD)[number // 8 % 2]
        place = SBUF + 0x1000 + TILE_BYTES // ROWS * (number % 8)
        source = self.side(INPUT, number * TILE_BYTES, HBM + number * TILE_BYTES)
        if number == self.kernel.tiles // 2 and self.kernel.pause_ps:
            self.weaver.free_ps[engine] = self.worked[-1].end_ps + self.kernel.pause_ps
        if number == 0 and self.kernel.first_ps:
            self.weaver.free_ps[engine] += self.kernel.first_ps
        done = self.weaver.move(
            engine, stream, source, self.side(0, 0, place), "load", after,
            packets=self.kernel.pieces,
        )  # fmt: skip
        self.loaded.append(done)

    def work(self, number: int) -> None:
        """Eight multiplications, a copy on Vector and exponentials on Scalar."""
        moving = self.kernel.moving
        source = Access(0x1000 + 1024 * (number % 8), (1, 0, 0), (moving, 1, 1))
        bank = Access(PSUM + BANK * (number % 8), (1, 0, 0), (moving, 1, 1))
        weights = Access(0x400, (-1, 0, 0), (128, 1, 1))
        waited = (self.loaded[number],)
        done: Done | None = None
        for step in range(8 * WIDTH // moving):
            is_turn = step % 8 < self.kernel.turns
            load = partial(slots.load_weights, weights, is_transpose=is_turn)
            kind = TRANSPOSE if is_turn else REGULAR
            self.weaver.run(PE, load, "weights", 30_000, waited, overlap_ps=80_000, kind=kind)
            multiply = partial(slots.matmul, source, bank, is_transpose=is_turn)
            length = FULL_PS * moving / WIDTH * self.kernel.rate
            done = self.weaver.run(
                PE, multiply, "tile", max(length, 40_000), (), overlap_ps=50_000,
                is_joined=True, kind=kind,
            )  # fmt: skip
            waited = ()
        assert done is not None
        flat = Access(bank.address, (1,), (WIDTH,))
        place = Access(0x8000 + 2048 * (number % 4), (1,), (WIDTH,))
        for _ in range(2):
            moved = self.weaver.run(DVE, partial(slots.copy, flat, place), "copy", 700_000, (done,))
        self.activate(number, flat, place, done)
        self.worked.append(moved)

    def activate(self, number: int, source: Access, target: Access, after: Done) -> None:
        """Two exponentials, of a faulty kernel with a table loaded before each."""
        for _ in range(2):
            if number % 4 < self.kernel.tables:
                load = partial(slots.load_table, 1)
                self.weaver.run(ACT, load, "table", 600_000)
            exp = partial(slots.activate, source, target, slots.EXP)
            length = 250_000 if self.kernel.tables else 600_000
            self.weaver.run(ACT, exp, "exp", length, (after,))

    def scratch(self, number: int) -> None:
        """A tile of intermediates goes to device memory and comes back."""
        there = self.side(SCRATCH, number * TILE_BYTES, HBM + 0x1000_0000 + number * TILE_BYTES)
        here = self.side(0, 0, SBUF + 0x8000)
        saved = self.weaver.move(POOL, STORES, here, there, "save", self.worked[-1:])
        self.weaver.move(SP, LOADS, there, here, "again", (saved,))

    def block(self, source: str, target: str, name: str, stream: Stream = SPILLS) -> None:
        """A static transfer of one tile's size."""
        self.blocks += 1
        sizes = (WIDTH * 2, ROWS)
        move = Move(source, target, sizes, 0, 0, (1, WIDTH * 2), (1, 262_144))
        block = StaticBlock(SP, self.blocks, stream.name, name, stream.semaphore, (move,))
        self.weaver.load(SP, stream, block, f"{name}-trig", size=TILE_BYTES)

    def store(self, number: int) -> None:
        """What eight tiles came to goes out."""
        target = self.side(OUTPUT, number * TILE_BYTES, HBM + 0x2000_0000 + number * TILE_BYTES)
        here = self.side(0, 0, SBUF + 0x8000)
        is_last = (number + 1) * 8 == self.kernel.tiles
        stream = SLOW if is_last and self.kernel.is_slow_at_last else STORES
        self.weaver.move(POOL, stream, here, target, "store", self.worked[-1:])


def woven(kernel: Kernel, number: int, name: str) -> Weaver:
    """The whole kernel on one core; on an idle one only what the runtime adds."""
    weaver = Weaver(number, name, seed=number)
    tiles = Tiles(kernel, weaver)
    tiles.load(0)
    for tile in range(kernel.tiles):
        if tile + 1 < kernel.tiles and not kernel.is_serial:
            tiles.load(tile + 1)
        elif tile and kernel.is_serial:
            tiles.load(tile)
        tiles.work(tile)
        _faults(tiles, tile)
        if tile % 8 == 7:
            tiles.store(tile // 8)
    if kernel.uneven_bytes:
        _overload(weaver, kernel.uneven_bytes)
    return weaver


def _faults(tiles: Tiles, number: int) -> None:
    kernel = tiles.kernel
    if number < kernel.scratch_tiles:
        tiles.scratch(number)
    if number < kernel.reloads:
        tiles.block("weights", "SB", "load.weights")
    for _ in range(kernel.spills):
        tiles.block("SB", "spilled", "save.spilled")
        tiles.block("spilled", "SB", "load.spilled")


def _overload(weaver: Weaver, size: int) -> None:
    """Packets on ring 0 alone, one behind the other from the middle of the run."""
    start = weaver.end_ps // 3
    for number in range(size // 4096):
        begin = start + 700_000 * number
        weaver.packets.append(Packet(0, LOADS.queue, begin, begin + 690_000, 4096))
    weaver.packets.sort(key=lambda one: one.start_ps)


def model(kernel: Kernel) -> Model:
    """The NEFF: sizes are what the sound kernel moves."""
    tiles = kernel.tiles * TILE_BYTES
    variables = (
        Variable("SB", "state-buffer"),
        Variable("tiles", "input", tiles, INPUT, (kernel.tiles * ROWS, WIDTH)),
        Variable("sums", "output", max(tiles // 8, 1), OUTPUT, (kernel.tiles * ROWS // 8, WIDTH)),
        Variable("scratch", "dram", tiles, SCRATCH, (kernel.tiles * ROWS, WIDTH)),
        Variable("weights", "file", TILE_BYTES, WEIGHTS, (ROWS, WIDTH),
                 file_name="value_weights.npy"),
        Variable("spilled", "virtual", TILE_BYTES, 5, (ROWS, WIDTH)),
    )  # fmt: skip
    queues = (
        QueueSet("qSPDynamicHW", "dynamic", "sp", 8),
        QueueSet("qPoolDynamic", "dynamic", "pool", 24),
        QueueSet("qActDynamicHW", "dynamic", "act", 40),
        QueueSet("qDveDynamicHW", "dynamic", "dve", 72),
        QueueSet("qSPSpillReload0", "data", "sp", 56),
    )
    plain = Subgraph(variables=variables, queues=queues, functions=(("exp_400p", 7),))
    graphs = tuple(core.subgraph(plain) for core in _cores(kernel))
    return Model(
        uuid=UUID,
        name="kernel.neff",
        lnc_size=len(graphs),
        subgraphs=graphs,
        macs=None,
    )


def _cores(kernel: Kernel) -> list[Weaver]:
    busy = [woven(kernel, 4 + n, f"sg{n:02d}") for n in range(kernel.cores)]
    first = kernel.cores
    idle = [Weaver(4 + first + n, f"sg{first + n:02d}") for n in range(kernel.idle_cores)]
    for core in idle:
        core.run(PE, _nothing, "none", 20_000)
    return [*busy, *idle]


def _nothing(*, sync: slots.Sync) -> bytes:
    """NOP: something ran, and no work of the kernel."""
    return slots.raw(0xA4, sync=sync)


def capture(kernel: Kernel) -> Capture:
    """The NTFF of one execution."""
    cores: list[Core] = []
    for number, weaver in enumerate(_cores(kernel)):
        core = weaver.core(kernel.limits if number == 0 else ())
        if kernel.flags:
            core = replace(core, updates=_flagged(core.updates, kernel.flags))
        cores.append(core)
    end = max(core.duration_ps for core in cores) - 400_000
    return Capture(
        name="kernel.neff",
        uuid=UUID,
        origin_ps=2_321_027_867_131_624,
        cores=tuple(cores),
        executions=(Execution(0, end),),
    )


def _flagged(updates: tuple[Update, ...], flags: int) -> tuple[Update, ...]:
    """The first semaphore record says that hardware lost later ones."""
    return (replace(updates[0], flags=flags), *updates[1:])


def write_kernel(folder: Path, kernel: Kernel = SOUND) -> tuple[Path, Path]:
    """Writes `kernel.neff` and `kernel.ntff`; returns both paths, the NEFF's first."""
    neff, ntff = folder / "kernel.neff", folder / "kernel.ntff"
    neff.write_bytes(make_neff(model(kernel)))
    ntff.write_bytes(make_ntff(capture(kernel)))
    return neff, ntff
