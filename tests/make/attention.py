"""The sample capture: a small attention block, four heads on each of two cores.

Every head loads keys, queries and values, then for each of four query tiles: scores on Tensor,
their maximum on Vector, exp on Scalar, transposes and the product with the values on Tensor, and
the division by the sum on GpSimd, which stores the head. In the middle the clock is limited.

`python -m tests.make.attention FOLDER` writes attention.neff and attention.ntff.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.make import control, slots
from tests.make.attention_source import calls, softmax_map
from tests.make.description import (
    TRANSPOSE,
    Capture,
    Core,
    Execution,
    Fault,
    Model,
    Move,
    Origin,
    QueueSet,
    StaticBlock,
    Subgraph,
    Throttle,
    Update,
    Variable,
)
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.slots import PSUM, Access
from tests.make.weave import ACT, DVE, PE, POOL, SP, Done, Stream, Weaver

UUID = bytes.fromhex("7d9a3c5e10b24f6f8a614be02c95d3f1")
HEADS, CORES, TILES, CHUNKS = 8, 2, 4, 4
SEQUENCE, WIDTH = 512, 128
HEAD_BYTES = SEQUENCE * WIDTH * 2
LOADS = Stream("qSPDynamicHW", 1, 8, speed=14.0)
STORES = Stream("qPoolDynamic", 0, 24, speed=7.0)
CONSTANTS = Stream("qSPSpillReload0", 2, 40, kind=2)
LIMIT_PS, RELEASE_PS, OFF_PS = 58_000_000, 97_000_000, 128_000_000
QUERY, KEY, VALUE, OUTPUT = 1, 2, 3, 4
SCORES, SOFTMAX, TURN, PRODUCT, DIVIDE, LOAD, STORE = range(1, 8)
BUFFERS, STATISTICS, PROBABILITIES, TURNED, RESULT = 0x1000, 0x9000, 0xA000, 0xC000, 0xE000

QUEUES = (
    QueueSet("qSPDynamicHW", "dynamic", "sp", 8),
    QueueSet("qPoolDynamic", "dynamic", "pool", 24),
    QueueSet("qSPSpillReload0", "data", "sp", 40),
)
SHAPE = (HEADS, SEQUENCE, WIDTH)
VARIABLES = (
    Variable("SB", "state-buffer"),
    Variable("query", "input", HEADS * HEAD_BYTES, QUERY, SHAPE, layout="NHC"),
    Variable("key", "input", HEADS * HEAD_BYTES, KEY, SHAPE, layout="NHC"),
    Variable("value", "input", HEADS * HEAD_BYTES, VALUE, SHAPE, layout="NHC"),
    Variable("context", "output", HEADS * HEAD_BYTES, OUTPUT, SHAPE, layout="NHC"),
    Variable(
        "identity",
        "file",
        32768,
        5,
        (128, 128, 1, 1),
        layout="CRSM",
        file_name="value_identity_CRSM.npy",
        data=b"".join((b"\0\0" * n + b"\x80\x3f").ljust(256, b"\0") for n in range(128)),
    ),
    Variable("addresses", "dge-table", number=6, members=(1, 2, 3, 4)),
)
LAYERS = (
    (SCORES, "float32<128 x 512> $3[head, tile]", "%dot.3 = dot(%query, %key)", "dot", "scores"),
    (SOFTMAX, "bfloat16<128 x 512> $5[head, tile]", "%softmax.5 = exp(%dot.3)", "exp", "softmax"),
    (TURN, "bfloat16<128 x 128> $6[head, tile, chunk]", "%turn.6 = transpose(%softmax.5)",
     "transpose", "softmax"),
    (PRODUCT, "float32<128 x 128> $7[head, tile]", "%dot.7 = dot(%turn.6, %value)", "dot",
     "weighted_sum"),
    (DIVIDE, "bfloat16<128 x 128> $9[head, tile]", "%divide.9 = divide(%dot.7, %sum.8)", "divide",
     "weighted_sum"),
    (LOAD, "bfloat16 (8, 512, 128) %'query', %'key', %'value'", "%parameters.1", "parameter",
     "inputs"),
    (STORE, "bfloat16 (8, 512, 128) %'context'", "%tuple.10 = tuple(%divide.9)", "tuple",
     "outputs"),
)  # fmt: skip


def pace(engine: int, time_ps: int) -> float:
    """Tensor takes twice as long while its clock may run four of eight cycles only."""
    return 2.0 if engine == PE and LIMIT_PS <= time_ps < RELEASE_PS else 1.0


@dataclass
class _Head:
    """What one head's tensors wait for, and when its buffers are free again."""

    index: int
    loaded: list[Done] = field(default_factory=list)
    products: list[Done] = field(default_factory=list)
    results: list[Done] = field(default_factory=list)

    @property
    def buffer(self) -> int:
        """Two heads are on the chip at a time."""
        return BUFFERS + 0x3000 * (self.index % 2)


