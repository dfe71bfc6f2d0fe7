"""A small matched pair of files with sensible contents, ready for any test."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.make import control, slots
from tests.make.description import (
    Capture,
    Clock,
    Clocks,
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
    Variable,
)
from tests.make.neff import make_neff
from tests.make.ntff import make_ntff
from tests.make.weave import ACT, DVE, PE, POOL, SP, Stream, Weaver

UUID = bytes.fromhex("5a11ed0c4b1d4c1e9f00c0ffee5a3b7e")
LOADS = Stream("qSPDynamicHW", 1, 8)
STORES = Stream("qPoolDynamic", 0, 24)
WEIGHTS = Stream("qSPSpillReload0", 2, 40, kind=2)
QUEUES = (
    QueueSet("qSPDynamicHW", "dynamic", "sp", 8),
    QueueSet("qPoolDynamic", "dynamic", "pool", 24),
    QueueSet("qSPSpillReload0", "data", "sp", 40),
)
VARIABLES = (
    Variable("SB", "state-buffer"),
    Variable("left", "input", 65536, 1, (128, 256)),
    Variable("right", "input", 65536, 2, (256, 128)),
    Variable("product", "output", 32768, 3, (128, 128)),
    Variable("identity", "file", 32768, 4, (128, 128), file_name="value_identity.npy"),
)
TRN1_CLOCKS = Clocks(
    engines=(
        Clock(464_077_143_846_287, 731_428, 731_408),
        Clock(464_077_143_846_301, 731_428, 731_408),
        Clock(464_077_143_846_315, 731_428, 731_408),
        Clock(464_077_143_801_977, 914_286, 914_260),
        Clock(464_077_143_846_343, 731_428, 731_408),
    ),
    events=Clock(464_077_143_846_357, 731_428, 731_408),
    throttle=Clock(649_708_001_385, 1024, 731_408),
    dma=tuple(Clock(155_450_825_605_146 + 3 * n, 1024, 1_204_672) for n in range(16)),
    topsp=Clock(155_450_825_605_202, 1024, 1_204_672),
)


def side(variable: int, offset: int, rows: int, width: int, address: int) -> control.Side:
    """Rows of contiguous two-byte elements of a variable."""
    return control.Side(variable, offset, (width * 2, 2), (rows, width), 2, address)


def small_core(number: int = 4, name: str = "sg00", *, has_notices: bool = True) -> Weaver:
    """Loads two tensors and a constant, multiplies, scales and stores: every kind of record."""
    core = Weaver(number, name, seed=int(name[2:]), has_notices=has_notices)
    move = Move("identity", "SB", (256, 128), 0, 65536, (1, 256), (1, 262_144))
    block = StaticBlock(SP, 7, WEIGHTS.name, "load.identity-block-1", WEIGHTS.semaphore, (move,))
    third = core.load(SP, WEIGHTS, block, "load.identity-trig", size=32768)
    on_chip = side(0, 0, 128, 256, 0x8020_0000_0000)
    first = core.move(SP, LOADS, side(1, 0, 128, 256, 0x4_0000_0000), on_chip, "load.left")
    second = core.move(SP, LOADS, side(2, 0, 128, 256, 0x4_0001_0000), on_chip, "load.right")
    done = None
    for tile in range(4):
        source = slots.Access(0x400 + 256 * tile, (-1, 0, 0), (128, 1, 1))
        after = (first, second, third) if tile == 0 else ()
        load = partial(slots.load_weights, source)
        weights = core.run(PE, load, "inst", 110_000, after, penguin=1)
        bank = slots.Access(slots.PSUM + slots.BANK * tile, (1, 0, 0), (128, 1, 1))
        multiply = partial(slots.matmul, source, bank)
        product = core.run(
            PE, multiply, "inst", 160_000, (weights,), penguin=1, overlap_ps=70_000, is_joined=True
        )
        place = slots.Access(0x4000 + 512 * tile, (1,), (128,))
        scale = partial(slots.activate, bank, place, slots.EXP, scale=0.125)
        scaled = core.run(ACT, scale, "inst", 240_000, (product,), penguin=2)
        largest = partial(
            slots.reduce,
            slots.Access(place.address, (1,), (128,)),
            slots.Access(0x6000 + 4 * tile),
            slots.MAX,
            is_negated=True,
        )
        done = core.run(DVE, largest, "inst", 190_000, (scaled,), penguin=2)
    assert done is not None
    target = side(3, 0, 128, 128, 0x4_0002_0000)
    core.move(POOL, STORES, side(0, 0x4000, 128, 128, 0x8020_0000_4000), target, "store", (done,))
    return core


def small_model(cores: int = 2) -> Model:
    """The NEFF of the small kernel, on one core or two."""
    plain = Subgraph(
        variables=VARIABLES, queues=QUEUES, functions=(("exp_400p", 7), ("copy_1p", 128))
    )
    graphs = tuple(small_core(4 + core, f"sg{core:02d}").subgraph(plain) for core in range(cores))
    return Model(
        uuid=UUID,
        name="small.neff",
        lnc_size=cores,
        target="cayman" if cores > 1 else "sunda",
        major=2 if cores > 1 else 1,
        features=0xC00 if cores > 1 else 0,
        subgraphs=graphs,
        penguin=(Origin(1, "bfloat16<128 x 128> $1[tile]", 11), Origin(2, "softmax", 12)),
        hlo=(
            Origin(11, "%dot.3 = dot(%left, %right)", 21, (("op_type", "dot"),)),
            Origin(12, "%exp.4 = exponential(%dot.3)", 22, (("op_type", "exp"),)),
        ),
        framework=(Origin(21, "block/product"), Origin(22, "block/softmax")),
        macs=128 * 256 * 128,
    )


def small_capture(
    version: int = 6,
    cores: int = 2,
    *,
    has_notices: bool | None = None,
    is_scaled: bool | None = None,
) -> Capture:
    """The NTFF of the small kernel: version 4 is trn1 with scaled clocks, 5 and 6 are trn2.

    `is_scaled` asks for the clocks of a trn1 in another version; notices of dynamic transfers
    are in version 6 unless `has_notices` says otherwise.
    """
    is_scaled = version == 4 if is_scaled is None else is_scaled
    wants_notices = version == 6 if has_notices is None else has_notices
    found = []
    for core in range(cores):
        woven = small_core(
            (0 if is_scaled else 4) + core, f"sg{core:02d}", has_notices=wants_notices
        )
        clocks = TRN1_CLOCKS if is_scaled else Clocks()
        found.append(replace(woven.core(_limits(), clocks), faults=(Fault(6_000_000, 1, 0x1234),)))
    return Capture(
        version=version,
        name="small.neff",
        uuid=UUID,
        origin_ps=242_728_533_782 if is_scaled else 2_321_027_867_131_624,
        cores=tuple(found),
        executions=(Execution(0, _end_of(found)),),
        instance_type="trn1.2xlarge" if is_scaled else "trn2.3xlarge",
        arch=1 if is_scaled else 2,
    )


def _limits() -> tuple[Throttle, ...]:
    return (
        Throttle(100_000, 0, 8, 8, 204),
        Throttle(4_500_000, 1, 4, 8),
        Throttle(6_500_000, 0, 0, 0, 12),
    )


def _end_of(cores: list[Core]) -> int:
    """Just before the notice of the end is done, as the runtime stores it."""
    return max(core.duration_ps for core in cores) - 400_000


def write_pair(
    folder: Path,
    *,
    version: int = 6,
    cores: int = 2,
    name: str = "small",
    model: Model | None = None,
    capture: Capture | None = None,
) -> tuple[Path, Path]:
    """Writes `<name>.neff` and `<name>.ntff`; returns both paths, the NEFF's first."""
    neff, ntff = folder / f"{name}.neff", folder / f"{name}.ntff"
    neff.write_bytes(make_neff(model or small_model(cores)))
    ntff.write_bytes(make_ntff(capture or small_capture(version, cores)))
    return neff, ntff
