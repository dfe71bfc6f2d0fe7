"""Programs for a session: a stack of layers, woven for two physical cores, and their traces."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from tests.make import slots, wire
from tests.make.description import (
    Capture,
    Core,
    Model,
    Notice,
    Origin,
    Packet,
    Span,
    Subgraph,
    Throttle,
    Update,
)
from tests.make.description import Execution as Window
from tests.make.pair import LOADS, QUEUES, STORES, VARIABLES, side
from tests.make.session.description import DeviceTrace, Execution, Instance, Loaded
from tests.make.weave import ACT, DVE, PE, POOL, SP, Done, Weaver

PS = 1000
TAIL_NS = 500  # completions are told a little after the last packet
PREFILL, DECODE = "context_encoding_model", "token_generation_model"
PARTS = ("self_attn", "softmax", "mlp")


@dataclass(frozen=True)
class Program:
    """What a NEFF computes: `slowness` stretches every instruction."""

    graph: str
    uuid: bytes
    layers: int = 4
    tiles: int = 2
    slowness: float = 1.0
    packets: int = 1

    @property
    def path(self) -> str:
        """Where it was compiled: tensor-parallel rank and bucket are in the name."""
        return f"./nxd_model/{self.graph}/_tp0_bk0/graph.neff"


@lru_cache(maxsize=8)
def weave(program: Program, index: int) -> Weaver:
    """One physical core: every layer loads its weights, multiplies, and stores its keys."""
    core = Weaver(index, f"sg{index:02d}", index, pace=lambda engine, time_ps: program.slowness)
    last: Sequence[Done] = ()
    for layer in range(program.layers):
        last = (_layer(core, program, layer, last),)
    return core


def _layer(core: Weaver, program: Program, layer: int, last: Sequence[Done]) -> Done:
    first = 1 + len(PARTS) * layer
    on_chip = side(0, 0, 128, 256, 0x8020_0000_0000)
    source = side(1, 0, 128, 256, 0x4_0000_0000)
    load = partial(core.move, SP, LOADS, source, on_chip, f"layers.{layer}.weights", last)
    done = loaded = load(packets=program.packets)
    for tile in range(program.tiles):
        weights = slots.Access(0x400 + 256 * tile, (-1, 0, 0), (128, 1, 1))
        bank = slots.Access(slots.PSUM + slots.BANK * (tile % 8), (1, 0, 0), (128, 1, 1))
        place = slots.Access(0x4000 + 512 * tile, (1,), (128,))
        held = core.run(
            PE, partial(slots.load_weights, weights), "inst", 110_000, (loaded,), penguin=first
        )
        product = core.run(
            PE, partial(slots.matmul, weights, bank), "inst", 460_000, (held,), penguin=first
        )
        scaled = core.run(
            ACT, partial(slots.activate, bank, place, slots.EXP, scale=0.125), "inst", 540_000,
            (product,), penguin=first + 1,
        )  # fmt: skip
        largest = partial(
            slots.reduce, place, slots.Access(0x6000 + 4 * tile), slots.MAX, is_negated=True
        )
        done = core.run(DVE, largest, "inst", 390_000, (scaled,), penguin=first + 2)
    target, kept = side(3, 0, 128, 128, 0x4_0002_0000), side(0, 0x4000, 128, 128, 0x8020_0000_4000)
    return core.move(
        POOL, STORES, kept, target, f"layers.{layer}.cache", (done,), packets=program.packets
    )


@lru_cache(maxsize=8)
def model(program: Program, cores: int = 2) -> Model:
    """The NEFF, with the names of the framework's layers."""
    plain = Subgraph(
        variables=VARIABLES, queues=QUEUES, functions=(("exp_400p", 7), ("copy_1p", 128))
    )
    names = [(layer, part) for layer in range(program.layers) for part in PARTS]
    return Model(
        uuid=program.uuid,
        name=program.path,
        lnc_size=cores,
        subgraphs=tuple(weave(program, index).subgraph(plain) for index in range(cores)),
        penguin=tuple(Origin(n, f"{part}.{layer}", 1000 + n) for n, (layer, part) in _from(names)),
        hlo=tuple(
            Origin(1000 + n, f"%{part}.{layer}", 2000 + n, (("op_type", part),))
            for n, (layer, part) in _from(names)
        ),
        framework=tuple(
            Origin(2000 + n, f"Qwen3ForCausalLM/layers.{layer}/{part}")
            for n, (layer, part) in _from(names)
        ),
        macs=program.layers * program.tiles * 128 * 128 * 128,
    )