@dataclass
class _Tile:
    """A query tile on its way through the engines."""

    head: _Head
    number: int
    scores: Done
    sums: Done | None = None


def _on_chip(address: int) -> control.Side:
    return control.Side(0, address, (WIDTH * 2, 2), (128, SEQUENCE), 2, 0x8020_0000_0000 + address)


def _in_memory(variable: int, head: int) -> control.Side:
    place = head * HEAD_BYTES
    address = 0x4_0000_0000 + variable * 0x10_0000 + place
    return control.Side(variable, place, (SEQUENCE * 2, 2), (128, SEQUENCE), 2, address)


class _Block:
    """Weaves the block on one core."""

    def __init__(self, core: Weaver, packets: int) -> None:
        self.core = core
        self.packets = packets
        move = Move("identity", "SB", (256, 128), 0, 0x800, (1, 256), (1, 262_144))
        block = StaticBlock(SP, 0, CONSTANTS.name, "load.identity-block-1", 40, (move,))
        self.identity = core.load(
            SP, CONSTANTS, block, "load.identity-trig", size=32768, packets=packets
        )
        self.core.run(ACT, slots.load_table, "table", 1_280_000, penguin=SOFTMAX)
        zero = partial(slots.fill, Access(RESULT, (1,), (512,)), 0.0, elements=512)
        self.zero = core.run(POOL, zero, "zero", 700_000, penguin=DIVIDE)

    def load(self, head: _Head, free: Sequence[Done]) -> None:
        """Keys, queries and values of a head, into buffers which an earlier head has left."""
        for place, (variable, name) in enumerate(
            ((KEY, "load.key"), (QUERY, "load.query"), (VALUE, "load.value"))
        ):
            target = _on_chip(head.buffer + 0x1000 * place)
            source = _in_memory(variable, head.index)
            after = free[-1:] if place == 0 else ()
            head.loaded.append(
                self.core.move(
                    SP, LOADS, source, target, name, after, packets=self.packets, penguin=LOAD
                )
            )

    def start(self, head: _Head, number: int) -> _Tile:
        """The scores of one tile: queries stay, keys move through."""
        weights = partial(
            slots.load_weights,
            Access(head.buffer + 0x1000 + 256 * number, (-1, 0, 0), (128, 1, 1)),
            dtype=slots.FP32,
            passes=3,
        )
        multiply = partial(
            slots.matmul,
            Access(head.buffer, (1, 0, 0), (512, 1, 1)),
            Access(PSUM + slots.BANK * (number % 2), (1, 0, 0), (512, 1, 1)),
            dtype=slots.FP32,
            passes=3,
        )
        after = [head.loaded[0], head.loaded[1]] if number == 0 else []
        first = self.core.run(PE, weights, "scores", 210_000, after, penguin=SCORES)
        done = self.core.run(
            PE, multiply, "scores", 1_820_000, [first], penguin=SCORES, overlap_ps=90_000,
            is_joined=True,
        )  # fmt: skip
        return _Tile(head, number, done)

    def finish(self, tile: _Tile) -> None:
        """Softmax of a tile, its product with the values, and the division."""
        exp = self._softmax(tile)
        turned = [self._turn(tile, chunk, exp) for chunk in range(CHUNKS)]
        product = self._multiply(tile, turned)
        self._divide(tile, product)

    def _softmax(self, tile: _Tile) -> Done:
        scores = Access(PSUM + slots.BANK * (tile.number % 2), (1,), (512,))
        largest = Access(STATISTICS + 16 * tile.number)
        place = Access(PROBABILITIES + 0x400 * (tile.number % 2), (1,), (512,))
        found = self.core.run(
            DVE, partial(slots.reduce, scores, largest, slots.MAX, is_negated=True), "largest",
            1_180_000, [tile.scores], penguin=SOFTMAX,
        )  # fmt: skip
        exponent = partial(
            slots.activate, scores, place, slots.EXP, scale=0.0883883, bias_address=largest.address
        )
        exp = self.core.run(ACT, exponent, "exp", 1_640_000, [found], penguin=SOFTMAX)
        total = Access(STATISTICS + 8 + 16 * tile.number)
        add = partial(slots.reduce, place, total, slots.ADD, dtype_in=slots.BF16)
        summed = self.core.run(DVE, add, "sum", 640_000, [exp], penguin=SOFTMAX)
        invert = partial(slots.reciprocal, total, total)
        tile.sums = self.core.run(DVE, invert, "invert", 120_000, [summed], penguin=DIVIDE)
        return exp

    def _turn(self, tile: _Tile, chunk: int, exp: Done) -> Done:
        """One 128 by 128 piece of the probabilities, transposed by Tensor and copied back."""
        source = Access(
            PROBABILITIES + 0x400 * (tile.number % 2) + 256 * chunk, (-1, 0, 0), (128, 1, 1)
        )
        bank = Access(PSUM + slots.BANK * (4 + chunk % 2), (1, 0, 0), (128, 1, 1))
        weights = partial(slots.load_weights, source, is_transpose=True)
        identity = partial(
            slots.matmul, Access(0x800, (1, 0, 0), (128, 1, 1)), bank, is_transpose=True
        )
        after = [exp, self.identity] if chunk == 0 else []
        first = self.core.run(PE, weights, "turn", 170_000, after, kind=TRANSPOSE, penguin=TURN)
        done = self.core.run(
            PE, identity, "turn", 390_000, [first], kind=TRANSPOSE, penguin=TURN,
            overlap_ps=60_000, is_joined=True,
        )  # fmt: skip
        flat = Access(bank.address, (1,), (128,))
        place = Access(TURNED + 0x100 * chunk, (1,), (128,))
        copy = partial(slots.copy, flat, place) if chunk % 2 else partial(slots.cast, flat, place)
        engine = ACT if chunk % 2 else DVE
        return self.core.run(engine, copy, "turn.copy", 420_000, [done], penguin=TURN)

    def _multiply(self, tile: _Tile, turned: Sequence[Done]) -> Done:
        target = Access(PSUM + slots.BANK * (6 + tile.number % 2), (1, 0, 0), (128, 1, 1))
        done = tile.scores
        for chunk, piece in enumerate(turned):
            weights = partial(
                slots.load_weights, Access(TURNED + 0x100 * chunk, (-1, 0, 0), (128, 1, 1))
            )
            values = Access(tile.head.buffer + 0x2000 + 256 * chunk, (1, 0, 0), (128, 1, 1))
            flags = (chunk == 0) | (chunk == CHUNKS - 1) << 1
            multiply = partial(slots.matmul, values, target, flags=flags)
            after = [piece, tile.head.loaded[2]] if tile.number == chunk == 0 else [piece]
            first = self.core.run(PE, weights, "product", 170_000, after, penguin=PRODUCT)
            done = self.core.run(
                PE, multiply, "product", 390_000, [first], penguin=PRODUCT, overlap_ps=60_000,
                is_joined=True,
            )  # fmt: skip
        tile.head.products.append(done)
        return done

    def _divide(self, tile: _Tile, product: Done) -> None:
        assert tile.sums is not None
        scale = partial(
            slots.tensor_scalar,
            Access(PSUM + slots.BANK * (6 + tile.number % 2), (1,), (128,)),
            Access(RESULT + 256 * tile.number, (1,), (128,)),
            (slots.MULTIPLY, slots.BYPASS),
            pointer=STATISTICS + 8 + 16 * tile.number,
        )
        after = [tile.sums, product]
        done = self.core.run(POOL, scale, "divide", 520_000, after, penguin=DIVIDE)
        tile.head.results.append(done)

    def store(self, head: _Head) -> None:
        """The head's context, by the queue which GpSimd fills itself."""
        target = _in_memory(OUTPUT, head.index)
        self.core.move(
            POOL, STORES, _on_chip(RESULT), target, "store.context", head.results[-1:],
            packets=self.packets, penguin=STORE,
        )  # fmt: skip