def _from(names: list[tuple[int, str]]) -> enumerate[tuple[int, str]]:
    return enumerate(names, 1)


def length_ns(program: Program, cores: int = 2) -> int:
    """How long one execution takes on the device, in whole nanoseconds."""
    return max(weave(program, index).end_ps for index in range(cores)) // PS + TAIL_NS


def loaded(program: Program, model_id: int, cores: int = 2) -> Loaded:
    """The program as a process has loaded it."""
    return Loaded(model_id, program.path, model(program, cores), length_ns(program, cores))


def _later(core: Core, by_ps: int, first: int) -> Core:
    """What a core recorded, once more and later; a semaphore counts on from `first` rounds."""
    most: dict[int, int] = {}
    for update in core.updates:
        most[update.index] = max(most.get(update.index, 0), update.value)

    def moved(event: Update) -> Update:
        value = event.value + first * most[event.index]
        return replace(event, time_ps=event.time_ps + by_ps, value=value)

    def shifted(span: Span) -> Span:
        end_ps = None if span.end_ps is None else span.end_ps + by_ps
        return replace(span, start_ps=span.start_ps + by_ps, end_ps=end_ps)

    def later(packet: Packet) -> Packet:
        end_ps = None if packet.end_ps is None else packet.end_ps + by_ps
        return replace(packet, start_ps=packet.start_ps + by_ps, end_ps=end_ps)

    return replace(
        core,
        spans=tuple(map(shifted, core.spans)),
        packets=tuple(map(later, core.packets)),
        notices=tuple(_notice(notice, by_ps) for notice in core.notices),
        updates=tuple(map(moved, core.updates)),
    )


def _notice(notice: Notice, by_ps: int) -> Notice:
    return replace(notice, time_ps=notice.time_ps + by_ps)


def _recorded(program: Program, index: int, number: int, starts_ps: Sequence[int]) -> Core:
    """A physical core that executed the program at each of the starts."""
    once = weave(program, index).core((Throttle(100_000, 0, 8, 8, 204),))
    ended = replace(once, spans=tuple(s for s in once.spans if s.end_ps is not None))
    last = len(starts_ps) - 1  # only behind the last one is the next execution still polled for
    rounds = [
        _later(once if count == last else ended, start, count)
        for count, start in enumerate(starts_ps)
    ]
    return replace(
        once,
        number=number,
        spans=tuple(span for one in rounds for span in one.spans),
        packets=tuple(packet for one in rounds for packet in one.packets),
        notices=tuple(notice for one in rounds for notice in one.notices),
        updates=tuple(update for one in rounds for update in one.updates),
        duration_ps=once.duration_ps + max(starts_ps),
    )


def trace(
    program: Program,
    model_id: int,
    executions: Sequence[Execution],
    instance: Instance,
    pid: int,
    *,
    session: int | None = None,
) -> DeviceTrace:
    """The NTFF of the executions of one logical core, on the device's own clock.

    In model mode the file is named by the model, in session mode by the session.
    """
    first = executions[0]
    starts_ps = [(e.device_start_ns - first.device_start_ns) * PS for e in executions]
    length_ps = (first.device_end_ns - first.device_start_ns) * PS
    pcores = [pcore for pcore, _, _ in first.running]
    whose = wire.text(17, instance.name) + wire.uint(18, pid)
    if session is not None:
        whose += wire.uint(19, first.core) + wire.uint(20, session)
    capture = Capture(
        name=program.path,
        uuid=program.uuid,
        origin_ps=first.device_start_ns * PS,
        cores=tuple(
            _recorded(program, index, pcore, starts_ps) for index, pcore in enumerate(pcores)
        ),
        executions=tuple(Window(start, start + length_ps) for start in starts_ps),
        instance_type=instance.type,
        arch=instance.arch,
        extra=whose,
    )
    name = (
        f"{model_id}_instid_0_vnc_{first.core}.ntff"
        if session is None
        else f"profile_nc_{first.core}_session_{session}.ntff"
    )
    return DeviceTrace(name, capture, model_id, first.core, session, tuple(executions))