def weave(index: int, *, packets: int = 2) -> Weaver:
    """One core: its heads, the next one loading while one is worked on.

    `packets` is how many data packets each ring takes for a transfer.
    """
    core = Weaver(4 + index, f"sg{index:02d}", seed=11 + index, pace=pace)
    for engine in range(5):
        core.free_ps[engine] += 2_700_000 * index
    block = _Block(core, packets)
    heads = [_Head(HEADS // CORES * index + number) for number in range(HEADS // CORES)]
    block.load(heads[0], ())
    for place, head in enumerate(heads):
        if place + 1 < len(heads):
            free = heads[place - 1].products if place else ()
            block.load(heads[place + 1], free)
        tile = block.start(head, 0)
        for number in range(1, TILES):
            following = block.start(head, number)
            block.finish(tile)
            tile = following
        block.finish(tile)
        block.store(head)
    return core


def _events(core: Core) -> tuple[Update, ...]:
    """Two events of the start-up, set from outside and cleared by their waiter."""
    early = (
        Update(0x1B, 8, 1, 20_000, mode=0xF1, is_semaphore=False),
        Update(0x17, 8, 0, 90_000, mode=0x07, is_semaphore=False),
    )
    return (*early, *core.updates)


def limits(index: int) -> tuple[Throttle, ...]:
    shift_ps = 180_000 * index
    return (
        Throttle(40_000 + shift_ps, 0, 8, 8, 204),
        Throttle(LIMIT_PS + shift_ps, 1, 4, 8, 931),
        Throttle(RELEASE_PS + shift_ps, 0, 7, 8, 612),
        Throttle(OFF_PS + shift_ps, 0, 8, 8, 377),
    )


def attention_capture(version: int = 6) -> Capture:
    """The trace of the sample."""
    cores = []
    for index in range(CORES):
        core = weave(index).core(limits(index))
        faults = (Fault(103_400_000, 0, 0x2A),) if index == 1 else ()
        cores.append(replace(core, updates=_events(core), faults=faults))
    end_ps = max(core.duration_ps for core in cores) - 320_000
    return Capture(
        version=version,
        name="attention.neff",
        uuid=UUID,
        origin_ps=1_482_305_117_420_000,
        cores=tuple(cores),
        executions=(Execution(0, end_ps),),
    )


def attention_model(*, packets: int = 2) -> Model:
    """The program of the sample."""
    plain = Subgraph(
        variables=VARIABLES, queues=QUEUES, functions=(("exp_400p", 7), ("copy_1p", 128))
    )
    frames = sorted({layer for *_, layer in LAYERS})
    woven = [weave(index, packets=packets) for index in range(CORES)]
    return Model(
        name="attention.neff",
        uuid=UUID,
        subgraphs=tuple(core.subgraph(plain) for core in woven),
        penguin=tuple(Origin(number, name, 100 + number) for number, name, *_ in LAYERS),
        hlo=tuple(
            Origin(
                100 + number,
                name,
                200 + frames.index(layer),
                (
                    ("op_type", operation),
                    ("source_file", "kernels/attention.py"),
                    ("source_line", str(20 + number)),
                ),
                frame=1 + number,
            )
            for number, _, name, operation, layer in LAYERS
        ),
        framework=tuple(
            Origin(200 + place, f"AttentionBlock/{layer}") for place, layer in enumerate(frames)
        ),
        calls=calls(len(LAYERS)),
        kernels=(softmax_map(woven[0].instructions, SOFTMAX, TILES),),
        macs=2 * HEADS * SEQUENCE * SEQUENCE * WIDTH,
    )


def sample_files() -> dict[str, bytes]:
    """The committed sample: file name -> bytes."""
    return {
        "attention.neff": make_neff(attention_model()),
        "attention.ntff": make_ntff(attention_capture()),
    }


def main() -> None:
    """Writes the sample into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in sample_files().items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
